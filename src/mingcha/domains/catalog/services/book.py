"""Write versions into the book so that no two of an entry hold on one day (rules.days.terms).

Everything here runs inside the caller's transaction, with a publication that the caller made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Max

from mingcha.base.people.models import Organisation
from mingcha.domains.catalog.models import (
    Checklist,
    ChecklistVersion,
    Citation,
    Entry,
    Item,
    ItemVersion,
    Kind,
    Publication,
    Version,
)
from mingcha.domains.catalog.queries.shelves import SHELVES, Said, Shelf, item_scheme
from mingcha.domains.catalog.rules.citations import citations
from mingcha.domains.catalog.rules.days import Span, terms
from mingcha.domains.catalog.rules.keys import Keys
from mingcha.standards import loader

Key = tuple[str, str]  # scheme, code
AT_ONCE = 2000


@dataclass
class Written:
    """What a publication did: versions that are new, and entries whose days it touched."""

    fresh: list[Version] = field(default_factory=list)
    entries: dict[Key, Entry] = field(default_factory=dict)


def write(
    kind: Kind, said: Sequence[Said], publication: Publication, *, owner: Organisation
) -> Written:
    """Add versions; one with the first day of a standing version displaces it.

    What a standing version says already is left alone, so that the same list again changes
    nothing. For an entry that is new the body answers that its text points to: the one that
    implements it, or the one of its field at the level of `owner`; without one, `owner`.
    """
    shelf = SHELVES[kind]
    wanted = {(one.table.name, one.keys.code, one.keys.since): one for one in said}
    entries = _entries(shelf, list(wanted.values()), owner)
    shelved = _Shelved(shelf, entries.values(), publication)
    for (scheme, code, since), one in wanted.items():
        entry = entries[scheme, code]
        there = shelved.standing(entry).get(since)
        if there is not None and there.content == dict(one.content):
            continue
        shelved.add(entry, _version(shelf, entry, one), instead_of=there)
    shelved.save()
    _describe(shelf, shelved.fresh)
    _cite(shelved.fresh)
    touched = {(entry.scheme, entry.code): entry for entry in shelved.touched}
    return Written(shelved.fresh, touched)


def take_back(
    kind: Kind, keys: Iterable[tuple[str, str, date]], publication: Publication
) -> Written:
    """Take versions out again, named by scheme, code and first day; what is not there is left out."""
    shelf, wanted = SHELVES[kind], set(keys)
    codes = {code for _, code, _ in wanted}
    found = _locked(shelf, {scheme for scheme, _, _ in wanted}, codes)
    shelved = _Shelved(shelf, found.values(), publication)
    for scheme, code, since in wanted:
        entry = found.get((scheme, code))
        version = shelved.standing(entry).get(since) if entry is not None else None
        if entry is not None and version is not None:
            shelved.displace(entry, version)
    shelved.save()
    return Written([], {(entry.scheme, entry.code): entry for entry in shelved.touched})


class _Shelved:
    """The versions of some entries, held while they are changed."""

    def __init__(self, shelf: Shelf, entries: Iterable[Entry], publication: Publication) -> None:
        self.shelf, self.publication = shelf, publication
        self.fresh: list[Version] = []
        self._touched: dict[int, Entry] = {}
        self._displaced: list[Version] = []
        self._by_entry: dict[int, dict[date, Version]] = {}
        ids = [entry.pk for entry in entries]
        rows = shelf.version._default_manager.filter(**{f"{shelf.link}__in": ids})
        for version in rows.filter(displaced_by__isnull=True):
            self._of(version)[version.since] = version
        last = rows.values(shelf.link).annotate(last=Max("number")).order_by()
        self._last = {row[shelf.link]: row["last"] for row in last}

    def standing(self, entry: Entry) -> dict[date, Version]:
        """The versions of an entry that stand, by their first day."""
        return self._by_entry.setdefault(entry.pk, {})

    def add(self, entry: Entry, version: Version, *, instead_of: Version | None) -> None:
        """Put a version in."""
        if instead_of is not None:
            self.displace(entry, instead_of)
        version.number = self._last.get(entry.pk, 0) + 1
        version.publication = self.publication
        self._last[entry.pk] = version.number
        self.standing(entry)[version.since] = version
        self.fresh.append(version)
        self._touched[entry.pk] = entry

    def displace(self, entry: Entry, version: Version) -> None:
        """Take a version out."""
        version.displaced_by = self.publication
        self._displaced.append(version)
        del self.standing(entry)[version.since]
        self._touched[entry.pk] = entry

    def save(self) -> None:
        """Give every touched version its days and write what changed. The constraint is checked."""
        moved = [one for entry in self.touched for one in self._settle(entry)]
        manager = self.shelf.version._default_manager
        manager.bulk_update(self._displaced, ["displaced_by"], batch_size=AT_ONCE)
        manager.bulk_update(moved, ["until"], batch_size=AT_ONCE)
        manager.bulk_create(self.fresh, batch_size=AT_ONCE)
        left = [(version, False) for version in (*moved, *self.fresh)]
        self._leave_terms(left + [(version, True) for version in self._displaced])
        with connection.cursor() as cursor:  # say no now, not when the transaction ends
            cursor.execute(f"SET CONSTRAINTS {self.shelf.link}_versions_never_overlap IMMEDIATE")
            cursor.execute(f"SET CONSTRAINTS {self.shelf.link}_versions_never_overlap DEFERRED")

    def _leave_terms(self, left: Sequence[tuple[Version, bool]]) -> None:
        """Keep which days each version has from now on; True: none."""
        rows: list[Any] = []
        for version, is_void in left:
            days = {"since": version.since, "until": version.until, "is_void": is_void}
            of = {"version_id": version.pk, "publication_id": self.publication.pk}
            rows.append(self.shelf.term(**of, **days))
        self.shelf.term._default_manager.bulk_create(rows, batch_size=AT_ONCE)

    def _settle(self, entry: Entry) -> list[Version]:
        """Give the standing versions their days; those already stored whose last day moved."""
        standing = list(self.standing(entry).values())
        stated = [Span(one.since, one.said_until, place) for place, one in enumerate(standing)]
        moved = []
        for term in terms(stated):
            version = standing[term.key]
            if version.pk is not None and version.until != term.until:
                moved.append(version)
            version.until = term.until
        return moved

    @property
    def touched(self) -> list[Entry]:
        """The entries whose versions or days are not what they were."""
        return list(self._touched.values())

    def _of(self, version: Version) -> dict[date, Version]:
        return self._by_entry.setdefault(getattr(version, f"{self.shelf.link}_id"), {})


def _entries(shelf: Shelf, said: Sequence[Said], owner: Organisation) -> dict[Key, Entry]:
    """The entries of some versions, made where they are new, locked in a fixed order."""
    wanted = {(one.table.name, one.keys.code): one for one in said}
    answer = _Answerable(owner)
    made = [
        shelf.entry(scheme=scheme, code=code, owner=answer.of(one.keys))
        for (scheme, code), one in wanted.items()
    ]
    shelf.entry._default_manager.bulk_create(made, ignore_conflicts=True, batch_size=AT_ONCE)
    schemes, codes = {scheme for scheme, _ in wanted}, {code for _, code in wanted}
    found = _locked(shelf, schemes, codes)
    return {key: found[key] for key in wanted}


class _Answerable:
    """Finds the body that answers for an entry: by credit code, else by field and level."""

    def __init__(self, provider: Organisation) -> None:
        self.provider = provider
        open_ = Organisation.objects.filter(closed_on__isnull=True)
        self._by_code = {one.uscc: one for one in open_.exclude(uscc="")}
        self._by_field: dict[str, list[Organisation]] = {}
        for one in open_.filter(region=provider.region_id, level=provider.level):
            self._by_field.setdefault(one.department, []).append(one)

    def of(self, keys: Keys) -> Organisation:
        """The one body there is; several or none: the provider."""
        if keys.body in self._by_code:
            return self._by_code[keys.body]
        several = self._by_field.get(keys.department, []) if keys.department else []
        return several[0] if len(several) == 1 else self.provider


def _locked(shelf: Shelf, schemes: set[str], codes: set[str]) -> dict[Key, Entry]:
    rows = shelf.entry._default_manager.select_for_update().order_by("pk")
    found = rows.filter(scheme__in=schemes, code__in=codes)
    return {(entry.scheme, entry.code): entry for entry in found}


def _version(shelf: Shelf, entry: Entry, one: Said) -> Version:
    keys = one.keys
    columns: dict[str, Any] = {
        shelf.link: entry,
        "name": keys.name[:500],
        "since": keys.since,
        "until": keys.until,
        "said_until": keys.until,
        "status": keys.status,
        "body": keys.body,
        "levels": list(keys.levels),
        "region": keys.region,
        "content": dict(one.content),
        "fact_id": one.fact_id,
    }
    if shelf.kind == Kind.ITEM:
        columns |= {"action_kind": keys.action_kind, "department": keys.department}
    else:
        columns["item_code"] = keys.item_code
    return shelf.version(**columns)


def _describe(shelf: Shelf, fresh: Sequence[Version]) -> None:
    """Bring what an entry says of itself in line with its newest versions."""
    if shelf.kind == Kind.ITEM:
        _describe_items([one for one in fresh if isinstance(one, ItemVersion)])
    else:
        _describe_checklists([one for one in fresh if isinstance(one, ChecklistVersion)])


def _describe_items(fresh: Sequence[ItemVersion]) -> None:
    said: dict[int, tuple[Item, Keys]] = {}
    for version in fresh:
        said[version.item.pk] = (version.item, _keys(version))
    for item, keys in said.values():
        item.is_main = keys.is_main
        item.origin = keys.origin or item.owner.level
    items = [item for item, _ in said.values()]
    Item.objects.bulk_update(items, ["is_main", "origin"], batch_size=AT_ONCE)
    _join_mains({item.scheme for item in items}, said)


def _join_mains(schemes: set[str], said: Mapping[int, tuple[Item, Keys]]) -> None:
    """Lead sub-items to their main items, whichever of the two came first."""
    codes = {keys.main_code for _, keys in said.values() if keys.main_code}
    found = Item.objects.filter(scheme__in=schemes, code__in=codes)
    mains = {(main.scheme, main.code): main for main in found}
    joined = []
    for item, keys in said.values():
        main = mains.get((item.scheme, keys.main_code))
        if main is not None and main.pk != item.pk and item.main_id != main.pk:
            item.main = main
            joined.append(item)
    fresh_mains = {item.code: item for item, keys in said.values() if keys.is_main}
    joined += _waiting_for(schemes, fresh_mains)
    Item.objects.bulk_update(joined, ["main"], batch_size=AT_ONCE)


def _waiting_for(schemes: set[str], mains: Mapping[str, Item]) -> list[Item]:
    """Sub-items that came before their main items, led to them."""
    found = []
    for scheme in schemes if mains else ():
        spec = Said(loader.current().table(scheme), {}).spec
        if spec.main is None:
            continue
        rows = ItemVersion.objects.filter(
            item__scheme=scheme, item__main__isnull=True, displaced_by__isnull=True,
            **{f"content__{spec.main}__in": list(mains)},
        )  # fmt: skip
        for version in rows.select_related("item").order_by("since"):
            main = mains[version.content[spec.main]]
            if main.pk != version.item.pk and main.scheme == scheme:
                version.item.main = main
                found.append(version.item)
    return found


def _describe_checklists(fresh: Sequence[ChecklistVersion]) -> None:
    said = {version.checklist.pk: version for version in fresh}
    schemes = {version.checklist.scheme: item_scheme(version.checklist.scheme) for version in fresh}
    found = Item.objects.filter(
        scheme__in=set(schemes.values()), code__in={one.item_code for one in said.values()}
    )
    items = {(item.scheme, item.code): item for item in found}
    for version in said.values():
        scheme = schemes[version.checklist.scheme]
        version.checklist.item = items.get((scheme, version.item_code))
    lists = [version.checklist for version in said.values()]
    Checklist.objects.bulk_update(lists, ["item"], batch_size=AT_ONCE)


def _keys(version: ItemVersion) -> Keys:
    return Said(loader.current().table(version.item.scheme), version.content).keys


def _cite(fresh: Sequence[Version]) -> None:
    """Keep the places of laws on which the new versions rest."""
    rows = []
    for version in fresh:
        of = "item_version" if isinstance(version, ItemVersion) else "checklist_version"
        spec = Said(loader.current().table(version.entry.scheme), {}).spec
        for name in spec.bases:
            for one in citations(version.content.get(name, "")):
                place = {"article": one.article, "sub": one.sub}
                place |= {"paragraph": one.paragraph, "point": one.point}
                rows.append(Citation(**{of: version}, field=name, law=one.law[:300], **place))
    Citation.objects.bulk_create(rows, batch_size=AT_ONCE)
