"""Draw again with 2,000 other seeds on the committed files, and keep how often officers went together.

Each seed's answer is a line of a file beside the frozen ones, so that a job may be killed at any
moment, goes on where it stopped, and takes as long as it takes.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from django.db import transaction

from mingcha.domains.inspections.models import Draw, PublishedDraw
from mingcha.domains.inspections.queries.frozen import commitment_of, folder_of
from mingcha.domains.inspections.rules import drawing, frequencies, holding, lines
from mingcha.domains.inspections.rules.frequencies import SEEDS, Pair
from mingcha.domains.inspections.rules.lines import Stratum
from mingcha.domains.inspections.services import frames
from mingcha.domains.inspections.services.bundling import as_json, held

FILE = "simulated.jsonl"
MOST_PAIRS = 400  # pairs that a page shows; the statistic is over all


def simulate(draw: Draw, *, seconds: float, seeds: int = SEEDS) -> bool:
    """Go on simulating a draw for some time. Returns whether it is finished; then its result is kept.

    Does nothing for what was not drawn. Runs in one job at a time for a draw.
    """
    if not draw.seed:
        return True
    row = PublishedDraw.objects.get(draw=draw)
    target, said = file_of(draw), commitment_of(draw)
    done = _whole_lines(target)
    frozen = frames.read(draw)
    strata = cast("list[Stratum]", list(lines.read("S", frozen.lines["S"])))
    until = time.monotonic() + seconds
    with target.open("a", encoding="utf-8") as file:
        for chance in frequencies.seeds_for(draw.draw_id, said.by, seeds)[done:]:
            drawn = drawing.draw(frozen.lines["F"], strata, chance)
            teams = holding.paired(frozen, said.window, drawn, chance).teams
            pairs = frequencies.pairs_of(teams)
            rows = [[a, b, count] for (a, b), count in sorted(pairs.items())]
            file.write(json.dumps(rows, ensure_ascii=False) + "\n")
            done += 1
            if time.monotonic() > until:
                break
    if done >= seeds:
        found = held(draw, frozen)
        observed = frequencies.pairs_of(found.pairing.teams) if found else Counter[Pair]()
        row.pairs = _kept(draw, observed, seeds) if observed else {}
    row.simulated = done
    with transaction.atomic():
        row.save(update_fields=["simulated", "pairs"])
    return done >= seeds


def file_of(draw: Draw) -> Path:
    """Where the simulated pairs of a draw are kept."""
    return folder_of(draw.draw_id) / FILE


def simulated(draw: Draw) -> Iterator[Counter[Pair]]:
    """The pairs of each simulated draw, in the order of the seeds."""
    with file_of(draw).open(encoding="utf-8") as file:
        for line in file:
            yield Counter({(a, b): count for a, b, count in json.loads(line)})


def _kept(draw: Draw, observed: Counter[Pair], seeds: int) -> dict[str, object]:
    """Observed against intended. The statistic is over all pairs, the list the most frequent."""
    chances = frequencies.seeds_for(draw.draw_id, commitment_of(draw).by, seeds)
    answers = iter(simulated(draw))
    test = frequencies.by_pair(observed, chances, lambda _: next(answers))
    made = as_json(test)
    seen = cast("list[list[object]]", made["seen"])
    seen.sort(key=lambda one: (-cast("int", one[1]), -cast("float", one[2]), str(one[0])))
    observed_rows = [[a, b, count] for (a, b), count in sorted(observed.items())]
    return made | {"seen": seen[:MOST_PAIRS], "count": len(seen), "observed": observed_rows}


def _whole_lines(target: Path) -> int:
    """How many seeds are done; a line that was cut off is taken away."""
    if not target.exists():
        return 0
    content = target.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        target.write_bytes(whole)
    return whole.count(b"\n")
