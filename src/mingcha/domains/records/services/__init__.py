"""Everything others may change in the data centre."""

from mingcha.domains.records.services.exports import (
    note_export,
    note_look_then,
    note_refused_export,
    note_search_export,
)
from mingcha.domains.records.services.intake import (
    Delivery,
    cancel,
    look_at_original,
    open_batch,
    receive,
    resume,
)
from mingcha.domains.records.services.reveal import reveal

__all__ = [
    "Delivery",
    "cancel",
    "look_at_original",
    "note_export",
    "note_look_then",
    "note_refused_export",
    "note_search_export",
    "open_batch",
    "receive",
    "resume",
    "reveal",
]
