"""A kind of case for tests of the mechanism itself, and helpers for tests of any kind."""

from django.db.models import TextChoices

from mingcha.base.cases.machine import ClockStep, Kind, Machine, Move, Tick

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
    "tests-review", "试验审核", "SY", MACHINE, "cases.see",
    over_children=lambda states: "pass" if set(states) == {"done"} else None,
)  # fmt: skip
