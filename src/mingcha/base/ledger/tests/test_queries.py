from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from mingcha.base.ledger import queries, services, tree
from mingcha.base.ledger.models import Act
from mingcha.base.ledger.queries import Sought

pytestmark = pytest.mark.django_db


@dataclass
class Auditor:
    """Whoever may search over these paths."""

    scopes: set[str] = field(default_factory=set)

    @property
    def held(self):
        return self

    def paths(self, right):
        return self.scopes if right == "audit.search" else set()


@dataclass
class Actor:
    pk: int
    organisation: object


@pytest.fixture
def city(make_organisation):
    """A city office with a bureau and a station below it, and a foreign tree."""
    top = make_organisation("市政府")
    bureau = make_organisation("市场监管局", parent=top)
    station = make_organisation("监管所", parent=bureau)
    abroad = make_organisation("邻市市场监管局", parent=make_organisation("邻市"))
    return {"top": top, "bureau": bureau, "station": station, "abroad": abroad}


@pytest.fixture
def busy(city):
    """One act of an account in each organisation, and one of the system."""
    for number, organisation in enumerate(city.values(), start=1):
        actor = Actor(number, organisation)
        services.act(actor, "提交结果", ("task", str(number)), content={})
    services.act(None, "自动催办", ("case", "1"), content={})
    return city


def found(scopes, sought=Sought()):  # noqa: B008  # frozen
    mine = queries.acts(Auditor(scopes), sought).filter(record_kind__in=["task", "case"])
    return [act.actor_id for act in mine]


def test_an_auditor_sees_the_acts_of_the_organisations_in_reach_latest_first(busy):
    assert found({busy["bureau"].path}) == [3, 2]
    assert found({busy["station"].path, busy["abroad"].path}) == [4, 3]


def test_the_acts_of_the_system_are_seen_from_a_root(busy):
    assert found({busy["top"].path}) == [0, 3, 2, 1]


def test_without_the_right_there_is_nothing(busy):
    assert found(set()) == []


def test_acts_are_found_by_person_record_verb_organisation_and_time(busy):
    everywhere = {busy["top"].path, busy["abroad"].path}
    third = Act.objects.get(actor_id=3)

    assert found(everywhere, Sought(account=2)) == [2]
    assert found(everywhere, Sought(record_kind="task", record_key="4")) == [4]
    assert found(everywhere, Sought(verb="自动催办")) == [0]
    assert found(everywhere, Sought(organisation=busy["station"].code)) == [3]
    assert found(everywhere, Sought(since=third.at)) == [0, 4, 3]
    assert found(everywhere, Sought(until=third.at)) == [2, 1]
    assert found(everywhere, Sought(account=0)) == [0]


def test_a_search_asks_twice(busy, django_assert_num_queries):
    with django_assert_num_queries(2):
        list(queries.acts(Auditor({busy["top"].path}), Sought(verb="提交结果")))


def test_counting_stops_behind_the_limit(busy, monkeypatch):
    auditor = Auditor({busy["top"].path})
    submitted = Sought(verb="提交结果")
    assert queries.count(queries.acts(auditor, submitted)) == 3

    monkeypatch.setattr(queries, "COUNT_LIMIT", 1)

    assert queries.count(queries.acts(auditor, submitted)) == 2


def test_what_was_learnt_by_a_moment_are_the_acts_of_its_seal(leave, seal):
    leave("1", "a", "b")
    first = seal()
    leave("1", "c")
    second = seal()
    leave("1", "d")

    assert queries.seal_at(first.time - timedelta(microseconds=1)) is None
    assert queries.seal_at(first.time) == first
    assert queries.seal_at(second.time - timedelta(microseconds=1)) == first
    assert queries.last_seal() == second
    assert queries.learnt_by(first.time).count() == 2
    assert queries.learnt_by(second.time + timedelta(days=1)).count() == 3
    assert queries.learnt_by(first.time - timedelta(days=1)).count() == 0


def test_an_act_knows_its_seal_once_it_has_one(leave, seal):
    (act,) = leave("1", "a")
    assert queries.seal_of(act) is None
    made = seal()
    leave("1", "b")
    seal()

    act.refresh_from_db()
    assert queries.seal_of(act) == made
    assert [each.pk for each in queries.history("task", "1")][-1] == act.pk


@pytest.mark.parametrize("later", [1, 300])
def test_proofs_hold_whatever_came_later(later, clerk, seal):
    for number in range(700):
        services.act(clerk, "提交", ("task", str(number)), content={})
    first = seal()
    for number in range(later):
        services.act(clerk, "提交", ("task", str(number)), content={})
    second = seal()

    for leaf in (0, 255, 256, 511, 512, 699):
        act = Act.objects.get(leaf_no=leaf)
        for made in (first, second):
            path = queries.inclusion_proof(act, made)
            place = (leaf, made.size)
            assert tree.proves_inclusion(bytes(act.hash), place, path, bytes(made.root))
    path = queries.consistency_proof(first, second)
    roots = (bytes(first.root), bytes(second.root))
    assert tree.proves_consistency((first.size, second.size), roots, path)


def test_an_open_act_has_no_proof(leave, seal):
    leave("1", "a")
    made = seal()
    (act,) = leave("1", "b")

    with pytest.raises(ValueError, match="not in a tree"):
        queries.inclusion_proof(act, made)
