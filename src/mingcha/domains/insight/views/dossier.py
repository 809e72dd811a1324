"""One entity, one dossier (一户一档): who it is, and everything known of it on one timeline."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.days import SHANGHAI, local_day, local_today
from mingcha.base.exports import FORMATS
from mingcha.base.ledger import queries as ledger
from mingcha.base.listing import Listing
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account
from mingcha.domains.insight.views import wording
from mingcha.domains.insight.views.search import COLUMNS
from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.queries import dossier as files
from mingcha.domains.records.queries.sharing import Shown
from mingcha.standards import loader
from mingcha.standards.model import Family

TABS: Sequence[tuple[str, str, tuple[Family, ...]]] = (
    ("all", "全部", ()),
    ("basic", "基本情况", (Family.REGISTER,)),
    ("licence", "许可", (Family.LICENCE,)),
    ("inspection", "检查", (Family.INSPECTION, Family.PLAN)),
    ("penalty", "处罚", (Family.PENALTY,)),
    ("coercion", "强制", (Family.COERCION,)),
    ("other", "其他行为", (Family.OTHER,)),
    ("complaint", "投诉举报", (Family.COMPLAINT,)),
    ("credit", "信用", (Family.CREDIT,)),
)
OBJECTS = "objects"
BY_CODE = {"code", "register", "own"}  # ties that need no explanation
WIDE = 60  # characters from which a value takes both columns
RECEIPTS = "records.receipts"


@door("insight.dossier")
@require_GET
def dossier(request: HttpRequest, number: str) -> HttpResponse:
    """The dossier of a party as of now or of any past day."""
    account = cast(Account, request.user)
    party = parties.party_for(account, number)
    day = past_day(request)
    tab = request.GET.get("tab", "all")
    counts = files.counts(account, party, as_of=end_of(day))
    objects = parties.objects_of(party)
    context = {
        "party": wording.shown(party, people.region_names({party.region})),
        "owner": party.owner,
        "state": {"label": party.status, "tone": "plain"},
        "codes": wording.codes_of(party),
        "tab": tab,
        "tabs": _tabs(tab, day, counts, objects.count()),
        "as_of": _as_of(request, day, tab),
        "why_url": reverse("desk:why_rows", args=["fact"]),
        "exports": _exports(party, day) if account.holds("insight.export") else [],
    }
    if tab == OBJECTS:
        return render(request, "insight/dossier.html", context | _objects(request, party))
    return render(request, "insight/dossier.html", context | _records(request, party, day, tab))


def _records(request: HttpRequest, party: Party, day: date | None, tab: str) -> dict[str, object]:
    """What a tab of records shows: a page of the timeline, and who the entity is."""
    account, as_of = cast(Account, request.user), end_of(day)
    said = request.GET.get("from", "")
    start = int(said) if said.isdigit() and len(said) < 9 else 0
    label, families = next((row[1:] for row in TABS if row[0] == tab), ("全部", ()))
    shown = files.dossier(account, party, as_of=as_of, families=families, start=start)
    register = shown.of(Family.REGISTER) or (
        files.dossier(account, party, as_of=as_of, families=[Family.REGISTER]).entries
    )
    return {
        "tab_label": label,
        "registers": _registers(account, register, number=party.public_id),
        "events": [event(account, entry, number=party.public_id) for entry in shown.entries],
        "doubtful": [files.doubt_in_words(tie) for tie in shown.doubtful],
        "stretch": _stretch(request, start, len(shown.entries), shown.total),
    }


def _objects(request: HttpRequest, party: Party) -> dict[str, object]:
    """Equipment, premises and products that the party answers for."""
    listing = Listing(request, parties.objects_of(party), COLUMNS, sort="kind")
    rows = listing.rows
    regions = people.region_names({row.region for row in rows})
    return {
        "table": {"id": "objects", "caption": "设备、场所、产品", "columns": listing.headers},
        "rows": [wording.shown(row, regions) for row in rows],
        "pager": listing.pager,
    }


def past_day(request: HttpRequest) -> date | None:
    """The day looked at, or None for now; today and later are now."""
    try:
        day = parse_date(request.GET.get("as_of", ""))
    except ValueError:  # looks like a date and is none
        return None
    return day if day and day < local_today() else None


def end_of(day: date | None) -> datetime | None:
    """The last moment of a day in Asia/Shanghai; None stays now."""
    return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI) if day else None


def _as_of(request: HttpRequest, day: date | None, tab: str) -> dict[str, object]:
    first = ledger.first_seal()
    seal = ledger.seal_at(moment) if (moment := end_of(day)) else None
    return {
        "value": day,
        "today": local_today(),
        "earliest": local_day(first.time) if first else local_today(),
        "now_url": f"{request.path}?tab={tab}",
        "keep": [{"name": "tab", "value": tab}],
        "seal": seal.no if seal else None,
    }


def _tabs(
    tab: str, day: date | None, counts: dict[str, int], objects: int
) -> list[dict[str, object]]:
    keep = f"&as_of={day.isoformat()}" if day else ""
    family = {name: loader.current().table(name).family for name in counts}
    found: list[tuple[str, str, int]] = [
        (key, label, sum(n for name, n in counts.items() if not wanted or family[name] in wanted))
        for key, label, wanted in TABS
    ]
    if objects:
        found.append((OBJECTS, "设备、场所、产品", objects))
    return [
        {"label": label, "url": f"?tab={key}{keep}", "active": key == tab, "count": number}
        for key, label, number in found
    ]


def _exports(party: Party, day: date | None) -> list[dict[str, str]]:
    address = reverse("insight:export", args=[party.public_id])
    keep = f"&as_of={day.isoformat()}" if day else ""
    return [
        {"label": label, "url": f"{address}?export={form}{keep}"} for form, label in FORMATS.items()
    ]


def _stretch(request: HttpRequest, start: int, here: int, total: int) -> dict[str, object]:
    """Which stretch of the records is shown, and where newer and older ones are."""
    query = request.GET.copy()

    def url(at: int) -> str:
        query["from"] = str(at)
        return f"?{query.urlencode()}"

    return {
        "first": start + 1,
        "last": start + here,
        "total": total,
        "newer_url": url(max(0, start - files.PAGE)) if start else "",
        "older_url": url(start + here) if start + here < total else "",
    }


def _registers(
    account: Account, entries: Sequence[files.Entry], *, number: str
) -> list[dict[str, object]]:
    """Each register's record of the entity; where two say otherwise, both say so (一数一源)."""
    said: dict[str, set[str]] = {}
    for entry in entries:
        for field in entry.fields:
            said.setdefault(field.spec.label, set()).add(files.label_of(field))
    differing = {label for label, values in said.items() if len(values) > 1}
    found = []
    for entry in entries:
        shown = event(account, entry, number=number)
        for fact in cast("list[dict[str, object]]", shown["facts"]):
            if fact["label"] in differing:
                fact["under"] = "与其他来源不一致"
        found.append(shown)
    return found


def event(
    account: Account, entry: files.Entry, *, number: str = "", changed: frozenset[str] = frozenset()
) -> dict[str, object]:
    """An entry as parts/timeline.html wants it; `number` is the party whose dossier it is in."""
    shown: dict[str, object] = {field.name: getattr(entry, field.name) for field in fields(entry)}
    shown["versions_url"] = reverse("insight:versions", args=[entry.fact_id])
    if entry.batch_id and account.holds_over(RECEIPTS, entry.provider):
        shown["file_url"] = reverse("records:batch", args=[entry.batch_id])
    if entry.tie is not None and entry.tie.how not in BY_CODE:
        shown["tied"] = f"关联依据：{files.reasons_in_words(entry.tie)}"
    facts = [
        _fact(field, entry.fact_id, number) | {"changed": field.field in changed}
        for field in entry.fields
    ]
    return shown | {"facts": facts}


def _fact(field: Shown, fact: int, number: str) -> dict[str, object]:
    value = files.label_of(field)
    shown: dict[str, object] = {
        "label": field.spec.label, "value": value, "masked": field.is_masked,
        "wide": len(value) > WIDE,
    }  # fmt: skip
    if field.is_masked:
        address = reverse("insight:reveal", args=[fact, field.field])
        shown["reveal_url"] = f"{address}?party={number}" if number else address
    return shown
