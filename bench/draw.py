"""The public draw: freezing a frame, drawing one in a hundred of it, pairing officers.

Frames of 3.4 times the sizes asked for, five strata, four drawn by weight (two of them Pareto, with
weights of seven and of a thousand kinds) and one by equal chance; rows come sorted by key, as a database
hands them out. Freezing is checking, writing, sorting and rooting all lines; drawing is from those
lines. Beside both: SM3 of the ids alone, one after another, in the same process. Pairing: visits of two
places, a quarter as many officers with two areas each, some ninety eligible for each visit. One core.
"""

import statistics
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import partial
from math import ceil

from bench import rig
from bench.rig import Asked, Row, Target, Took

SCALE = 3.4
TIMES_HASHING = 3
VISITS = (2_000, 20_000)
PAIRING_SECONDS = 3
ELIGIBLE = 90
SEED = "SJ-2026-0001|ssq=03 09 14 21 27 30 + 08|nonce.D1=" + "0123456789abcdef" * 4
DRAW_ID = "SJ-2026-0001"
STRATA = {
    "极高": ("pps", 7),
    "高": ("pps", 1000),
    "中": ("pps", 7),
    "低": ("pps", 1000),
    "极低": ("srs", 1),
}


def measure(asked: Asked) -> Iterator[Row]:
    """Freeze and draw at every size, then pairing at two."""
    each: dict[str, list[float]] = {"freezing": [], "drawing": []}
    for size in (int(SCALE * one) for one in asked.sizes):
        runs = [rig.apart(frozen_and_drawn, size) for _ in range(asked.times(size))]
        for place, what in enumerate(each):
            ours = [run[place + 1] for run in runs]
            each[what].append(statistics.median(took.cpu for took in ours) / size)
            yield rig.beside(
                f"{what} {size // 100:,} of {size:,}",
                ours,
                [run[0] for run in runs],
                limit="SM3 of the ids alone",
                at_most=TIMES_HASHING,
            )
    growth = "; ".join(
        f"{what} {costs[-1] / costs[0]:.2f} times as much for each" for what, costs in each.items()
    )
    lines = [f"From the smallest frame to the largest: {growth}."]
    paired_runs = {count: [rig.apart(paired, count) for _ in range(asked.runs)] for count in VISITS}
    for count, runs in paired_runs.items():
        walls = statistics.median(took.wall for took in runs)
        load, best = runs[0].told["load"], runs[0].told["best"]
        targets = [Target(" above the optimum", load - best, 1)]
        if count == VISITS[-1]:
            targets.append(Target(" s", walls, PAIRING_SECONDS))
            small = statistics.median(took.cpu for took in paired_runs[VISITS[0]]) / VISITS[0]
            large = statistics.median(took.cpu for took in runs) / count
            lines.append(f"Pairing: {large / small:.2f} times as much for each visit.")
            heaped = rig.apart(partial(paired, is_skewed=True), count).told
            lines.append(
                f"With visits heaped in some areas the largest load is {heaped['load']:.0f}, "
                f"where {heaped['best']:.0f} could be had: least loaded first does not look ahead."
            )
        yield rig.row(
            f"pairing {count:,} × 2 of {count // 4:,} officers, "
            f"{runs[0].told['eligible']:.0f} eligible for each",
            f"{rig.number(walls)} s (CPU {rig.number(statistics.median(t.cpu for t in runs))})",
            targets,
            limit=f"largest load {load:.0f}, at best {best:.0f}",
            memory=f"{max(took.peak_mb for took in runs)} MB",
            more=" ".join(lines) if count == VISITS[-1] else "",
        )


def frozen_and_drawn(size: int) -> tuple[Took, Took, Took]:
    """Hashing the ids, freezing, drawing."""
    from mingcha.base.ledger.hashing import SM3
    from mingcha.domains.inspections.rules import drawing, frame
    from mingcha.domains.inspections.rules.chance import Chance
    from mingcha.domains.inspections.rules.lines import Stratum

    ids = [b"91310115MA%08d" % number for number in range(size)]
    bare = rig.watched(partial(hash_all, ids))
    ids.clear()
    names = list(STRATA)
    rows = [
        (f"91310115MA{number:08}", name := names[number % 5],
         1 + number * 7919 % STRATA[name][1], f"3101{number % 16:02}")
        for number in range(size)
    ]  # fmt: skip
    sizes = Counter(row[1] for row in rows)
    strata = [
        Stratum(name, sizes[name], size // 500, size // 5_000, STRATA[name][0]) for name in names
    ]
    kept: list[frame.Frozen] = []
    froze = rig.watched(lambda: kept.append(frame.freeze(frame.Frame(rows, strata), SM3)))
    rows.clear()
    chance = Chance.of(SM3, SEED, DRAW_ID)
    drew = rig.watched(lambda: drawing.draw(kept[0].lines["F"], strata, chance))
    return bare, froze, drew


def hash_all(ids: list[bytes]) -> None:
    """Nothing but SM3 of each."""
    from mingcha.base.ledger.hashing import SM3

    for one in ids:
        SM3.digest(one)


def paired(visits: int, *, is_skewed: bool = False) -> Took:
    """Pair them; also the largest load, and the least with which it could be done.

    Visits are spread over areas evenly, or heaped in some of them.
    """
    from mingcha.base.ledger.hashing import SM3
    from mingcha.domains.inspections.rules.chance import Chance
    from mingcha.domains.inspections.rules.eligible import Eligibility, Visit, Window
    from mingcha.domains.inspections.rules.lines import Officer
    from mingcha.domains.inspections.rules.pairing import Pairing, pair

    officers = visits // 4
    areas = [f"31{number:04}" for number in range(max(1, 2 * officers // ELIGIBLE))]
    people = [
        Officer(f"ZF{n:05}", "市监", (areas[n % len(areas)], areas[n * 7 % len(areas)]), ("食品",),
                date(2024, 1, 1), date(2028, 1, 1), n % 3, 60)
        for n in range(officers)
    ]  # fmt: skip
    asked = [
        Visit(f"91310115MA{n:08}", "市监", "食品",
              areas[(n * n if is_skewed else n * 7919) % len(areas)] + "01", 2)
        for n in range(visits)
    ]  # fmt: skip
    window = Window(date(2026, 12, 1), date(2026, 12, 31))
    chance = Chance.of(SM3, SEED, DRAW_ID)
    kept: list[Pairing] = []
    took = rig.watched(lambda: kept.append(pair(asked, Eligibility(people, [], window), chance)))
    loads = Counter(name for team in kept[0].teams.values() for name in team)
    load = max(one.base_load + loads[one.name] for one in people)
    able = Eligibility(people, [], window)
    eligible = statistics.mean(len(able.of(one)) for one in asked)
    told = {"load": load, "best": best_load(asked, people), "eligible": eligible}
    return Took(took.wall, took.cpu, took.peak_mb, told)


def best_load(visits: list, people: list) -> int:  # type: ignore[type-arg]
    """The least largest load by maximum flow over areas; twice to one entity is not looked at."""
    import networkx as nx

    places = Counter(one.area for one in visits)
    need = {area: 2 * count for area, count in places.items()}

    def fits(most: int) -> bool:
        flow = nx.DiGraph()
        for area, count in need.items():
            flow.add_edge("start", area, capacity=count)
        for one in people:
            flow.add_edge(one.name, "end", capacity=max(0, min(most, one.cap) - one.base_load))
            for area, count in places.items():
                if area.startswith(one.areas):
                    flow.add_edge(area, one.name, capacity=count)
        return bool(nx.maximum_flow_value(flow, "start", "end") == sum(need.values()))

    low = ceil((sum(need.values()) + sum(one.base_load for one in people)) / len(people))
    high = max(one.cap for one in people)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle + 1, high)
    return low
