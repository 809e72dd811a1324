"""Which source an attribute of a party is taken from, and which sources differ (一数一源; pure).

Every source that says something keeps its word: one is chosen, by a person or else by rank and then by
what was learnt last; those that say otherwise are told beside it, never dropped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mingcha.domains.parties.rules import address_level, fold, parse_address, parse_name


class Attribute(StrEnum):
    """An attribute of a party for which sources are declared."""

    NAME = "name"
    ADDRESS = "address"
    LEGAL_PERSON = "legal_person"
    STATUS = "status"
    INDUSTRY = "industry"
    REGION = "region"
    FOUNDED_ON = "founded_on"


LABELS = {
    Attribute.NAME: "名称",
    Attribute.ADDRESS: "地址",
    Attribute.LEGAL_PERSON: "负责人",
    Attribute.STATUS: "登记状态",
    Attribute.INDUSTRY: "行业",
    Attribute.REGION: "行政区划",
    Attribute.FOUNDED_ON: "成立日期",
}


class How(StrEnum):
    """Why a value was chosen."""

    ONLY = "only"  # 只有一个来源
    AGREED = "agreed"  # 各来源一致
    RANK = "rank"  # 来源之间不同，按权威次序
    NEWEST = "newest"  # 同级来源之间不同，按最新
    HAND = "hand"  # 人工裁定


@dataclass(frozen=True, slots=True)
class Statement:
    """What one record says of one attribute. The lower the rank, the more authoritative the source.

    `order` grows with the time at which it was learnt; `record` names the record in all its versions.
    """

    value: str
    rank: int
    order: int
    record: tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Settled:
    """The statement that counts, why, and the others that say otherwise."""

    chosen: Statement
    how: How
    rivals: Sequence[Statement]


def settle(
    attribute: Attribute,
    statements: Iterable[Statement],
    by_hand: tuple[tuple[int, str, str], str] | None,
) -> Settled | None:
    """The value that counts; None where nobody says anything.

    `by_hand` is the (record, value) that a person chose; it holds as long as that record says so.
    """
    said = sorted((one for one in statements if one.value), key=lambda one: (one.rank, -one.order))
    if not said:
        return None
    chosen = next((one for one in said if (one.record, one.value) == by_hand), None)
    how = How.HAND if chosen is not None else None
    chosen = chosen or said[0]
    rivals = [one for one in said if not same(attribute, one.value, chosen.value)]
    if how is None:
        how = _how(chosen, said, rivals)
    return Settled(chosen, how, rivals)


def _how(chosen: Statement, said: Sequence[Statement], rivals: Sequence[Statement]) -> How:
    if not rivals:
        return How.ONLY if len(said) == 1 else How.AGREED
    return How.NEWEST if any(one.rank == chosen.rank for one in rivals) else How.RANK


def same(attribute: Attribute, one: str, other: str) -> bool:
    """Whether two values say the same, however they are written or how finely."""
    if fold(one) == fold(other):
        return True
    if attribute is Attribute.NAME:
        return parse_name(one).canonical == parse_name(other).canonical
    if attribute is Attribute.ADDRESS:
        return address_level(parse_address(one), parse_address(other)) in {"same", "building"}
    if attribute is Attribute.REGION:
        one, other = _trimmed(one), _trimmed(other)
    if attribute in {Attribute.INDUSTRY, Attribute.REGION}:
        short, long = sorted((one, other), key=len)
        return long.startswith(short)
    return False


def _trimmed(region: str) -> str:
    """A division's code without the zeros of the levels below it."""
    return region.removesuffix("00").removesuffix("00")
