"""Claiming items: the list of cases, laying out, answering item by item, and the face of a case."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingcha.base.access import door
from mingcha.base.cases import queries as cases
from mingcha.base.cases.faces import Face, MoveFace
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said as Move
from mingcha.base.days import local_today
from mingcha.base.errors import BadInput, MingchaError
from mingcha.base.listing import Column, Listing, options
from mingcha.base.people.models import Account
from mingcha.domains.catalog import queries
from mingcha.domains.catalog.models import Answer, Item, ItemVersion
from mingcha.domains.catalog.queries import claims as claimed
from mingcha.domains.catalog.services import claims as services
from mingcha.domains.catalog.states import ITEM_CLAIM, Claiming
from mingcha.domains.catalog.views import choices, url_of, who
from mingcha.domains.catalog.views.starting import attempt

SEE, LAY_OUT, ANSWER = "cases.see", "catalog.publish", "catalog.draft"
STANDINGS = [("open", "在办"), ("late", "逾期"), ("closed", "已办结")]
TONES = {"open": "doing", "done": "done", "recalled": "todo"}
COLUMNS: Sequence[Column[Any]] = (
    Column("round", "布置", lambda c: c.round, "round"),
    Column("state", "状态", lambda c: c.get_state_display(), "state"),
    Column("number", "编号", lambda c: c.number, "number"),
    Column("unit", "认领单位", lambda c: c.unit.name, "unit__path"),
    Column("total", "事项", lambda c: c.total, "total"),
    Column("claimed", "已认领", lambda c: c.claimed, "claimed"),
    Column("declined", "不属本单位", lambda c: c.declined, "declined"),
    Column("waiting", "未答复", lambda c: c.waiting, "waiting"),
    Column("late", "逾期答复", lambda c: c.late, "late"),
    Column("due", "认领期限", lambda c: c.due_on or "—", "due_on"),
)


class LayOutForm(forms.Form):
    """Which items in force are laid out to the bodies below, and under which title."""

    title = forms.CharField(
        label="名称", max_length=200, help_text="认领单位在待办中看到它，如“2026 年市级目录”。"
    )
    department = forms.ChoiceField(label="监管部门", required=False)
    level = forms.ChoiceField(label="行使层级", required=False)
    code = forms.CharField(
        label="编码开头", max_length=40, required=False,
        help_text="只布置编码以此开头的事项；不填为全部在用的子项。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, table in (("department", "department"), ("level", "exercise_level")):
            self.fields[name].choices = [("", "不限"), *choices(table)]  # type: ignore[attr-defined]

    def versions(self) -> list[ItemVersion]:
        """The versions in force today that fit. Once the form is valid."""
        said = self.cleaned_data
        found = queries.items_in_force(
            on=local_today(), act=queries.Act(level=said["level"])
        ).filter(item__is_main=False, item__code__startswith=said["code"].strip())
        if said["department"]:
            found = found.filter(department=said["department"])
        return list(found)


@door(SEE)
@require_GET
def claim_list(request: HttpRequest) -> HttpResponseBase:
    """Which body has claimed what of what was laid out, and who is late."""
    account, said = who(request), request.GET
    asked = cases.Filter(
        words=said.get("q", "").strip(), kind=claimed.KIND, standing=said.get("standing", ""),
        state=said.get("state", ""),
    )  # fmt: skip
    fit = cases.cases(account, asked).values("pk")
    found = claimed.claim_cases(account).filter(pk__in=fit)
    listing = Listing(request, found, COLUMNS, sort="-number")
    if "export" in said:
        return listing.export("事项认领")
    new = {"label": "布置认领", "url": reverse("catalog:lay_out"), "icon": "add", "primary": True}
    context = {
        "title": "事项认领",
        "note": "上级布置的事项由下级单位在期限内认领；逾期未认领的自动催办，并逐级上报。",
        "actions": [new] if account.holds(LAY_OUT) else [],
        "exports": listing.exports,
        "filter": {
            "fields": [
                {"name": "q", "label": "布置、编号", "kind": "text", "value": asked.words},
                options("standing", "办理", STANDINGS, said),
                options("state", "状态", Claiming.choices, said),
            ]
        },
        "table": {
            "id": "catalog-claims",
            "caption": "事项认领",
            "columns": listing.headers,
            "empty": {"title": "没有认领办件", "text": "布置认领后，每个下级单位一件。"},
        },
        "rows": [_row(one) for one in listing.rows],
        "pager": listing.pager,
    }
    return render(request, "desk/list_page.html", context)


@door(LAY_OUT)
@require_http_methods(["GET", "POST"])
def lay_out(request: HttpRequest) -> HttpResponse:
    """Lay items out; first said to how many bodies, then done."""
    form = LayOutForm(request.POST or None)
    context: dict[str, object] = {
        "title": "布置认领", "form": form, "submit": "查看布置范围",
        "note": "在用的子项按监管部门、行使层级、行政区划分到下级单位；已认领或正在认领的不重复布置，退回过的再次布置。",
        "back": {"url": reverse("catalog:claims"), "label": "返回列表"},
    }  # fmt: skip
    if form.is_valid():
        versions = form.versions()
        if "confirmed" in request.POST:
            layout = services.Layout(form.cleaned_data["title"], versions)
            laid = attempt(form, lambda: services.lay_out(layout, actor=who(request)))
            if laid is not None:
                count = f"{len(laid.cases)} 个单位、{laid.items} 项次"
                messages.success(request, f"已布置给 {count}，期限内未认领的将自动催办。")
                return redirect("catalog:claims")
        else:
            context |= _foreseen(claimed.to_lay_out(who(request), versions))
    status = 422 if form.errors else 200
    return render(request, "desk/form_page.html", context, status=status)


def _foreseen(wanted: Sequence[tuple[Any, list[Item]]]) -> dict[str, object]:
    """What would be laid out, in words, and the button that does it."""
    if not wanted:
        return {"notice": "没有需要布置的：所选事项没有适用的下级单位，或都已布置。"}
    several = sum(len(items) for _, items in wanted)
    named = "、".join(f"{body.name} {len(items)} 项" for body, items in wanted[:8])
    rest = "等" if len(wanted) > 8 else ""
    return {
        "notice": f"将布置给 {len(wanted)} 个单位、{several} 项次：{named}{rest}。",
        "hidden": {"confirmed": "1"}, "submit": "确认布置",
    }  # fmt: skip


@door(ANSWER)
@require_POST
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Claim the ticked items, or say why they are not the body's own."""
    case = claimed.claim_case(who(request), number)
    given = Answer.CLAIMED if request.POST.get("answer") == "claimed" else Answer.DECLINED
    said = services.Said(given, request.POST.get("reason", ""))
    ticked = [int(one) for one in request.POST.getlist("item") if one.isdecimal() and len(one) < 19]
    seen = request.POST.get("seen", "")
    try:
        if not ticked:
            raise BadInput(problem="没有选择事项")
        services.answer(
            case, dict.fromkeys(ticked, said), actor=who(request),
            seen=int(seen) if seen.isdecimal() and len(seen) < 9 else None,
        )  # fmt: skip
    except MingchaError as refusal:
        messages.error(request, f"{refusal.title}{refusal.detail}")
    else:
        done = "已认领" if given == Answer.CLAIMED else "已退回"
        messages.success(request, f"{done} {len(ticked)} 项。")
    return redirect("desk:case", number)


def _row(case: Any) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(case)), "code": column.key == "number"} for column in COLUMNS
    ]
    cells[1]["badge"] = TONES.get(case.state, "plain")
    cells[0]["under"] = case.opener.name
    if case.state == Claiming.OPEN and case.due_on is not None and case.due_on < local_today():
        cells[-1]["badge"] = "late"
    return {"url": reverse("desk:case", args=[case.number]), "cells": cells}


def claims_on(case: Case, reader: Account) -> Mapping[str, object]:
    """The items of a case, and whether the reader may answer."""
    rows = list(claimed.claims_of(case))
    names = claimed.names_today(rows)
    may = case.state == Claiming.OPEN and reader.holds_over(ANSWER, case.unit)
    return {
        "may_answer": may,
        "total": len(rows),
        "left": sum(one.answer == Answer.WAITING for one in rows),
        "rows": [
            {"claim": one, "name": names.get(one.item_id, one.item.code), "url": url_of(one.item)}
            for one in rows
        ],
    }  # fmt: skip


def finished(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Move) -> object:
    """What has no answer is claimed, and the case ends."""
    return services.claim_rest(case, actor=actor, said=said)


FACE = Face(
    ITEM_CLAIM.name,
    template="catalog/claims.html",
    context=claims_on,
    moves={
        "finish": MoveFace(
            deed=finished,
            help="未答复的事项一并认领，然后办结。要退回的，请先在列表中写明理由退回。",
        ),
        "recall": MoveFace(help="该单位不再需要答复；已认领的事项也一并撤回。"),
    },
)
