"""What follows from a result (后续处置): a table with its basis, and how the national record says it.

The eight national results and those that local platforms add (code table 抽查结果). A row says what is
opened when a reviewer accepts the result; a result without a row asks for nothing more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Opens(StrEnum):
    """What a result opens; the last three and hand-over are kinds of clue."""

    CORRECTION = "correction"
    ABNORMAL = "abnormal"
    UNCOOPERATIVE = "uncooperative"
    CASE = "case"


@dataclass(frozen=True)
class Follow:
    """A result opens something, on a ground."""

    result: str
    opens: Opens
    basis: str


FINE, CORRECTED, UNFINISHED, ABSENT = "1", "E", "A", "6"
UNPUBLISHED, FALSE, HINDERED, IDLE = "B", "C", "8", "F"
CLOSED, DEREGISTERED, REVOKED, ANNULLED, MOVED = "7", "9", "10", "11", "12"

# A number-2 order and a clue may both follow: the order asks the enterprise, the clue asks an office.
TABLE: Sequence[Follow] = (
    Follow(UNPUBLISHED, Opens.CORRECTION, "企业信息公示暂行条例第十八条：责令限期履行公示义务"),
    Follow(UNPUBLISHED, Opens.ABNORMAL, "企业经营异常名录管理办法：未按规定公示应当公示的信息"),
    Follow(FALSE, Opens.ABNORMAL, "企业经营异常名录管理办法：公示信息隐瞒真实情况、弄虚作假"),
    Follow(ABSENT, Opens.ABNORMAL, "企业经营异常名录管理办法：通过登记的住所或者经营场所无法联系"),
    Follow(HINDERED, Opens.UNCOOPERATIVE, "企业公示信息抽查暂行办法：不予配合情节严重的，予以公示"),
    Follow(UNFINISHED, Opens.CORRECTION, "行政处罚法第二十八条：应当责令当事人改正或者限期改正"),
    Follow(
        UNFINISHED, Opens.CASE, "行政处罚法第五十四条：发现依法应当给予行政处罚的行为，应当立案"
    ),
)

# What the findings must show: with a problem found, without, or either.
WITH_PROBLEM = frozenset({UNPUBLISHED, FALSE, CORRECTED, UNFINISHED})
WITHOUT_PROBLEM = frozenset({FINE, IDLE})
# An administrative decision goes along with it: an order to correct, a refusal recorded.
DECIDED = frozenset({UNFINISHED, CORRECTED, HINDERED})
# Nobody could be met or nothing could be checked: lines may stay unanswered, and count as 未检查.
NOT_CHECKED = frozenset(
    {ABSENT, HINDERED, IDLE, CLOSED, DEREGISTERED, REVOKED, ANNULLED, MOVED}
)  # fmt: skip
# 抽查结果 → 检查结果 of the national record (code table check_result). The national table has no code
# for somebody who was not met or had closed: an act of another kind is done about it, 06.
NATIONAL = {
    FINE: "01", IDLE: "01", CORRECTED: "02", UNFINISHED: "02", UNPUBLISHED: "02",
    FALSE: "06", ABSENT: "06", HINDERED: "06", CLOSED: "06", DEREGISTERED: "06", REVOKED: "06",
    ANNULLED: "06", MOVED: "06",
}  # fmt: skip
PASSED, FAILED, SKIPPED, NEEDLESS = "01", "02", "03", "04"  # code table 检查项结果


def follows(result: str) -> list[Follow]:
    """What a result opens, in the order of the table."""
    return [one for one in TABLE if one.result == result]


def mismatch(result: str, answers: Sequence[str]) -> str:
    """Why a result does not agree with what was found line by line; "" when it does."""
    failed = answers.count(FAILED)
    if result in WITH_PROBLEM and not failed:
        return "没有一项记为不合格"
    if result in WITHOUT_PROBLEM and failed:
        return f"有 {failed} 项记为不合格"
    if result == FINE and PASSED not in answers:
        return "没有一项记为合格"
    return ""


def recheck_passed(result: str) -> bool | None:
    """Whether a recheck finds an order followed; None when it could not be found out."""
    if result in {FINE, CORRECTED}:
        return True
    return False if result in WITH_PROBLEM else None
