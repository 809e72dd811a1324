"""A published draw as files that anyone can check: written from pure data.

Source: docs/explanation/draw-bundle.md, which names every file. The checkers are
`static/inspections/verify_draw.py` and `web/src/draw`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from mingcha.domains.inspections.rules import text
from mingcha.domains.inspections.rules.commitment import EMBARGOED, Commitment
from mingcha.domains.inspections.rules.drawing import Drawn
from mingcha.domains.inspections.rules.eligible import Visit
from mingcha.domains.inspections.rules.frame import Frozen
from mingcha.domains.inspections.rules.lines import Avoidance, Excluded, Officer
from mingcha.domains.inspections.rules.pairing import Pairing, Vacancy
from mingcha.domains.inspections.rules.refilling import Round
from mingcha.domains.inspections.rules.seeds import Reveal, Seed

PUBLIC_KINDS = "FSDO"
PRIVATE_KINDS = "XA"
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Later:
    """A round of filling vacant places, with the O lines and A lines that are new or changed in it."""

    round: Round
    officers: Sequence[Officer] = ()
    avoidances: Sequence[Avoidance] = ()


@dataclass(frozen=True)
class Published:
    """A draw and what came of it. `tiles` are those of the F lines; `witness` says who held the seal before the source's time."""

    commitment: Commitment
    lines: Mapping[str, Sequence[bytes]]
    tiles: Sequence[bytes]
    reveal: Reveal
    seed: Seed
    drawn: Sequence[Drawn]
    pairing: Pairing
    later: Sequence[Later] = ()
    witness: str = ""


def files(said: Published, *, on: date, is_audit: bool = False) -> dict[str, bytes]:
    """The files of the bundle as it may be published on a day; name → content.

    An audit bundle holds the X and A lines too, and lines under embargo; it is never public.
    """
    made = {
        "commitment.txt": said.commitment.file(),
        "reveal.txt": _reveal(said),
        "counts.txt": _counts(said.lines),
    }
    embargo = said.commitment.embargo
    if said.commitment.level == EMBARGOED and embargo and on < embargo and not is_audit:
        return made
    made |= _lines(said.lines, said.tiles, PUBLIC_KINDS + (PRIVATE_KINDS if is_audit else ""))
    made["drawn.txt"] = _file(_drawn(said.drawn))
    made["teams.txt"] = _file(_teams(said.pairing.teams))
    made["vacant.txt"] = _file(_vacant(said.pairing.vacant))
    for later in said.later:
        made[f"round-{later.round.number}.txt"] = _file(_round(later, is_audit=is_audit))
    return made


def unseeded(said: Commitment, frozen: Frozen, numbers: Mapping[str, str]) -> dict[str, bytes]:
    """The files of a cancelled draw whose seed was never formed, from which anyone who knows the values
    of its sources computes what it would have drawn. `numbers` are those that were revealed.
    """
    known = "".join(f"nonce.{one.party}={numbers.get(one.party, '')}\n" for one in said.nonces)
    return {
        "commitment.txt": said.file(),
        "counts.txt": _counts(frozen.lines),
        "numbers.txt": known.encode(),
        **_lines(frozen.lines, frozen.rooted["F"].tiles, PUBLIC_KINDS),
    }


def zipped(made: Mapping[str, bytes]) -> bytes:
    """The files as a zip; the same files give the same bytes."""
    whole = BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as archive:
        for name in sorted(made):
            entry = ZipInfo(name, _EPOCH)
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, made[name])
    return whole.getvalue()


def _file(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _lines(
    lines: Mapping[str, Sequence[bytes]], tiles: Sequence[bytes], kinds: str
) -> dict[str, bytes]:
    made = {f"{kind}.txt": _file(lines[kind]) for kind in kinds}
    return made | {"tiles.txt": _file(text.line("F", tile.hex()) for tile in tiles)}


def _reveal(said: Published) -> bytes:
    """`name=value` lines: the seed and what it is made of."""
    made = [("seed", said.seed.text)]
    for number, source in enumerate(said.commitment.sources, start=1):
        is_fallback = source.id in said.reveal.by_fallback
        made += [
            (f"source.{number}", said.reveal.values[source.id]),
            (f"source.{number}.occasion", source.fallback if is_fallback else source.occasion),
        ]
    for nonce in said.commitment.nonces:
        made.append((f"nonce.{nonce.party}", said.reveal.nonces.get(nonce.party, "")))
    made.append(("witness", said.witness))
    return "".join(f"{name}={value}\n" for name, value in made).encode()


def _counts(lines: Mapping[str, Sequence[bytes]]) -> bytes:
    """How many were excluded, and how many avoidances there are, by reason; nothing of whom."""
    counted: dict[tuple[str, str], int] = {}
    for line in lines["X"]:
        named = "X", Excluded.read(line).reason
        counted[named] = counted.get(named, 0) + 1
    for line in lines["A"]:
        named = "A", Avoidance.read(line).reason
        counted[named] = counted.get(named, 0) + 1
    return _file(
        text.line(kind, reason, str(count)) for (kind, reason), count in sorted(counted.items())
    )


def _drawn(drawn: Iterable[Drawn]) -> Iterable[bytes]:
    """`M stratum method certain`, then `W stratum place key` and `R stratum place key`."""
    for one in drawn:
        yield text.line("M", one.stratum, one.method, str(one.certain))
        for kind, keys in (("W", one.objects), ("R", one.reserves)):
            for place, key in enumerate(keys, start=1):
                yield text.line(kind, one.stratum, str(place), key)


def _teams(teams: Mapping[Visit, Sequence[str]]) -> Iterable[bytes]:
    """`T key dept skill officers`: visits by bytes, officers in the order they joined."""
    for visit in sorted(teams, key=Visit.line):
        yield text.line("T", visit.key, visit.dept, visit.skill, ",".join(teams[visit]))


def _vacant(vacant: Sequence[Vacancy]) -> Iterable[bytes]:
    """`V key dept skill place knot`, then each knot as `K knot key dept skill` lines."""
    knots: dict[int, int] = {}
    for one in vacant:
        number = knots.setdefault(id(one.knot), len(knots) + 1)
        visit = one.visit
        yield text.line("V", visit.key, visit.dept, visit.skill, str(one.place), str(number))
    for one in {id(one.knot): one for one in vacant}.values():
        for visit in one.knot.visits:
            yield text.line("K", str(knots[id(one.knot)]), visit.key, visit.dept, visit.skill)


def _round(later: Later, *, is_audit: bool) -> Iterable[bytes]:
    """O lines, A lines (in an audit bundle), `L` who left, `J` who joined, `V` what stays vacant."""
    yield from sorted(one.line() for one in later.officers)
    if is_audit:
        yield from sorted(one.line() for one in later.avoidances)
    else:
        yield text.line("N", str(len(later.avoidances)))
    for kind, moved in (("L", later.round.left), ("J", later.round.joined)):
        for visit, officer in moved:
            yield text.line(kind, visit.key, visit.dept, visit.skill, officer)
    for visit in later.round.vacant:
        yield text.line("V", visit.key, visit.dept, visit.skill)
