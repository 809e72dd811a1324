"""Which sources count for which attribute, and how far (权威来源)."""

from collections.abc import Mapping
from datetime import date

from django.db.models import QuerySet

from mingcha.base.intervals import holds_on
from mingcha.domains.parties.models import Authority
from mingcha.domains.parties.rules.attributes import LABELS, Attribute
from mingcha.standards import loader
from mingcha.standards.model import RegionBy

UNDECLARED = 99
__all__ = [
    "UNDECLARED",
    "Authority",
    "Ranks",
    "authorities",
    "fields_of",
    "label_of",
    "rank_of",
    "ranks",
    "source_tables",
]

Ranks = Mapping[tuple[str, str, str], int]  # (attribute, table, department) → rank


def authorities(*, on: date | None = None) -> QuerySet[Authority]:
    """Every row, or those in force on a day."""
    return Authority.objects.filter(holds_on(on)) if on is not None else Authority.objects.all()


def ranks(on: date) -> Ranks:
    """The ranks in force on a day. One query."""
    rows = authorities(on=on).values_list("attribute", "table", "department", "rank")
    return {(attribute, table, department): rank for attribute, table, department, rank in rows}


def rank_of(ranks_: Ranks, attribute: str, table: str, department: str) -> int | None:
    """The rank of a provider's table for an attribute; None where it is no source of it.

    A register that nobody has given a place comes last: a city's own register is a source too.
    """
    own = ranks_.get((attribute, table, department), ranks_.get((attribute, table, "")))
    if own is None and loader.current().table(table).register_as is not None:
        return UNDECLARED
    return own


def source_tables(ranks_: Ranks) -> list[str]:
    """The tables that are a source of anything."""
    return sorted({table for _, table, _ in ranks_})


def fields_of(table: str) -> Mapping[Attribute, tuple[str, ...]]:
    """Which fields of a table say which attribute; the first that is filled counts (name: all, joined).

    Of a register table as it fills the register, of any other as it names whom it concerns.
    """
    spec = loader.current().table(table)
    register, subject = spec.register_as, spec.subject
    if register is not None:
        single = {
            Attribute.LEGAL_PERSON: register.legal_person,
            Attribute.STATUS: register.status,
            Attribute.INDUSTRY: register.industry,
            Attribute.FOUNDED_ON: register.founded_on,
        }
        stated = tuple(one.field for one in register.region if one.by is RegionBy.STATED)
        several = {
            Attribute.NAME: register.name,
            Attribute.ADDRESS: register.address,
            Attribute.REGION: stated,
        }
    elif subject is not None:
        single = {Attribute.REGION: subject.region}
        several = {
            Attribute.NAME: (subject.name,) if subject.name else (),
            Attribute.ADDRESS: subject.address,
        }
    else:
        return {}
    found = {attribute: fields for attribute, fields in several.items() if fields}
    return found | {attribute: (field,) for attribute, field in single.items() if field}


def label_of(attribute: str) -> str:
    """An attribute's Chinese name."""
    return LABELS[Attribute(attribute)]
