"""Which value of a rule is in force on a day."""

from datetime import date

from django.db.models import QuerySet

from mingcha.base.errors import NotFound
from mingcha.base.intervals import holds_on
from mingcha.base.rules.errors import NoRule
from mingcha.base.rules.models import Rule


def in_force(key: str, *, on: date) -> Rule:
    """The rule `key` on a day. Raises NoRule."""
    rule = dated(on).filter(key=key).first()
    if rule is None:
        raise NoRule(key=key, on=on)
    return rule


def dated(on: date) -> QuerySet[Rule]:
    """The rules in force on a day, by key."""
    return Rule.objects.filter(holds_on(on))


def history(key: str) -> list[Rule]:
    """Every value a rule has had or will have, newest first. Raises NotFound."""
    found = list(Rule.objects.filter(key=key).order_by("-since"))
    if not found:
        raise NotFound(what="规则", key=key)
    return found
