"""How a task divides its frame and whom it leaves out, read strictly from what was saved. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from mingcha.domains.inspections.errors import BadCriteria
from mingcha.domains.inspections.rules import criteria
from mingcha.domains.inspections.rules.criteria import Objects
from mingcha.domains.inspections.rules.frame import proposed
from mingcha.domains.inspections.rules.lines import METHODS, MOST_WEIGHT

MOST_STRATA, MOST_MONTHS = 60, 120
CAPPED, RECENT, NAMED, NO_STRATUM = "年度频次已满", "豁免期内已检查", "名单排除", "不属于任何分层"
EARLY = "检查间隔未到"


@dataclass(frozen=True)
class Heavier:
    """Entities that weigh more in their stratum."""

    where: Objects
    weight: int


@dataclass(frozen=True)
class StratumPlan:
    """One class of the frame: who is in it, how many are drawn, how many stand in reserve.

    `interval` is how often at most (检查频次): whoever was checked within so many months takes no part;
    0 for no bound of its own.
    """

    name: str
    where: Objects
    ratio: str = ""
    count: int = 0
    reserves: int = 0
    method: str = "srs"
    weights: tuple[Heavier, ...] = ()
    interval: int = 0

    def wanted(self, size: int) -> int:
        """How many are drawn of `size`: the number, or min(N, ⌈N · ratio⌉)."""
        return proposed(size, self.ratio) if self.ratio else self.count

    def spare(self, size: int) -> int:
        """How many reserves `size` leaves room for, at most those asked for."""
        return max(0, min(self.reserves, size - self.wanted(size)))


@dataclass(frozen=True)
class LeavesOut:
    """Who takes no part: over the yearly cap, checked lately, or named (code → reason).

    `vacancies`: the task goes on although officers are known to lack somewhere.
    """

    cap: bool = True
    recent: bool = True
    vacancies: bool = False
    named: Mapping[str, str] = field(default_factory=dict)


def strata(said: Sequence[Mapping[str, Any]]) -> list[StratumPlan]:
    """The strata as saved. Raises BadCriteria for what is missing, unknown or named twice."""
    if len(said) > MOST_STRATA:
        raise BadCriteria(field="分层", value=f"{len(said)} 个", problem=f"最多 {MOST_STRATA} 个")
    found = [_stratum(one) for one in said]
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise BadCriteria(field="分层名称", value=name, problem="出现了不止一次")
    return found


def saved(read: StratumPlan) -> dict[str, Any]:
    """The inverse of reading one stratum."""
    return {
        "name": read.name, "where": criteria.saved(read.where), "ratio": read.ratio,
        "count": read.count, "reserves": read.reserves, "method": read.method,
        "weights": [
            {"where": criteria.saved(one.where), "weight": one.weight} for one in read.weights
        ],
        "interval": read.interval,
    }  # fmt: skip


def leaves_out(said: Mapping[str, Any]) -> LeavesOut:
    """The exclusions as saved. Raises BadCriteria."""
    if unknown := sorted(said.keys() - {"cap", "recent", "named", "vacancies"}):
        raise BadCriteria(field="排除", value=unknown[0], problem="不是排除条件")
    return LeavesOut(
        bool(said.get("cap", True)),
        bool(said.get("recent", True)),
        bool(said.get("vacancies", False)),
        said.get("named", {}),
    )


def _stratum(said: Mapping[str, Any]) -> StratumPlan:
    known = {"name", "where", "ratio", "count", "reserves", "method", "weights", "interval"}
    if unknown := sorted(said.keys() - known):
        raise BadCriteria(field="分层", value=unknown[0], problem="不是分层的内容")
    name, ratio = str(said.get("name", "")).strip(), str(said.get("ratio", ""))
    count, reserves = int(said.get("count") or 0), int(said.get("reserves") or 0)
    if not name:
        raise BadCriteria(field="分层名称", value="", problem="不能为空")
    if bool(ratio) == bool(count):
        raise BadCriteria(field=f"分层“{name}”", value=ratio or count, problem="比例和数量须填一项")
    if ratio and not _is_share(ratio):
        raise BadCriteria(field=f"分层“{name}”的比例", value=ratio, problem="应大于 0，不超过 1")
    if count < 0 or reserves < 0:
        raise BadCriteria(field=f"分层“{name}”", value=min(count, reserves), problem="不能为负数")
    interval = int(said.get("interval") or 0)
    if not 0 <= interval <= MOST_MONTHS:
        raise BadCriteria(
            field=f"分层“{name}”的检查间隔",
            value=interval,
            problem=f"应在 1 至 {MOST_MONTHS} 个月之间",
        )
    method = said.get("method") or "srs"
    if method not in METHODS:
        raise BadCriteria(field="抽取方法", value=method, problem="应为 srs 或 pps")
    heavier = tuple(_heavier(name, one) for one in said.get("weights") or ())
    where = criteria.objects(said.get("where") or {})
    return StratumPlan(name, where, ratio, count, reserves, method, heavier, interval)


def _heavier(name: str, said: Mapping[str, Any]) -> Heavier:
    weight = int(said["weight"])
    if not 1 <= weight <= MOST_WEIGHT:
        raise BadCriteria(field=f"分层“{name}”的权重", value=weight, problem="应在 1 至 10 亿之间")
    return Heavier(criteria.objects(said["where"]), weight)


def _is_share(text: str) -> bool:
    try:
        return 0 < Decimal(text) <= 1
    except InvalidOperation:
        return False
