"""The labelled sample and what it says about the quality of linking (关联质量)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from mingcha.base.errors import NotFound
from mingcha.base.people.models import Account
from mingcha.base.people.queries import organisations_under
from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.parties.rules import parse_name
from mingcha.domains.parties.rules.dirt import LABELS, Dirt
from mingcha.domains.records.models import Sample, SamplePair, Verdict
from mingcha.domains.records.queries.questions import LINK
from mingcha.domains.records.rules.quality import Figures, Labelled, figures

SUGGESTED = 5


def visible_to(account: Account) -> QuerySet[Sample]:
    """The samples over bodies over which the account may link."""
    if not account.holds(LINK):
        return Sample.objects.none()
    mine = organisations_under(account, LINK).values("pk")
    return Sample.objects.filter(scope__in=mine).select_related("scope", "drawn_by")


def samples(account: Account) -> QuerySet[Sample]:
    """The visible samples with `pairs_count` and `labelled_count`."""
    return visible_to(account).annotate(
        pairs_count=Count("pairs"), labelled_count=Count("pairs", filter=~Q(pairs__verdict=""))
    )


def sample_for(account: Account, number: int) -> Sample:
    """The one door to a sample. Raises NotFound for missing and hidden alike."""
    found = samples(account).filter(pk=number).first()
    if found is None:
        raise NotFound(what="关联样本", key=number)
    return found


def pair_for(sample: Sample, place: int) -> SamplePair:
    """One pair of a sample by its place. Raises NotFound."""
    pairs = sample.pairs.select_related("tie__subject", "tie__party", "meant", "sample")
    found = pairs.filter(place=place).first()
    if found is None:
        raise NotFound(what="样本对", key=place)
    return found


def next_open(sample: Sample, after: int = 0) -> SamplePair | None:
    """The next pair without a label, after a place; from the front again when none is left behind."""
    unlabelled = sample.pairs.filter(verdict="").order_by("place")
    return unlabelled.filter(place__gt=after).first() or unlabelled.first()


@dataclass(frozen=True)
class Line:
    """The figures of one slice of a sample: all of it, a stratum, or a kind of dirt."""

    key: str
    label: str
    size: int
    labelled: int
    figures: Figures


@dataclass(frozen=True)
class Measured:
    """What a sample says: over all, per stratum, per kind of dirt."""

    sample: Sample
    whole: Line
    strata: Sequence[Line]
    kinds: Sequence[Line]


def measured(sample: Sample) -> Measured:
    """The figures of a sample; pairs labelled “看不出” do not count. One query."""
    pairs = labelled_of(sample)
    drawn = sample.strata or []
    sizes = {one["key"]: int(one["size"]) for one in drawn}
    labels = {one["key"]: str(one["label"]) for one in drawn}
    strata = [
        Line(key, labels[key], sizes[key], len(mine), figures(mine, sizes))
        for key in sizes
        for mine in [[p for p in pairs if p.stratum == key]]
    ]
    kinds = [
        Line(kind.value, LABELS[kind], 0, len(mine), figures(mine, sizes, among=pairs))
        for kind in Dirt
        if (mine := [p for p in pairs if kind.value in p.kinds])
    ]
    whole = Line("", "全部", sum(sizes.values()), len(pairs), figures(pairs, sizes))
    return Measured(sample, whole, strata, kinds)


def labelled_of(sample: Sample) -> list[Labelled]:
    """The labelled pairs as the rules take them."""
    rows = sample.pairs.filter(verdict__in=(Verdict.SAME, Verdict.OTHER)).select_related("tie")
    found = []
    for pair in rows:
        own = pair.tie.how == "own"
        made = not pair.tie.is_doubtful and not own
        right = pair.verdict == Verdict.SAME and not own
        there = pair.verdict == Verdict.OTHER if own else right or pair.meant_id is not None
        found.append(Labelled(pair.stratum, made, right, there, pair.kinds))
    return found


def trend(account: Account) -> list[Measured]:
    """The samples with labels, oldest first: how quality went by version of the weights."""
    rows = samples(account).filter(Q(labelled_count__gt=0)).order_by("pk")
    return [measured(sample) for sample in rows]


def suggestions(account: Account, pair: SamplePair) -> list[Party]:
    """Registered parties with a like name: for saying whom a record means that the machine missed."""
    trade = parse_name(pair.tie.subject.name).core
    if len(trade) < 2:
        return []
    found = parties.search(account, parties.Filter(words=trade, registered="yes"))
    others = found.exclude(pk=pair.tie.party_id)
    return parties.nearest(others, trade, slice(SUGGESTED))
