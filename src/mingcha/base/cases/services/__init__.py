"""Everything others may do with cases: one act, one transaction, one line in the ledger."""

from mingcha.base.cases.services.handling import claim, extend, hand_over, link, relate
from mingcha.base.cases.services.inbox import deliver_waiting, note_opened, tell
from mingcha.base.cases.services.many import open_many
from mingcha.base.cases.services.moving import (
    Deadline,
    Opening,
    Said,
    advance,
    changes_since,
    changing,
    opened,
)
from mingcha.base.cases.services.urging import may_urge, remind, urge, urge_due

__all__ = [
    "Deadline",
    "Opening",
    "Said",
    "advance",
    "changes_since",
    "changing",
    "claim",
    "deliver_waiting",
    "extend",
    "hand_over",
    "link",
    "may_urge",
    "note_opened",
    "open_many",
    "opened",
    "relate",
    "remind",
    "tell",
    "urge",
    "urge_due",
]
