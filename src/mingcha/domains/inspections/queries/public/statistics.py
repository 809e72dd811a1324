"""The public figures of a year, as the job counted them: one row each."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mingcha.domains.inspections.models import PublicStatistic
from mingcha.domains.inspections.rules.frequencies import SEEDS

UNLIKELY = 0.01  # below it the page says that the difference is not what chance explains


@dataclass(frozen=True)
class Rates:
    """Rates of a year: rows as services/statistics makes them, and the draws they rest on."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    draws: list[dict[str, str]] = field(default_factory=list)
    least: int = 0
    made_at: datetime | None = None


@dataclass(frozen=True)
class Observed:
    """Observed against intended: (name, observed, intended), the statistic and what it means."""

    seen: list[tuple[str, int, float]] = field(default_factory=list)
    draws: list[str] = field(default_factory=list)
    statistic: float = 0.0
    freedom: int = 0
    probability: float | None = None
    count: int = 0
    seeds: int = 0
    made_at: datetime | None = None

    @property
    def is_unlikely(self) -> bool:
        """Whether chance hardly explains the difference."""
        return self.probability is not None and self.probability < UNLIKELY

    @property
    def words(self) -> str:
        """What the test says, in a sentence."""
        if self.probability is None:
            return ""
        share = f"{self.probability * 100:.2g}%"
        said = f"如果每次抽取都公平，出现这样大或更大的偏差的可能性是 {share}。"
        if self.is_unlikely:
            return f"{said}这很少见，值得查一查：请重新计算各次抽取，并向发起单位询问。"
        return f"{said}实际次数与应有次数的差别，在随机的正常范围之内。"


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
    """Observed against intended of a year, "classes" or "pairs"; empty while there is nothing."""
    row = PublicStatistic.objects.filter(kind=kind, year=year).first()
    if row is None or not row.content.get("seen"):
        return Observed()
    said = row.content
    seen = [(name, count, meant) for name, count, meant in said["seen"]]
    return Observed(
        seen, said["draws"], said["statistic"], said["freedom"], said["probability"],
        said.get("count", len(seen)), said.get("seeds", SEEDS), row.made_at,
    )  # fmt: skip
