"""The list of random-inspection items and the registers: written, published, never rewritten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NoReturn

from django.db import transaction

from mingcha.base.days import local_day, local_today, utc_now
from mingcha.base.errors import BadInput
from mingcha.base.intervals import holds_on
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import require
from mingcha.domains.catalog.queries import item_in_force
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import (
    RandomItem,
    RandomItemVersion,
    Register,
    RegisterVersion,
)
from mingcha.domains.inspections.queries import selecting
from mingcha.domains.inspections.rules import criteria
from mingcha.domains.inspections.services.common import act_on_item, act_on_register
from mingcha.domains.inspections.states import PLAN, PUBLISH


@dataclass(frozen=True)
class ItemSaid:
    """What a random-inspection item says; see RandomItemVersion."""

    category: str
    name: str
    scheme: str
    code: str
    object_kinds: Sequence[str]
    objects_in_words: str
    methods: Sequence[str]
    basis: str
    since: date
    until: date | None = None
    is_key: bool = False
    skill: str = ""
    partners: Sequence[Organisation] = ()


@transaction.atomic
def write_item(
    said: ItemSaid, *, body: Organisation, actor: Account, item: RandomItem | None = None
) -> RandomItemVersion:
    """Write an item of a body's list, or a new version of one (编制随机抽查事项). Leaves one act.

    It counts once it is published. Raises NotAllowed or ItemNotInForce.
    """
    require(actor, PLAN, body)
    _check_item(said)
    item = item or RandomItem.objects.create(body=body)
    item = RandomItem.objects.select_for_update().get(pk=item.pk)
    last = item.versions.order_by("-number").first()
    version = RandomItemVersion.objects.create(
        item=item, number=last.number + 1 if last else 1, made_by=actor, category=said.category,
        name=said.name, scheme=said.scheme, code=said.code, object_kinds=list(said.object_kinds),
        objects_in_words=said.objects_in_words, is_key=said.is_key, methods=list(said.methods),
        skill=said.skill, basis=said.basis, since=said.since, until=said.until,
    )  # fmt: skip
    version.partners.set(said.partners)
    act_on_item(item, "编制随机抽查事项", actor)
    return version


@transaction.atomic
def publish_item(version: RandomItemVersion, *, actor: Account) -> RandomItemVersion:
    """Publish a version of an item (公布随机抽查事项); the one before ends the day before it begins.

    Leaves one act. Raises NotAllowed, PublishedAlready, VersionOverlaps or ItemNotInForce.
    """
    item = RandomItem.objects.select_for_update().get(pk=version.item_id)
    require(actor, PUBLISH, item.body)
    version.refresh_from_db()
    if version.published_at is not None:
        raise errors.PublishedAlready(name=version.name, on=local_day(version.published_at))
    if item_in_force(version.scheme, version.code, on=version.since) is None:
        raise errors.ItemNotInForce(code=version.code, on=version.since)
    published = item.versions.filter(published_at__isnull=False)
    later = published.filter(since__gte=version.since).order_by("since").first()
    if later is not None:
        raise errors.VersionOverlaps(name=later.name, since=later.since)
    eve = version.since - timedelta(days=1)
    for before in published.filter(since__lt=version.since):
        if before.until is None or before.until > eve:
            before.until = eve
            before.save(update_fields=["until"])
    version.published_by, version.published_at = actor, utc_now()
    version.save(update_fields=["published_by", "published_at"])
    act_on_item(item, "公布随机抽查事项", actor)
    return version


@transaction.atomic
def end_item(item: RandomItem, *, start: date, reason: str, actor: Account) -> RandomItemVersion:
    """Take an item off its body's list from a day on (停用随机抽查事项). Leaves one act.

    `start` is the first day on which it is not listed; the version that holds the day before ends
    there. What is under way goes on by the version that it was frozen with. Returns that version.
    Raises NotAllowed, or BadInput for a day that is over, one before which nothing holds or another
    version comes, or without a reason.
    """
    item = RandomItem.objects.select_for_update().get(pk=item.pk)
    require(actor, PUBLISH, item.body)
    _check_reason(reason)
    if start < local_today():
        _refuse_day(start, "已经过去，清单上过去的日子不能改")
    published = item.versions.filter(published_at__isnull=False)
    last = start - timedelta(days=1)
    version = published.filter(holds_on(last)).first()
    if version is None:
        _refuse_day(start, "前一日没有在用的版本，无可停用")
    if version.until is not None and version.until <= last:
        _refuse_day(start, f"这一版本来就到 {version.until} 为止")
    later = published.filter(since__gt=last).order_by("since").first()
    if later is not None:
        _refuse_day(start, f"另有一版自 {later.since} 起生效，请选择 {later.since} 以后的日期")
    version.until, version.ended_because = last, reason.strip()[:300]
    version.save(update_fields=["until", "ended_because"])
    act_on_item(item, "停用随机抽查事项", actor)
    return version


def _refuse_day(day: date, problem: str) -> NoReturn:
    raise BadInput(problem=f"自 {day} 起停用不行，{problem}")


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput(problem="没有写明停用理由")


def _check_item(said: ItemSaid) -> None:
    if item_in_force(said.scheme, said.code, on=max(said.since, local_today())) is None:
        raise errors.ItemNotInForce(code=said.code, on=said.since)
    for field, value in (("抽查事项", said.name), ("检查依据", said.basis)):
        if not value.strip():
            raise errors.BadCriteria(field=field, value="", problem="不能为空")


@transaction.atomic
def write_register(
    register: Register, said: Mapping[str, Any], *, reason: str = "", actor: Account
) -> RegisterVersion:
    """Save a register's selection as its next version (编制名录库). Leaves one act.

    `register` need not be saved yet. Raises NotAllowed, NameTaken, BadInput when it is closed, or BadCriteria.
    """
    require(actor, PLAN, register.body)
    if register.pk is None:
        same = Register.objects.filter(body=register.body, of=register.of, name=register.name)
        if same.exists():
            raise errors.NameTaken(name=register.name, what=register.get_of_display())
        register.save()
    register = Register.objects.select_for_update().get(pk=register.pk)
    _check_open(register)
    if register.of == Register.Of.OBJECTS:
        objects = criteria.objects(said)
        saved, found = criteria.saved(objects), selecting.parties(objects).count()
    else:
        officers = criteria.officers(said)
        saved, found = criteria.saved(officers), selecting.certified(officers).count()
    last = register.versions.order_by("-number").first()
    version = RegisterVersion.objects.create(
        register=register, number=last.number + 1 if last else 1, criteria=saved, found=found,
        reason=reason[:300], made_by=actor,
    )  # fmt: skip
    act_on_register(register, "编制名录库", actor)
    return version


def new_register(
    name: str, of: str, said: Mapping[str, Any], *, body: Organisation, actor: Account
) -> RegisterVersion:
    """Begin a register of a body with its first selection; see `write_register`."""
    return write_register(Register(body=body, of=of, name=name), said, actor=actor)


@transaction.atomic
def close_register(register: Register, *, reason: str, actor: Account) -> Register:
    """Use a register no more (停用名录库): no new task may, those that name it stay. Leaves one act.

    Raises NotAllowed, or BadInput when it is closed already or without a reason.
    """
    require(actor, PLAN, register.body)
    register = Register.objects.select_for_update().get(pk=register.pk)
    _check_open(register)
    _check_reason(reason)
    register.is_closed, register.closed_on = True, local_today()
    register.closed_because = reason.strip()[:300]
    register.save(update_fields=["is_closed", "closed_on", "closed_because"])
    act_on_register(register, "停用名录库", actor)
    return register


def _check_open(register: Register) -> None:
    if register.is_closed:
        raise BadInput(problem=f"名录库“{register.name}”已于 {register.closed_on} 停用，不能再改")
