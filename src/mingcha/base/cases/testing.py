"""A kind of case with its face, for tests of the mechanism itself. Never part of a platform."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace
from typing import Any

from django import forms
from django.db.models import TextChoices

from mingcha.base.cases.faces import Face, Facts, MoveFace
from mingcha.base.cases.machine import ClockStep, Extension, Kind, Machine, Move, Tick
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Opening, Said, advance, opened
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.testing import City, make_account
from mingcha.base.rules.models import Rule, Unit
from mingcha.base.rules.services import load_shipped

RULE = "tests.handle_within"
EXTENSION = "tests.extend_by"


class Stage(TextChoices):
    """Drafted, looked over by another, done or dropped."""

    DRAFT = "draft", "起草"
    SUBMITTED = "submitted", "待审核"
    DONE = "done", "已通过"
    DROPPED = "dropped", "已撤销"


MACHINE = Machine(
    Stage,
    Move("submit", "提交审核", {Stage.DRAFT}, Stage.SUBMITTED, "records.intake",
         clocks=(ClockStep(Tick.START, RULE),)),
    Move("return", "退回修改", {Stage.SUBMITTED}, Stage.DRAFT, "records.receipts", asks_reason=True,
         back=True, clocks=(ClockStep(Tick.PAUSE, RULE),)),
    Move("resubmit", "再次提交", {Stage.DRAFT}, Stage.SUBMITTED, "records.intake",
         clocks=(ClockStep(Tick.RESUME, RULE),)),
    Move("pass", "审核通过", {Stage.SUBMITTED}, Stage.DONE, "records.receipts", by_other=True),
    Move("drop", "撤销", {Stage.DRAFT}, Stage.DROPPED, "records.intake"),
    duties={Stage.DRAFT: "修改并提交", Stage.SUBMITTED: "审核"},
)  # fmt: skip
KIND = Kind(
    "tests-review", "试验审核", "SY", MACHINE, "cases.see", basis="试验办法 第三条",
    extensions=(Extension(RULE, EXTENSION, "records.receipts"),),
    over_children=lambda states: "pass" if set(states) == {"done"} else None,
)  # fmt: skip
GRADES = [("1", "合格"), ("2", "基本合格")]


class PassFacts(Facts):
    """What is decided on passing."""

    grade = forms.ChoiceField(label="等次", choices=[("", "请选择"), *GRADES])


def pass_review(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> None:
    """Pass, and keep the grade in the title: the kind has no row of its own."""
    with advance(case, "pass", actor=actor, said=said) as locked:
        locked.title = f"{locked.title}（{dict(GRADES)[facts['grade']]}）"


FACE = Face(
    KIND.name, "cases/testing.html", lambda case, _: {"asked": f"请核对 {case.title}"},
    {"pass": MoveFace(PassFacts, pass_review, help="审核通过后不能修改。")},
)  # fmt: skip


@contextmanager
def known() -> Iterator[Kind]:
    """The kind and its face are known as long as this lasts."""
    KIND.register()
    FACE.register()
    try:
        yield KIND
    finally:
        Kind.ALL.pop(KIND.name)
        Face.ALL.pop(KIND.name)


def make_rules() -> None:
    """Five working days, to be extended by ten days; and the shipped rules."""
    load_shipped()
    dated = {"since": date(2020, 1, 1), "basis": "试验用规则"}
    Rule.objects.create(key=RULE, label="审核期限", value=5, unit=Unit.WORKDAY, **dated)
    Rule.objects.create(key=EXTENSION, label="延长期限", value=10, unit=Unit.DAY, **dated)


def make_people(city: City) -> SimpleNamespace:
    """Who works on cases: two clerks, a head and a leader of one bureau, a clerk of another."""
    market = city.market
    return SimpleNamespace(
        clerk=make_account("clerk", organisation=market),
        other_clerk=make_account("clerk", organisation=market),
        head=make_account("head", organisation=market),
        leader=make_account("head", organisation=market),
        fire_clerk=make_account("clerk", organisation=city.fire),
    )


def open_case(title: str, unit: Organisation, *, actor: Account | None, **more: Any) -> Case:
    """A case of the kind, opened; `more` are fields of `Opening`."""
    with opened(Opening(KIND.name, title, unit, **more), actor=actor) as case:
        pass
    return case


def move(case: Case, name: str, actor: Account | None, **said: Any) -> Case:
    """A move; `said` are fields of `Said`."""
    with advance(case, name, actor=actor, said=Said(**said)):
        pass
    return case
