"""The tree of organisations: create, change, move, close."""

import re
import secrets
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr

from mingcha.base.days import local_today
from mingcha.base.events.services import announce
from mingcha.base.ledger.services import act
from mingcha.base.people import contents, errors, queries
from mingcha.base.people.events import OrganisationClosed
from mingcha.base.people.models import Account, Organisation

RIGHT = "people.organisations"
CODE = re.compile(r"(?!new$)[0-9A-Za-z][0-9A-Za-z_-]{1,39}")


@dataclass(frozen=True)
class Body:
    """What is said about an organisation. `level` is a code of 行使层级, `region` a region's code."""

    code: str
    name: str
    kind: str
    level: str
    region: str
    short_name: str = ""
    uscc: str = ""
    department: str = ""


@transaction.atomic
def create_organisation(body: Body, *, parent: Organisation, actor: Account) -> Organisation:
    """Add an organisation below `parent` (新增机构).

    Leaves one act. Raises NotAllowed, NotLegible, CodeTaken, OrganisationClosed or NotFound (region).
    """
    queries.require(actor, RIGHT, parent)
    refuse_closed(parent)
    organisation = plant(body, parent=parent)
    act(actor, "新增机构", organisation, content=contents.of_organisation(organisation))
    return organisation


def plant(body: Body, *, parent: Organisation | None) -> Organisation:
    """Write the row and its path; no right is asked and no act left: the caller does both."""
    _refuse_illegible(body)
    if Organisation.objects.filter(code=body.code).exists():
        raise errors.CodeTaken(what="机构", value=body.code)
    fields = asdict(body) | {"region": queries.region(body.region)}
    organisation = Organisation(
        **fields, parent=parent, opened_on=local_today(), path=f"new-{secrets.token_hex(8)}"
    )
    organisation.save(force_insert=True)
    organisation.path = f"{parent.path if parent else '/'}{organisation.pk}/"
    organisation.save(update_fields=["path"])
    return organisation


@transaction.atomic
def change_organisation(
    organisation: Organisation, *, actor: Account, **changes: str
) -> Organisation:
    """Rename it or correct what is said about it (变更机构); `changes` are fields of `Body`.

    Its code never changes: files name it. Leaves one act. Raises NotAllowed or NotLegible.
    """
    queries.require(actor, RIGHT, organisation)
    current = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    if "region" in changes:
        current.region = queries.region(changes.pop("region"))
    for name in changes.keys() & {"name", "short_name", "uscc", "level", "department"}:
        setattr(current, name, changes[name])
    _refuse_nameless(current.name)
    current.save()
    act(actor, "变更机构", current, content=contents.of_organisation(current))
    return current


@transaction.atomic
def move_organisation(
    organisation: Organisation, *, to: Organisation, actor: Account, reason: str
) -> Organisation:
    """Put it and everything below it under another line above (调整隶属关系).

    Rights follow: whoever holds a right over the new line above holds it here from now on.
    Leaves one act. Raises NotAllowed (over either), CircularMove, OrganisationClosed, ReasonMissing.
    """
    queries.require(actor, RIGHT, organisation)
    queries.require(actor, RIGHT, to)
    if not reason.strip():
        raise errors.ReasonMissing(deed="调整隶属关系")
    _lock_tree()
    organisation.refresh_from_db()
    to.refresh_from_db()
    refuse_closed(to)
    if to.path.startswith(organisation.path):
        raise errors.CircularMove(name=organisation.name, parent=to.name)
    old, new = organisation.path, f"{to.path}{organisation.pk}/"
    moved = Organisation.objects.filter(path__startswith=old)
    moved.update(path=Concat(Value(new), Substr("path", len(old) + 1)))
    organisation.refresh_from_db()
    organisation.parent, organisation.remark = to, reason
    organisation.save(update_fields=["parent", "remark"])
    content = contents.of_organisation(organisation)
    act(actor, "调整机构隶属关系", organisation, content=content)
    return organisation


@transaction.atomic
def close_organisation(
    organisation: Organisation,
    *,
    actor: Account,
    reason: str,
    successor: Organisation | None = None,
) -> Organisation:
    """Close an organisation that has neither people nor bodies left (撤销机构).

    `successor` takes over what is open with it (承继机构); it must be open and another. Leaves one
    act and announces OrganisationClosed. Raises NotAllowed, OrganisationInUse, OrganisationClosed or ReasonMissing.
    """
    queries.require(actor, RIGHT, organisation)
    if not reason.strip():
        raise errors.ReasonMissing(deed="撤销机构")
    current = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    refuse_closed(current)
    children, accounts = queries.left_in(current)
    if children or accounts:
        raise errors.OrganisationInUse(name=current.name, children=children, accounts=accounts)
    if successor is not None:
        refuse_closed(successor)
        if successor.pk == current.pk:
            raise errors.CircularMove(name=current.name, parent=successor.name)
        reason = f"{reason}（由{successor.name}承继）"
    current.closed_on, current.remark = local_today(), reason
    current.save(update_fields=["closed_on", "remark"])
    act(actor, "撤销机构", current, content=contents.of_organisation(current))
    announce(OrganisationClosed(current.code, successor.code if successor else ""))
    return current


def refuse_closed(organisation: Organisation) -> None:
    """Raises OrganisationClosed."""
    if organisation.closed_on is not None:
        raise errors.OrganisationClosed(name=organisation.name)


def _lock_tree() -> None:
    """Two moves at once could make a circle: one waits for the other at the roots."""
    list(Organisation.objects.select_for_update().filter(parent__isnull=True).order_by("pk"))


def _refuse_illegible(body: Body) -> None:
    if not CODE.fullmatch(body.code):
        raise errors.NotLegible(
            field="机构标识", value=body.code, rule="请用 2 至 40 位字母、数字、连字符。"
        )
    if body.kind not in Organisation.Kind.values:
        kinds = "、".join(Organisation.Kind.values)
        raise errors.NotLegible(field="机构性质", value=body.kind, rule=f"请用其中之一：{kinds}。")
    _refuse_nameless(body.name)


def _refuse_nameless(name: str) -> None:
    if not name.strip():
        raise errors.NotLegible(field="机构全称", value=name, rule="请填写机构全称。")
