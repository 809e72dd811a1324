"""From a task to teams: frozen, seeded by two, drawn once, with a part and a team for each."""

from datetime import timedelta

import pytest

from mingcha.base.cases.models import Case, Todo
from mingcha.base.days import utc_now
from mingcha.base.ledger.models import Act
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import DrawnUnit, Part, Place, SeedSource, Visit
from mingcha.domains.inspections.services import drawing, seeds, tasks
from mingcha.domains.inspections.states import TaskState
from mingcha.domains.inspections.testing import VALUE, Line

pytestmark = pytest.mark.django_db


@pytest.fixture(name="line")
def _line(city):
    return Line(city)


def come(draw):
    """The hour of its source has come."""
    past = utc_now() - timedelta(minutes=1)
    SeedSource.objects.filter(task=draw.task_id).update(at=past)
    return draw


def test_a_frozen_task_names_its_frame_and_cannot_be_changed(line):
    draw = line.frozen()

    assert draw.files["F"][0] == 60
    assert draw.task.case.state == TaskState.FROZEN
    with pytest.raises(errors.TaskFrozen, match="名单、分层、人员和来源都不能再改"):
        tasks.assign(draw.task, [], actor=line.manager)


def test_a_draw_opens_a_part_with_two_officers_for_each_object(line):
    draw = line.held(line.valued(come(line.frozen())))

    assert (DrawnUnit.objects.filter(is_reserve=False).count(), Visit.objects.count()) == (6, 6)
    assert DrawnUnit.objects.filter(is_reserve=True).count() == 2
    assert Part.objects.count() == 6
    assert Place.objects.filter(officer__isnull=False).count() == 12
    assert Case.objects.get(pk=draw.task_id).state == TaskState.DRAWN
    assert Todo.objects.filter(case__kind="inspection-part", done_at__isnull=True).count() == 6
    assert Act.objects.filter(verb="发起部门检查").count() == 6


def test_a_draw_is_held_once(line):
    draw = line.valued(come(line.frozen()))
    line.held(draw)

    with pytest.raises(errors.DrawnAlready):
        line.held(draw)

    assert Visit.objects.count() == 6


def test_a_value_before_its_time_is_refused(line):
    draw = line.frozen()

    with pytest.raises(errors.TooEarly, match="现在还不能录入"):
        seeds.enter_value(draw, "ssq", VALUE, actor=line.manager)


def test_one_person_cannot_give_the_seed(line):
    draw = come(line.frozen())
    seeds.enter_value(draw, "ssq", VALUE, actor=line.manager)

    with pytest.raises(errors.NotTheSamePerson):
        seeds.confirm_value(draw, "ssq", VALUE, actor=line.manager)
    with pytest.raises(errors.SeedNotReady):
        drawing.start(draw, actor=line.manager)
