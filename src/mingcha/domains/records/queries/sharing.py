"""Who may see which facts and which of their fields (architecture.md 8). The only door to rows.

The policy is data: a table's share level, a field's share level, the provider's consent, and the
paths over which the viewer holds `insight.dossier`. Masking happens here, on the way out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from django.db.models import Exists, OuterRef, Q, QuerySet

from mingcha.base.days import local_today
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.records.models import Consent, Fact
from mingcha.standards import loader
from mingcha.standards.model import FieldSpec, Share, Table

READ = "insight.dossier"


class Relation(IntEnum):
    """How near a viewer stands to a provider: the nearer, the more fields are open."""

    ANYBODY = 0
    OFFICIAL = 1
    LINE = 2  # the provider's unit and its line above


NEEDED = {
    Share.PUBLIC: Relation.ANYBODY,
    Share.SHARED: Relation.OFFICIAL,
    Share.INTERNAL: Relation.LINE,
}


def visible_to(account: Account) -> QuerySet[Fact]:
    """The facts whose rows the account may see: public ones, shared ones, and those of its line."""
    tables = loader.current().tables.values()
    public = [table.name for table in tables if table.share is Share.PUBLIC]
    allowed = Q(dataset__in=public) | Q(provider__in=providers_in_line(account))
    if account.holds(READ):
        shared = [table.name for table in tables if table.share is Share.SHARED]
        allowed |= Q(Exists(_consents()), dataset__in=shared)
    return Fact.objects.filter(allowed)


def providers_in_line(account: Account) -> QuerySet[Organisation]:
    """The organisations whose internal rows the account may see."""
    within = Q(pk__in=[])
    for path in account.held.paths(READ):
        within |= Q(path__startswith=path)
    return Organisation.objects.filter(within)


def relation(account: Account, provider: Organisation) -> Relation:
    """How near the account stands to a provider."""
    if account.holds_over(READ, provider):
        return Relation.LINE
    return Relation.OFFICIAL if account.holds(READ) else Relation.ANYBODY


@dataclass(frozen=True)
class Shown:
    """One field on the way out: its value as the viewer may see it, and whether it was masked."""

    field: str
    spec: FieldSpec
    value: str
    is_masked: bool


def shown(table: Table, payload: Mapping[str, str], near: Relation) -> list[Shown]:
    """The filled fields of a record in the order of the declaration, masked for the viewer."""
    about_person = is_about_person(table, payload)
    fields = []
    for name, spec in table.fields.items():
        value = payload.get(name)
        if value is None:
            continue
        open_ = is_open(table, spec, near, about_person=about_person)
        fields.append(Shown(name, spec, value if open_ else mask(value, spec.mask), not open_))
    return fields


def is_about_person(table: Table, payload: Mapping[str, str]) -> bool:
    """Whether a record concerns a natural person: its certificate type, or its scheme, says so."""
    subject = table.subject
    if subject is None:
        return False
    if subject.person_when is not None:
        field, value = subject.person_when
        return payload.get(field) == value
    if subject.scheme_from is None:
        return subject.scheme == "resident-id"
    return payload.get(subject.scheme_from) not in {None, "001", "099"}


def is_open(table: Table, spec: FieldSpec, near: Relation, *, about_person: bool) -> bool:
    """Whether a field is shown in full to a viewer who may see the row."""
    level = spec.share or table.share
    if about_person and spec.share_if_person is not None:
        level = spec.share_if_person
    needed = NEEDED.get(level)
    return needed is not None and near >= needed


def mask(value: str, how: str | None) -> str:
    """A value with what identifies a person blotted out; without a way to mask, all of it."""
    if how == "name":
        return value[:1] + "＊" * max(len(value) - 1, 1)
    if how == "id":
        return value[:6] + "＊" * 8 + value[-4:] if len(value) > 10 else "＊" * len(value)
    if how == "phone":
        return value[:3] + "＊" * 4 + value[-4:] if len(value) > 7 else "＊" * len(value)
    if how == "address":
        return value[:9] + "＊＊＊" if len(value) > 9 else "＊＊＊"
    return "＊＊＊"


def _consents() -> QuerySet[Consent]:
    today = local_today()
    return Consent.objects.filter(
        Q(until__isnull=True) | Q(until__gte=today),
        provider=OuterRef("provider"),
        dataset=OuterRef("dataset"),
        since__lte=today,
    )
