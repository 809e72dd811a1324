"""What follows from a result (后续处置): dated rows with their basis, and what the findings must show.

The rows are data, `following.yaml` beside this package; here they are read and looked up by the day
of the check. The eight national results and those that local platforms add are the code table 抽查结果.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field


class Opens(StrEnum):
    """What a result opens; all but the first are kinds of clue."""

    CORRECTION = "correction"
    ABNORMAL = "abnormal"
    UNCOOPERATIVE = "uncooperative"
    CASE = "case"


class Row(BaseModel):
    """Something that the law fixes, on the days from `since` to `until`, on a basis.

    `to_verify` says what of it was not checked against the text of the law (待核); "" for nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: date
    until: date | None = None
    basis: str = Field(min_length=1, max_length=250)
    to_verify: str = Field("", max_length=100)

    @property
    def in_words(self) -> str:
        """The basis, and what of it is still to be verified."""
        return self.basis + (f"（待核：{self.to_verify}）" if self.to_verify else "")


class Follow(Row):
    """A result opens something."""

    result: str
    opens: Opens


class Decided(Row):
    """With these results an administrative decision goes along: an order, a refusal recorded."""

    results: frozenset[str]


class National(Row):
    """How the national record says each result: 抽查结果 → 检查结果."""

    codes: Mapping[str, str]


class Tables(BaseModel):
    """following.yaml as a whole."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    follows: Sequence[Follow]
    decided: Sequence[Decided]
    national: Sequence[National]


FINE, CORRECTED, UNFINISHED, ABSENT = "1", "E", "A", "6"
UNPUBLISHED, FALSE, HINDERED, IDLE = "B", "C", "8", "F"
CLOSED, DEREGISTERED, REVOKED, ANNULLED, MOVED = "7", "9", "10", "11", "12"

# What the findings must show: with a problem found, without, or either.
WITH_PROBLEM = frozenset({UNPUBLISHED, FALSE, CORRECTED, UNFINISHED})
WITHOUT_PROBLEM = frozenset({FINE, IDLE})
# Nobody could be met or nothing could be checked: lines may stay unanswered, and count as 未检查.
NOT_CHECKED = frozenset(
    {ABSENT, HINDERED, IDLE, CLOSED, DEREGISTERED, REVOKED, ANNULLED, MOVED}
)  # fmt: skip
PASSED, FAILED, SKIPPED, NEEDLESS = "01", "02", "03", "04"  # code table 检查项结果

AnyRow = TypeVar("AnyRow", bound=Row)


@cache
def tables() -> Tables:
    """The rows as the product ships them. Raises ValidationError for what it does not know."""
    text = files("mingcha.domains.inspections").joinpath("following.yaml").read_text("utf-8")
    return Tables.model_validate(yaml.safe_load(text))


def follows(result: str, *, on: date) -> list[Follow]:
    """What a result of a check on a day opens, in the order of the table."""
    return [one for one in _in_force(tables().follows, on) if one.result == result]


def is_decided(result: str, *, on: date) -> bool:
    """Whether an administrative decision goes along with a result of a day."""
    return any(result in one.results for one in _in_force(tables().decided, on))


def national(result: str, *, on: date) -> str:
    """The code of 检查结果 for a result of a check on a day. Raises LookupError when none is fixed."""
    for one in _in_force(tables().national, on):
        if result in one.codes:
            return one.codes[result]
    raise LookupError(f"no national code for result {result} on {on}")


def _in_force(rows: Sequence[AnyRow], on: date) -> list[AnyRow]:
    return [one for one in rows if one.since <= on and (one.until is None or on <= one.until)]


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
