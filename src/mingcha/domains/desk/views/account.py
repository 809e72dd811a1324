"""My account: password, second factor, tokens, and what I may do."""

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_otp import login as otp_login

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.errors import MingchaError
from mingcha.base.people import passwords, queries, services
from mingcha.domains.desk.queries import rights_of
from mingcha.domains.desk.views import say_why, who
from mingcha.domains.desk.views.forms import (
    CodeForm,
    PasswordForm,
    PresentPasswordForm,
    TokenForm,
)


@door(SIGNED_IN)
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """Who I am here, what I may do and by whose grant, and my keys."""
    account = who(request)
    context = {
        "account": account,
        "rights": rights_of(account),
        "grants": queries.grants_of(account),
        "tokens": account.tokens.all(),
        "has_second_factor": services.has_second_factor(account),
        "deputies": queries.deputies_of(account),
    }
    return render(request, "desk/me.html", context)


@door(SIGNED_IN)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change my password; also where a due one leads."""
    account = who(request)
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            changed = services.change_own_password(
                account, present=given["present"], new=given["new"]
            )
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            update_session_auth_hash(request, changed)
            messages.success(request, "密码已修改。")
            return redirect("desk:home")
    context = {
        "title": "修改密码",
        "note": passwords.LawfulPassword().get_help_text(),
        "notice": "密码为一次性密码或已到期，修改后才能继续使用。"
        if passwords.is_due(account)
        else "",
        "form": form,
        "submit": "修改密码",
    }
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(SIGNED_IN)
@never_cache
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Set up the second factor: scan, then prove it with a first code."""
    account = who(request)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            device = services.confirm_second_factor(account, form.cleaned_data["code"])
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            otp_login(request, device)
            messages.success(request, "双因素认证已启用，下次登录须输入动态口令。")
            return redirect("desk:me")
    device = services.draft_second_factor(account)
    address = device.config_url
    context = {
        "form": form,
        "picture": segno.make(address, error="m").svg_data_uri(scale=5, border=2),
        "secret": address.split("secret=")[1].split("&")[0],
        "has_second_factor": services.has_second_factor(account),
    }
    return render(request, "desk/second_factor.html", context, status=422 if form.errors else 200)


@door(SIGNED_IN)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def remove_second_factor(request: HttpRequest) -> HttpResponse:
    """Turn my second factor off, with my password."""
    form = PresentPasswordForm(request.POST or None)
    if form.is_valid():
        try:
            services.remove_second_factor(who(request), present=form.cleaned_data["present"])
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(request, "双因素认证已停用。")
            return redirect("desk:me")
    context = {
        "title": "停用双因素认证",
        "form": form,
        "submit": "停用双因素认证",
        "back": {"url": "/me"},
    }
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(SIGNED_IN)
@never_cache
@require_http_methods(["GET", "POST"])
def token_new(request: HttpRequest) -> HttpResponse:
    """Make a token for myself; its text is shown once."""
    account = who(request)
    form = TokenForm(request.POST or None)
    if form.is_valid():
        try:
            token, text = services.create_token(account, actor=account, **form.cleaned_data)
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            secret = {"title": "接口令牌已创建", "label": token.name, "text": text, "back": "/me"}
            return render(request, "desk/secret.html", {"secret": secret})
    context = {
        "title": "创建接口令牌",
        "note": "令牌可以做您的账号能做的一切，请只交给受您控制的程序；泄露时立即作废。",
        "form": form,
        "submit": "创建接口令牌",
        "back": {"url": "/me"},
    }
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(SIGNED_IN)
@require_POST
def token_revoke(request: HttpRequest, token: int) -> HttpResponse:
    """Make a token useless: mine, or one of a machine's account that I manage."""
    account = who(request)
    found = queries.token_for(account, token)
    services.revoke_token(found, actor=account)
    messages.success(request, f"令牌“{found.name}”已作废。")
    if found.account_id == account.pk:
        return redirect("desk:me")
    return redirect("desk:person", found.account.login)
