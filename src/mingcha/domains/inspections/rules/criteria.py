"""What a register, a scope or a stratum selects, read strictly from what was saved. Pure.

Objects are selected by kind, trade, division, list they stand on, credit class, days of founding, or by
an own list of codes; officers by body, kind of enforcement, area, or an own list of certificates. Every part
narrows; what is empty does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Protocol, TypeVar

from mingcha.domains.inspections.errors import BadCriteria

LISTS = {"abnormal_listing": "列入经营异常名录", "serious_listing": "列入严重违法失信名单"}
# Short names of code table credit_scheme, and its grades (credit_grade); what has none is UNGRADED.
SCHEMES = {
    "1": "国家五级评价", "2": "信用风险分类（通用型）", "3": "行业信用风险分类", "4": "公共信用综合评价",
    "9": "其他信用评价",
}  # fmt: skip
GRADES, UNGRADED = ("A", "B", "C", "D", "E"), "-"
FIVE = {"1", "9"}  # schemes of five grades; the others have four
LABELS = {
    "kinds": "对象类型", "industries": "行业", "regions": "区域", "listed": "名录", "unlisted": "不在名录中",
    "codes": "自有名单", "founded_since": "成立不早于", "founded_until": "成立不晚于", "words": "名称含",
    "scheme": "信用评价类别", "grades": "信用等级", "bodies": "机构", "skills": "执法类别",
    "areas": "执法区域", "certificates": "自有名单",
}  # fmt: skip
MOST_CODES = 200_000
T = TypeVar("T")


class Names(Protocol):
    """What codes are called (queries/naming.py); rules know the codes only."""

    def said(self, what: str, codes: Sequence[str]) -> str:
        """The names of some kinds, industries, regions, bodies or skills, joined; "" for none."""


@dataclass(frozen=True)
class Objects:
    """A selection of parties. Regions and industries are codes or the beginnings of codes; `grades` are
    those of one `scheme` of evaluation.
    """

    kinds: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    founded_since: str = ""
    founded_until: str = ""
    words: str = ""
    scheme: str = ""
    grades: tuple[str, ...] = ()

    def in_words(self, names: Names) -> str:
        """What is selected, in a sentence of parts; "全部" for no condition."""
        said = [
            ("对象类型：", names.said("kinds", self.kinds)),
            ("行业：", names.said("industries", self.industries)),
            ("区域：", names.said("regions", self.regions)),
            ("", "或".join(LISTS[one] for one in self.listed)),
            ("未", "、未".join(LISTS[one] for one in self.unlisted)),
            (SCHEMES.get(self.scheme, ""), "、".join(grade_name(one) for one in self.grades)),
            ("名称含", self.words),
            ("成立不早于", self.founded_since),
            ("成立不晚于", self.founded_until),
            ("自有名单 ", f"{len(self.codes)} 户" if self.codes else ""),
        ]
        return "；".join(f"{label}{value}" for label, value in said if value) or "全部"


@dataclass(frozen=True)
class Officers:
    """A selection of officers: of bodies (marks) and those below them, skills, areas, certificates."""

    bodies: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()

    def in_words(self, names: Names) -> str:
        """What is selected, in a sentence of parts."""
        said = [
            ("机构：", names.said("bodies", self.bodies)),
            ("执法类别：", names.said("skills", self.skills)),
            ("区域：", names.said("regions", self.areas)),
            ("自有名单 ", f"{len(self.certificates)} 人" if self.certificates else ""),
        ]
        return "；".join(f"{label}{value}" for label, value in said if value) or "全部"


def called(field: str) -> str:
    """What a condition is called on the page."""
    return LABELS.get(field, field)


def objects(said: Mapping[str, Any]) -> Objects:
    """A selection of parties as saved. Raises BadCriteria for what it does not know."""
    read = _read(Objects, said)
    _check_lists(read)
    _check_grades(read)
    for field, codes in (("regions", read.regions), ("industries", read.industries)):
        for code in codes:
            if not code.isalnum() or len(code) > 10:
                raise BadCriteria(field=called(field), value=code, problem="应为代码或代码的开头")
    return read


def _check_lists(read: Objects) -> None:
    for field, chosen in (("listed", read.listed), ("unlisted", read.unlisted)):
        for one in chosen:
            if one not in LISTS:
                raise BadCriteria(field=called(field), value=one, problem="不是平台有的名录")
    days = ("founded_since", read.founded_since), ("founded_until", read.founded_until)
    for field, day in days:
        if day and not _is_day(day):
            raise BadCriteria(field=called(field), value=day, problem="应为日期")


def _check_grades(read: Objects) -> None:
    if bool(read.scheme) != bool(read.grades):
        raise BadCriteria(
            field="信用评价", value=read.scheme or "、".join(read.grades),
            problem="评价类别和等级须一并填写",
        )  # fmt: skip
    if read.scheme and read.scheme not in SCHEMES:
        raise BadCriteria(field="评价类别", value=read.scheme, problem="不是平台有的评价类别")
    for one in read.grades:
        if one not in (*GRADES, UNGRADED):
            raise BadCriteria(field="信用等级", value=one, problem="应为 A 至 E，或“-”表示未评价")


def grades_of(scheme: str) -> tuple[str, ...]:
    """The grades of a scheme, best first, and the one for who has none; none for an unknown scheme."""
    if scheme not in SCHEMES:
        return ()
    return (*(GRADES if scheme in FIVE else GRADES[:4]), UNGRADED)


def grade_name(grade: str) -> str:
    """What a grade is called in a condition."""
    return "未评价" if grade == UNGRADED else f"{grade}级"


def officers(said: Mapping[str, Any]) -> Officers:
    """A selection of officers as saved. Raises BadCriteria."""
    return _read(Officers, said)


def saved(read: Objects | Officers) -> dict[str, Any]:
    """The inverse: only what narrows."""
    found = {field.name: getattr(read, field.name) for field in fields(read)}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in found.items()
        if value
    }


def several(text: str) -> tuple[str, ...]:
    """Codes typed or pasted in any usual way, each once, in order. Raises BadCriteria for too many."""
    for mark in "，、；;,\t\r\n":
        text = text.replace(mark, " ")
    found = tuple(dict.fromkeys(text.split()))
    if len(found) > MOST_CODES:
        raise BadCriteria(
            field="自有名单", value=f"{len(found)} 个代码", problem=f"最多 {MOST_CODES} 个"
        )
    return found


def _read(of: type[T], said: Mapping[str, Any]) -> T:
    known = {field.name: field.default for field in fields(of)}  # type: ignore[arg-type]
    for name, value in said.items():
        if name not in known:
            raise BadCriteria(field=called(name), value=value, problem="不是选取条件")
        if isinstance(known[name], str) != isinstance(value, str):
            raise BadCriteria(field=called(name), value=value, problem="类型不对")
    return of(**{n: v if isinstance(v, str) else _texts(n, v) for n, v in said.items()})


def _texts(field: str, values: Sequence[Any]) -> tuple[str, ...]:
    for value in values:
        if not isinstance(value, str) or not value:
            raise BadCriteria(field=called(field), value=value, problem="应为文字且不能为空")
    return tuple(values)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
