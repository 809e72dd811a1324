"""Tables of random inspection, from the lists to what became of a visit.

Plan, task, part, replacement, merging, correction and clue are cases: their state, clock, inbox and
trace live in `base/cases`, one row here says what is peculiar to them.
"""

from collections.abc import Mapping
from typing import Final

from mingcha.domains.inspections.models.draws import (
    Draw,
    DrawnUnit,
    PairingRound,
    Replacement,
    SeedValue,
)
from mingcha.domains.inspections.models.followups import Clue, Correction, OrderReceipt
from mingcha.domains.inspections.models.lists import (
    RandomItem,
    RandomItemVersion,
    Register,
    RegisterVersion,
)
from mingcha.domains.inspections.models.national import NationalRecord
from mingcha.domains.inspections.models.plans import Plan, PlanLine
from mingcha.domains.inspections.models.publications import (
    PublicityFile,
    PublicStatistic,
    PublishedDraw,
)
from mingcha.domains.inspections.models.registration import RegistrationOffice
from mingcha.domains.inspections.models.tasks import (
    Assignment,
    AssignmentItem,
    Avoidance,
    Pledge,
    SeedSource,
    Task,
)
from mingcha.domains.inspections.models.visits import (
    CheckRecord,
    Evidence,
    Finding,
    Merging,
    Part,
    Place,
    Rating,
    Visit,
)

__all__ = [
    "Assignment",
    "AssignmentItem",
    "Avoidance",
    "CheckRecord",
    "Clue",
    "Correction",
    "Draw",
    "DrawnUnit",
    "Evidence",
    "Finding",
    "Merging",
    "NationalRecord",
    "OrderReceipt",
    "PairingRound",
    "Part",
    "Place",
    "Plan",
    "PlanLine",
    "Pledge",
    "PublicStatistic",
    "PublicityFile",
    "PublishedDraw",
    "RandomItem",
    "RandomItemVersion",
    "Rating",
    "Register",
    "RegisterVersion",
    "RegistrationOffice",
    "Replacement",
    "SeedSource",
    "SeedValue",
    "Task",
    "Visit",
]

# table → what the app role may write there beside reading it: what was drawn stays drawn.
PROTECTED: Final[Mapping[str, tuple[str, ...]]] = {
    "inspections_registerversion": ("INSERT",),
    "inspections_drawnunit": ("INSERT",),
    "inspections_orderreceipt": ("INSERT",),
    "inspections_pairinground": ("INSERT",),
    "inspections_randomitemversion": ("INSERT", "UPDATE (until, published_at, published_by_id)"),
    "inspections_registrationoffice": ("INSERT", "UPDATE (until)"),
    "inspections_seedvalue": ("INSERT", "UPDATE (confirmed_at, confirmed_by_id, refused_at)"),
}
