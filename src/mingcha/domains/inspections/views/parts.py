"""Departments' parts of visits: my inspections, and the page that an officer works with on site."""

import json
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from mingcha.base.access import door
from mingcha.base.calendar import queries as calendar
from mingcha.base.cases import queries as cases
from mingcha.base.cases.services import note_opened
from mingcha.base.days import local_today, second_text, utc_now
from mingcha.base.errors import BadInput
from mingcha.base.exports import attachment
from mingcha.base.http import wants_problem
from mingcha.base.listing import Column, Listing, options
from mingcha.base.people.models import Account
from mingcha.domains.inspections.models import Evidence, Part
from mingcha.domains.inspections.models.tasks import Mode
from mingcha.domains.inspections.queries import documents, followups
from mingcha.domains.inspections.queries import parts as queries
from mingcha.domains.inspections.queries.parts import Filter, Line
from mingcha.domains.inspections.rules import following
from mingcha.domains.inspections.services import onsite, pairing
from mingcha.domains.inspections.services.onsite import Statement, Tap, Upload
from mingcha.domains.inspections.states import PartState
from mingcha.domains.inspections.views import who
from mingcha.domains.records.services import attachments, vault

SEE, INSPECT = "inspections.see", queries.INSPECT
STANDINGS = [("open", "在办"), ("late", "逾期"), ("closed", "已办结")]
WHOSE = [("mine", "我参加的"), ("all", "我能看到的全部")]
COLUMNS: Sequence[Column[Part]] = (
    Column("party", "检查对象", lambda p: p.visit.party.name, "visit__party__name"),
    Column("state", "状态", lambda p: p.case.get_state_display(), "case__state"),
    Column("due", "期限", lambda p: p.case.due_on or "", "case__due_on"),
    Column("task", "任务", lambda p: p.visit.task.name, "visit__task__name"),
    Column("mode", "检查方式", lambda p: _mode(p), "visit__task__mode"),
    Column("body", "检查主体", lambda p: p.body.name, "body__path"),
    Column("planned", "检查日期", lambda p: p.visit.planned_on or "", "visit__planned_on"),
    Column("result", "抽查结果", lambda p: queries.result_label(p.result), "result"),
    Column("number", "编号", lambda p: p.case.number, "case__number"),
)
BEFORE = {PartState.TO_CONFIRM, PartState.CONFIRMED}


class PlanForm(forms.Form):
    """When a visit is made, and from when its notice may be shown."""

    on = forms.DateField(label="检查日期", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    shown_from = forms.DateField(
        label="通知书可出示日期", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text="不填即为检查当天。随机抽查一般不提前通知。",
    )  # fmt: skip


class TeamForm(forms.Form):
    """Who goes, where nobody is drawn: by certificate, from the department's own officers."""

    officers = forms.MultipleChoiceField(
        label="检查人员", widget=forms.CheckboxSelectMultiple,
        help_text="填满空缺的席位；证件到期、离岗和须回避的不能指派。",
    )  # fmt: skip

    def __init__(self, part: Part, data: Any = None) -> None:
        super().__init__(data)
        self.fields["officers"].choices = queries.may_go(part)  # type: ignore[attr-defined]


@door(SEE)
@require_GET
def part_list(request: HttpRequest) -> HttpResponseBase:
    """My inspections: the parts in whose team I am; with ?whose=all every part that I may see.

    Whoever inspects nothing is shown all.
    """
    account, asked = who(request), request.GET
    names = ("state", "mode", "result", "standing", "party", "task", "body", "officer", "year")
    wanted = Filter(
        words=asked.get("q", "").strip(), whose=asked.get("whose") or ("mine" if account.holds(INSPECT) else "all"),
        **{name: asked.get(name, "") for name in names},
    )  # fmt: skip
    listing = Listing(request, queries.parts(account, wanted), COLUMNS, sort="due")
    if "export" in asked:
        return listing.export("部门检查")
    judge = calendar.days()
    context = {
        "title": "我的检查" if wanted.whose == "mine" else "部门检查",
        "note": "最急的在前。点对象名称到现场记录页面。",
        "actions": [{"label": "回避登记", "url": reverse("inspections:avoidances")}],
        "filter": {
            "fields": [
                {"name": "q", "label": "对象名称、代码或编号", "kind": "text", "value": wanted.words},
                options("whose", "范围", WHOSE, {"whose": wanted.whose}),
                options("standing", "进展", STANDINGS, asked),
                options("state", "状态", PartState.choices, asked),
                options("mode", "检查方式", Mode.choices, asked),
                options("result", "抽查结果", queries.results(), asked),
                *(
                    {"name": name, "kind": "hidden", "value": asked[name]}
                    for name in ("party", "task", "body", "officer", "year")
                    if asked.get(name)
                ),
            ],
            "clear_url": "?",
        },
        "exports": listing.exports,
        "table": {
            "id": "parts", "caption": "我的检查", "columns": listing.headers,
            "empty": {
                "title": "没有符合条件的检查",
                "text": "抽取或下达任务后，检查组中的您会在这里和待办中看到；账号须与执法证对应。",
            },
        },
        "rows": [_row(part, judge) for part in listing.rows],
        "pager": listing.pager,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


@door(SEE)
@never_cache
@require_GET
def part(request: HttpRequest, number: str) -> HttpResponse:
    """One part as it is worked on: who goes, what the notice says, the form, evidence, result."""
    account = who(request)
    found = queries.part_for(account, number)
    note_opened(found.case, reader=account)
    return render(request, "inspections/part.html", _page(request, found))


@door(INSPECT)
@require_POST
def plan(request: HttpRequest, number: str) -> HttpResponse:
    """Set the day of the visit."""
    found = queries.part_for(who(request), number)
    form = PlanForm(request.POST)
    if not form.is_valid():
        return render(
            request, "inspections/part.html", _page(request, found, plan_form=form), status=422
        )
    given = form.cleaned_data
    onsite.plan(found.case, on=given["on"], shown_from=given["shown_from"], actor=who(request))
    messages.success(request, "检查日期已安排。")
    return redirect("inspections:part", number)


@door(INSPECT)
@require_POST
def name_officers(request: HttpRequest, number: str) -> HttpResponse:
    """Name who goes, in a task without a draw."""
    found = queries.part_for(who(request), number)
    form = TeamForm(found, request.POST)
    if not form.is_valid():
        return render(
            request, "inspections/part.html", _page(request, found, team_form=form), status=422
        )
    pairing.name_officers(found.case, form.cleaned_data["officers"], actor=who(request))
    messages.success(request, "已指派检查人员，请其确认任务。")
    return redirect("inspections:part", number)


@door(INSPECT)
@require_POST
def record(request: HttpRequest, number: str) -> HttpResponse:
    """Keep what was found: as JSON tap by tap, or the whole form at once without script."""
    found = queries.part_for(who(request), number)
    lines = onsite.record(found.case, _taps(request, found), actor=who(request))
    if wants_problem(request):
        return JsonResponse(_kept(lines))
    messages.success(request, "检查情况已保存。")
    return redirect(f"{reverse('inspections:part', args=[number])}#form")


@door(INSPECT)
@require_POST
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """Keep photos and other files, for a line or for the whole; the signature too."""
    found = queries.part_for(who(request), number)
    kind = request.POST.get("kind", Evidence.Kind.FOUND)
    files = cast("list[UploadedFile[bytes]]", request.FILES.getlist("files"))
    if not files or kind not in Evidence.Kind.values:
        raise BadInput(problem="没有选择文件")
    made = [
        onsite.attach(
            found.case, Upload(file.name or "", file.chunks(), _line_of(request), kind),
            actor=who(request),
        )
        for file in files
    ]  # fmt: skip
    if wants_problem(request):
        said = [{"name": one.name, "digest": one.file.digest, "url": _file_url(number, one)}
                for one in made]  # fmt: skip
        return JsonResponse({"files": said, "at": _clock()})
    messages.success(request, f"已存入 {len(made)} 个文件。")
    return redirect(f"{reverse('inspections:part', args=[number])}#evidence")


@door(INSPECT)
@require_POST
def statement(request: HttpRequest, number: str) -> HttpResponse:
    """Keep what the enterprise says and who signs, or why not."""
    found, said = queries.part_for(who(request), number), request.POST
    onsite.state(
        found.case,
        Statement(said.get("statement", ""), said.get("signed_by", ""), said.get("unsigned", "")),
        actor=who(request),
    )
    if wants_problem(request):
        return JsonResponse({"at": _clock()})
    messages.success(request, "当事人陈述已保存。")
    return redirect(f"{reverse('inspections:part', args=[number])}#statement")


@door(SEE)
@never_cache
@require_GET
def evidence(request: HttpRequest, number: str, file: int) -> HttpResponseBase:
    """A file of a part, as a download that no browser opens by itself. Leaves one act."""
    found = queries.evidence_for(who(request), number, file)
    onsite.note_taken(found, number=number, actor=who(request))
    response = FileResponse(
        vault.path_of(found.file.digest).open("rb"), content_type=attachments.type_of(found.name)
    )
    response["Content-Disposition"] = attachment(found.name)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _page(
    request: HttpRequest, found: Part, *, plan_form: PlanForm | None = None,
    team_form: TeamForm | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What the page of a part shows."""
    account, visit = who(request), queries.made_in(found.visit)
    place, lines = queries.place_of(found, account), queries.lines_of(found)
    state, team = found.case.state, queries.team(found)
    is_mine = place is not None
    files = list(found.evidence.select_related("file", "by").order_by("pk"))
    first = {"on": visit.planned_on, "shown_from": visit.shown_from}
    number = found.case.number
    return {
        "part": found, "case": found.case, "visit": visit, "task": visit.task,
        "party": visit.party, "place": place, "team": team, "how": documents.title_of(found.visit),
        "tone": "done" if not found.case.is_open else "doing",
        "due": cases.until(found.case.due_on) if found.case.due_on else None,
        "groups": _groups(lines), "counts": _kept(lines), "answers": queries.answers(),
        "can_confirm": place is not None and state == PartState.TO_CONFIRM and not place.confirmed_at,
        "can_avoid": is_mine and state in BEFORE,
        "can_plan": is_mine and state in BEFORE,
        "can_start": is_mine and state == PartState.CONFIRMED,
        "can_record": is_mine and state == PartState.UNDER_WAY,
        "team_form": team_form or (TeamForm(found) if _may_name(found, account) else None),
        "can_review": state == PartState.SUBMITTED
        and account.holds_over("inspections.review", found.case.unit),
        "ready": sum(bool(one.confirmed_at) for one in team),
        "plan_form": plan_form or PlanForm(initial=first),
        "shown_from": queries.shown_from(visit), "is_shown": queries.is_shown(visit),
        "others": [one for one in queries.parts_of_visit(visit) if one.pk != found.pk],
        "files": [one for one in files if one.kind != Evidence.Kind.SIGNATURE],
        "signature": next((one for one in files if one.kind == Evidence.Kind.SIGNATURE), None),
        "lacks": queries.missing(found, lines),
        "results": [
            {"code": code, "label": label, "follows": following.follows(code, on=followups.day_of(found))}
            for code, label in queries.results()
        ],
        "result": queries.result_label(found.result), "followed": followups.followed(found),
        "records": list(found.records.select_related("item__item").order_by("pk")),
        "dossier": reverse("insight:dossier", args=[visit.party.public_id])
        if account.holds("insight.dossier") else "",
        "code_url": reverse("inspections:check_code", args=[visit.token]),
        "record_url": reverse("inspections:record", args=[number]),
        "today": local_today(),
    }  # fmt: skip


def _may_name(found: Part, account: Account) -> bool:
    """Whether the account may name who goes: nothing was drawn, and a place is vacant."""
    return (
        found.visit.task.mode != Mode.RANDOM
        and found.case.state == PartState.TO_CONFIRM
        and account.holds_over(INSPECT, found.case.unit)
        and any(place.officer_id is None for place in queries.team(found))
    )


def _groups(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The lines under the item that they belong to."""
    found: dict[int, dict[str, Any]] = {}
    for line in lines:
        group = found.setdefault(line.item.pk, {"item": line.item.item, "lines": []})
        group["lines"].append(line)
    return list(found.values())


def _kept(lines: Sequence[Line]) -> dict[str, Any]:
    """How far the form is: what the page shows after each tap."""
    done = sum(bool(line.answer) for line in lines)
    failed = sum(line.answer == following.FAILED for line in lines)
    return {"done": done, "of": len(lines), "failed": failed, "at": _clock()}


def _clock() -> str:
    return second_text(utc_now())[11:]


def _taps(request: HttpRequest, found: Part) -> list[Tap]:
    """What was found, from JSON [{item, number, answer, note}] or from the fields of the form."""
    if request.content_type == "application/json":
        try:
            return [
                Tap(int(one["item"]), int(one["number"]), str(one["answer"]), str(one["note"]))
                for one in json.loads(request.body)
            ]
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(problem="记录的格式不对") from error
    said = request.POST
    return [
        Tap(line.item.pk, line.number, said[f"answer-{line.key}"], said.get(f"note-{line.key}", ""))
        for line in queries.lines_of(found)
        if said.get(f"answer-{line.key}")
    ]


def _line_of(request: HttpRequest) -> tuple[int, int] | None:
    """The line that a file belongs to, as "item-number"; none for the whole."""
    item, _, number = request.POST.get("line", "").partition("-")
    return (int(item), int(number)) if item.isdecimal() and number.isdecimal() else None


def _file_url(number: str, one: Evidence) -> str:
    return reverse("inspections:evidence", args=[number, one.pk])


def _mode(found: Part) -> str:
    return "复查" if found.visit.is_recheck else found.visit.task.get_mode_display()


def _row(found: Part, judge: Any) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(found)) or "—"} for column in COLUMNS
    ]
    cells[0]["under"] = found.visit.party.address
    cells[1]["badge"] = "done" if not found.case.is_open else "doing"
    if found.case.due_on is not None and found.case.is_open:
        _, words, tone = cases.until(found.case.due_on, judge=judge)
        cells[2] = {"text": words, "badge": tone}
    cells[8]["code"] = True
    return {"url": reverse("inspections:part", args=[found.case.number]), "cells": cells}
