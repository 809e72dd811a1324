"""Which body keeps the register that an entity stands in, and who sees the declarations."""

from datetime import date

from django.db.models import QuerySet

from mingcha.base.intervals import holds_on
from mingcha.base.people.models import Account
from mingcha.domains.inspections.models import RegistrationOffice
from mingcha.domains.inspections.states import SEE
from mingcha.domains.parties.queries import Party
from mingcha.standards import loader
from mingcha.standards.identifiers import uscc_problem

KINDS = "supervise_object_type"


def offices(account: Account) -> QuerySet[RegistrationOffice]:
    """Every declaration, for anybody who sees inspections: who registers is no secret."""
    found = RegistrationOffice.objects.select_related("region", "body")
    return found if account.holds(SEE) else found.none()


def registered_in(party: Party) -> str:
    """The division in which an entity was registered: as its credit code says, else where it is.

    Digits 3 to 8 of a credit code are the division of the body that registered it (GB 32100-2015).
    """
    return party.region if uscc_problem(party.code) else party.code[2:8]


def office_for(party: Party, *, on: date) -> RegistrationOffice | None:
    """Who keeps the register of an entity on a day: of its county, else its city, else its province;
    declared for its kind before declared for every kind.
    """
    region = registered_in(party)
    codes = list(dict.fromkeys([region, f"{region[:4]}00", f"{region[:2]}0000"]))
    found = RegistrationOffice.objects.filter(
        holds_on(on), region__in=codes, kind__in=("", party.kind), body__closed_on__isnull=True
    ).select_related("region", "body")
    return min(found, key=lambda one: (codes.index(one.region_id), not one.kind), default=None)


def kind_label(code: str) -> str:
    """A kind of entity in words; "" is every kind."""
    return loader.current().code_table(KINDS).label_of(code) if code else "各类对象"


def kinds() -> list[tuple[str, str]]:
    """(code, label) of every kind of entity."""
    return [(one.code, one.label) for one in loader.current().code_table(KINDS).codes]
