"""Consents to share: the list, one of them with who can thereby see what, giving and withdrawing."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.days import local_day, minute_text
from mingcha.base.errors import MingchaError, NotAllowed
from mingcha.base.listing import Column, Listing, select
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.records.models import Consent
from mingcha.domains.records.queries import consents as queries
from mingcha.domains.records.services import consents as services
from mingcha.domains.records.views.batches import why_url
from mingcha.domains.records.views.consent_forms import GiveForm, WithdrawForm
from mingcha.standards import loader
from mingcha.standards.model import Table

EVERYBODY = "各单位的监管人员"


def table_of(consent: Consent) -> Table:
    """The table a consent is about."""
    return loader.current().table(consent.dataset)


def recipient_of(recipient: Organisation | None) -> str:
    """For whom a consent is, in words."""
    return f"{recipient.name}及下级" if recipient else EVERYBODY


COLUMNS: Sequence[Column[Consent]] = (
    Column("table", "数据表", lambda c: table_of(c).label, "dataset"),
    Column("state", "状态", lambda c: queries.state_of(c).label),
    Column("provider", "提供单位", lambda c: c.provider.name, "provider__name"),
    Column("recipient", "共享对象", lambda c: recipient_of(c.recipient), "recipient__name"),
    Column("since", "起", lambda c: c.since.isoformat(), "since"),
    Column("until", "止", lambda c: c.until.isoformat() if c.until else "撤回为止", "until"),
    Column("basis", "依据", lambda c: c.basis, "basis"),
    Column("by", "登记", lambda c: c.given_by.real_name if c.given_by else "系统", "given_at"),
)
MORE: Sequence[Column[Consent]] = (
    Column("purpose", "用途和理由", lambda c: c.purpose),
    Column("given", "登记时间", lambda c: minute_text(c.given_at)),
    Column("ends", "停止共享日", lambda c: c.ends_on),
    Column("withdrew", "撤回人", lambda c: c.withdrawn_by.real_name if c.withdrawn_by else ""),
    Column("because", "撤回理由", lambda c: c.withdrawn_because),
    Column("number", "同意编号", lambda c: c.public_id),
)


@door("insight.dossier")
@require_GET
def consent_list(request: HttpRequest) -> HttpResponseBase:
    """Every consent of one's own line, and those given to one's own body; over ones included."""
    account, asked = cast(Account, request.user), _asked(request)
    found = queries.consents(account, asked)
    if "export" in request.GET:
        return Listing(request, found, (*COLUMNS, *MORE), sort="-since").export("共享同意")
    listing = Listing(request, found, COLUMNS, sort="-since")
    may_give = account.holds(queries.CONSENT)
    batch = {
        "url": reverse("records:consent_withdraw"),
        "actions": [{"label": "撤回所选的同意", "danger": True}],
    }
    context = {
        "filter": _filter(request, account, asked),
        "table": {
            "id": "consents",
            "caption": "共享同意",
            "columns": listing.headers,
            "batch": batch if may_give else None,
            "empty": {
                "title": "没有符合条件的共享同意",
                "text": "没有共享同意时，共享级的记录只有报送单位及其上级能看到。",
            },
        },
        "rows": [_row(consent, account) for consent in listing.rows],
        "pager": listing.pager,
        "exports": listing.exports,
        "may_give": may_give,
    }
    return render(request, "records/consent_list.html", context)


@door("insight.dossier")
@require_GET
def consent(request: HttpRequest, number: str) -> HttpResponse:
    """One consent: its terms, who can thereby see what, and what became of it."""
    account = cast(Account, request.user)
    found = queries.consent_for(account, number)
    state = queries.state_of(found)
    is_open = state.key in {"standing", "coming"}
    context = {
        "consent": found,
        "table": table_of(found),
        "state": state,
        "recipient": recipient_of(found.recipient),
        "is_open": is_open,
        "may_withdraw": _may_withdraw(found, account),
        "scope": [queries.opened(found.provider, table_of(found))],
        "audience": queries.audience(found.provider, found.recipient),
        "history": queries.history(found),
        "ask": queries.to_ask(found.provider),
        "why_url": f"{why_url('fact-shared', found.provider)}&table={found.dataset}",
    }
    return render(request, "records/consent.html", context)


@door("records.consent")
@require_http_methods(["GET", "POST"])
def consent_new(request: HttpRequest) -> HttpResponse:
    """Give a consent for one table or several, after a look at who would see what."""
    account = cast(Account, request.user)
    _refuse_foreign(account, request.POST.get("provider", ""))
    form = GiveForm(account, request.POST if request.method == "POST" else request.GET or None)
    preview = None
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            preview = _preview(form)
        else:
            try:
                given = services.give_each(form.terms(), actor=account)
            except NotAllowed:
                raise
            except MingchaError as refusal:
                form.add_error(None, f"{refusal.title}{refusal.detail}")
            else:
                return _onward(request, given)
    context = {"form": form, "preview": preview}
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "records/consent_new.html", context, status=status)


@door("records.consent")
@require_http_methods(["GET", "POST"])
def consent_withdraw(request: HttpRequest) -> HttpResponse:
    """Withdraw one consent or several (`key`, once each), from a day on, with a reason."""
    account = cast(Account, request.user)
    keys = dict.fromkeys(request.GET.getlist("key") + request.POST.getlist("key"))
    chosen = [queries.consent_for(account, key) for key in keys]
    for one in chosen:
        people.require(account, queries.CONSENT, one.provider)
    form = WithdrawForm(request.POST if "reason" in request.POST else None)
    if chosen and form.is_valid():
        try:
            services.withdraw_each(chosen, actor=account, **form.cleaned_data)
        except MingchaError as refusal:
            form.add_error(None, f"{refusal.title}{refusal.detail}")
        else:
            messages.success(request, f"已撤回 {len(chosen)} 项共享同意，记录保留。")
            return (
                redirect("records:consent", chosen[0].public_id)
                if len(chosen) == 1
                else (redirect("records:consents"))
            )
    context = {"form": form, "rows": [_row(one, account) for one in chosen], "keys": list(keys)}
    status = 422 if form.errors else 200
    return render(request, "records/consent_withdraw.html", context, status=status)


def _refuse_foreign(account: Account, code: str) -> None:
    """Who asks for a provider out of reach is refused and recorded, not told of a wrong choice."""
    provider = people.named(code) if code else None
    if provider is not None:
        people.require(account, queries.CONSENT, provider)


def _onward(request: HttpRequest, given: Sequence[Consent]) -> HttpResponse:
    if len(given) == 1:
        messages.success(request, "已登记共享同意。")
        return redirect("records:consent", given[0].public_id)
    messages.success(request, f"已登记 {len(given)} 项共享同意。")
    address = reverse("records:consents")
    return redirect(f"{address}?provider={given[0].provider.code}&side=given")


def _preview(form: GiveForm) -> dict[str, object]:
    """Who would see what, before it is given."""
    terms = form.terms()
    first = terms[0]
    tables = loader.current().tables
    return {
        "recipient": recipient_of(first.recipient),
        "audience": queries.audience(first.provider, first.recipient),
        "tables": [queries.opened(first.provider, tables[one.table]) for one in terms],
    }


def _may_withdraw(consent: Consent, account: Account) -> bool:
    is_open = queries.state_of(consent).key in {"standing", "coming"}
    return is_open and account.holds_over(queries.CONSENT, consent.provider)


def _row(consent: Consent, account: Account) -> dict[str, object]:
    state = queries.state_of(consent)
    texts = [str(column.text(consent)) for column in COLUMNS]
    cells: list[dict[str, object]] = [{"text": text} for text in texts]
    cells[0]["under"] = consent.purpose
    cells[1] |= {"badge": state.tone, "under": state.note}
    for place in (4, 5, 7):
        cells[place]["nowrap"] = True
    cells[7]["under"] = f"{local_day(consent.given_at)}"
    address = reverse("records:consent", args=[consent.public_id])
    key = consent.public_id if _may_withdraw(consent, account) else ""
    return {"url": address, "key": key, "cells": cells}


def _asked(request: HttpRequest) -> queries.Filter:
    said = request.GET
    return queries.Filter(
        words=said.get("q", "").strip(),
        table=said.get("table", ""),
        provider=said.get("provider", ""),
        state=said.get("state", ""),
        side=said.get("side", ""),
        on=_day(said.get("on", "")),
    )


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:  # 2026-02-30: looks like a date and is none
        return None


def _filter(request: HttpRequest, account: Account, asked: queries.Filter) -> dict[str, object]:
    tables = [(table.name, table.label) for table in queries.shareable()]
    seen = queries.visible_to(account).order_by("provider__path").values_list
    providers = list(dict.fromkeys(seen("provider__code", "provider__name")))
    fields = [
        {"name": "q", "label": "单位、数据表、依据、用途", "kind": "text", "value": asked.words},
        select("table", "数据表", tables, asked.table),
        select("provider", "提供单位", providers, asked.provider),
        select("state", "状态", list(queries.STATES.items()), asked.state),
        {"name": "on", "label": "在这一天有效", "kind": "date",
         "value": asked.on.isoformat() if asked.on else ""},
        {"name": "side", "kind": "hidden", "value": asked.side},
    ]  # fmt: skip
    return {"fields": fields, "saved": _sides(request, asked.side)}


def _sides(request: HttpRequest, chosen: str) -> list[dict[str, object]]:
    """The tabs: what we gave, what we were given, both; the rest of the filter stays."""
    tabs: list[dict[str, object]] = []
    for key, label in {"": "全部", **queries.SIDES}.items():
        query = request.GET.copy()
        query.pop("page", None)
        query["side"] = key
        tabs.append({"label": label, "url": f"?{query.urlencode()}", "active": key == chosen})
    return tabs
