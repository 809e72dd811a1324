"""Load the rules that the product ships with, and set new values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Protocol

import yaml
from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field

from mingcha.base.errors import NotAllowed
from mingcha.base.events.services import announce
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json, digest_of
from mingcha.base.rules.errors import NoBasis, OutOfOrder, ValueOutOfRange
from mingcha.base.rules.events import RuleChanged
from mingcha.base.rules.models import Rule, Unit
from mingcha.base.rules.queries import history

MANAGE = "rules.manage"
MOST = 10**12


class Manager(ledger.Actor, Protocol):
    """An account that says which rights it holds."""

    def holds(self, right: str) -> bool:
        """Whether the right is held anywhere."""


class Shipped(BaseModel):
    """One rule as config/rules.yaml declares it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str = Field(max_length=100)
    value: int = Field(ge=0)
    unit: Unit
    since: date
    basis: str = Field(min_length=1, max_length=300)


@dataclass(frozen=True)
class NewValue:
    """A value, the day from which it counts, and the document that says so."""

    value: int
    since: date
    basis: str


@cache
def shipped() -> Mapping[str, Shipped]:
    """The declared rules. Raises ValidationError for a key it does not know."""
    text = files("mingcha.config").joinpath("rules.yaml").read_text(encoding="utf-8")
    return {key: Shipped.model_validate(said) for key, said in yaml.safe_load(text).items()}


@transaction.atomic
def load_shipped() -> int:
    """Add the shipped rules of which there is no value yet; what an official set stays."""
    there = set(Rule.objects.values_list("key", flat=True))
    fresh = [(key, said) for key, said in shipped().items() if key not in there]
    for key, said in fresh:
        rule = Rule.objects.create(key=key, **said.model_dump())
        ledger.act(None, "装载规则", _record(rule.key), content=content_of(rule.key))
    return len(fresh)


@transaction.atomic
def set_value(key: str, new: NewValue, *, actor: Manager) -> Rule:
    """Give a rule a new value from a day on (设定规则); the present one ends the day before.

    Cases follow the value in force on their own day. Leaves one act and announces RuleChanged.
    Raises NotAllowed, NotFound, NoBasis, ValueOutOfRange or OutOfOrder.
    """
    if not actor.holds(MANAGE):
        raise NotAllowed(right=MANAGE)
    latest = history(key)[0]
    if not new.basis.strip():
        raise NoBasis(label=latest.label)
    if not 0 <= new.value <= MOST:
        raise ValueOutOfRange(label=latest.label, value=new.value, most=MOST)
    if new.since <= latest.since:
        raise OutOfOrder(label=latest.label, since=latest.since, asked=new.since)
    latest.until = new.since - timedelta(days=1)
    latest.save(update_fields=["until"])
    rule = Rule.objects.create(
        key=key, label=latest.label, unit=latest.unit, value=new.value, since=new.since,
        basis=new.basis.strip(),
    )  # fmt: skip
    ledger.act(actor, "设定规则", _record(key), content=content_of(key))
    announce(RuleChanged(key=key))
    return rule


def content_of(key: str) -> Mapping[str, Json]:
    """What an act says a rule is: all its values with their days."""
    return {
        rule.since.isoformat(): {
            "value": rule.value,
            "unit": rule.unit,
            "until": rule.until.isoformat() if rule.until else "",
            "basis": rule.basis,
        }
        for rule in history(key)
    }


def digests() -> Iterator[tuple[str, bytes]]:
    """Every rule, for `verify`."""
    for key in Rule.objects.order_by("key").values_list("key", flat=True).distinct():
        yield key, digest_of(content_of(key))


def _record(key: str) -> tuple[str, str]:
    return "rules.rule", key
