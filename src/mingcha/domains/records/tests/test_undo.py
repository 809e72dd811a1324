"""Any sequence of decisions, undone in any order, gives the ties as if the undone had never been made.

The expected ties are worked out here from scratch, by other means than the code: parties that are one
are drawn together step by step on a map, and the words of decisions are read from their effects.
"""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingcha.base.errors import MingchaError
from mingcha.base.people.testing import make_account
from mingcha.domains.parties.models import Party
from mingcha.domains.records.models import Bar, Decision, Join, Pin, Tie
from mingcha.domains.records.services.links import deciding, merging, questions
from mingcha.domains.records.tests.linking_world import (
    find,
    make_party,
    make_subject,
    question_of,
)

PARTIES, SUBJECTS = 3, 2
number = st.integers(0, 9)
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["accept", "refuse", "own", "merge", "merge", "split", "apart", "undo", "undo"]),
        number, number, number,
    ),
    min_size=5, max_size=14,
)  # fmt: skip
FOUND = st.lists(
    st.tuples(st.booleans(), number, st.lists(number, max_size=3)),
    min_size=SUBJECTS, max_size=SUBJECTS,
)  # fmt: skip


class Rollback(Exception):
    """Ends an example and leaves nothing."""


class World:
    """Parties and subjects with findings; deeds are done to them through the services."""

    def __init__(self, city, linker, found):
        self.linker = linker
        self.parties = [make_party(f"演示{n}号公司") for n in range(PARTIES)]
        self.subjects = [
            make_subject(f"演示{n}号主体", city.market, records=2) for n in range(SUBJECTS)
        ]
        for subject, (is_firm, firm, doubts) in zip(self.subjects, found, strict=True):
            likely = {self.parties[d % PARTIES].pk: 4000 + 100 * d for d in doubts}
            base = self.parties[firm % PARTIES] if is_firm else None
            pairs = [(p, likely[p.pk]) for p in self.parties if p.pk in likely and p != base]
            find(subject, base, *sorted(pairs, key=lambda pair: -pair[1]))

    def do(self, deed, a, b, c):
        """One deed, as far as it is allowed from where things stand."""
        subject, one = self.subjects[a % SUBJECTS], self.parties[b % PARTIES]
        if deed in {"accept", "refuse", "own"}:
            standing = Tie.objects.filter(subject=subject, until__isnull=True, rank__gt=0)
            if not standing.exists():
                return
            asked = question_of(subject)
            tie = standing.order_by("rank")[b % standing.count()]
            if deed == "own":
                questions.own(asked, actor=self.linker)
            else:
                getattr(questions, deed)(asked, tie.party, actor=self.linker)
        elif deed == "merge":
            merging.merge(one, self.parties[c % PARTIES], reason="同", actor=self.linker)
        elif deed in {"split", "apart"}:
            tie = Tie.objects.get(
                subject=subject, until__isnull=True, is_doubtful=False, fact_id__isnull=True
            )
            to = one if c % 2 else None
            facts = [subject.fact_set.order_by("pk")[c % 2].pk] if deed == "apart" else []
            cut = merging.Cut([] if facts else [subject.pk], facts, by_name=c % 3 == 0, to=to)
            merging.split(tie.party, cut, reason="异", actor=self.linker)
        else:
            made = Decision.objects.order_by("pk")
            if made.exists():
                deciding.undo(made[a % made.count()], reason="误", actor=self.linker)


def ties_now():
    """(subject, fact, party, rank) of every tie that stands."""
    rows = Tie.objects.filter(until__isnull=True)
    return sorted(rows.values_list("subject", "fact_id", "party", "rank"), key=str)


def ties_expected(world):
    """The same, from the machine's findings and the effects of the decisions that stand."""
    standing = [d.pk for d in Decision.objects.order_by("pk") if not hasattr(d, "undone")]
    cluster = {}  # party → its representative; moving a cluster moves all who are in it
    for join in Join.objects.filter(decision__in=standing).order_by("decision", "pk"):
        gone = cluster.get(join.loser_id, join.loser_id)
        stays = cluster.get(join.winner_id, join.winner_id)
        if gone != stays:
            followers = [p for p, head in cluster.items() if head == gone]
            cluster |= dict.fromkeys([*followers, gone], stays)
    expected = []
    for subject in world.subjects:
        expected += _of_subject(subject, standing, lambda p: cluster.get(p, p))
    return sorted(expected, key=str)


def _of_subject(subject, standing, head):
    found = list(Tie.objects.filter(subject=subject, decision__isnull=True).order_by("pk"))
    firm = next(t.party_id for t in found if t.rank == 0)
    doubts = [(t.party_id, t.weight) for t in found if t.rank > 0]
    barred = set(
        Bar.objects.filter(subject=subject, decision__in=standing).values_list("party", flat=True)
    )
    whole = Pin.objects.filter(subject=subject, decision__in=standing, source_key="", says="")
    for pin in whole.order_by("decision", "pk"):
        firm, doubts = pin.party_id, []
    general = head(firm)
    ties = [(subject.pk, None, general, 0)]
    best = {}
    for party, weight in doubts:
        if party not in barred and head(party) != general:
            best[head(party)] = max(weight, best.get(head(party), weight))
    ordered = sorted(best, key=lambda p: (-best[p], p))
    ties += [(subject.pk, None, party, rank) for rank, party in enumerate(ordered, 1)]
    return ties + _of_records(subject, standing, general, head)


def _of_records(subject, standing, general, head):
    ties = []
    parts = Pin.objects.filter(subject=subject, decision__in=standing).exclude(
        source_key="", says=""
    )
    for fact in subject.fact_set.all():
        mine = [
            p for p in parts.order_by("decision", "pk") if p.says or p.source_key == fact.source_key
        ]
        if mine and head(mine[-1].party_id) != general:
            ties.append((subject.pk, fact.pk, head(mine[-1].party_id), 0))
    return ties


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(found=FOUND, deeds=DEEDS, order=st.randoms(use_true_random=False))
def test_undone_in_any_order_is_as_never_made(city, found, deeds, order):
    linker = make_account("linker", organisation=city.bureau, scope=city.government)
    with pytest.raises(Rollback), transaction.atomic():
        world = World(city, linker, found)
        first = ties_now()
        for deed in deeds:
            try:
                with transaction.atomic():
                    world.do(*deed)
            except MingchaError:
                continue
            assert ties_now() == ties_expected(world)
        made = deciding.standing(list(Decision.objects.order_by("pk")))
        order.shuffle(made)
        for decision in made:
            deciding.undo(decision, reason="误", actor=linker)
            assert ties_now() == ties_expected(world)
        assert ties_now() == first
        assert not Party.objects.filter(merged_into__isnull=False).exists()
        raise Rollback
