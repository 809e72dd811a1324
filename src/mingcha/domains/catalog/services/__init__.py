"""Everything others may change in the catalogue: one act, one transaction, one line in the ledger."""

from mingcha.domains.catalog.services import exceptions
from mingcha.domains.catalog.services.laws import propose as propose_laws
from mingcha.domains.catalog.services.lists import (
    Row,
    Sender,
    land_list,
    land_mappings,
    land_points,
)
from mingcha.domains.catalog.services.reviewing import (
    Days,
    Text,
    approve,
    begin_change,
    begin_new,
    begin_revision,
    begin_withdrawal,
    catch_up,
    publish,
    save,
    send_back,
    submit,
)

__all__ = [
    "Days",
    "Row",
    "Sender",
    "Text",
    "approve",
    "begin_change",
    "begin_new",
    "begin_revision",
    "begin_withdrawal",
    "catch_up",
    "exceptions",
    "land_list",
    "land_mappings",
    "land_points",
    "propose_laws",
    "publish",
    "save",
    "send_back",
    "submit",
]
