"""Everything others may change about people: one act, one transaction, one line in the ledger."""

from mingcha.base.people.services.accounts import (
    Person,
    change_account,
    close_account,
    open_account,
    reopen_account,
)
from mingcha.base.people.services.credentials import (
    change_own_password,
    confirm_second_factor,
    draft_second_factor,
    remove_second_factor,
    reset_password,
    reset_second_factor,
    unlock,
)
from mingcha.base.people.services.deputies import Absence, end_deputy, name_deputy
from mingcha.base.people.services.grants import grant_role, revoke_grant
from mingcha.base.people.services.installation import (
    appoint,
    found,
    keep_first_password,
    load_roles,
    open_first_account,
)
from mingcha.base.people.services.organisations import (
    Body,
    change_organisation,
    close_organisation,
    create_organisation,
    move_organisation,
)
from mingcha.base.people.services.regions import abolish_region, add_region, change_region
from mingcha.base.people.services.responsible import Office, appoint_responsible, end_office
from mingcha.base.people.services.saved import drop_view, keep_view
from mingcha.base.people.services.signing import (
    check_password,
    check_second_factor,
    enter,
    has_second_factor,
    leave,
)
from mingcha.base.people.services.tokens import create_token, revoke_token, token_account

__all__ = [
    "Absence",
    "Body",
    "Office",
    "Person",
    "abolish_region",
    "add_region",
    "appoint",
    "appoint_responsible",
    "change_account",
    "change_organisation",
    "change_own_password",
    "change_region",
    "check_password",
    "check_second_factor",
    "close_account",
    "close_organisation",
    "confirm_second_factor",
    "create_organisation",
    "create_token",
    "draft_second_factor",
    "drop_view",
    "end_deputy",
    "end_office",
    "enter",
    "found",
    "grant_role",
    "has_second_factor",
    "keep_first_password",
    "keep_view",
    "leave",
    "load_roles",
    "move_organisation",
    "name_deputy",
    "open_account",
    "open_first_account",
    "remove_second_factor",
    "reopen_account",
    "reset_password",
    "reset_second_factor",
    "revoke_grant",
    "revoke_token",
    "token_account",
    "unlock",
]
