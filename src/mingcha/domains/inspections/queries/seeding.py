"""What the seed of a draw is made of, as far as it is known; of a cancelled draw too.

When a draw is cancelled its task may be written anew, with other sources and parties: what they were
then is kept with the draw (`Draw.kept`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from mingcha.base.days import second_text, utc_now
from mingcha.domains.inspections.models import Draw
from mingcha.domains.inspections.queries.frozen import commitment_of
from mingcha.domains.inspections.rules.commitment import Commitment
from mingcha.domains.inspections.rules.seeds import LEAST_PARTIES, Source


def numbers(draw: Draw) -> Mapping[str, str]:
    """party → its number, of those that were revealed."""
    if draw.cancelled_at is not None:
        kept: Mapping[str, str] = draw.kept.get("numbers", {})
        return kept
    return dict(draw.task.pledges.exclude(nonce="").order_by("pk").values_list("party", "nonce"))


def sources(draw: Draw) -> list[Source]:
    """The sources in their order: those of the task, which is frozen while the draw is to be held; of a
    cancelled draw those of its commitment.
    """
    if draw.cancelled_at is not None:
        return list(commitment_of(draw).sources)
    return [
        Source(one.source, one.occasion, one.pattern, one.at, one.fallback, one.fallback_at)
        for one in draw.task.sources.order_by("number")
    ]


def labels(draw: Draw) -> Mapping[str, Sequence[str]]:
    """source → its name and the address where it is announced."""
    if draw.cancelled_at is not None:
        kept: Mapping[str, Sequence[str]] = draw.kept.get("sources", {})
        return kept
    return {one.source: (one.label, one.address) for one in draw.task.sources.all()}


def withheld(draw: Draw, said: Commitment) -> list[str]:
    """The parties whose number counts as not revealed in time."""
    if _stopped_at(draw) < said.reveal_by:
        return []
    known = numbers(draw)
    return [one.party for one in said.nonces if one.party not in known]


def unsettled(draw: Draw, said: Commitment) -> list[str]:
    """The parties of a cancelled draw of whose number nobody can tell: the time to reveal it had not
    passed, so it counts neither as revealed nor as withheld; or nothing was kept of it.
    """
    if draw.cancelled_at is None or (draw.kept and draw.cancelled_at >= said.reveal_by):
        return []
    known = numbers(draw)
    return [one.party for one in said.nonces if one.party not in known]


def obstacle(draw: Draw, said: Commitment, now: datetime) -> str:
    """Why nobody can know yet, or ever, whom a cancelled draw would have drawn; "" when it can be told
    from the announcements of its sources.
    """
    missing = unsettled(draw, said)
    if missing:
        return (
            f"{'、'.join(missing)}的随机数在取消时还没有公开，也还没有到期，种子缺这一部分："
            "没有人能知道本应抽中谁。"
        )
    if not said.sources and len(numbers(draw)) < LEAST_PARTIES:
        return "公开了随机数的不足三方，种子没有形成：没有本应抽中的名单。"
    first = max((one.at for one in said.sources), default=now)
    if now < first:
        return (
            f"公共来源最早 {second_text(first)} 才有取值，在此之前没有人知道本应抽中谁；"
            "到时可以在这里填入公布的取值来计算。"
        )
    return ""


def was_known(draw: Draw, said: Commitment, now: datetime) -> bool:
    """Whether whoever looked could know at a moment whom the draw would draw."""
    known = numbers(draw)
    is_settled = now >= said.reveal_by or all(one.party in known for one in said.nonces)
    is_enough = bool(said.sources) or len(known) >= LEAST_PARTIES
    return is_settled and is_enough and all(one.at <= now for one in said.sources)


def may_take_values(draw: Draw) -> bool:
    """Whether values of its sources are still wanted: it is to be held, or was cancelled and its list
    can be told.
    """
    if draw.cancelled_at is None:
        return draw.drawn_at is None
    return not obstacle(draw, commitment_of(draw), utc_now())


def _stopped_at(draw: Draw) -> datetime:
    return draw.cancelled_at or utc_now()
