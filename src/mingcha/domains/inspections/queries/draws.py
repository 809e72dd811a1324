"""A draw as pages show it: what was committed, what the seed is made of, what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from mingcha.base.days import local_day, utc_now
from mingcha.domains.inspections.models import Draw, DrawnUnit, Part, Place, SeedValue
from mingcha.domains.inspections.queries import seeding
from mingcha.domains.inspections.queries.frozen import commitment_of
from mingcha.domains.inspections.rules.chance import hashed
from mingcha.domains.inspections.rules.seeds import Source


@dataclass(frozen=True)
class SourceNow:
    """A source of the seed as committed, what it is called, its value if there is one, and whether
    there can be one by now.
    """

    source: Source
    label: str
    address: str
    value: SeedValue | None
    may_be_known: bool

    @property
    def standing(self) -> tuple[str, str]:
        """Word and colour."""
        if self.value is None:
            return ("待录入", "doing") if self.may_be_known else ("尚未产生", "todo")
        return ("已核对", "done") if self.value.confirmed_at else ("待另一人核对", "due")


@dataclass(frozen=True)
class NumberNow:
    """The number of a party: what it committed to, and the number once it is revealed."""

    party: str
    commitment: str
    nonce: str


def roots(draw: Draw) -> list[dict[str, object]]:
    """The committed files: what each holds, lines, root."""
    labels = {"F": "参加抽取的对象", "X": "排除的对象", "S": "分层", "D": "人员需求",
              "O": "执法人员", "A": "回避"}  # fmt: skip
    return [
        {"kind": kind, "label": label, "size": draw.files[kind][0], "root": draw.files[kind][1]}
        for kind, label in labels.items()
    ]


def sources(draw: Draw) -> list[SourceNow]:
    """The sources in their order."""
    now, labels = utc_now(), seeding.labels(draw)
    values = {
        one.source: one
        for one in draw.values.filter(refused_at__isnull=True).select_related(
            "entered_by", "confirmed_by"
        )
    }
    found = []
    for one in seeding.sources(draw):
        label, address = labels.get(one.id, (one.id, ""))
        found.append(SourceNow(one, label, address, values.get(one.id), one.at <= now))
    return found


def numbers(draw: Draw) -> list[NumberNow]:
    """The parties with what they committed to."""
    known = seeding.numbers(draw)
    return [
        NumberNow(one.party, one.commitment, known.get(one.party, ""))
        for one in commitment_of(draw).nonces
    ]


def units(draw: Draw) -> QuerySet[DrawnUnit]:
    """What was drawn, in the order of the draw, with its visit, parts and teams."""
    places = Place.objects.filter(left_at__isnull=True).order_by("number")
    parts = Part.objects.select_related("case", "body").prefetch_related(
        Prefetch("places", places, to_attr="team")
    )
    found = draw.units.select_related("party", "visit").order_by("stratum", "is_reserve", "place")
    return found.prefetch_related(Prefetch("visit__parts", parts, to_attr="shown"))


def numbered(draw: Draw, shown: Sequence[DrawnUnit]) -> list[DrawnUnit]:
    """The same, each with its random number `u` in hexadecimal: SM3 of seed, number and key."""
    made = commitment_of(draw)
    for one in shown:
        parts = (draw.seed, draw.draw_id, one.key)
        one.u = hashed(made.by, *(part.encode() for part in parts)).hex()  # type: ignore[attr-defined]
    return list(shown)


def vacancies(draw: Draw) -> QuerySet[Place]:
    """The places nobody fills, with who lacks officers."""
    found = Place.objects.filter(
        part__visit__unit__draw=draw, officer__isnull=True, left_at__isnull=True
    )
    return found.select_related("part__case", "part__body", "part__visit__party").order_by("pk")


def explained(draw: Draw) -> list[dict[str, Any]]:
    """Each class with its numbers: size, wanted, chance, method, in words a witness can follow."""
    found = []
    for one in draw.counts.get("strata", []):
        size, wanted = one["size"], one["wanted"]
        method = {
            "srs": "等概率：随机数最小的中选",
            "pareto": "按权重（Pareto）",
            "take-all": "全部必查",
            "systematic": "按权重（系统抽样）",
            "pps": "按权重",
        }[one.get("used", one["method"])]
        found.append(one | {
            "chance": f"{wanted / size * 100:.3g}%" if one["method"] == "srs" else "依权重而定",
            "method_said": method, "why": f"{size} 户中抽 {wanted} 户，备 {one['reserves']} 户",
        })  # fmt: skip
    return found


def steps(draw: Draw, now: Sequence[SourceNow]) -> list[dict[str, str]]:
    """Where the draw stands, for the left side of its page."""
    seeded = bool(now) and all(one.value and one.value.confirmed_at for one in now)
    is_over = draw.drawn_at is not None or draw.cancelled_at is not None
    done = [True, seeded or not seeding.may_take_values(draw), is_over]
    labels = [
        ("名单冻结，承诺公布", local_day(draw.frozen_at).isoformat()),
        ("来源产生，两人录入核对", ""),
        ("抽取对象，匹配人员", "已取消" if draw.cancelled_at else ""),
    ]
    first = next((n for n, one in enumerate(done) if not one), len(done))
    return [
        {"label": label, "note": note,
         "state": "past" if n < first else "now" if n == first else "next"}
        for n, (label, note) in enumerate(labels)
    ]  # fmt: skip
