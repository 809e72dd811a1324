from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace

import pytest

from mingcha.base.calendar import queries, services
from mingcha.base.calendar.errors import DayNotSet, NoBasis
from mingcha.base.calendar.models import Holiday
from mingcha.base.calendar.services import Setting
from mingcha.base.errors import NotAllowed
from mingcha.base.ledger.models import Act
from mingcha.base.ledger.verify import verify_ledger

pytestmark = pytest.mark.django_db
STORM = date(2026, 9, 10)
FREE = Setting(is_workday=False, name="台风停工", basis="市防汛指挥部令第 3 号")


@dataclass
class Manager:
    pk: int = 1
    organisation: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(code="org-1"))
    rights: frozenset[str] = frozenset({"calendar.manage"})

    def holds(self, right: str) -> bool:
        return right in self.rights


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path):
    settings.HOME, settings.KEYS = tmp_path, tmp_path / "keys"


def test_a_day_set_by_hand_overrules_the_notice_and_leaves_one_act(empty):
    services.set_day(STORM, FREE, actor=Manager())

    found = queries.is_working_day(STORM)
    assert (found.working, found.provisional) == (False, False)
    assert found.basis == "台风停工（市防汛指挥部令第 3 号）"
    assert Act.objects.get().verb == "设置工作日历"
    assert queries.add_working_days(date(2026, 9, 9), 1).day == date(2026, 9, 11)


def test_a_reset_day_is_again_what_the_notice_says():
    services.set_day(STORM, FREE, actor=Manager())

    services.reset_day(STORM, actor=Manager())

    assert queries.is_working_day(STORM).working
    assert verify_ledger().is_sound


def test_the_notice_is_named_as_basis():
    found = queries.is_working_day(date(2026, 10, 10))

    assert found.basis == "国庆节调休上班（国务院办公厅关于 2026 年部分节假日安排的通知）"


def test_a_period_asks_the_database_once(django_assert_num_queries):
    with django_assert_num_queries(1):
        queries.working_days_between(date(2026, 1, 1), date(2026, 12, 31))


def test_the_year_2026_has_248_working_days():
    assert queries.working_days_between(date(2025, 12, 31), date(2026, 12, 31)).days == 248


def test_without_the_right_nothing_changes():
    with pytest.raises(NotAllowed):
        services.set_day(STORM, FREE, actor=Manager(rights=frozenset()))

    assert not Holiday.objects.exists()


def test_a_day_needs_a_basis():
    with pytest.raises(NoBasis, match="2026-09-10"):
        services.set_day(STORM, Setting(False, "台风停工", " "), actor=Manager())


def test_a_day_never_set_cannot_be_reset():
    with pytest.raises(DayNotSet):
        services.reset_day(STORM, actor=Manager())


def test_a_day_changed_by_plain_sql_is_found():
    services.set_day(STORM, FREE, actor=Manager())
    Holiday.objects.update(is_workday=True)

    (finding,) = verify_ledger().findings

    assert finding.sentence == "记录 “工作日历”2026-09-10 与其最后一次留痕不符，被改动过。"
