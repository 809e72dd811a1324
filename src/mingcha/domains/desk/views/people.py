"""People administration: the list, an account's page, and what an administrator does to it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingcha.base.access import door
from mingcha.base.days import local_today, minute_text, second_text
from mingcha.base.errors import MingchaError
from mingcha.base.exports import Sheet, exported
from mingcha.base.ledger.models import Act
from mingcha.base.listing import Column, Listing, options
from mingcha.base.people import errors, queries, services
from mingcha.base.people.models import Account, Grant, Organisation, Role
from mingcha.domains.desk.queries import SOON, changes_seen_by, lines
from mingcha.domains.desk.services import note_look
from mingcha.domains.desk.views import say_why, who
from mingcha.domains.desk.views.audit import HEADERS, cells_of
from mingcha.domains.desk.views.forms import (
    GrantForm,
    MoveForm,
    NewPersonForm,
    PersonForm,
    ReasonForm,
    TokenForm,
    open_under,
)

STATES = [
    ("active", "在用"),
    ("never", "从未登录"),
    ("soon", "14 天内到期"),
    ("ending", "已过有效期"),
    ("machine", "系统对接账号"),
    ("closed", "已停用"),
]


def _roles(account: Account) -> str:
    return "、".join(dict.fromkeys(grant.role.label for grant in account.grants.all()))


def _state(account: Account) -> str:
    return "在用" if account.is_active else "已停用"


PEOPLE: Sequence[Column[Account]] = (
    Column("name", "姓名", lambda a: f"{a.real_name}（{a.login}）", "real_name"),
    Column("state", "状态", _state, "is_active"),
    Column("organisation", "所属机构", lambda a: a.organisation, "organisation__path"),
    Column("post", "职务", lambda a: a.post, "post"),
    Column("roles", "角色", _roles),
    Column("expires", "有效期至", lambda a: a.expires_on or "长期", "expires_on"),
    Column("seen", "最近登录", lambda a: minute_text(a.last_login) if a.last_login else "从未", "last_login"),
)  # fmt: skip

CHANGES: Sequence[Column[Act]] = (
    Column("at", "时间", lambda act: second_text(act.at), "at"),
    Column("actor", "办理人", lambda act: act.actor_id),
    Column("verb", "变动", lambda act: act.verb),
    Column("record", "对象", lambda act: f"{act.record_kind}/{act.record_key}"),
    Column("origin", "来源", lambda act: act.origin),
    Column("seal", "封签", lambda act: "" if act.leaf_no is None else act.leaf_no),
    Column("content", "内容", lambda act: ""),
)


@door("people.manage")
@require_GET
def people_list(request: HttpRequest) -> HttpResponseBase:
    """The accounts I manage."""
    account = who(request)
    asked = request.GET
    found = _sought(queries.accounts_visible_to(account), asked.dict())
    standing = Prefetch("grants", Grant.objects.in_force())
    listing = Listing(request, found.prefetch_related(standing), PEOPLE, sort="name")
    if "export" in asked:
        note_look(account, "导出人员账号", at=request.get_full_path())
        return listing.export("人员账号")
    rows = listing.rows
    for row in rows:
        row.role_labels = list(dict.fromkeys(g.role.label for g in row.grants.all()))  # type: ignore[attr-defined]
    bodies = [(body.code, body.name) for body in open_under(account, queries.MANAGE)]
    roles = [(role.key, role.label) for role in Role.objects.all()]
    context = {
        "filter": {
            "fields": [
                {"name": "q", "label": "姓名、登录名、职务", "kind": "text", "value": asked.get("q", ""), "wide": True},
                options("organisation", "机构（含下级）", bodies, asked),
                options("role", "角色", roles, asked),
                options("state", "状态", STATES, asked),
            ]
        },
        "table": {
            "id": "people", "caption": "人员账号", "columns": listing.headers,
            "empty": {"title": "没有符合条件的账号", "text": "请放宽筛选条件，或为新到岗人员开通账号。"},
        },
        "rows": rows,
        "pager": listing.pager,
        "exports": listing.exports,
    }  # fmt: skip
    return render(request, "desk/people_list.html", context)


def _sought(found: QuerySet[Account], asked: dict[str, str]) -> QuerySet[Account]:
    """Narrow by text, organisation and below, role in force, and state."""
    if text := asked.get("q", "").strip():
        found = found.filter(
            Q(login__icontains=text) | Q(real_name__contains=text) | Q(post__contains=text)
        )
    if code := asked.get("organisation", ""):
        body = Organisation.objects.filter(code=code).first()
        found = found.filter(organisation__path__startswith=body.path) if body else found.none()
    if role := asked.get("role", ""):
        found = found.filter(
            pk__in=Grant.objects.in_force().filter(role__key=role).values("account")
        )
    narrower = {
        "active": Q(is_active=True),
        "never": Q(is_active=True, last_login__isnull=True),
        "soon": Q(is_active=True, expires_on__range=(local_today(), local_today() + SOON)),
        "ending": Q(is_active=True, expires_on__lt=local_today()),
        "machine": Q(is_machine=True),
        "closed": Q(is_active=False),
    }
    return found.filter(narrower.get(asked.get("state", ""), Q()))


@door("people.manage")
@never_cache
@require_http_methods(["GET", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    """Open an account; its one-time password is shown once."""
    account = who(request)
    form = NewPersonForm(
        account, request.POST or None, initial={"organisation": account.organisation_id}
    )
    if form.is_valid():
        given = dict(form.cleaned_data)
        body = given.pop("organisation")
        try:
            opened, password = services.open_account(
                services.Person(**given), organisation=body, actor=account
            )
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            return _show(request, opened, password, "账号已开通")
    context = {"form": form, "person": None}
    return render(request, "desk/person_form.html", context, status=422 if form.errors else 200)


@door("people.manage")
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, login: str) -> HttpResponse:
    """One account: its holder, its grants, and what I may do about it."""
    actor = who(request)
    account = queries.account_for(actor, login)
    fields = ("real_name", "post", "phone", "expires_on")
    form = PersonForm(
        request.POST or None, initial={name: getattr(account, name) for name in fields}
    )
    if form.is_valid():
        try:
            services.change_account(account, form.cleaned_data, actor=actor)
        except errors.NotToOneself as refusal:
            say_why(form, refusal)
        else:
            messages.success(request, "账号信息已保存。")
            return redirect("desk:person", login)
    context = person_context(actor, account) | {"form": form}
    return render(request, "desk/person.html", context, status=422 if form.errors else 200)


def person_context(actor: Account, account: Account) -> dict[str, Any]:
    """What the page of an account needs, but for the form that was sent."""
    roles = queries.grantable_roles(actor, account.organisation)
    is_mine = account.pk == actor.pk
    missing = [
        {"role": role.label, "why": _why_not(actor, role, account.organisation)}
        for role in Role.objects.all()
        if role not in roles
    ]
    scope = {"scope": account.organisation_id}
    return {
        "person": account,
        "grants": queries.grants_of(account),
        "grant_form": None
        if is_mine or not account.is_active
        else GrantForm(actor, roles, initial=scope),
        "missing": missing,
        "is_mine": is_mine,
        "tokens": account.tokens.all() if account.is_machine else None,
        "deputies": queries.deputies_of(account),
        "has_second_factor": services.has_second_factor(account),
    }


def _why_not(actor: Account, role: Role, scope: Organisation) -> str:
    if role.is_appointed:
        return "由平台主管单位书面任命，在服务器上授予"
    return f"您没有：{'、'.join(queries.missing_rights(actor, role.rights, scope))}"


@door("people.manage")
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, login: str) -> HttpResponse:
    """Close an account, with a reason."""
    actor = who(request)
    account = queries.account_for(actor, login)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            services.close_account(account, actor=actor, reason=form.cleaned_data["reason"])
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(request, f"{account.real_name}的账号已停用，授权已全部收回。")
            return redirect("desk:person", login)
    context = {
        "title": f"停用{account.real_name}的账号", "form": form, "submit": "停用账号",
        "note": "停用后立即不能登录，授权和接口令牌全部收回；做过的事和记录都保留。",
        "back": {"url": f"/people/{login}"},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door("people.manage")
@require_POST
def reopen(request: HttpRequest, login: str) -> HttpResponse:
    """Open a closed account again, with a one-time password."""
    actor = who(request)
    account, password = services.reopen_account(queries.account_for(actor, login), actor=actor)
    return _show(request, account, password, "账号已恢复")


@door("people.manage")
@require_POST
def reset(request: HttpRequest, login: str) -> HttpResponse:
    """Give a one-time password in place of the present one."""
    actor = who(request)
    account = queries.account_for(actor, login)
    return _show(request, account, services.reset_password(account, actor=actor), "密码已重置")


@door("people.manage")
@require_POST
def reset_factor(request: HttpRequest, login: str) -> HttpResponse:
    """Take the second factor away."""
    actor = who(request)
    services.reset_second_factor(queries.account_for(actor, login), actor=actor)
    messages.success(request, "双因素认证已重置，本人下次登录后可重新绑定。")
    return redirect("desk:person", login)


@door("people.manage")
@require_POST
def unlock(request: HttpRequest, login: str) -> HttpResponse:
    """Forget failed sign-ins."""
    actor = who(request)
    services.unlock(queries.account_for(actor, login), actor=actor)
    messages.success(request, "登录锁定已解除。")
    return redirect("desk:person", login)


@door("people.manage")
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, login: str) -> HttpResponse:
    """Move an account to another organisation; its grants stay behind."""
    actor = who(request)
    account = queries.account_for(actor, login)
    form = MoveForm(open_under(actor, queries.MANAGE), request.POST or None)
    if form.is_valid():
        change = {"organisation": form.cleaned_data["to"]}
        try:
            services.change_account(
                account, change, actor=actor, reason=form.cleaned_data["reason"]
            )
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(request, "所属机构已调整，原有授权已收回，请按新岗位授权。")
            return redirect("desk:person", login)
    context = {
        "title": f"调整{account.real_name}的所属机构", "form": form, "submit": "调整所属机构",
        "note": "权限属于岗位：调整后原有授权全部收回，由新单位重新授予。",
        "back": {"url": f"/people/{login}"},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door("people.manage")
@never_cache
@require_http_methods(["GET", "POST"])
def machine_token(request: HttpRequest, login: str) -> HttpResponse:
    """Make a token for a machine's account; its text is shown once."""
    actor = who(request)
    account = queries.account_for(actor, login)
    form = TokenForm(request.POST or None)
    if form.is_valid():
        try:
            token, text = services.create_token(account, actor=actor, **form.cleaned_data)
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            secret = {
                "title": "接口令牌已创建",
                "label": token.name,
                "text": text,
                "back": f"/people/{login}",
            }
            return render(request, "desk/secret.html", {"secret": secret})
    context = {
        "title": f"为{account.real_name}创建接口令牌", "form": form, "submit": "创建接口令牌",
        "back": {"url": f"/people/{login}"},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door("people.manage")
@require_GET
def changes(request: HttpRequest) -> HttpResponseBase:
    """What happened to the accounts and grants of my people: what is filed with the lead office."""
    account = who(request)
    listing = Listing(request, changes_seen_by(account), CHANGES, sort="-at")
    if "export" in request.GET:
        note_look(account, "导出账号变动", at=request.get_full_path())
        sheet = Sheet("账号变动", HEADERS, cells_of(listing.found))
        return exported("账号变动", sheet, request.GET["export"])
    rows = lines(listing.rows)
    context = {
        "title": "账号变动",
        "note": "管理范围内账号的开通、变更、停用、授权和凭据变动，自动向上级和牵头部门报备。",
        "table": {
            "id": "changes", "caption": "账号变动", "columns": listing.headers,
            "empty": {"title": "还没有账号变动", "text": "开通或变更账号后会列在这里。"},
        },
        "rows": rows,
        "row_template": "desk/act_row.html",
        "pager": listing.pager,
        "exports": listing.exports,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


def _show(request: HttpRequest, account: Account, password: str, title: str) -> HttpResponse:
    """Show a one-time password, once: it is in no redirect, message or log."""
    secret = {
        "title": title, "label": f"{account.real_name}（{account.login}）的一次性密码",
        "text": password, "back": f"/people/{account.login}",
    }  # fmt: skip
    return render(request, "desk/secret.html", {"secret": secret})
