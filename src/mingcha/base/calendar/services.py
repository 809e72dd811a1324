"""Change the calendar; each change leaves an act."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.db import transaction

from mingcha.base.calendar.errors import DayNotSet, NoBasis
from mingcha.base.calendar.events import CalendarChanged
from mingcha.base.calendar.models import Holiday
from mingcha.base.errors import NotAllowed
from mingcha.base.events.services import announce
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json, digest_of

MANAGE = "calendar.manage"


class Manager(ledger.Actor, Protocol):
    """An account that says which rights it holds."""

    def holds(self, right: str) -> bool:
        """Whether the right is held anywhere."""


@dataclass(frozen=True)
class Setting:
    """What a day shall be: worked or free, its name, the document that says so, a remark."""

    is_workday: bool
    name: str
    basis: str
    note: str = ""


@transaction.atomic
def set_day(day: date, setting: Setting, *, actor: Manager) -> Holiday:
    """Set a day free or worked (设置节假日、调休), whatever it was before. Leaves one act.

    Clocks that run over the day are moved by whoever keeps them (CalendarChanged).
    Raises NotAllowed, or NoBasis without a name and a basis.
    """
    _require(actor)
    if not (setting.name.strip() and setting.basis.strip()):
        raise NoBasis(day=day.isoformat())
    holiday, _ = Holiday.objects.update_or_create(day=day, defaults=vars(setting))
    ledger.act(actor, "设置工作日历", _record(day), content=content_of(holiday))
    announce(CalendarChanged(day=day.isoformat()))
    return holiday


@transaction.atomic
def reset_day(day: date, *, actor: Manager) -> None:
    """Let a day be again what the notice says (撤销设置). Leaves one act.

    Raises NotAllowed or DayNotSet.
    """
    _require(actor)
    gone, _ = Holiday.objects.filter(day=day).delete()
    if not gone:
        raise DayNotSet(day=day.isoformat())
    ledger.act(actor, "撤销工作日历设置", _record(day), content=ledger.GONE)
    announce(CalendarChanged(day=day.isoformat()))


def content_of(holiday: Holiday) -> Mapping[str, Json]:
    """What an act says a day is."""
    return {
        "is_workday": holiday.is_workday,
        "name": holiday.name,
        "basis": holiday.basis,
        "note": holiday.note,
    }


def digests() -> Iterator[tuple[str, bytes]]:
    """Every day set by hand, for `verify`."""
    for holiday in Holiday.objects.all():
        yield holiday.day.isoformat(), digest_of(content_of(holiday))


def _record(day: date) -> tuple[str, str]:
    return "calendar.holiday", day.isoformat()


def _require(actor: Manager) -> None:
    if not actor.holds(MANAGE):
        raise NotAllowed(right=MANAGE)
