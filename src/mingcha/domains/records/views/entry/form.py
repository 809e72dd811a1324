"""The form of one record: filled in, saved as typed, checked at once, handed in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods

from mingcha.base.access import door
from mingcha.base.asking import NobodyAnswers
from mingcha.base.days import local_today
from mingcha.base.errors import MingchaError, NotAllowed
from mingcha.base.ids import LENGTH, public_id
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.records.errors import DraftLanded, KeyChanged
from mingcha.domains.records.models import Entry, EntryDraft, Fact
from mingcha.domains.records.queries.entry import filling as fillings
from mingcha.domains.records.queries.entry import standing
from mingcha.domains.records.queries.entry.copying import from_last
from mingcha.domains.records.queries.entry.filling import Filling
from mingcha.domains.records.queries.entry.known import Known
from mingcha.domains.records.queries.entry.offers import nearest
from mingcha.domains.records.services import entry as services
from mingcha.domains.records.services.entry import Handing, Outcome, Writing
from mingcha.domains.records.views.entry import boxes
from mingcha.domains.records.views.entry.posted import Posted, read, state_of, wants_json
from mingcha.standards import loader
from mingcha.standards.form import number_field
from mingcha.standards.model import Table

UNPROCESSABLE = 422
NUMBER = re.compile(rf"[0-9a-f]{{{LENGTH}}}")
INSERT, UPDATE = "i", "u"
HANDS_IN = {"submit", "next"}


@dataclass(frozen=True)
class Desk:
    """One form on somebody's desk: the table, for whom, the draft if there is one, what it says.

    `number` is the one that the draft will have when there is none yet: a form that is sent twice
    is one draft, and one record.
    """

    account: Account
    table: Table
    provider: Organisation
    draft: EntryDraft | None
    posted: Posted
    reason: str = ""
    note: str = ""
    accepts: bool = False
    number: str = ""

    @property
    def known(self) -> Known:
        """What the platform knows for this form."""
        return Known(self.account, self.provider, self.table, today=local_today())

    @property
    def corrects(self) -> Fact | None:
        """The record that is being corrected, if this is no new one."""
        if self.draft is None or self.draft.corrects is None:
            return None
        return standing.own_fact(self.account, self.draft.corrects)

    @property
    def operation(self) -> str:
        """Whether this is a new record or a correction."""
        return UPDATE if self.draft is not None and self.draft.corrects is not None else INSERT


@door("records.intake")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, table: str) -> HttpResponse:
    """An empty form of a table, with all that is known filled in."""
    account = cast(Account, request.user)
    found = loader.current().table(table)
    provider = chosen_provider(account, found, _said(request).get("provider", ""))
    number = _number(account, request.POST.get("draft", ""))
    begun = standing.drafts(account).filter(public_id=number, table=table, is_grid=False).first()
    return _answer(request, Desk(account, found, provider, begun, Posted(), number=number))


@door("records.intake")
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, number: str) -> HttpResponse:
    """A draft, to go on with."""
    account = cast(Account, request.user)
    gone = standing.gone(account, number)
    if gone is not None:
        return _gone(request, gone)
    found = standing.draft_for(account, number)
    if found.is_grid:
        return redirect("records:entry_grid_draft", number)
    table = loader.current().table(found.table)
    said = _said(request)
    provider = chosen_provider(account, table, said.get("provider", "") or found.provider.code)
    posted = Posted(dict(found.values), tuple(found.cleared))
    return _answer(request, Desk(account, table, provider, found, posted, reason=found.reason))


def _gone(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Where a draft leads that was handed in: to its record, or to the receipt of its rows.

    Raises DraftLanded for a script that goes on saving it, and for other words in its name.
    """
    said = request.POST
    table = loader.current().table(entry.table)
    is_same = entry.sent == Writing(*_of(read(said, table)), reason=_reason(said)).sent
    if request.method == "POST" and (wants_json(request) or not is_same):
        raise DraftLanded(key=entry.source_key)
    if said.get("act") == "next":
        where = reverse("records:entry_new", args=[entry.table])
        return redirect(f"{where}?provider={entry.provider.code}")
    if not entry.sent:
        return redirect("records:batch", entry.batch.public_id)
    return redirect("records:entry_record", entry.public_id)


def _answer(request: HttpRequest, desk: Desk) -> HttpResponse:
    if request.method != "POST":
        return _page(request, desk, fillings.filled(desk.known, *_of(desk.posted)), [])
    said = request.POST
    desk = replace(
        desk,
        posted=read(said, desk.table),
        reason=_reason(said),
        note=said.get("note", "").strip(),
        accepts=said.get("accepts") == "yes",
    )
    act = said.get("act", "save")
    if act == "last":
        last = from_last(desk.account, desk.table, desk.provider)
        desk = replace(desk, posted=Posted(last | desk.posted.typed, desk.posted.cleared))
    desk = _saved(request, desk)
    if act in HANDS_IN:
        return _handed_in(request, desk, act)
    if wants_json(request):
        return _as_json(desk)
    if act == "check":
        filling = fillings.filled(desk.known, *_of(desk.posted))
        return _page(request, desk, filling, _failures(desk, filling), complete=True)
    if act == "save":
        messages.success(request, "草稿已保存，可以随时从“在线录入”继续填写。")
    return redirect(_address(desk))


def _saved(request: HttpRequest, desk: Desk) -> Desk:
    """The desk with its draft kept as it stands now."""
    title = fillings.filled(desk.known, *_of(desk.posted)).title
    writing = Writing(desk.posted.typed, desk.posted.cleared, title, desk.reason)
    if desk.draft is None:
        entry = standing.gone(desk.account, desk.number)
        number = desk.number if entry is None or entry.sent == writing.sent else ""
        made = services.start_draft(
            desk.table, desk.provider, writing, actor=desk.account, number=number
        )
        return replace(desk, draft=made)
    version = request.POST.get("version", "")
    on = int(version) if version.isdigit() and len(version) < 9 else desk.draft.version
    return replace(
        desk,
        draft=services.save_draft(desk.draft, writing, version=on, provider=desk.provider),
    )


def _handed_in(request: HttpRequest, desk: Desk, act: str) -> HttpResponse:
    filling = fillings.filled(desk.known, *_of(desk.posted))
    fact = desk.corrects
    handing = Handing(
        desk.account, desk.provider, desk.table, desk.operation,
        draft=desk.draft.public_id if desk.draft is not None else "",
        corrects=fact.pk if fact is not None else None, reason=desk.reason, note=desk.note,
        accepts=desk.accepts, numbered=(0,) if filling.is_numbered else (),
        sent=Writing(*_of(desk.posted), reason=desk.reason).sent,
    )  # fmt: skip
    try:
        _same_key(desk, fact, filling)
        outcome = services.hand_in(handing, [filling.row])
    except NotAllowed:
        raise
    except MingchaError as refusal:
        failures = _failures_of(refusal)
        return _page(request, desk, filling, failures, complete=True)
    if not outcome.is_in:
        failures = _with_offers(desk, filling, outcome.rows[0]["failures"])
        return _page(
            request, desk, filling, failures, complete=True, warned=outcome.state == "warned"
        )
    return _onward(request, desk, outcome, act)


def _onward(request: HttpRequest, desk: Desk, outcome: Outcome, act: str) -> HttpResponse:
    entry = outcome.entries[0]
    messages.success(request, _told(entry.state, entry.source_key, desk.operation))
    if act == "next":
        where = reverse("records:entry_new", args=[desk.table.name])
        return redirect(f"{where}?provider={desk.provider.code}")
    return redirect("records:entry_record", entry.public_id)


def _told(state: str, key: str, operation: str) -> str:
    if state == "waiting":
        return f"{key} 已接收，正在等待它引用的内容到齐，到齐后自动入库。"
    if state == "unchanged":
        return f"{key} 的内容与已入库的相同，没有新增版本。"
    return f"{key} 已{'更正' if operation == UPDATE else '入库'}。"


def _page(
    request: HttpRequest,
    desk: Desk,
    filling: Filling,
    failures: Sequence[dict[str, Any]],
    *,
    complete: bool = False,
    warned: bool = False,
) -> HttpResponse:
    fixed = desk.table.key.fields if desk.operation == UPDATE else ()
    groups = boxes.groups(filling, failures, fixed=fixed, complete=complete)
    providers = standing.providers_of(desk.account, desk.table)
    number = number_field(desk.table)
    wrong = complete and bool(failures)
    context = {
        "table": desk.table,
        "groups": groups,
        "draft": desk.draft,
        "new_number": desk.number or public_id(),
        "state": state_of(boxes.proposed_texts(filling), list(desk.posted.cleared)),
        "provider": desk.provider,
        "providers": providers if desk.operation == INSERT else [],
        "number": filling.row.get(number or "", ""),
        "is_numbered": number is not None,
        "is_correction": desk.operation == UPDATE,
        "beside": " ".join(_beside(desk.table)),
        "reason": desk.reason,
        "note": desk.note,
        "whole": boxes.of_record(failures),
        "wrong": wrong,
        "warned": warned,
        "has_last": desk.draft is None and standing.last_of(desk.account, desk.table) is not None,
        "crumbs": [
            {"label": "在线录入", "url": reverse("records:entry")},
            {"label": desk.table.label},
        ],
    }
    status = UNPROCESSABLE if wrong else 200
    return render(request, "records/entry_form.html", context, status=status)


def _as_json(desk: Desk) -> JsonResponse:
    """What the script needs after each saving: texts, troubles, folded groups, where we are."""
    filling = fillings.filled(desk.known, *_of(desk.posted))
    checked = True
    try:
        failures = _failures(desk, filling)
    except NobodyAnswers:  # saved all the same; checked with the next key
        failures, checked = [], False
    groups = boxes.groups(filling, failures)
    texts = boxes.shown_texts(filling)
    every = boxes.groups(filling, failures, complete=True)
    draft = cast(EntryDraft, desk.draft)
    return JsonResponse(
        {
            "url": _address(desk),
            "version": draft.version,
            "checked": checked,
            "saved": f"{localtime(draft.saved_at):%H:%M}",
            "state": state_of(boxes.proposed_texts(filling), list(desk.posted.cleared)),
            "fields": {box.name: _box_json(box, texts) for group in every for box in _all(group)},
            "groups": [
                {"number": group.number, "summary": group.summary, "open": group.open}
                for group in groups
            ],
            "whole": [{"text": one.text, "tone": one.tone} for one in boxes.of_record(failures)],
        }
    )


def _box_json(box: boxes.Box, texts: dict[str, str]) -> dict[str, Any]:
    return {
        "text": texts.get(box.name, ""),
        "source": box.source,
        "troubles": [
            {
                "text": one.text, "tone": one.tone, "missing": one.missing,
                "offers": list(one.offers),
            }
            for one in box.troubles
        ],
    }  # fmt: skip


def _all(group: boxes.Group) -> list[boxes.Box]:
    return [*group.boxes, *group.more]


def _failures(desk: Desk, filling: Filling) -> list[dict[str, Any]]:
    """What the checks of intake say now."""
    row = fillings.judged(desk.known, [filling], operation=desk.operation)[0]
    return _with_offers(desk, filling, row["failures"])


def _with_offers(
    desk: Desk, filling: Filling, failures: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Failures, with the nearest items in force where one was named that is not."""
    pointing = {r.name for r in desk.table.references if r.to in {"item", "checklist"}}
    return [
        failure | {"offers": _nearest(desk, filling, failure["field"])}
        if failure["check"] in pointing
        else failure
        for failure in failures
    ]


def _nearest(desk: Desk, filling: Filling, name: str) -> list[dict[str, str]]:
    row = filling.row
    found = nearest(desk.known, name, row.get(name, ""), row)
    return [{"value": offer.value, "written": offer.written} for offer in found]


def _failures_of(refusal: MingchaError) -> list[dict[str, Any]]:
    """A refusal of the whole as a failure of no field."""
    text = f"{refusal.title}{refusal.detail}"
    return [{"check": refusal.code, "severity": "refuse", "field": "", "reason": text}]


def _same_key(desk: Desk, fact: Fact | None, filling: Filling) -> None:
    """A correction keeps the record's key. Raises KeyChanged."""
    for name in desk.table.key.fields if fact is not None else ():
        before, after = fact.payload.get(name, ""), filling.row.get(name, "")  # type: ignore[union-attr]
        if before != after:
            label = desk.table.fields[name].label
            raise KeyChanged(label=label, before=before, after=after)


def _number(account: Account, text: str) -> str:
    """The number that an empty form came with; "" unless it is free or the account's own."""
    if not NUMBER.fullmatch(text) or standing.is_anothers(account, text):
        return ""
    return text


def _reason(said: Any) -> str:
    return str(said.get("reason", "")).strip()


def _of(posted: Posted) -> tuple[dict[str, str], tuple[str, ...]]:
    return posted.typed, posted.cleared


def _said(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else request.GET


def _address(desk: Desk) -> str:
    return reverse("records:entry_draft", args=[cast(EntryDraft, desk.draft).public_id])


def _beside(table: Table) -> list[str]:
    """The fields on which offers hang: the day of the act, its item, the implementing body."""
    item = table.item
    named = [table.day_field, *([item.item, item.body] if item is not None else [])]
    return [name for name in named if name]


def chosen_provider(account: Account, table: Table, code: str) -> Organisation:
    """For whom: as asked, else the own body, else the first one. Raises NotAllowed."""
    mine = standing.providers_of(account, table).select_related("region")
    found = (
        mine.filter(code=code).first()
        or mine.filter(pk=account.organisation_id).first()
        or mine.first()
    )
    if found is None:
        raise NotAllowed(right=standing.right_for(table))
    return found
