"""What is believed of a subject, from what the machine found and what people decided (pure).

Decisions that were undone are left out by the caller, so that undoing in any order gives what would be
believed had they never been made. The words of a belief depend on nothing but its inputs.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

BY_PERSON, BY_SPLIT, BY_MERGE = "person", "split", "merge"
WORDS = {
    BY_PERSON: "人工认定",
    BY_SPLIT: "人工拆分",
    BY_MERGE: "所属对象经人工认定并入现对象",
}
FIRM = 0  # the rank of what is not doubtful

Root = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the machine found of a subject or a record, in one writing. `reasons` is JSON text."""

    writing: int
    party: int
    how: str
    weight: int
    reasons: str
    is_doubtful: bool


@dataclass(frozen=True, slots=True)
class Pinned:
    """A standing decision's word for a party; `how` is BY_PERSON or BY_SPLIT."""

    decision: int
    writing: int
    party: int
    how: str


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed: firm (rank 0), or the `rank`-th likeliest of what may be."""

    party: int
    how: str
    weight: int
    reasons: str
    rank: int = FIRM


def roots(joins: Iterable[tuple[int, int]]) -> dict[int, int]:
    """party → the party it has gone into, from (loser, winner) in the order of the decisions.

    What has gone into another goes further with it; two that are one already stay as they are.
    Parties that went nowhere are left out.
    """
    into: dict[int, int] = {}
    for loser, winner in joins:
        gone, stays = _end(into, loser), _end(into, winner)
        if gone != stays:
            into[gone] = stays
    return {party: _end(into, party) for party in into}


def _end(into: Mapping[int, int], party: int) -> int:
    while party in into:
        party = into[party]
    return party


def believed(
    findings: Sequence[Finding], pins: Sequence[Pinned], barred: Collection[int], root: Root
) -> list[Belief]:
    """The beliefs about a subject: the firm one, then the doubtful ones, the likeliest first.

    `findings` are all of the machine's, oldest first: those of the latest writing count. The last
    pin decides; only a party that the machine did not know of then is doubted again. A party that a person barred is
    never a candidate; found firmly nevertheless, the subject's own party takes its place.
    """
    latest = max((one.writing for one in findings), default=0)
    present = [one for one in findings if one.writing == latest]
    firm = next((one for one in present if not one.is_doubtful), None)
    if pins:
        pin = pins[-1]
        said = next((one for one in reversed(findings) if one.party == pin.party), None)
        belief = _pinned(pin, said, root)
        seen = {one.party for one in findings if one.writing <= pin.writing}
        doubts = [one for one in present if one.writing > pin.writing and one.party not in seen]
    elif firm is None:
        return []
    else:
        base = firm
        if firm.party in barred:
            base = next((one for one in findings if one.how == "own"), firm)
        belief = _found(base, root)
        doubts = [one for one in present if one.is_doubtful]
    return [belief, *_doubtful(doubts, belief.party, barred, root)]


def set_apart(
    doubts: Sequence[Finding], pins: Sequence[Pinned], general: int | None, root: Root
) -> list[Belief]:
    """The beliefs about one record that differ from those about its subject (party `general`).

    `doubts` are the machine's about this record, oldest first; `pins` those that mean it.
    """
    pin = pins[-1] if pins else None
    latest = max((one.writing for one in doubts), default=0)
    party = general if pin is None else root(pin.party)
    apart = [_pinned(pin, None, root)] if pin is not None and party != general else []
    if pin is not None and pin.writing >= latest:
        return apart
    held = [one for one in doubts if one.writing == latest and root(one.party) == party]
    return apart + [_ranked(one, root(one.party), rank) for rank, one in enumerate(held, start=1)]


def _pinned(pin: Pinned, said: Finding | None, root: Root) -> Belief:
    reasons = _with(said.reasons if said else "[]", WORDS[pin.how])
    return Belief(root(pin.party), pin.how, said.weight if said else 0, reasons)


def _found(base: Finding, root: Root) -> Belief:
    party = root(base.party)
    if party == base.party:
        return Belief(party, base.how, base.weight, plain(base.reasons))
    return Belief(party, BY_MERGE, base.weight, _with(base.reasons, WORDS[BY_MERGE]))


def _doubtful(
    doubts: Iterable[Finding], settled: int, barred: Collection[int], root: Root
) -> list[Belief]:
    best: dict[int, Finding] = {}
    for one in doubts:
        party = root(one.party)
        if one.party in barred or party == settled:
            continue
        if party not in best or (one.weight, -one.party) > (best[party].weight, -best[party].party):
            best[party] = one
    ordered = sorted(best.items(), key=lambda item: (-item[1].weight, item[0]))
    return [_ranked(one, party, rank) for rank, (party, one) in enumerate(ordered, start=1)]


def _ranked(one: Finding, party: int, rank: int) -> Belief:
    return Belief(party, one.how, one.weight, plain(one.reasons), rank)


def plain(reasons: str) -> str:
    """JSON text in one form, so that equal reasons are equal texts."""
    return json.dumps(json.loads(reasons), ensure_ascii=False)


def _with(reasons: str, sentence: str) -> str:
    return json.dumps([*json.loads(reasons), sentence], ensure_ascii=False)
