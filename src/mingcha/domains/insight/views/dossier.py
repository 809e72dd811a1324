"""One entity, one dossier (一户一档): who it is, and everything known of it on one timeline."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import cast
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.days import local_day, local_today
from mingcha.base.exports import FORMATS
from mingcha.base.ledger import queries as ledger
from mingcha.base.listing import Listing
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account
from mingcha.domains.insight.views import identity, wording
from mingcha.domains.insight.views.moment import THEN, Moment, moment_of
from mingcha.domains.insight.views.search import COLUMNS
from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.records import services as records
from mingcha.domains.records.queries import dossier as files
from mingcha.domains.records.queries import then
from mingcha.domains.records.queries.sharing import Policy, Shown, policy_of
from mingcha.domains.records.queries.then import RightsThen
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
OPTIONAL = (
    "url",
    "state",
    "versions_url",
    "file_url",
    "tied",
)  # a key that lacks takes a template long
WIDE = 60  # characters from which a value takes both columns
RECEIPTS = "records.receipts"


@dataclass(frozen=True)
class Look:
    """One look into a dossier: who looks at whom, as of when, and under which policy."""

    account: Account
    party: Party
    moment: Moment
    policy: Policy
    rights: RightsThen | None  # those of then, where they are looked through

    @property
    def has_links(self) -> bool:
        """Whether entries lead on: what could be seen then may be closed today."""
        return self.rights is None


@door("insight.dossier")
@require_GET
def dossier(request: HttpRequest, number: str) -> HttpResponse:
    """The dossier of a party as of now or of any past moment, by today's rights or those of then."""
    account = cast(Account, request.user)
    look = _look(account, parties.party_for(account, number), moment_of(request))
    as_of = look.moment.as_of
    tab = request.GET.get("tab", "all")
    file = files.opened(account, look.party, as_of=as_of, policy=look.policy)
    objects = parties.objects_of(look.party)
    objects = objects if as_of is None else then.known_at(objects, as_of)
    context = {
        "tab": tab,
        "tabs": _tabs(tab, look.moment, file.counts, objects.count()),
        "as_of": _as_of(request, look, tab),
        "why_url": reverse("desk:why_rows", args=["fact"]),
        "exports": _exports(look) if account.holds("insight.export") else [],
    } | _head(look)
    if as_of is None:  # who it was and is, as believed today
        context["identity"] = identity.shown(account, look.party, look.policy)
    if tab == OBJECTS:
        return render(request, "insight/dossier.html", context | _objects(request, look, objects))
    return render(request, "insight/dossier.html", context | _records(request, look, tab, file))


def _look(account: Account, party: Party, moment: Moment) -> Look:
    """Find the policy; a look through the rights of then leaves an act."""
    if moment.as_of is None or not moment.by_rights_then:
        return Look(account, party, moment, policy_of(account), None)
    rights = then.rights_at(account, moment.as_of)
    records.note_look_then(party, actor=account, as_of=moment.as_of)
    return Look(account, party, moment, rights.policy, rights)


def _head(look: Look) -> dict[str, object]:
    """Who it is, as the registers know it, or knew it then."""
    as_of, party = look.moment.as_of, look.party
    known = party if as_of is None else then.party_at(party, as_of)
    shown = known or party
    codes = None if as_of is None else then.codes_at(party, as_of)
    is_renamed = shown.name != party.name
    return {
        "codes": wording.codes_of(shown, known_by=codes),
        "party": wording.shown(shown, people.region_names({shown.region})),
        "owner": shown.owner,
        "state": {"label": shown.status, "tone": "plain"},
        "is_unknown": known is None,
        "today": wording.name_of(party) if is_renamed else "",
    }


def _records(request: HttpRequest, look: Look, tab: str, file: files.Opened) -> dict[str, object]:
    """What a tab of records shows: a page of the timeline, and who the entity is."""
    said = request.GET.get("from", "")
    start = int(said) if said.isdigit() and len(said) < 9 else 0
    label, families = next((row[1:] for row in TABS if row[0] == tab), ("全部", ()))
    shown = file.page(families, start)
    register: Sequence[files.Entry] = shown.of(Family.REGISTER)
    if not register and any(
        loader.current().table(t).family is Family.REGISTER for t in file.counts
    ):
        register = file.page((Family.REGISTER,)).entries
    return {
        "tab_label": label,
        "basic_url": f"?{look.moment.address(tab='basic')}",
        "registers": _registers(look, register),
        "events": [event(look.account, entry, within=look) for entry in shown.entries],
        "doubtful": [files.doubt_in_words(tie) for tie in file.doubtful()],
        "stretch": _stretch(request, start, len(shown.entries), shown.total),
    }


def _objects(request: HttpRequest, look: Look, found: QuerySet[Party]) -> dict[str, object]:
    """Equipment, premises and products that the party answers for."""
    listing = Listing(request, found, COLUMNS, sort="kind")
    rows, as_of = listing.rows, look.moment.as_of
    if as_of is not None:
        known = then.parties_at(rows, as_of)
        rows = [known.get(row.pk, row) for row in rows]
    regions = people.region_names({row.region for row in rows})
    return {
        "table": {"id": "objects", "caption": "设备、场所、产品", "columns": listing.headers},
        "rows": [wording.shown(row, regions) for row in rows],
        "pager": listing.pager,
    }


def _as_of(request: HttpRequest, look: Look, tab: str) -> dict[str, object]:
    first, moment = ledger.first_seal(), look.moment
    seal = ledger.seal_at(moment.as_of) if moment.as_of else None
    keep = {"tab": tab} | ({"rights": THEN} if moment.by_rights_then else {})
    ordinary = urlencode({"tab": tab} | moment.said)
    return {
        "value": moment.day,
        "at": moment.at,
        "today": local_today(),
        "earliest": local_day(first.time) if first else local_today(),
        "now_url": f"{request.path}?tab={tab}",
        "keep": [{"name": name, "value": value} for name, value in keep.items()],
        "seal": seal.no if seal else None,
        "then": look.rights,
        "then_url": f"{request.path}?{ordinary}&rights={THEN}",
        "ordinary_url": f"{request.path}?{ordinary}",
    }


def _tabs(
    tab: str, moment: Moment, counts: dict[str, int], objects: int
) -> list[dict[str, object]]:
    family = {name: loader.current().table(name).family for name in counts}
    found: list[tuple[str, str, int]] = [
        (key, label, sum(n for name, n in counts.items() if not wanted or family[name] in wanted))
        for key, label, wanted in TABS
    ]
    if objects:
        found.append((OBJECTS, "设备、场所、产品", objects))
    return [
        {
            "label": label,
            "url": f"?{moment.address(tab=key)}",
            "active": key == tab,
            "count": number,
        }
        for key, label, number in found
    ]


def _exports(look: Look) -> list[dict[str, str]]:
    """The exports, by today's rights only: what is closed today does not leave the house."""
    if look.moment.by_rights_then:
        return []
    address = reverse("insight:export", args=[look.party.public_id])
    return [
        {"label": label, "url": f"{address}?{look.moment.address(export=form)}"}
        for form, label in FORMATS.items()
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


def _registers(look: Look, entries: Sequence[files.Entry]) -> list[dict[str, object]]:
    """Each register's record of the entity; where two say otherwise, both say so (一数一源)."""
    said: dict[str, set[str]] = {}
    for entry in entries:
        for field in entry.fields:
            said.setdefault(field.spec.label, set()).add(files.label_of(field))
    differing = {label for label, values in said.items() if len(values) > 1}
    found = []
    for entry in entries:
        shown = event(look.account, entry, within=look)
        for fact in cast("list[dict[str, object]]", shown["facts"]):
            if fact["label"] in differing:
                fact["under"] = "与其他来源不一致"
        found.append(shown)
    return found


def event(
    account: Account,
    entry: files.Entry,
    *,
    within: Look | None = None,
    changed: frozenset[str] = frozenset(),
) -> dict[str, object]:
    """An entry as parts/timeline.html wants it; `within` is the dossier it is looked at in."""
    shown: dict[str, object] = dict.fromkeys(OPTIONAL, "")
    shown |= {field.name: getattr(entry, field.name) for field in fields(entry)}
    has_links = within is None or within.has_links
    number = within.party.public_id if within else ""
    if has_links:
        shown["versions_url"] = reverse("insight:versions", args=[entry.fact_id])
    if has_links and entry.batch_id and account.holds_over(RECEIPTS, entry.provider):
        shown["file_url"] = reverse("records:batch", args=[entry.batch_id])
    if entry.tie is not None and entry.tie.how not in BY_CODE:
        shown["tied"] = f"关联依据：{files.reasons_in_words(entry.tie)}"
    facts = [
        _fact(field)
        | {"changed": field.field in changed}
        | _reveal(entry, field, number, has_links)
        for field in entry.fields
    ]
    return shown | {"facts": facts}


def _fact(field: Shown) -> dict[str, object]:
    value = files.label_of(field)
    return {
        "label": field.spec.label, "value": value, "masked": field.is_masked,
        "why": wording.masked_because(field), "wide": len(value) > WIDE,
    }  # fmt: skip


def _reveal(entry: files.Entry, field: Shown, number: str, has_links: bool) -> dict[str, object]:
    """Where a masked value is shown for a case, and why it is masked."""
    if not (field.is_masked and has_links):
        return {}
    address = reverse("insight:reveal", args=[entry.fact_id, field.field])
    return {"reveal_url": f"{address}?party={number}" if number else address}
