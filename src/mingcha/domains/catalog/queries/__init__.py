"""What the book says, for whoever asks: the catalogue is public (CAT-10)."""

from mingcha.domains.catalog.models import Change
from mingcha.domains.catalog.queries.answers import Answer, in_force
from mingcha.domains.catalog.queries.force import (
    ANYBODY,
    Act,
    Use,
    checklist_in_force,
    checklists_for,
    checklists_in_force,
    item_in_force,
    item_names_at,
    items_for,
    items_in_force,
)
from mingcha.domains.catalog.queries.touched import SaidRow, Touched, said_by, touched
from mingcha.domains.catalog.queries.whole import (
    checklist_rows,
    checklists,
    exception_rows,
    item_rows,
    items,
    names_of,
)

BY_LIST = Change.LIST.value  # the change of publications that came by file

__all__ = [
    "ANYBODY",
    "BY_LIST",
    "Act",
    "Answer",
    "SaidRow",
    "Touched",
    "Use",
    "checklist_in_force",
    "checklist_rows",
    "checklists",
    "checklists_for",
    "checklists_in_force",
    "exception_rows",
    "in_force",
    "item_in_force",
    "item_names_at",
    "item_rows",
    "items",
    "items_for",
    "items_in_force",
    "names_of",
    "said_by",
    "touched",
]
