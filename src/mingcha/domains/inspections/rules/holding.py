"""A whole draw from its parts: commit what is frozen, and draw when the seed is known.

Source: docs/explanation/draw.md. Nothing is decided here; it is the order in which the rules apply.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import cast

from mingcha.domains.inspections.rules import code, drawing, eligible, lines, seeds
from mingcha.domains.inspections.rules.bundle import Published
from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.rules.commitment import Commitment
from mingcha.domains.inspections.rules.eligible import Eligibility, Window
from mingcha.domains.inspections.rules.frame import Frozen
from mingcha.domains.inspections.rules.lines import KINDS, Avoidance, Demand, Officer, Stratum
from mingcha.domains.inspections.rules.pairing import Pairing, pair
from mingcha.domains.inspections.rules.seeds import Nonce, Reveal, Source


@dataclass(frozen=True)
class Terms:
    """What a commitment says besides the frozen files; see `Commitment`."""

    draw_id: str
    window: Window
    level: str
    sources: Sequence[Source]
    nonces: Sequence[Nonce]
    reveal_by: datetime
    time: datetime
    embargo: date | None = None


def commit(frozen: Frozen, terms: Terms, *, has_internal_weights: bool = False) -> Commitment:
    """The commitment to a frozen frame under terms.

    Raises CommitmentIncomplete, LevelNotAllowed or BadField.
    """
    said = Commitment(
        terms.draw_id,
        frozen.by.name,
        {kind: (frozen.rooted[kind].size, frozen.rooted[kind].root.hex()) for kind in KINDS},
        terms.window,
        code.digest(frozen.by),
        terms.level,
        terms.embargo,
        terms.sources,
        terms.nonces,
        terms.reveal_by,
        terms.time,
    )
    said.check(has_internal_weights=has_internal_weights)
    return said


def hold(frozen: Frozen, said: Commitment, reveal: Reveal, *, witness: str = "") -> Published:
    """Draw objects and pair officers.

    Raises SeedNotReady, BadSeedValue or NonceMismatch while the seed is not there or wrong.
    """
    seed = seeds.build(said.draw_id, said.sources, said.nonces, reveal, frozen.by)
    chance = Chance.of(frozen.by, seed.text, said.draw_id)
    strata = cast("list[Stratum]", list(lines.read("S", frozen.lines["S"])))
    drawn = drawing.draw(frozen.lines["F"], strata, chance)
    pairing = paired(frozen, said.window, drawn, chance)
    tiles = frozen.rooted["F"].tiles
    return Published(said, frozen.lines, tiles, reveal, seed, drawn, pairing, witness=witness)


def paired(
    frozen: Frozen, window: Window, drawn: Sequence[drawing.Drawn], chance: Chance
) -> Pairing:
    """The teams for the objects drawn."""
    demands = cast("list[Demand]", list(lines.read("D", frozen.lines["D"])))
    objects = {one.stratum: one.objects for one in drawn}
    areas = eligible.areas_of(frozen.lines["F"], chain.from_iterable(objects.values()))
    visits = eligible.visits_of(objects, demands, areas)
    return pair(visits, eligibility(frozen.lines, window), chance)


def eligibility(files: Mapping[str, Sequence[bytes]], window: Window) -> Eligibility:
    """Who may make which visit, from O and A lines."""
    officers = cast("list[Officer]", list(lines.read("O", files["O"])))
    avoidances = cast("list[Avoidance]", list(lines.read("A", files["A"])))
    return Eligibility(officers, avoidances, window)
