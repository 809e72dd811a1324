"""Human doors of publication: what waits, files for the publicity systems, query codes, audit bundles."""

from dataclasses import replace
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingcha.base.access import door
from mingcha.base.cases.faces import Face, MoveFace
from mingcha.base.days import local_day, local_today, minute_text
from mingcha.base.errors import MingchaError, NotFound
from mingcha.base.exports import attachment
from mingcha.base.listing import Column, Listing, select
from mingcha.base.people.models import Account
from mingcha.base.people.queries import organisations_under
from mingcha.domains.inspections.models import Part, PublicityFile
from mingcha.domains.inspections.queries import publishing as queries
from mingcha.domains.inspections.queries.public import draws, notices
from mingcha.domains.inspections.services import publicity, publishing, showing
from mingcha.domains.inspections.services.showing import AUDIT
from mingcha.domains.inspections.states import PART_KIND, PUBLISH, SEE, TASK_KIND, PartState
from mingcha.domains.records.services import vault

TONES = {
    PartState.REVIEWED: "doing", PartState.PUBLISHED: "done", PartState.REVOKED: "late",
    PartState.WITHDRAWN: "todo",
}  # fmt: skip
COLUMNS: list[Column[Part]] = [
    Column("party", "检查对象", lambda p: p.visit.party.name, "visit__party__name"),
    Column("state", "状态", lambda p: p.case.get_state_display(), "case__state"),
    Column("result", "抽查结果", lambda p: notices.result_label(p.result), "result"),
    Column("task", "抽查任务", lambda p: p.visit.task.name, "visit__task__name"),
    Column("body", "检查机关", lambda p: p.body.name, "body__path"),
    Column("reviewed", "审核日期", lambda p: local_day(p.reviewed_at) if p.reviewed_at else "—", "reviewed_at"),
    Column("due", "公示期限", lambda p: p.case.due_on or "—", "case__due_on"),
    Column("published", "公示日期", lambda p: local_day(p.published_at) if p.published_at else "—", "published_at"),
    Column("late", "逾期", lambda p: "逾期公示" if getattr(p, "was_late", False) and p.published_at else "—"),
]  # fmt: skip
SHORT = {"reviewed", "due", "published", "late", "state"}
FILE_COLUMNS: list[Column[PublicityFile]] = [
    Column("form", "报送表", lambda f: f.get_form_display(), "form"),
    Column("receipt", "回执", lambda f: f.receipt or "待登记", "receipt"),
    Column("target", "接收系统", lambda f: f.get_target_display(), "target"),
    Column("body", "公示单位", lambda f: f.body.name, "body__path"),
    Column("days", "日期", lambda f: f"{f.first_on} 至 {f.last_on}", "first_on"),
    Column("rows", "行数", lambda f: f.rows, "rows", num=True),
    Column("made", "生成时间", lambda f: minute_text(f.made_at), "made_at"),
]


class FileForm(forms.Form):
    """Which file to make."""

    form = forms.ChoiceField(label="报送表", choices=PublicityFile.Form.choices)
    target = forms.ChoiceField(label="接收系统", choices=PublicityFile.Target.choices)
    body: Any = forms.ModelChoiceField(label="公示单位", queryset=None, to_field_name="code")
    first = forms.DateField(label="首日", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    last = forms.DateField(label="末日", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    def __init__(self, *args: object, actor: Account, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field: Any = self.fields["body"]
        field.queryset = organisations_under(actor, PUBLISH).order_by("path")


class ReceiptForm(forms.Form):
    """What the other system answered."""

    receipt = forms.CharField(label="回执编号", max_length=100)
    accepted = forms.IntegerField(label="接收行数", required=False, min_value=0)
    note = forms.CharField(
        label="回执说明", max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )


class SubjectForm(forms.Form):
    """Whose query code, and how one knows that it is theirs."""

    code = forms.CharField(label="统一社会信用代码", max_length=40)
    reason = forms.CharField(
        label="查询人和核对情况", max_length=300, widget=forms.Textarea({"rows": 3}),
        help_text="例如：法定代表人持营业执照和身份证到场，已核对。出具查询码会留痕。",
    )  # fmt: skip


OFFERED = {
    PART_KIND.name: {
        "publish": MoveFace(deed=publishing.publish_part_case, help="公示后任何人都能查到。"),
        "withdraw": MoveFace(deed=publishing.withdraw_part_case),
    },
    TASK_KIND.name: {"publish": MoveFace(deed=publishing.publish_task_case)},
}


def offer() -> None:
    """Add the moves of publication to the faces of parts and tasks; after these were registered."""
    for kind, moves in OFFERED.items():
        face = Face.ALL.get(kind) or Face(kind)
        replace(face, moves={**face.moves, **moves}).register()


@door(PUBLISH)
@require_GET
def publication(request: HttpRequest) -> HttpResponseBase:
    """Results that wait to be published or taken down, with their days, and those that were late."""
    account, asked, on = cast(Account, request.user), request.GET, local_today()
    standing, words = asked.get("standing", ""), asked.get("q", "").replace("\0", "").strip()
    found = queries.parts(account, standing, words, on=on)
    listing = Listing(request, found, COLUMNS, sort="due")
    if "export" in asked:
        return listing.export("结果公示")
    counts = queries.counts(account, on=on)
    here = reverse("inspections:publication")
    context = {
        "title": "结果公示",
        "note": "审核通过的结果应在 20 个工作日内公示，随有行政决定的在 7 个工作日内；满 3 个工作日没有人公示的，由平台自动公示。",
        "figures": [
            {"label": "待公示", "value": counts.waiting, "url": f"{here}?standing=waiting"},
            {"label": "逾期未公示", "value": counts.late, "url": f"{here}?standing=late",
             "tone": "late" if counts.late else ""},
            {"label": "待撤下", "value": counts.revoked, "url": f"{here}?standing=revoked",
             "tone": "due" if counts.revoked else ""},
            {"label": "已公示", "value": counts.published, "url": f"{here}?standing=published"},
            {"label": "其中逾期公示", "value": counts.published_late,
             "url": f"{here}?standing=published-late"},
        ],
        "actions": [{"label": "报送公示系统", "url": reverse("inspections:publicity")}],
        "filter": {"fields": [
            {"name": "q", "label": "对象、任务或编号", "kind": "text", "value": words, "wide": True},
            select("standing", "状态", list(queries.STANDINGS.items()), standing),
        ]},
        "table": {
            "id": "publication", "caption": "结果公示", "columns": listing.headers,
            "empty": {"title": "没有符合条件的结果", "text": "审核通过的检查结果会列在这里。"},
            "batch": {"url": reverse("inspections:publish_several"), "actions": [
                {"label": "公示或撤下所选", "value": "publish"},
            ]},
        },
        "rows": [_row(one) for one in listing.rows],
        "pager": listing.pager, "exports": listing.exports,
    }  # fmt: skip
    return render(request, "inspections/publication.html", context)


@door(PUBLISH)
@require_POST
def publish_several(request: HttpRequest) -> HttpResponse:
    """Publish every ticked result, or take it down when it was revoked."""
    account = cast(Account, request.user)
    done, refused = publishing.publish_several(request.POST.getlist("key"), actor=account)
    if done:
        messages.success(request, f"已办理 {done} 项。")
    for why in refused[:10]:
        messages.warning(request, why)
    if not done and not refused:
        messages.warning(request, "没有勾选要公示的结果。")
    return redirect("inspections:publication")


@door(PUBLISH)
@require_GET
def publicity_files(request: HttpRequest) -> HttpResponseBase:
    """The files made for the publicity systems, with their receipts."""
    account, asked = cast(Account, request.user), request.GET
    found = queries.files(account)
    if asked.get("form", "") in PublicityFile.Form.values:
        found = found.filter(form=asked["form"])
    if asked.get("receipt") in {"yes", "no"}:
        found = found.filter(receipt_at__isnull=asked["receipt"] == "no")
    listing = Listing(request, found, FILE_COLUMNS, sort="-made")
    if "export" in asked:
        return listing.export("公示报送文件")
    rows = [
        {
            "url": reverse("inspections:publicity_file", args=[one.pk]),
            "cells": [{"text": str(column.text(one)), "num": column.num,
                       "badge": ("done" if one.receipt else "due") if column.key == "receipt" else ""}
                      for column in FILE_COLUMNS],
        }
        for one in listing.rows
    ]  # fmt: skip
    context = {
        "title": "公示报送文件", "note": "从已公布的计划和结果生成，送国家企业信用信息公示系统、信用中国和国家系统；回执登记后不能再改。",
        "actions": [{"label": "生成文件", "url": reverse("inspections:publicity_new"), "primary": True}],
        "filter": {"fields": [
            select("form", "报送表", list(PublicityFile.Form.choices), asked.get("form", "")),
            select("receipt", "回执", [("yes", "已登记"), ("no", "待登记")], asked.get("receipt", "")),
        ]},
        "table": {"id": "publicity", "caption": "公示报送文件", "columns": listing.headers,
                  "empty": {"title": "还没有报送文件", "text": "公布计划、公示结果之后，可以生成报送文件。"}},
        "rows": rows, "pager": listing.pager, "exports": listing.exports,
    }  # fmt: skip
    return render(request, "desk/list_page.html", context)


@door(PUBLISH)
@require_http_methods(["GET", "POST"])
def publicity_new(request: HttpRequest) -> HttpResponse:
    """Make a file."""
    account, today = cast(Account, request.user), local_today()
    usual = {"first": today.replace(day=1), "last": today, "body": account.organisation.code}
    form = FileForm(request.POST or None, actor=account, initial=usual)
    if form.is_valid():
        given = form.cleaned_data
        wanted = publicity.Wanted(given["form"], given["target"], given["first"], given["last"])
        try:
            made = publicity.make_file(wanted, body=given["body"], actor=account)
        except MingchaError as refusal:
            form.add_error(None, f"{refusal.title}{refusal.detail}")
        else:
            messages.success(request, f"已生成，共 {made.rows} 行。")
            return redirect("inspections:publicity_file", made.pk)
    context = {
        "title": "生成公示报送文件", "form": form, "submit": "生成文件",
        "back": {"url": reverse("inspections:publicity")},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(PUBLISH)
@require_http_methods(["GET", "POST"])
def publicity_file(request: HttpRequest, number: int) -> HttpResponse:
    """One file: what it holds, its download, and its receipt."""
    account = cast(Account, request.user)
    found = queries.file_for(account, number)
    form = ReceiptForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            publicity.keep_receipt(
                found, given["receipt"], accepted=given["accepted"], note=given["note"],
                actor=account,
            )  # fmt: skip
        except MingchaError as refusal:
            form.add_error(None, f"{refusal.title}{refusal.detail}")
        else:
            messages.success(request, "回执已登记。")
            return redirect("inspections:publicity_file", number)
    facts = [
        {"label": "接收系统", "value": found.get_target_display()},
        {"label": "公示单位", "value": found.body.name},
        {"label": "日期", "value": f"{found.first_on} 至 {found.last_on}"},
        {"label": "行数", "value": str(found.rows)},
        {"label": "生成", "value": f"{minute_text(found.made_at)} {found.made_by or '平台'}"},
        {"label": "CSV 摘要（SM3）", "value": found.csv.digest, "code": True, "wide": True},
        {"label": "JSON 摘要（SM3）", "value": found.json.digest, "code": True, "wide": True},
    ]  # fmt: skip
    if found.receipt_at is not None:
        facts += [
            {"label": "回执编号", "value": found.receipt},
            {"label": "接收行数", "value": "" if found.accepted is None else str(found.accepted)},
            {"label": "登记", "value": f"{minute_text(found.receipt_at)} {found.receipt_by}"},
            {"label": "回执说明", "value": found.receipt_note, "wide": True},
        ]
    context = {"file": found, "facts": facts, "form": form}
    status = 422 if form.errors else 200
    return render(request, "inspections/publicity_file.html", context, status=status)


@door(PUBLISH)
@require_GET
def publicity_download(request: HttpRequest, number: int, kind: str) -> FileResponse:
    """A file as it was made, "csv" or "json"."""
    found = queries.file_for(cast(Account, request.user), number)
    kept = {"csv": found.csv, "json": found.json}.get(kind)
    if kept is None:
        raise NotFound(what="下载格式", key=kind)
    file = vault.path_of(kept.digest).open("rb")
    response = FileResponse(file, content_type="application/octet-stream")
    name = f"{found.form}-{found.body.code}-{found.first_on}-{found.last_on}.{kind}"
    response["Content-Disposition"] = attachment(name)
    return response


@door(SEE)
@never_cache
@require_http_methods(["GET", "POST"])
def subject_code(request: HttpRequest, draw_id: str) -> HttpResponse:
    """Give an entity its query code; shown on the answer to this one request."""
    account = cast(Account, request.user)
    draw = queries.draw_for(account, draw_id)
    form = SubjectForm(request.POST or None)
    code = ""
    if form.is_valid():
        given = form.cleaned_data
        try:
            code = showing.give_subject_code(draw, given["code"], given["reason"], actor=account)
        except MingchaError as refusal:
            form.add_error(None, f"{refusal.title}{refusal.detail}")
    context = {"draw": draw, "form": form, "code": code, "of": request.POST.get("code", "").upper()}
    status = 422 if form.errors else 200
    return render(request, "inspections/subject_code.html", context, status=status)


@door(AUDIT)
@require_GET
def audit_bundle(request: HttpRequest, draw_id: str) -> FileResponse:
    """The bundle with the lines that are never public. Each download is an act."""
    draw = draws.draw_called(draw_id)
    path = showing.take_audit_bundle(draw, actor=cast(Account, request.user))
    response = FileResponse(path.open("rb"), content_type="application/zip")
    response["Content-Disposition"] = attachment(f"{draw_id}-audit.zip")
    response["Cache-Control"] = "no-store"
    return response


def _row(part: Part) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(part)), "nowrap": column.key in SHORT} for column in COLUMNS
    ]
    cells[0]["under"] = part.case.number
    cells[1]["badge"] = TONES.get(PartState(part.case.state), "plain")
    is_open = part.case.state in (PartState.REVIEWED, PartState.REVOKED)
    key = part.case.number if is_open else ""
    return {"url": reverse("desk:case", args=[part.case.number]), "key": key, "cells": cells}
