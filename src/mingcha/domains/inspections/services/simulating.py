"""Pair officers again with other seeds for what was drawn, and keep how often they went together.

Each seed's answer is a line of a file beside the frozen ones, so that a job may be killed at any
moment, goes on where it stopped, and takes as long as it takes, a turn at a time. The objects are those
that were drawn: time and memory follow from the visits and not from the size of the frame.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, combinations
from pathlib import Path
from typing import Any, cast

from django.db import transaction

from mingcha.domains.inspections.models import Draw, PublishedDraw
from mingcha.domains.inspections.queries.frozen import commitment_of, folder_of
from mingcha.domains.inspections.rules import eligible, frequencies, holding, lines
from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.rules.eligible import Eligibility, Visit
from mingcha.domains.inspections.rules.frequencies import Pair, Test
from mingcha.domains.inspections.rules.lines import Demand
from mingcha.domains.inspections.rules.pairing import pair
from mingcha.domains.inspections.services import frames

FILE = "paired.txt"
MOST_PAIRS = 400  # pairs that a page shows; the statistic is over all


def simulate(draw: Draw, *, seconds: float, seeds: int = 0) -> bool:
    """Go on simulating a draw for some time. Returns whether it is finished; then its result is kept.

    As many seeds as `rules.frequencies.seeds_of` says, unless told otherwise. Does nothing for what was
    not drawn. Runs in one job at a time for a draw.
    """
    if draw.drawn_at is None:
        return True
    until = time.monotonic() + seconds
    row = PublishedDraw.objects.get(draw=draw)
    visits, able = _visits(draw), _eligibility(draw)
    seeds = seeds or frequencies.seeds_of(len(visits))
    if row.simulated >= seeds:
        return True
    target, said = file_of(draw), commitment_of(draw)
    done = _whole_lines(target)
    with target.open("a", encoding="ascii") as file:
        for chance in frequencies.seeds_for(draw.draw_id, said.by, seeds)[done:]:
            numbers = _numbers(pair(visits, able, chance).teams.values(), able)
            file.write(" ".join(map(str, numbers)) + "\n")
            done += 1
            if time.monotonic() > until:
                break
    if done >= seeds:
        chance = Chance.of(said.by, draw.seed, draw.draw_id)
        observed = frequencies.pairs_of(pair(visits, able, chance).teams)
        row.pairs = _kept(draw, observed, seeds) if observed else {}
    row.simulated = done
    with transaction.atomic():
        row.save(update_fields=["simulated", "pairs"])
    return done >= seeds


def file_of(draw: Draw) -> Path:
    """Where the simulated pairs of a draw are kept: a line for each seed, a number for each two
    officers who went together, first × officers + second by their places in O.txt.
    """
    return folder_of(draw.draw_id) / FILE


def simulated(draw: Draw) -> Iterator[Counter[Pair]]:
    """The pairs of each simulated pairing, in the order of the seeds."""
    names = [one.name for one in _eligibility(draw).officers]
    many = len(names)
    known: dict[str, Pair] = {}
    with file_of(draw).open(encoding="ascii") as file:
        for line in file:
            counted: Counter[Pair] = Counter()
            for number, count in Counter(line.split()).items():
                if number not in known:
                    first, second = divmod(int(number), many)
                    known[number] = names[first], names[second]
                counted[known[number]] = count
            yield counted


def kept_pairs(test: Test, seeds: int) -> dict[str, Any]:
    """A test as it is kept: the statistic is over all pairs, the list the most frequent."""
    seen = [[one.name, one.observed, one.intended] for one in test.seen]
    mean = sum(one.observed for one in test.seen) / len(seen)
    seen.sort(key=lambda one: (-cast("int", one[1]), -cast("float", one[2]), str(one[0])))
    return {
        "seen": seen[:MOST_PAIRS], "count": len(seen), "mean": mean, "seeds": seeds,
        "statistic": test.statistic, "freedom": 0, "probability": test.probability,
    }  # fmt: skip


def _kept(draw: Draw, observed: Counter[Pair], seeds: int) -> dict[str, Any]:
    test = frequencies.by_pair(observed, lambda: simulated(draw))
    rows = [[a, b, count] for (a, b), count in sorted(observed.items())]
    return kept_pairs(test, seeds) | {"observed": rows}


def _visits(draw: Draw) -> list[Visit]:
    """The visits of what was drawn, as the draw had them."""
    demands = cast("list[Demand]", list(lines.read("D", frames.lines_of(draw, "D"))))
    strata: dict[str, list[str]] = {}
    drawn = draw.units.filter(is_reserve=False).values_list("stratum", "key")
    for stratum, key in drawn:
        strata.setdefault(stratum, []).append(key)
    with (folder_of(draw.draw_id) / "F.txt").open("rb") as file:
        units = (line.rstrip(b"\n") for line in file)
        areas = eligible.areas_of(units, chain.from_iterable(strata.values()))
    return list(eligible.visits_of(strata, demands, areas))


def _eligibility(draw: Draw) -> Eligibility:
    files = {kind: frames.lines_of(draw, kind) for kind in "OA"}
    return holding.eligibility(files, commitment_of(draw).window)


def _numbers(teams: Iterable[Iterable[str]], able: Eligibility) -> Iterator[int]:
    many, places = len(able.officers), able.places
    for team in teams:
        for first, second in combinations(sorted(places[name] for name in team), 2):
            yield first * many + second


def _whole_lines(target: Path) -> int:
    """How many seeds are done; a line that was cut off is taken away."""
    if not target.exists():
        return 0
    content = target.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        target.write_bytes(whole)
    return whole.count(b"\n")
