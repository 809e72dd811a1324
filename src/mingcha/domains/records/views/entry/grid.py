"""Many records at once in a grid (成批录入): pasted from a spreadsheet, checked cell by cell."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mingcha.base.access import door
from mingcha.base.days import local_today
from mingcha.base.errors import BadInput
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.records.errors import DraftLanded
from mingcha.domains.records.models import Entry, EntryDraft
from mingcha.domains.records.queries.entry import filling as fillings
from mingcha.domains.records.queries.entry import standing
from mingcha.domains.records.queries.entry.known import Known
from mingcha.domains.records.queries.entry.offers import is_free
from mingcha.domains.records.services import entry as services
from mingcha.domains.records.services.entry import Handing, Outcome, Writing
from mingcha.domains.records.views.entry import boxes
from mingcha.domains.records.views.entry.form import chosen_provider
from mingcha.domains.records.views.entry.posted import LONGEST, wants_json
from mingcha.standards import loader
from mingcha.standards.form import sections
from mingcha.standards.model import Table

MOST_ROWS = 5000
AUTOMATIC = "（自动）"
LANDS = {"all", "good"}


@dataclass(frozen=True)
class Sheet:
    """A grid on somebody's desk. `changed` are the rows (from 0) that this request brought."""

    account: Account
    table: Table
    provider: Organisation
    draft: EntryDraft | None
    rows: Sequence[Mapping[str, str]] = ()
    changed: Sequence[int] = ()

    @property
    def known(self) -> Known:
        """What the platform knows for these rows."""
        return Known(self.account, self.provider, self.table, today=local_today())


@door("records.intake")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, table: str) -> HttpResponse:
    """An empty grid of a table."""
    account = cast(Account, request.user)
    found = loader.current().table(table)
    said = _said(request)
    provider = chosen_provider(account, found, str(said.get("provider", "")))
    return _answer(request, said, Sheet(account, found, provider, None))


@door("records.intake")
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, number: str) -> HttpResponse:
    """A grid to go on with."""
    account = cast(Account, request.user)
    gone = standing.gone(account, number)
    if gone is not None:
        return _gone(request, gone)
    found = standing.draft_for(account, number)
    if not found.is_grid:
        return redirect("records:entry_draft", number)
    table = loader.current().table(found.table)
    provider = chosen_provider(account, table, found.provider.code)
    sheet = Sheet(account, table, provider, found, found.values, range(len(found.values)))
    return _answer(request, _said(request), sheet)


def _gone(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Where a grid leads whose rows have all landed: to their receipt.

    Raises DraftLanded for a script that goes on saving it.
    """
    receipt = reverse("records:batch", args=[entry.batch.public_id])
    if request.method != "POST":
        return redirect(receipt)
    if _said(request).get("act") not in LANDS:
        raise DraftLanded(key=entry.source_key)
    return JsonResponse({"outcome": "known", "receipt": receipt, "landed": 0, "left": False})


def _answer(request: HttpRequest, said: Mapping[str, Any], sheet: Sheet) -> HttpResponse:
    if request.method == "POST":
        sheet = _saved(said, sheet)
        act = said.get("act", "")
        outcome = _handed_in(said, sheet) if act in LANDS else None
        return JsonResponse(_as_json(sheet, outcome))
    if wants_json(request):
        return JsonResponse(_as_json(sheet, None) | {"typed": list(sheet.rows)})
    context = {
        "table": sheet.table,
        "draft": sheet.draft,
        "provider": sheet.provider,
        "columns": json.dumps(_columns(sheet.table), ensure_ascii=False),
        "most": MOST_ROWS,
        "crumbs": [
            {"label": "在线录入", "url": reverse("records:entry")},
            {"label": f"{sheet.table.label}成批录入"},
        ],
    }
    return render(request, "records/entry_grid.html", context)


def _said(request: HttpRequest) -> Mapping[str, Any]:
    """The JSON that the script sends, or the query of a visit. Raises BadInput."""
    if request.method != "POST":
        return request.GET.dict()
    try:
        found = json.loads(request.body)
    except ValueError as error:
        raise BadInput(problem="成批录入的内容不是 JSON") from error
    if not isinstance(found, dict):
        raise BadInput(problem="成批录入的内容应是一个对象")
    return found


def _saved(said: Mapping[str, Any], sheet: Sheet) -> Sheet:
    """The sheet with its draft kept as it stands now. Raises BadInput or DraftMoved."""
    rows = [dict(row) for row in sheet.rows]
    count = said.get("count", len(rows))
    if not isinstance(count, int) or not 0 <= count <= MOST_ROWS:
        raise BadInput(problem=f"成批录入一次最多 {MOST_ROWS} 行")
    rows = rows[:count] + [{} for _ in range(count - len(rows))]
    changed = _changed(said.get("changed", {}), sheet.table, count)
    for place, row in changed.items():
        rows[place] = row
    title = f"{sum(1 for row in rows if row)} 行{sheet.table.label}"
    writing = Writing(rows, title=title)
    if sheet.draft is None:
        made = services.start_draft(sheet.table, sheet.provider, writing, actor=sheet.account)
    else:
        version = said.get("version")
        on = version if isinstance(version, int) else sheet.draft.version
        made = services.save_draft(sheet.draft, writing, version=on)
    return replace(sheet, draft=made, rows=rows, changed=sorted(changed))


def _changed(said: object, table: Table, count: int) -> dict[int, dict[str, str]]:
    """Row number (from 0) → its cells, of fields that exist."""
    if not isinstance(said, dict):
        raise BadInput(problem="changed 应是行号到单元格的对象")
    found = {}
    for place, cells in said.items():
        if not (str(place).isdigit() and int(place) < count and isinstance(cells, dict)):
            raise BadInput(problem=f"第 {place} 行的内容有误")
        texts = {name: text for name, text in cells.items() if isinstance(text, str)}
        found[int(place)] = {
            name: text.strip()[:LONGEST]
            for name, text in texts.items()
            if name in table.fields and text.strip()
        }
    return found


def _handed_in(said: Mapping[str, Any], sheet: Sheet) -> Outcome:
    rows = standing.filled_rows(sheet.rows)
    if not rows:
        raise BadInput(problem="表格里还没有内容")
    filled = fillings.many(sheet.known, rows)
    draft = cast(EntryDraft, sheet.draft)
    handing = Handing(
        sheet.account, sheet.provider, sheet.table,
        draft=draft.public_id, accepts=said.get("accepts") is True,
        note=str(said.get("note", ""))[:300], only_good=said.get("act") == "good",
        numbered=tuple(n for n, one in enumerate(filled) if one.is_numbered),
    )  # fmt: skip
    return services.hand_in(handing, [one.row for one in filled])


def _as_json(sheet: Sheet, outcome: Outcome | None) -> dict[str, Any]:
    """What the script needs: where we are, and what is to be said of the rows that changed."""
    said: dict[str, Any] = {}
    if outcome is not None:
        said["outcome"] = outcome.state
        if outcome.is_in:
            return said | _after(sheet, outcome)
    draft = sheet.draft
    asked = [place for place in sheet.changed if sheet.rows[place]]
    if outcome is not None:  # twins show only when all rows are looked at together
        asked = [place for place, row in enumerate(sheet.rows) if row]
    return said | {
        "url": _address(draft) if draft is not None else "",
        "version": draft.version if draft is not None else 0,
        "rows": _judged(sheet, asked),
    }


def _after(sheet: Sheet, outcome: Outcome) -> dict[str, Any]:
    """Where to go when rows have landed: to the receipt, or on with the rows that are left."""
    left = standing.drafts(sheet.account).filter(public_id=cast(EntryDraft, sheet.draft).public_id)
    return {
        "receipt": reverse("records:batch", args=[outcome.batch]),
        "landed": len(outcome.entries),
        "left": left.exists(),
    }


def _judged(sheet: Sheet, places: Sequence[int]) -> dict[int, dict[str, Any]]:
    if not places:
        return {}
    known = sheet.known
    filled = fillings.many(known, [sheet.rows[place] for place in places])
    judged = fillings.judged(known, filled, operation="i")
    return {
        place: _row(filling, row)
        for place, filling, row in zip(places, filled, judged, strict=True)
    }


def _row(filling: fillings.Filling, judged: Mapping[str, Any]) -> dict[str, Any]:
    """One row: what its cells show, what the platform adds, what is wrong."""
    shown = dict(filling.typed) | fillings.written(filling.table, filling.row)
    return {
        "shown": {name: shown[name] for name in filling.typed if name in shown},
        "added": {
            name: AUTOMATIC if one.source == fillings.NUMBER_SOURCE else shown[name]
            for name, one in filling.proposals.items()
        },
        "state": judged["state"],
        "troubles": [
            {"field": f["field"], "tone": boxes.TONES[f["severity"]], "text": f["reason"]}
            for f in judged["failures"]
        ],
    }


def _columns(table: Table) -> list[dict[str, Any]]:
    """The columns in the order of the form; those of folded groups are hidden at first."""
    found = []
    for section in sections(table):
        for name in (*section.fields, *section.more):
            spec = table.fields[name]
            options = boxes.options_of(spec)
            found.append(
                {
                    "name": name,
                    "label": spec.label,
                    "headers": [spec.label, *spec.aliases, name],
                    "required": spec.required or name in table.key.fields,
                    "more": name in section.more,
                    "asks": not is_free(table, name) and not options,
                    "kind": boxes.kind_of(table, name),
                    "unit": spec.unit,
                    "help": boxes.help_for(spec),
                    "options": [[one.value, one.label, one.letters] for one in options],
                }
            )
    return found


def _address(draft: EntryDraft) -> str:
    return reverse("records:entry_grid_draft", args=[draft.public_id])
