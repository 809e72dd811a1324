"""The public figures of a year, as the job counted them: one row each."""

from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any

from mingcha.domains.inspections.models import PublicStatistic, PublishedDraw
from mingcha.domains.inspections.rules.frequencies import SEEDS, seeds_of

UNLIKELY = 0.01  # below it the page says that the difference is not what chance explains
GROSS = (
    0.5  # when only a preference larger than this would show, the page does not speak of fairness
)
LEAST_MEAN = 5.0  # likewise when a pair came up less often than this on average
ALL_FIXED = "这里的次数都由规则事先固定，实际必然等于应有，证明不了抽取公平。"
TOO_FEW = "次数太少，还不能检验：既不能说抽取公平，也不能说不公平。"


@dataclass(frozen=True)
class Rates:
    """Rates of a year: rows as services/statistics makes them, and the draws they rest on."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    draws: list[dict[str, str]] = field(default_factory=list)
    least: int = 0
    made_at: datetime | None = None


@dataclass(frozen=True)
class Seen:
    """A class or pair: how often it came up, how often it should have, and by how many standard
    deviations more. None: chance decides nothing (`is_fixed`), or it came up too seldom to be told apart.
    """

    name: str
    observed: int
    intended: float
    deviations: float | None = None
    is_fixed: bool = False


@dataclass(frozen=True)
class Observed:
    """Observed against intended, the statistic and what it means; see rules/classes and frequencies.

    `mean` is how often a pair came up on average, `seeds` the simulations its probability rests on.
    """

    seen: list[Seen] = field(default_factory=list)
    draws: list[str] = field(default_factory=list)
    statistic: float = 0.0
    freedom: int = 0
    probability: float | None = None
    detectable: float | None = None
    mean: float | None = None
    count: int = 0
    seeds: int = 0
    made_at: datetime | None = None

    @property
    def is_unlikely(self) -> bool:
        """Whether chance hardly explains the difference."""
        return self.probability is not None and self.probability < UNLIKELY

    @property
    def is_thin(self) -> bool:
        """Whether so little was counted that even a gross preference might not show."""
        if self.mean is not None:
            return self.mean < LEAST_MEAN
        return self.detectable is None or self.detectable > GROSS

    @property
    def words(self) -> str:
        """What the test says, in a sentence or two; of few counts never that all is fair."""
        if not self.seen:
            return ""
        if self.probability is None:
            return ALL_FIXED if all(one.is_fixed for one in self.seen) else TOO_FEW
        said = (
            f"如果每次抽取都公平，出现这样大或更大的偏差的可能性是 {self.probability * 100:.2g}%。"
        )
        if self.is_unlikely:
            return f"{said}这很少见，值得查一查：请重新计算各次抽取，并向发起单位询问。"
        if self.is_thin:
            return f"{said}没有看出异常，但次数还少：{self._shows}，还不能据此说抽取公平。"
        return f"{said}实际次数与应有次数的差别，在随机的正常范围之内；{self._shows}。"

    @property
    def _shows(self) -> str:
        if self.detectable is not None:
            return f"一个类别多抽或少抽{_share(self.detectable)}以上，才多半看得出来"
        return "只看得出个别人员反复同组这样的大偏差" if self.is_thin else "很小的偏心看不出来"


def _share(detectable: float) -> str:
    return "一倍" if detectable >= 1 else f" {ceil(detectable * 100)}% "


@dataclass(frozen=True)
class Simulating:
    """A draw whose pairs are still being simulated, and how far that is."""

    draw_id: str
    done: int
    of: int


def years() -> list[int]:
    """The years that were counted."""
    return list(PublicStatistic.objects.order_by("year").values_list("year", flat=True).distinct())


def rates(year: int) -> Rates:
    """Violation rates of a year; empty while there are none."""
    row = PublicStatistic.objects.filter(kind=PublicStatistic.Kind.RATES, year=year).first()
    if row is None:
        return Rates()
    said = row.content
    return Rates(said["rows"], said["draws"], said["least"], row.made_at)


def observed(year: int, kind: str) -> Observed:
    """Observed against intended of a year, by PublicStatistic.Kind; empty while there is nothing."""
    row = PublicStatistic.objects.filter(kind=kind, year=year).first()
    if row is None or not row.content.get("seen"):
        return Observed()
    said = row.content
    seen = [Seen(*one) for one in said["seen"]]
    return Observed(
        seen, said["draws"], said["statistic"], said["freedom"], said["probability"],
        said.get("detectable"), said.get("mean"), said.get("count", len(seen)),
        said.get("seeds", 0), row.made_at,
    )  # fmt: skip


def simulating(year: int) -> list[Simulating]:
    """The draws of a year whose pairs are not yet simulated to the end."""
    found = PublishedDraw.objects.filter(
        draw__drawn_at__year=year, draw__cancelled_at__isnull=True, simulated__lt=SEEDS
    )
    rows = found.order_by("draw__draw_id").values_list(
        "draw__draw_id", "simulated", "draw__counts__parts"
    )
    wanted = [(draw_id, done, seeds_of(visits or 0)) for draw_id, done, visits in rows]
    return [Simulating(*one) for one in wanted if one[1] < one[2]]
