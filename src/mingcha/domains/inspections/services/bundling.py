"""Make what the public sees of a draw from its frozen files: zips, figures, indexes. For jobs."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.db import transaction

from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json
from mingcha.domains.inspections.errors import NonceMismatch, SeedNotReady, TooEarly
from mingcha.domains.inspections.models import Draw, PublishedDraw
from mingcha.domains.inspections.queries import seeding
from mingcha.domains.inspections.queries.frozen import commitment_of, folder_of, index_of
from mingcha.domains.inspections.rules import bundle, drawing, holding, lines, pps
from mingcha.domains.inspections.rules.bundle import Published
from mingcha.domains.inspections.rules.commitment import EMBARGOED, Commitment
from mingcha.domains.inspections.rules.frame import Frozen
from mingcha.domains.inspections.rules.lines import Avoidance, Excluded, Stratum
from mingcha.domains.inspections.rules.text import MARK
from mingcha.domains.inspections.rules.text import line as joined
from mingcha.domains.inspections.services import classing, frames
from mingcha.domains.inspections.services import drawing as drawing_services

INDEXED = "FX"


@dataclass(frozen=True)
class _Made:
    """What a draw's row is filled with."""

    row: dict[str, Any]
    zips: Mapping[str, bytes]


def publish_draw(draw: Draw) -> PublishedDraw:
    """Make the bundles and figures of a draw as it stands now: committed, drawn, or after a round.

    Twice makes the same. Leaves one act when a bundle is new. The zips are written before the row
    names them; what no row names any more goes.
    """
    frozen = frames.read(draw)
    for kind in INDEXED:
        content = index_of(frozen.lines[kind], frozen.rooted[kind])
        frames.put_beside(draw.draw_id, f"{kind}.index", content)
    made = _made(draw, frozen)
    for digest, content in made.zips.items():
        frames.put_beside(draw.draw_id, f"{digest}.zip", content)
    with transaction.atomic():
        row, _ = PublishedDraw.objects.select_for_update().get_or_create(draw=draw)
        is_new = bool(made.row.get("bundle")) and made.row["bundle"] != row.bundle
        for name, value in made.row.items():
            setattr(row, name, value)
        row.save()
        if is_new:
            said: dict[str, Json] = {"bundle": row.bundle, "early": row.early, "rounds": row.rounds}
            ledger.act(None, "公布抽取数据包", ("inspections.bundle", draw.draw_id), content=said)
    for file in folder_of(draw.draw_id).glob("*.zip"):
        if file.stem not in {row.bundle, row.early, row.audit, row.unseeded}:
            file.unlink()
    return row


def held(draw: Draw, frozen: Frozen) -> Published | None:
    """The draw as the rules hold it with the confirmed values; None while the seed is not there."""
    try:
        reveal = drawing_services.reveal_of(draw)
        return holding.hold(frozen, commitment_of(draw), reveal, witness=draw.witness)
    except (SeedNotReady, NonceMismatch, TooEarly):
        return None


def files_of(draw: Draw, said: Published, *, on: date, is_audit: bool = False) -> dict[str, bytes]:
    """The files of the bundle of a day, with the rounds as they were kept."""
    made = bundle.files(said, on=on, is_audit=is_audit)
    if "F.txt" in made:
        for one in draw.rounds.order_by("number"):
            content = one.content.encode()
            made[f"round-{one.number}.txt"] = content if is_audit else _public_round(content)
    return made


def _made(draw: Draw, frozen: Frozen) -> _Made:
    said = commitment_of(draw)
    strata = cast("list[Stratum]", list(lines.read("S", frozen.lines["S"])))
    counts = drawing.weights(frozen.lines["F"])
    plans = {
        one.name: pps.plan(one.wanted, counts[one.name]) if one.method == "pps" else None
        for one in strata
    }
    chances = drawing.chances(frozen.lines["F"], strata)
    row: dict[str, Any] = {
        "strata": [_stratum(one, plans[one.name], chances) for one in strata],
        "excluded": Counter(Excluded.read(line).reason for line in frozen.lines["X"]),
        "avoided": Counter(Avoidance.read(line).reason for line in frozen.lines["A"]),
    }
    found = held(draw, frozen) if draw.seed or draw.cancelled_at else None
    if found is None:
        return _unseeded(draw, frozen, said, row) if draw.cancelled_at else _Made(row, {})
    zips = _zips(draw, found, said)
    names = list(zips)
    audit = bundle.zipped(files_of(draw, found, on=date.max, is_audit=True))
    drawn = {key for one in found.drawn for key in one.objects}
    row |= {
        "bundle": names[0],
        "unseeded": "",
        "early": names[1] if len(names) > 1 else "",
        "audit": hashlib.new("sm3", audit).hexdigest(),
        "size": len(zips[names[0]]),
        "rounds": draw.rounds.count(),
        "chances": _drawn_chances(frozen.lines["F"], drawn, chances),
        "classes": _classes_of(draw) or classing.counted(draw, frozen.lines["F"], drawn, chances),
    }
    return _Made(row, {**zips, row["audit"]: audit})


def _unseeded(draw: Draw, frozen: Frozen, said: Commitment, row: dict[str, Any]) -> _Made:
    """A cancelled draw without its seed: the lines, unless its list can never be told."""
    if seeding.unsettled(draw, said):
        return _Made(row, {})
    content = bundle.zipped(bundle.unseeded(said, frozen, seeding.numbers(draw)))
    digest = hashlib.new("sm3", content).hexdigest()
    return _Made(row | {"unseeded": digest, "size": len(content)}, {digest: content})


def _classes_of(draw: Draw) -> dict[str, Any]:
    """What was counted of a draw before: trades stay as they were then."""
    return PublishedDraw.objects.filter(draw=draw).values_list("classes", flat=True).first() or {}


def _zips(draw: Draw, found: Published, said: Commitment) -> dict[str, bytes]:
    """SM3 → zip: the one with the lines, then the one for the time of an embargo."""
    days = [said.embargo or date.max]
    if said.level == EMBARGOED:
        days.append(date.min)
    made = {}
    for day in days:
        content = bundle.zipped(files_of(draw, found, on=day))
        made[hashlib.new("sm3", content).hexdigest()] = content
    return made


def _stratum(
    one: Stratum, plan: pps.Plan | None, chances: Mapping[tuple[str, int], float]
) -> dict[str, Any]:
    mine = [chance for (name, _), chance in chances.items() if name == one.name]
    made: dict[str, Any] = {
        "name": one.name, "size": one.size, "wanted": one.wanted, "reserves": one.reserves,
        "method": one.method, "used": one.method, "least": min(mine), "most": max(mine),
    }  # fmt: skip
    if plan is not None:
        made |= {"used": plan.method, "certain": plan.certain, "taken": plan.taken,
                 "m": plan.m, "total": plan.total}  # fmt: skip
    return made


def _drawn_chances(
    units: Sequence[bytes], drawn: set[str], chances: Mapping[tuple[str, int], float]
) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for line in units:
        _, key, name, weight, _area = line.split(MARK)
        if key.decode() in drawn:
            stratum = name.decode()
            found.setdefault(stratum, {})[weight.decode()] = chances[stratum, int(weight)]
    return found


def _public_round(content: bytes) -> bytes:
    """A round's file for the public: avoidances as their number only."""
    kept = content.split(b"\n")[:-1]
    officers = [line for line in kept if line.startswith(b"O" + MARK)]
    avoided = sum(line.startswith(b"A" + MARK) for line in kept)
    rest = [line for line in kept if not line.startswith((b"O" + MARK, b"A" + MARK))]
    whole = [*officers, joined("N", str(avoided)), *rest]
    return b"".join(line + b"\n" for line in whole)
