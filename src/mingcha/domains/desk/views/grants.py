"""Give a role, take a role away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from mingcha.base.access import door
from mingcha.base.errors import MingchaError, NotFound
from mingcha.base.people import queries, services
from mingcha.base.people.models import Account, Role
from mingcha.base.people.services.grants import Term
from mingcha.domains.desk.views import say_why, who
from mingcha.domains.desk.views.forms import GrantForm, PersonForm, ReasonForm
from mingcha.domains.desk.views.people import person_context


@door("people.manage")
@require_POST
def grant(request: HttpRequest, login: str) -> HttpResponse:
    """Give a role over an organisation and all below it.

    Every role may be asked for: a refusal by the service says which rights are missing.
    """
    actor = who(request)
    account = queries.account_for(actor, login)
    form = GrantForm(actor, Role.objects.all(), request.POST)
    if form.is_valid():
        given = form.cleaned_data
        term = Term(given["since"], given["until"], given["reason"])
        try:
            services.grant_role(
                account, given["role"], scope=given["scope"], actor=actor, term=term
            )
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(request, f"已授予{account.real_name}“{given['role']}”。")
            return redirect("desk:person", login)
    context = person_context(actor, account) | {
        "form": PersonForm(initial=_values(account)),
        "grant_form": form,
    }
    return render(request, "desk/person.html", context, status=422)


def _values(account: Account) -> dict[str, object]:
    return {name: getattr(account, name) for name in ("real_name", "post", "phone", "expires_on")}


@door("people.manage")
@require_POST
def revoke(request: HttpRequest, login: str) -> HttpResponse:
    """Take a role away, with a reason."""
    actor = who(request)
    account = queries.account_for(actor, login)
    number = request.POST.get("grant", "")
    held = queries.grants_of(account).filter(pk=number).first() if number.isdigit() else None
    if held is None:
        raise NotFound(what="授权", key=number)
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        services.revoke_grant(held, actor=actor, reason=form.cleaned_data["reason"])
        messages.success(request, f"已收回{account.real_name}的“{held.role}”。")
        return redirect("desk:person", login)
    context = {
        "title": f"收回{account.real_name}的“{held.role}”", "form": form, "submit": "收回授权",
        "note": f"范围：{held.scope}及其下级。收回后立即生效，记录保留。",
        "hidden": {"grant": number}, "back": {"url": f"/people/{login}"},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)
