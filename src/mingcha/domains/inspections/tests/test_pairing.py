"""Officers: exchangeable ones alike, loads as even as can be, vacancies with their reason."""

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingcha.base.ledger.hashing import SHA256, SM3
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.rules.eligible import Eligibility, Visit, Window
from mingcha.domains.inspections.rules.frequencies import chi_square_tail
from mingcha.domains.inspections.rules.lines import Avoidance, Demand, Officer, Stratum, unit_lines
from mingcha.domains.inspections.rules.pairing import pair
from mingcha.domains.inspections.rules.refilling import refill
from mingcha.domains.inspections.rules.shortages import Shortage, shortages
from mingcha.domains.inspections.tests import made

CHANCE = Chance.of(SM3, "T-1|x=1", "T-1")
YEARS = date(2026, 1, 1), date(2027, 12, 31)


def officer(name, areas=("31",), skills=("s",), load=0, cap=9, dept="D"):
    return Officer(name, dept, areas, skills, *YEARS, load, cap)


def visit(key, area="310115", places=2, skill="s"):
    return Visit(key, "D", skill, area, places)


def able(officers, avoidances=()):
    return Eligibility(officers, avoidances, made.WINDOW)


def test_an_officer_is_eligible_by_department_skill_area_certificate_and_avoidance():
    first, last = made.WINDOW.first, made.WINDOW.last
    officers = [
        officer("fits"),
        replace(officer("just"), valid_from=first, valid_to=last),
        replace(officer("ends early"), valid_to=date(2026, 12, 30)),
        replace(officer("begins late"), valid_from=date(2026, 12, 8)),
        officer("elsewhere", areas=("3102", "32")),
        officer("here", areas=("32", "310115")),
        officer("below", areas=("31011501",)),
        officer("unskilled", skills=("t",)),
        officer("other", dept="E"),
        officer("kin"),
    ]
    who = able(officers, [Avoidance("kin", "K", "近亲属", made.SALT)])

    named = {key: [who.officers[one].name for one in who.of(visit(key))] for key in ("K", "L")}

    assert named == {"K": ["fits", "here", "just"], "L": ["fits", "here", "just", "kin"]}


def test_nobody_goes_twice_to_one_entity_whatever_he_can():
    both = [officer(f"P{n}", skills=("s", "t")) for n in range(4)]

    teams = pair([visit("K"), visit("K", skill="t")], able(both), CHANCE).teams

    assert sorted(name for team in teams.values() for name in team) == ["P0", "P1", "P2", "P3"]


def test_exchangeable_officers_are_chosen_alike():
    officers, counted, runs = [officer(f"P{n}") for n in range(6)], Counter(), 3_000
    pairs = Counter()

    for run in range(runs):
        teams = pair([visit("K")], able(officers), Chance.of(SHA256, f"T-1|run={run}", "T-1")).teams
        (team,) = teams.values()
        counted.update(team)
        pairs[frozenset(team)] += 1

    for counts, kinds in ((counted, 6), (pairs, 15)):
        mean = sum(counts.values()) / kinds
        statistic = sum((count - mean) ** 2 / mean for count in counts.values())
        assert len(counts) == kinds
        assert chi_square_tail(statistic, kinds - 1) > 0.01


def optimum(visits, eligibility):
    """The least maximum load with which all can be filled, by maximum flow; None if they cannot."""
    officers, places = eligibility.officers, sum(one.places for one in visits)

    def fits(most):
        flow = nx.DiGraph()
        for place, one in enumerate(officers):
            free = max(0, min(one.cap, most) - one.base_load)
            flow.add_edge(("officer", place), "end", capacity=free)
        for one in visits:
            flow.add_edge("start", one, capacity=one.places)
            for place in eligibility.of(one):
                at = ("at", one.key, place)  # once to an entity
                flow.add_edge(one, at, capacity=1)
                flow.add_edge(at, ("officer", place), capacity=1)
        flow.add_nodes_from(["start", "end"])
        return nx.maximum_flow_value(flow, "start", "end") == places

    top = max(one.cap for one in officers)
    return next((most for most in range(top + 1) if fits(most)), None)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.data())
def test_the_largest_load_is_at_most_one_above_the_optimum(data):
    areas = ["3101", "3102", "3103"]
    officers = [
        officer(
            f"P{n}",
            areas=tuple(data.draw(st.sets(st.sampled_from(areas), min_size=1))),
            load=data.draw(st.integers(0, 2)),
            cap=data.draw(st.integers(2, 8)),
        )
        for n in range(data.draw(st.integers(3, 9)))
    ]
    visits = [
        visit(f"K{n}", area=data.draw(st.sampled_from(areas)) + "01")
        for n in range(data.draw(st.integers(1, 12)))
    ]
    who = able(officers)

    pairing = pair(visits, who, CHANCE)

    best = optimum(visits, who)
    assert (best is None) == bool(pairing.vacant)
    loads = Counter(name for team in pairing.teams.values() for name in team)
    carried = {one.name: one.base_load + loads[one.name] for one in officers}
    assert all(carried[one.name] <= max(one.cap, one.base_load) for one in officers)
    for one, team in pairing.teams.items():
        assert len(team) == len(set(team)) <= one.places
        assert {who.places[name] for name in team} <= set(who.of(one))
    if best is not None:
        assert max((carried[name] for name in loads), default=0) <= best + 1


@pytest.mark.parametrize(("cap", "largest"), [(9, 6), (4, 4)])
def test_least_loaded_first_does_not_look_ahead_and_a_cap_makes_it_move(cap, largest):
    """Four could carry it: the first district by A alone, the second by B alone. Whoever goes first takes
    from B as well, until the cap of B makes the paths move them; the rule itself stays as published.
    """
    officers = [
        *(officer(f"A{n}", areas=("3101",), load=0, cap=cap) for n in (1, 2)),
        *(officer(f"B{n}", areas=("3101", "3102"), load=0, cap=cap) for n in (1, 2)),
        *(officer(f"C{n}", areas=("3102",), load=1, cap=1) for n in (1, 2, 3)),  # have no time left
    ]
    visits = [visit(f"K{area}{n}", area=area) for area in ("3101", "3102") for n in range(4)]
    who = able(officers)

    pairing = pair(visits, who, CHANCE)

    loads = Counter(name for team in pairing.teams.values() for name in team)
    assert not pairing.vacant
    assert (max(loads.values()), optimum(visits, who)) == (largest, 4)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.data())
def test_a_vacancy_names_a_set_whose_officers_are_too_few(data):
    officers = [officer(f"P{n}", cap=data.draw(st.integers(0, 3))) for n in range(6)]
    visits = [visit(f"K{n}") for n in range(data.draw(st.integers(3, 9)))]
    who = able(officers)

    pairing = pair(visits, who, CHANCE)

    for one in pairing.vacant:
        assert one.visit in one.reached
        room = sum(min(o.cap, len(one.reached)) for o in officers if o.name in one.knot.officers)
        assert room < sum(reached.places for reached in one.reached) or any(
            len(pairing.teams[reached]) >= len(one.knot.officers) for reached in one.reached
        )


def test_a_district_without_officers_stays_vacant_and_says_so():
    pairing = pair([visit("K", area="320101")], able([officer("P1")]), CHANCE)

    assert [(one.place, one.knot.officers, one.reached) for one in pairing.vacant] == [
        (place, [], [visit("K", area="320101")]) for place in (1, 2)
    ]


def test_a_round_fills_only_what_is_vacant():
    visits = [visit(f"K{n}") for n in range(8)]
    officers = [officer(f"P{n}") for n in range(6)]
    before = pair(visits, able(officers), CHANCE).teams
    first = visits[0]
    gone = before[first][0]

    after = refill(1, before, [(first, gone)], able(officers), CHANCE)

    assert {one: team for one, team in after.teams.items() if one != first} == {
        one: team for one, team in before.items() if one != first
    }
    ((filled, name),) = after.joined
    assert filled == first
    assert name not in before[first]
    assert set(after.teams[first]) == {*before[first], name} - {gone}


def test_rounds_draw_anew_and_go_on_from_each_other():
    visits = [visit(f"K{n}") for n in range(20)]
    officers = [officer(f"P{n:02}", cap=40) for n in range(40)]
    before = pair(visits, able(officers), CHANCE).teams
    left = [(one, team[0]) for one, team in before.items()]

    rounds = [refill(number, before, left, able(officers), CHANCE) for number in (1, 2)]
    (one, name) = rounds[0].joined[0]
    again = refill(2, rounds[0].teams, [(one, name)], able(officers), CHANCE)

    assert rounds[0].joined != rounds[1].joined
    assert again.joined[0][0] == one
    assert again.joined[0][1] != name


def test_a_round_that_nobody_can_fill_leaves_the_place_vacant():
    before = pair([visit("K")], able([officer("P1"), officer("P2")]), CHANCE).teams

    after = refill(1, before, [(visit("K"), "P1")], able([officer("P1"), officer("P2")]), CHANCE)

    assert (after.joined, after.vacant) == ([], [visit("K")])


def test_nobody_leaves_a_visit_he_is_not_in():
    before = pair([visit("K")], able([officer("P1"), officer("P2")]), CHANCE).teams

    with pytest.raises(errors.NoRemedyLeft, match="P3"):
        refill(1, before, [(visit("K"), "P3")], able([officer("P1")]), CHANCE)


def told(officers, rows, wanted, count=2):
    strata = [Stratum("S", len(rows), wanted, 0, "srs")]
    demands = [Demand("S", "D", "s", count)]
    window = Window(date(2026, 12, 1), date(2026, 12, 31))
    return shortages(unit_lines(rows), strata, demands, officers, window)


def test_before_the_freeze_areas_without_enough_officers_are_named():
    rows = [(f"K{n:02}", "S", 1, "310101" if n < 10 else "310201") for n in range(20)]
    officers = [officer("P1", areas=("3101",)), officer("P2", areas=("3101",)), officer("P3")]
    late = replace(officer("P4"), valid_to=date(2026, 12, 30))
    full = officer("P5", load=3, cap=3)

    found = told([*officers, late, full], rows, 10)

    assert Shortage("D", "s", "310201", 2, 1, is_team=True) in found
    assert [one.area for one in found if one.is_team] == ["310201"]


def test_before_the_freeze_caps_that_cannot_hold_the_visits_are_named():
    rows = [(f"K{n:02}", "S", 1, "310101") for n in range(20)]
    officers = [officer(f"P{n}", cap=3) for n in range(4)]

    assert told(officers, rows, 10) == [
        Shortage("D", "s", "310101", needed=20, available=12, is_team=False)
    ]
    assert told([replace(one, cap=5) for one in officers], rows, 10) == []


def test_loads_stay_within_one_where_all_are_alike():
    visits = [visit(f"K{n:03}") for n in range(101)]

    teams = pair(visits, able([officer(f"P{n}", cap=99) for n in range(7)]), CHANCE).teams

    loads = sorted(Counter(name for team in teams.values() for name in team).values())
    assert loads[-1] - loads[0] <= 1
    assert all(a <= b for a, b in pairwise(loads))
