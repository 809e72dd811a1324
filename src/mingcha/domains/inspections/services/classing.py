"""Count how often classes were drawn in a draw, beside their chances: weights, districts, trades. For jobs.

Weights and districts stand in the committed lines. Trades (行业门类) do not: they are those of the
register when the draw was published, counted once, so that what an inspection corrects later moves
nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeAlias

from mingcha.domains.inspections.models import Draw
from mingcha.domains.inspections.queries.frozen import folder_of
from mingcha.domains.inspections.rules.classes import Block, Cell
from mingcha.domains.inspections.rules.text import MARK
from mingcha.domains.parties.queries import Party

WEIGHTS, DISTRICTS, TRADES = "weights", "districts", "trades"
DISTRICT = 6  # digits of the area code that make a class
MOST_WEIGHTS = 12  # of a stratum; more are put together by doubling
AT_ONCE = 20_000
Kind: TypeAlias = tuple[str, int, str]  # stratum, weight, district or trade
Chances: TypeAlias = Mapping[tuple[str, int], float]
Named: TypeAlias = Callable[[str, str], str]  # stratum, class → its name over the year


def counted(
    draw: Draw, units: Sequence[bytes], drawn: set[str], chances: Chances
) -> dict[str, list[dict[str, Any]]]:
    """kind of class → a row for each stratum: its name, and class → [drawn, intended, spread, size]."""
    chosen = {key.encode() for key in drawn}
    districts = _counts(units, chosen, (line[line.rindex(MARK) + 1 :][:DISTRICT] for line in units))
    trades = _counts(units, chosen, _trades(draw, units))
    return {
        WEIGHTS: _rows(*_by_weight(*districts), chances),
        DISTRICTS: _rows(*districts, chances),
        TRADES: _rows(*trades, chances),
    }


def blocks(rows: Iterable[Mapping[str, Any]], named: Named) -> Iterator[Block]:
    """The rows as the rules take them; `named` says what a class of a stratum is called."""
    for row in rows:
        stratum = row["stratum"]
        yield {named(stratum, one): Cell(*cell) for one, cell in row["classes"].items()}


def _counts(
    units: Sequence[bytes], chosen: set[bytes], classes: Iterable[bytes]
) -> tuple[Counter[Kind], Counter[Kind]]:
    """(stratum, weight, class) → how many there are, and how many of them were drawn."""
    whole: Counter[tuple[bytes, bytes, bytes]] = Counter()
    mine: Counter[tuple[bytes, bytes, bytes]] = Counter()
    for line, one in zip(units, classes, strict=True):
        _, key, name, weight, _ = line.split(MARK)
        whole[name, weight, one] += 1
        if key in chosen:
            mine[name, weight, one] += 1
    return _read(whole), _read(mine)


def _read(counts: Mapping[tuple[bytes, bytes, bytes], int]) -> Counter[Kind]:
    return Counter(
        {(name.decode(), int(weight), one.decode()): count
         for (name, weight, one), count in counts.items()}
    )  # fmt: skip


def _trades(draw: Draw, units: Sequence[bytes]) -> Iterator[bytes]:
    """The trade's section of each unit, "" where none is registered. Both files are sorted by key."""
    known = _registered(draw)
    for line in units:
        key = line[2 : line.index(MARK, 2)]
        yield next(trade for one, trade in known if one == key)


def _registered(draw: Draw) -> Iterator[tuple[bytes, bytes]]:
    """Key and trade's section of every entity of the selection, by key."""
    with (folder_of(draw.draw_id) / "keys.txt").open("rb") as file:
        while batch := list(islice(file, AT_ONCE)):
            rows = [line.rstrip(b"\n").split(MARK) for line in batch]
            parties = Party.objects.filter(pk__in=[int(party) for _, party in rows])
            trades = dict(parties.values_list("pk", "industry"))
            yield from ((key, trades.get(int(party), "")[:1].encode()) for key, party in rows)


def _by_weight(whole: Counter[Kind], mine: Counter[Kind]) -> tuple[Counter[Kind], Counter[Kind]]:
    """The same with the weight as the class; many weights of a stratum by doubling."""
    weights: dict[str, set[int]] = {}
    for name, weight, _ in whole:
        weights.setdefault(name, set()).add(weight)

    def named(kind: Kind) -> Kind:
        name, weight, _ = kind
        if len(weights[name]) == 1:
            return name, weight, ""
        if len(weights[name]) <= MOST_WEIGHTS:
            return name, weight, str(weight)
        low = 1 << (weight.bit_length() - 1)
        return name, weight, f"{low}–{2 * low - 1}" if low > 1 else "1"

    return _renamed(whole, named), _renamed(mine, named)


def _renamed(counts: Counter[Kind], named: Callable[[Kind], Kind]) -> Counter[Kind]:
    made: Counter[Kind] = Counter()
    for kind, count in counts.items():
        made[named(kind)] += count
    return made


def _rows(whole: Counter[Kind], mine: Counter[Kind], chances: Chances) -> list[dict[str, Any]]:
    strata: dict[str, dict[str, list[float]]] = {}
    for (name, weight, one), count in sorted(whole.items()):
        chance = chances[name, weight]
        cell = strata.setdefault(name, {}).setdefault(one, [0, 0.0, 0.0, 0])
        cell[0] += mine[name, weight, one]
        cell[1] += count * chance
        cell[2] += count * chance * (1 - chance)
        cell[3] += count
    return [{"stratum": name, "classes": one} for name, one in strata.items()]
