"""The lives of plans, tasks and parts, written out by hand apart from the code."""

import pytest

from mingcha.domains.inspections.states import (
    PART_LIFE,
    PLAN_LIFE,
    TASK_LIFE,
    PartState,
    PlanState,
    TaskState,
    task_over_parts,
)

PLAN_MOVES = {
    PlanState.DRAFT: ["submit", "drop"],
    PlanState.SUBMITTED: ["file", "return"],
    PlanState.FILED: ["publish", "drop"],
    PlanState.PUBLISHED: ["revise", "drop"],
    PlanState.DROPPED: [],
}
TASK_MOVES = {
    TaskState.DRAFT: ["freeze", "issue", "cancel"],
    TaskState.FROZEN: ["draw", "thaw"],
    TaskState.DRAWN: ["begin", "finish"],
    TaskState.UNDER_WAY: ["finish"],
    TaskState.DONE: ["publish"],
    TaskState.PUBLISHED: [],
    TaskState.CANCELLED: [],
}
PART_MOVES = {
    PartState.TO_CONFIRM: ["confirm", "avoid", "refill", "void"],
    PartState.CONFIRMED: ["start", "avoid", "void"],
    PartState.UNDER_WAY: ["submit", "void"],
    PartState.SUBMITTED: ["approve", "return"],
    PartState.REVIEWED: ["publish"],
    PartState.PUBLISHED: ["revoke"],
    PartState.REVOKED: ["withdraw"],
    PartState.WITHDRAWN: [],
    PartState.VOID: [],
}


def moves(life, state):
    return [move.name for move in life.open_from(state)]


@pytest.mark.parametrize("state", PlanState)
def test_each_state_of_a_plan_opens_exactly_these_moves(state):
    assert moves(PLAN_LIFE, state) == PLAN_MOVES[state]


@pytest.mark.parametrize("state", TaskState)
def test_each_state_of_a_task_opens_exactly_these_moves(state):
    assert moves(TASK_LIFE, state) == TASK_MOVES[state]


@pytest.mark.parametrize("state", PartState)
def test_each_state_of_a_part_opens_exactly_these_moves(state):
    assert moves(PART_LIFE, state) == PART_MOVES[state]


def test_a_published_part_is_closed_although_it_may_be_revoked():
    assert PART_LIFE.is_final(PartState.PUBLISHED)
    assert not PART_LIFE.is_final(PartState.REVOKED)


@pytest.mark.parametrize(
    ("states", "move"),
    [
        ([], None),
        (["to-confirm", "confirmed"], None),
        (["to-confirm", "under-way"], "begin"),
        (["to-confirm", "published"], "begin"),
        (["void", "to-confirm"], None),
        (["void", "void"], None),
        (["void", "reviewed"], "finish"),
        (["published", "reviewed", "withdrawn"], "finish"),
    ],
)
def test_a_task_goes_on_with_its_parts(states, move):
    assert task_over_parts(states) == move
