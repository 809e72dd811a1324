"""A kind of case is a table; the table is checked when it is read."""

import pytest
from django.db.models import TextChoices

from mingcha.base.cases.machine import Kind, Machine, Move
from mingcha.base.cases.testing import MACHINE, Stage

OPEN_MOVES = {
    Stage.DRAFT: ["submit", "resubmit", "drop"],
    Stage.SUBMITTED: ["return", "pass"],
    Stage.DONE: [],
    Stage.DROPPED: [],
}


@pytest.mark.parametrize("state", Stage)
def test_each_state_opens_exactly_these_moves(state):
    assert [move.name for move in MACHINE.open_from(state)] == OPEN_MOVES[state]


def test_the_diagram_has_every_move():
    drawn = MACHINE.as_mermaid().splitlines()

    assert drawn[0] == "stateDiagram-v2"
    assert "    [*] --> draft" in drawn
    assert "    submitted --> draft: 退回修改" in drawn
    assert len([line for line in drawn if "-->" in line]) == 1 + sum(map(len, OPEN_MOVES.values()))


class Odd(TextChoices):
    HERE = "here", "这里"
    THERE = "there", "那里"


@pytest.mark.parametrize(
    ("moves", "duties", "problem"),
    [
        ([], {}, "no move leads to"),
        ([Move("go", "去", {Odd.HERE}, Odd.THERE, "x"), Move("go", "再去", {Odd.HERE}, Odd.THERE, "x")],
         {}, "one name"),
        ([Move("go", "去", {Odd.HERE}, Odd.THERE, "x")], {Odd.THERE: "办理"}, "final states ask"),
    ],
)  # fmt: skip
def test_a_table_that_does_not_hold_together_is_a_bug(moves, duties, problem):
    with pytest.raises(ValueError, match=problem):
        Machine(Odd, *moves, duties=duties)


def test_two_kinds_never_share_a_name_or_the_beginning_of_a_number(kind):
    with pytest.raises(ValueError, match="taken"):
        Kind("another", "另一种", kind.prefix, MACHINE, "cases.see").register()
