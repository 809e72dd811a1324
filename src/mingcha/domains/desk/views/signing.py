"""Sign in, second factor, sign out."""

import time
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.access import PUBLIC, SIGNED_IN, door
from mingcha.base.errors import MingchaError
from mingcha.base.people import errors, services
from mingcha.base.people.models import Account
from mingcha.domains.desk.views import say_why, who
from mingcha.domains.desk.views.forms import CodeForm, SignInForm

PENDING: Final = "signing_in"
PENDING_SECONDS: Final = 300
PENDING_TRIES: Final = 5


@door(PUBLIC)
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def signin(request: HttpRequest) -> HttpResponse:
    """Login and password; then the second factor where there is one."""
    target = _target(request)
    if request.user.is_authenticated:
        return redirect(target)
    form = SignInForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "next": target, "notice": _notice(request)}
    if not form.is_valid():
        return render(request, "desk/signin.html", context, status=422 if form.is_bound else 200)
    try:
        account = services.check_password(
            request, form.cleaned_data["login"], form.cleaned_data["password"]
        )
    except errors.LockedOut as refusal:
        context["locked"] = f"{refusal.title}{refusal.detail}"
        return render(request, "desk/signin.html", context, status=refusal.status)
    except errors.SignInRefused as refusal:
        say_why(form, refusal)
        return render(request, "desk/signin.html", context, status=refusal.status)
    if services.has_second_factor(account):
        request.session.cycle_key()
        request.session[PENDING] = {
            "account": account.pk,
            "at": time.time(),
            "tries": 0,
            "next": target,
        }
        return redirect("desk:signin_code")
    services.enter(request, account)
    return redirect(target)


@door(PUBLIC)
@never_cache
@require_http_methods(["GET", "POST"])
def signin_code(request: HttpRequest) -> HttpResponse:
    """The second factor, within five minutes and five tries of the password."""
    pending = request.session.get(PENDING)
    if (
        pending is None
        or pending["tries"] >= PENDING_TRIES
        or time.time() - pending["at"] > PENDING_SECONDS
    ):
        request.session.pop(PENDING, None)
        refusal: MingchaError = errors.SignInExpired()
        messages.error(request, f"{refusal.title}{refusal.detail}")
        return redirect("desk:signin")
    form = CodeForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        account = Account.objects.select_related("organisation").get(pk=pending["account"])
        try:
            device = services.check_second_factor(account, form.cleaned_data["code"])
        except errors.CodeRefused as refused:
            request.session[PENDING] = pending | {"tries": pending["tries"] + 1}
            say_why(form, refused)
            status = refused.status
        else:
            del request.session[PENDING]
            services.enter(request, account, device=device)
            return redirect(pending["next"])
    return render(request, "desk/signin_code.html", {"form": form}, status=status)


@door(SIGNED_IN)
@require_POST
def signout(request: HttpRequest) -> HttpResponse:
    """Close the session."""
    services.leave(request, who(request))
    return redirect("desk:signin")


def _target(request: HttpRequest) -> str:
    """Where to go after signing in: the page asked for, if it is one of ours."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if ours else "/"


def _notice(request: HttpRequest) -> str:
    """What was said before, e.g. that the session ended for idleness."""
    return " ".join(str(message) for message in messages.get_messages(request))
