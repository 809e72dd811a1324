"""Who may inspect: pure. Every obstacle is named, so that a refusal can say why."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

AUXILIARY = "05"
SEPARATORS = re.compile(r"[、，,；;/|\s]+")
ANYWHERE = ("全国", "全省", "全市")


@dataclass(frozen=True)
class Standing:
    """What decides whether an officer may inspect."""

    valid_to: date | None
    kind: str
    areas: tuple[str, ...]
    fields: tuple[str, ...]
    organisation: int | None
    absences: tuple[tuple[date, date | None], ...] = ()


@dataclass(frozen=True)
class Asked:
    """For what: the days of a visit, and, where it matters, division, kind of enforcement, body."""

    since: date
    until: date
    region: str = ""
    field: str = ""
    organisation: int | None = None


def obstacles(officer: Standing, asked: Asked) -> list[str]:
    """Why an officer may not inspect what is asked, as sentences; nothing when he may.

    The certificate must hold on every day (行政处罚法 第四十二条); auxiliary staff never inspect
    (国办发〔2024〕54号); an area is a division or the beginning of its code.
    """
    found = []
    if officer.valid_to is not None and officer.valid_to < asked.until:
        found.append(f"执法证有效期至 {officer.valid_to}")
    if officer.kind == AUXILIARY:
        found.append("执法辅助人员不得单独实施检查")
    if asked.region and officer.areas and not asked.region.startswith(officer.areas):
        found.append("不在执法区域内")
    if asked.field and officer.fields and asked.field not in officer.fields:
        found.append(f"执法类别不含“{asked.field}”")
    if asked.organisation is not None and officer.organisation != asked.organisation:
        found.append("不属于该执法主体")
    found += [f"{since} 至 {until or '今'} 离岗" for since, until in officer.absences
              if since <= asked.until and (until is None or until >= asked.since)]  # fmt: skip
    return found


def split(text: str) -> list[str]:
    """The kinds of enforcement named in one text, in order, each once."""
    return list(dict.fromkeys(part for part in SEPARATORS.split(text.strip()) if part))


def areas_of(text: str, region: str, names: Mapping[str, str]) -> list[str]:
    """The divisions of an enforcement area (执法区域), as codes or the beginnings of them.

    `text` is as the record says it: codes, names known to `names` (name → code), or 全市 and the
    like, which mean the whole of `region`'s city or province. What is not understood falls back to
    `region`; with neither, there is no limit.
    """
    found: list[str] = []
    for part in split(text):
        if part in ANYWHERE:
            found.append({"全国": "", "全省": region[:2], "全市": region[:4]}[part])
        elif part.isdigit() and len(part) == 6:
            found.append(prefix(part))
        elif part in names:
            found.append(prefix(names[part]))
    if not found and region:
        found = [prefix(region)]
    return _least(found)


def prefix(code: str) -> str:
    """What a division's code shares with those below it: 310000 → 31, 310100 → 3101, 310115."""
    return code.removesuffix("00").removesuffix("00") if len(code) == 6 else code


def _least(areas: Iterable[str]) -> list[str]:
    """Without those that lie within another; the empty one is everywhere."""
    kept = sorted(set(areas))
    if "" in kept:
        return []
    return [
        one for one in kept if not any(one != other and one.startswith(other) for other in kept)
    ]
