"""Who may see which facts and which of their fields (architecture.md 8). The only door to rows.

The policy is data: a table's share level, a field's share level, the provider's consent, and the
paths over which the viewer holds `insight.dossier`. It is compiled to a Django Q here and to an Ibis
predicate in lake.py; a property test holds both to the same rows and values. Masking happens on
the way out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from django.db.models import Q, QuerySet

from mingcha.base.days import local_today
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.records.models import Consent, Fact
from mingcha.standards import loader
from mingcha.standards.masking import mask
from mingcha.standards.model import FieldSpec, Share, Table

READ = "insight.dossier"
NOT_PERSONS = frozenset({"001", "099"})  # certificate types of bodies


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


@dataclass(frozen=True)
class Policy:
    """What one viewer may see, today or at some moment. Providers are ids, tables are names."""

    public: frozenset[str]  # tables whose rows are open to anybody
    line: frozenset[int]  # providers in whose unit or line above the viewer stands
    consented: frozenset[tuple[int, str]]  # (provider, table) with a consent that stands
    is_official: bool

    def providers_of(self, table: str) -> frozenset[int] | None:
        """The providers whose rows of a table may be seen; None stands for all of them."""
        if table in self.public:
            return None
        return self.line | {provider for provider, name in self.consented if name == table}

    def as_q(self, *, provider: str = "provider", dataset: str = "dataset") -> Q:
        """The rows that may be seen, of whatever has a provider and a dataset under these names."""
        allowed = Q(**{f"{dataset}__in": self.public}) | Q(**{f"{provider}__in": self.line})
        for providers, tables in self._consents().items():
            allowed |= Q(**{f"{provider}__in": providers, f"{dataset}__in": tables})
        return allowed

    def near(self, provider: int) -> Relation:
        """How near the viewer stands to a provider."""
        return Relation.LINE if provider in self.line else self.far

    @property
    def far(self) -> Relation:
        """How near the viewer stands to providers outside its line."""
        return Relation.OFFICIAL if self.is_official else Relation.ANYBODY

    def _consents(self) -> dict[frozenset[int], set[str]]:
        """Providers who consented to the same tables together: few conditions instead of many."""
        by_table: dict[str, set[int]] = {}
        for provider, table in self.consented:
            by_table.setdefault(table, set()).add(provider)
        grouped: dict[frozenset[int], set[str]] = {}
        for table, providers in by_table.items():
            grouped.setdefault(frozenset(providers), set()).add(table)
        return grouped


def policy_of(account: Account) -> Policy:
    """The policy for an account as of now. At most two queries."""
    is_official = account.holds(READ)
    standing = Consent.objects.standing(local_today()).given_to(account.organisation)
    shared = standing.filter(dataset__in=tables_of(Share.SHARED))
    return Policy(
        public=tables_of(Share.PUBLIC),
        line=frozenset(providers_in_line(account).values_list("pk", flat=True)),
        consented=frozenset(shared.values_list("provider", "dataset") if is_official else ()),
        is_official=is_official,
    )


def tables_of(level: Share) -> frozenset[str]:
    """The names of the tables of a share level."""
    tables = loader.current().tables.values()
    return frozenset(table.name for table in tables if table.share is level)


def visible_to(account: Account) -> QuerySet[Fact]:
    """The facts whose rows the account may see: public ones, shared ones, and those of its line."""
    return Fact.objects.filter(policy_of(account).as_q())


def providers_in_line(account: Account) -> QuerySet[Organisation]:
    """The organisations whose internal rows the account may see."""
    within = Q(pk__in=[])
    for path in account.held.paths(READ):
        within |= Q(path__startswith=path)
    return Organisation.objects.filter(within)


@dataclass(frozen=True)
class Shown:
    """One field on the way out: its value as the viewer may see it, and whether it was masked.

    `level` is the share level that decided.
    """

    field: str
    spec: FieldSpec
    value: str
    is_masked: bool
    level: Share


def shown(table: Table, payload: Mapping[str, str], near: Relation) -> list[Shown]:
    """The filled fields of a record in the order of the declaration, masked for the viewer."""
    about_person = is_about_person(table, payload)
    fields = []
    for name, spec in table.fields.items():
        value = payload.get(name)
        if value is None:
            continue
        level = level_of(table, spec, about_person=about_person)
        open_ = is_open(table, spec, near, about_person=about_person)
        value = value if open_ else mask(value, spec.mask)
        fields.append(Shown(name, spec, value, not open_, level))
    return fields


@dataclass(frozen=True)
class PersonRule:
    """A record concerns a natural person when `field` is filled and lies among `values`, or not."""

    field: str
    values: frozenset[str]
    is_among: bool


def person_rule(table: Table) -> PersonRule | bool:
    """How to tell whether a record of a table concerns a natural person; a bool: all or none do."""
    subject = table.subject
    if subject is None:
        return False
    if subject.person_when is not None:
        field, value = subject.person_when
        return PersonRule(field, frozenset({value}), is_among=True)
    if subject.scheme_from is None:
        return subject.scheme == "resident-id"
    return PersonRule(subject.scheme_from, NOT_PERSONS, is_among=False)


def unmasked(fact: Fact, field: str) -> Shown | None:
    """One field in full, for services.reveal alone; None where the record does not fill it."""
    spec = loader.current().table(fact.dataset).fields.get(field)
    value = fact.payload.get(field)
    if spec is None or value is None:
        return None
    table = loader.current().table(fact.dataset)
    level = level_of(table, spec, about_person=is_about_person(table, fact.payload))
    return Shown(field, spec, value, is_masked=False, level=level)


def is_about_person(table: Table, payload: Mapping[str, str]) -> bool:
    """Whether a record concerns a natural person: its certificate type, or its scheme, says so."""
    rule = person_rule(table)
    if isinstance(rule, bool):
        return rule
    value = payload.get(rule.field)
    return value is not None and (value in rule.values) == rule.is_among


def is_open(table: Table, spec: FieldSpec, near: Relation, *, about_person: bool) -> bool:
    """Whether a field is shown in full to a viewer who may see the row."""
    needed = NEEDED.get(level_of(table, spec, about_person=about_person))
    return needed is not None and near >= needed


def level_of(table: Table, spec: FieldSpec, *, about_person: bool) -> Share:
    """The share level of a field: its own, or its table's; another where it concerns a person."""
    if about_person and spec.share_if_person is not None:
        return spec.share_if_person
    return spec.share or table.share
