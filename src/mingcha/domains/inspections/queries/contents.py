"""What the ledger holds each record of inspections to: the whole of its row, and of what hangs on it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model

from mingcha.base.ledger.canonical import Json, digest_of
from mingcha.base.ledger.hashing import sm3
from mingcha.domains.inspections import models as m

# kind of record → its Chinese name
RECORDS = {
    "inspections.item": "随机抽查事项",
    "inspections.register": "名录库",
    "inspections.draw": "随机抽取",
    "inspections.avoidance": "回避登记",
    "inspections.registration": "登记机关",
}


def row(one: Model, *without: str) -> dict[str, Json]:
    """A row as the ledger takes it: every column by its name, nothing as ""."""
    return {
        field.attname: _value(getattr(one, field.attname))
        for field in one._meta.concrete_fields
        if field.attname not in without
    }


def _said(one: Model, *later: str) -> dict[str, Json]:
    """A row, without the columns of `later` that say nothing: acts from before they were there hold."""
    return row(one, *(name for name in later if _value(getattr(one, name)) == ""))


def item_content(item: m.RandomItem) -> Mapping[str, Json]:
    """An item with all its versions and their partners."""
    versions = item.versions.prefetch_related("partners").order_by("number")
    return {
        **row(item),
        "versions": [
            {
                **_said(one, "ended_because"),
                "partners": sorted(body.code for body in one.partners.all()),
            }
            for one in versions
        ],
    }


def register_content(register: m.Register) -> Mapping[str, Json]:
    """A register with all its versions."""
    return {
        **_said(register, "closed_on", "closed_because"),
        "versions": [row(one) for one in register.versions.order_by("number")],
    }


def draw_content(draw: m.Draw) -> Mapping[str, Json]:
    """A draw with what its seed is made of and its later rounds. What was drawn stands in `result`."""
    pledges = [] if draw.cancelled_at else draw.task.pledges.order_by("pk")
    return {
        **row(draw, "commitment", "kept"),
        **({"kept": draw.kept} if draw.kept else {}),
        "values": [row(one) for one in draw.values.order_by("pk")],
        "numbers": [row(one) for one in pledges],
        "rounds": [row(one) for one in draw.rounds.order_by("number")],
    }


def avoidance_content(avoidance: m.Avoidance) -> Mapping[str, Json]:
    """An avoidance; the generated column says nothing more."""
    said = _said(avoidance, "ended_because", "ended_by_id")
    said.pop("both")
    return said


def plan_content(case: int) -> Mapping[str, Json]:
    """A plan with its lines."""
    plan = m.Plan.objects.filter(case=case).first()
    if plan is None:
        return {}
    lines = plan.lines.prefetch_related("items", "partners").order_by("number")
    national = [row(one) for one in plan.national.order_by("pk")]
    return {
        **row(plan),
        **({"national": national} if national else {}),
        "lines": [
            {
                **row(one),
                "items": sorted(item.public_id for item in one.items.all()),
                "partners": sorted(body.code for body in one.partners.all()),
            }
            for one in lines
        ],
    }


def task_content(case: int) -> Mapping[str, Json]:
    """A task with its departments, their items, and its sources and pledges."""
    task = m.Task.objects.filter(case=case).first()
    if task is None:
        return {}
    assignments = task.assignments.prefetch_related("items").order_by("pk")
    objects = m.NationalRecord.objects.filter(draw__task=task).order_by("pk")
    landed = sm3(b"".join(digest_of(row(one)) for one in objects.iterator(2_000))).hex()
    return {
        **row(task, "run_id"),
        **({"national": landed} if objects.exists() else {}),
        "assignments": [
            {**row(one), "items": [row(item) for item in one.items.all()]} for one in assignments
        ],
        "sources": [row(one) for one in task.sources.order_by("number")],
        "pledges": [[one.party, one.commitment] for one in task.pledges.order_by("pk")],
    }


def part_content(case: int) -> Mapping[str, Json]:
    """A department's part with its team, findings, evidence and records."""
    part = m.Part.objects.filter(case=case).first()
    if part is None:
        return {}
    return {
        **row(part),
        "places": [row(one, "id") for one in part.places.order_by("number", "round")],
        "findings": [row(one) for one in part.findings.order_by("pk")],
        "evidence": [row(one) for one in part.evidence.order_by("pk")],
        "records": [row(one) for one in part.records.order_by("pk")],
    }


def opened_part(part: m.Part, places: Iterable[m.Place]) -> Mapping[str, Json]:
    """What `part_content` says of a part that has just been opened with its team, without asking."""
    return {
        **row(part),
        "places": [row(one, "id") for one in places],
        "findings": [],
        "evidence": [],
        "records": [],
    }


def correction_content(case: int) -> Mapping[str, Json]:
    """An order to correct with the receipts of its service."""
    one = m.Correction.objects.filter(pk=case).first()
    if one is None:
        return {}
    receipts = [row(receipt) for receipt in one.receipts.order_by("pk")]
    return {**row(one), **({"receipts": receipts} if receipts else {})}


def registration_content(office: m.RegistrationOffice) -> Mapping[str, Json]:
    """Who registers; the generated column says nothing more."""
    return row(office, "entities")


def content_by(model: type[Model]) -> Callable[[int], Mapping[str, Json]]:
    """The content of a kind of case whose row has nothing hanging on it."""

    def content(case: int) -> Mapping[str, Json]:
        one = model._default_manager.filter(pk=case).first()
        return {} if one is None else row(one)

    return content


def digests(kind: str) -> Callable[[], Iterator[tuple[str, bytes]]]:
    """Every record of a kind, for `verify`."""

    def stream() -> Iterator[tuple[str, bytes]]:
        model, content, key = _HELD[kind]
        for one in model._default_manager.order_by("pk").iterator(500):
            yield str(getattr(one, key)), digest_of(content(one))

    return stream


def _value(value: object) -> Json:
    """One value without floats and nulls; moments in UTC."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, list | tuple):
        return [_value(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _value(one) for key, one in value.items()}
    if isinstance(value, bool | int | str):
        return value
    raise TypeError(f"the ledger takes no {type(value).__name__}")


_HELD: dict[str, tuple[type[Model], Callable[[Any], Mapping[str, Json]], str]] = {
    "inspections.item": (m.RandomItem, item_content, "public_id"),
    "inspections.register": (m.Register, register_content, "public_id"),
    "inspections.draw": (m.Draw, draw_content, "draw_id"),
    "inspections.avoidance": (m.Avoidance, avoidance_content, "pk"),
    "inspections.registration": (m.RegistrationOffice, registration_content, "pk"),
}
