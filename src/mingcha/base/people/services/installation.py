"""What is done on the server when a node is set up, before anybody could be asked for a right.

Only commands call these. Each leaves an act whose actor is the system itself.
"""

from django.db import transaction

from mingcha.base.days import utc_now
from mingcha.base.ledger.services import act
from mingcha.base.people import contents
from mingcha.base.people.models import Account, Grant, Organisation, Role
from mingcha.base.people.roles import declared
from mingcha.base.people.services.accounts import Person, enrol
from mingcha.base.people.services.grants import Term, give
from mingcha.base.people.services.organisations import Body, plant


@transaction.atomic
def load_roles() -> int:
    """Bring the built-in roles in line with config/rights.yaml. Returns how many changed.

    Leaves one act for each that did.
    """
    changed = 0
    for order, (key, role) in enumerate(declared().roles.items()):
        wanted = {
            "label": role.label,
            "description": role.description,
            "rights": list(role.rights),
            "is_builtin": True,
            "is_apart": role.apart,
            "is_appointed": role.appointed,
            "reads_data": declared().reads_data(role),
            "order": order,
        }
        if Role.objects.filter(key=key, **wanted).exists():
            continue
        loaded, _ = Role.objects.update_or_create(key=key, defaults=wanted)
        act(None, "装载角色", loaded, content=contents.of_role(loaded))
        changed += 1
    return changed


@transaction.atomic
def found(body: Body) -> Organisation:
    """Plant the root of a tree of organisations (建立根机构). Leaves one act.

    Raises CodeTaken, NotLegible or NotFound (region).
    """
    organisation = plant(body, parent=None)
    act(None, "新增机构", organisation, content=contents.of_organisation(organisation))
    return organisation


@transaction.atomic
def open_first_account(person: Person, *, organisation: Organisation) -> tuple[Account, str]:
    """Open an account before there is anybody to ask (开通账号), with a one-time password."""
    account, password = enrol(person, organisation=organisation)
    act(None, "开通账号", account, content=contents.of_account(account))
    return account, password


@transaction.atomic
def appoint(account: Account, role: Role, *, scope: Organisation, reason: str) -> Grant:
    """Give any role on the strength of a written appointment (任命).

    Leaves one act. Raises MustBeApart, OperatorMayNotRead, AccountClosed, OrganisationClosed or
    AlreadyGranted.
    """
    grant = give(account, role, scope=scope, granted_by=None, term=Term(reason=reason))
    act(None, "任命", grant, content=contents.of_grant(grant))
    return grant


@transaction.atomic
def keep_first_password(account: Account) -> Account:
    """Let the one-time password last as if it had been changed by hand (demonstrations)."""
    account.password_changed_at, account.must_change_password = utc_now(), False
    account.save(update_fields=["password_changed_at", "must_change_password"])
    act(None, "修改密码", ("credentials", account.login), content={"kind": "password"})
    return account
