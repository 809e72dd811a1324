"""How a party and a subject are named on pages and in lists; what identifies a person is masked."""

from mingcha.domains.parties.queries import Party
from mingcha.domains.records.models import Subject
from mingcha.standards import loader
from mingcha.standards.masking import mask

PERSON = "2"
PERSONS = frozenset({"resident-id"})


def is_codeless(scheme: str) -> bool:
    """Whether values of a scheme are no codes: the nameless, and what several fields identify."""
    return scheme == "name" or scheme in loader.current().natural_schemes


def name_of(party: Party) -> str:
    """The name; of a person only the family name."""
    return mask(party.name, "name") if party.kind == PERSON else party.name


def code_of(party: Party) -> str:
    """The main code; a person's number is never shown in full."""
    return mask(party.code, "id") if party.kind == PERSON else party.code


def address_of(party: Party) -> str:
    """The address; of a person only where it begins."""
    return mask(party.address, "address") if party.kind == PERSON else party.address


def subject_name(subject: Subject) -> str:
    """What a record calls whom it concerns; "未具名" where it does not."""
    if not subject.name:
        return "未具名"
    return mask(subject.name, "name") if subject.scheme in PERSONS else subject.name


def subject_code(subject: Subject) -> str:
    """The code a record gives; "" where it gives none."""
    if is_codeless(subject.scheme):
        return ""
    return mask(subject.value, "id") if subject.scheme in PERSONS else subject.value
