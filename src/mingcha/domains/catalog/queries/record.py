"""One item or checklist as its page shows it: versions, bases, what belongs to it, what is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from mingcha.base.cases.models import Case
from mingcha.base.cases.queries import about
from mingcha.base.people.models import Account
from mingcha.domains.catalog.models import (
    STANDING,
    ChecklistVersion,
    CheckPoint,
    Citation,
    Entry,
    Item,
    ItemMapping,
    ItemVersion,
    Version,
)
from mingcha.domains.catalog.queries.lists import Filter, checklists, items
from mingcha.domains.catalog.queries.shelves import shelf_of, standing
from mingcha.domains.catalog.rules.citations import place_in_words
from mingcha.domains.catalog.rules.differences import Difference, differences
from mingcha.standards import loader
from mingcha.standards.model import Table


@dataclass(frozen=True)
class Shown:
    """One declared field as a person reads it: codes by their labels."""

    key: str
    label: str
    value: str
    is_long: bool


@dataclass(frozen=True)
class Compared:
    """One field that differs between two texts, codes by their labels."""

    label: str
    difference: Difference


def version_on(entry: Entry, on: date) -> Version | None:
    """The version of an entry that a page of the day shows; None: it has none at all."""
    versions = standing(entry)
    holding = [
        one for one in versions if one.since <= on and (one.until is None or on <= one.until)
    ]
    coming = [one for one in versions if one.since > on]
    return next(iter([*holding, *coming]), None) or (versions[-1] if versions else None)


def version_numbered(entry: Entry, number: int) -> Version | None:
    """A version by its number, displaced ones included."""
    shelf = shelf_of(entry)
    rows = shelf.version._default_manager.filter(**{shelf.link: entry}, number=number)
    return rows.select_related("publication__body", shelf.link).first()


def fields_of(table: Table, content: dict[str, str]) -> list[Shown]:
    """The filled fields of a text in the order of the declaration."""
    return [
        Shown(name, spec.label, readable(table, name, content[name]), len(content[name]) > 60)
        for name, spec in table.fields.items()
        if content.get(name)
    ]


def readable(table: Table, name: str, value: str) -> str:
    """A value as a person reads it: the label of a code, else the value."""
    spec = table.fields.get(name)
    if spec is None or spec.codes is None or not value:
        return value
    return loader.current().code_table(spec.codes).label_of(value)


def compared(table: Table, before: dict[str, str], after: dict[str, str]) -> list[Compared]:
    """What differs between two texts of a table, field by field and within each."""
    old = {name: readable(table, name, value) for name, value in before.items()}
    new = {name: readable(table, name, value) for name, value in after.items()}
    return [
        Compared(table.fields[one.field].label, one)
        for one in differences(list(table.fields), old, new)
    ]


def compared_points(
    table: Table, before: Sequence[dict[str, str]], after: Sequence[dict[str, str]]
) -> list[Compared]:
    """What differs between two lists of check items, one after the other."""
    found = []
    for place in range(max(len(before), len(after))):
        old = before[place] if place < len(before) else {}
        new = after[place] if place < len(after) else {}
        found += [
            Compared(f"第 {place + 1} 条 · {one.label}", one.difference)
            for one in compared(table, old, new)
        ]
    return found


def places_of_law(version: Version) -> list[str]:
    """The legal bases of a version, read down to article and paragraph."""
    of = "item_version" if isinstance(version, ItemVersion) else "checklist_version"
    rows = Citation.objects.filter(**{of: version}).order_by("pk")
    said = (f"《{c.law}》{place_in_words(c.article, c.sub, c.paragraph, c.point)}" for c in rows)
    return list(dict.fromkeys(said))


def points_shown(version: ChecklistVersion) -> list[dict[str, str]]:
    """The check items of a version; without any, its contents parted at semicolons and line ends."""
    rows: list[CheckPoint] = list(version.points.filter(STANDING).order_by("number"))
    if rows:
        return [row.content for row in rows]
    text = version.content.get("check_contents", "")
    parts = [part.strip() for part in text.replace("\n", "；").replace(";", "；").split("；")]
    return [
        {"check_content": part, "point_number": str(number)}
        for number, part in enumerate(filter(None, parts), 1)
    ]


def subs_of(item: Item, on: date) -> QuerySet[ItemVersion]:
    """The sub-items of a main item as they stand on a day, by code."""
    return items(Filter(on=on)).filter(item__main=item).order_by("item__code")


def checklists_of(item: Item, on: date) -> QuerySet[ChecklistVersion]:
    """The checklists under an item as they stand on a day, by code."""
    found = checklists(Filter(on=on)).filter(checklist__item=item)
    return found.order_by("checklist__code")


def mappings_of(item: Item) -> list[tuple[ItemMapping, str, bool]]:
    """What the mapping sheet says of an item: (row, the other code, whether that is the national)."""
    rows = ItemMapping.objects.filter(
        Q(local_code=item.code) | Q(national_code=item.code), scheme=item.scheme
    )
    return [
        (row, row.national_code if row.local_code == item.code else row.local_code,
         row.local_code == item.code)
        for row in rows
    ]  # fmt: skip


def cases_about(account: Account, entry: Entry) -> QuerySet[Case]:
    """The open cases about an entry that an account may see, newest first."""
    kind = "catalog.item" if isinstance(entry, Item) else "catalog.checklist"
    found = about(account, kind, f"{entry.scheme}:{entry.code}")
    return found.filter(closed_at__isnull=True)


def mappings(words: str, relation: str) -> QuerySet[ItemMapping]:
    """The rows of the mapping sheet whose codes or names fit, with the latest names of both."""
    found = ItemMapping.objects.annotate(
        local_name=_latest_name("local_code"), national_name=_latest_name("national_code")
    )
    if words:
        codes = Q(local_code__startswith=words) | Q(national_code__startswith=words)
        names = Q(local_name__contains=words) | Q(national_name__contains=words)
        found = found.filter(codes | names)
    return found.filter(relation=relation) if relation else found


def _latest_name(code: str) -> Coalesce:
    """The name of the newest version of the item that a column names."""
    versions = ItemVersion.objects.filter(
        STANDING, item__scheme=OuterRef("scheme"), item__code=OuterRef(code)
    )
    latest = Subquery(versions.order_by("-since").values("name")[:1])
    return Coalesce(latest, Value("（不在目录中）"), output_field=CharField())
