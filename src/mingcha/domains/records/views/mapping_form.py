"""The mapping page's form: what was chosen there as steps, and steps as what the form shows.

For each column of the file (by its place) the form holds field-<place>, how-<place> and
detail-<place>; for a field without a column constant-<key>.
"""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingOf

from pydantic import ValidationError

from mingcha.domains.records.errors import BadMapping
from mingcha.standards.mapping import (
    Constant,
    Drop,
    Join,
    Mapping,
    ParseDate,
    Rename,
    Replace,
    Split,
    Step,
    Strip,
    Translate,
    Unit,
    reads,
)
from mingcha.standards.model import Table

PAIR = re.compile(r"\s*([^=；;\n]+?)\s*[=＝]\s*([^；;\n]*?)\s*(?:[；;\n]|$)")
UNITS = {"万元→元": 4, "亿元→元": 8, "千元→元": 3, "元→万元": -4, "千克→吨": -3, "吨→千克": 3}
HOWS = (
    ("rename", "照原样", "不用填"),
    ("translate", "代码对照", "甲=01；乙=02"),
    ("date", "日期格式", "%d/%m/%Y"),
    ("unit", "换算单位", "、".join(UNITS)),
    ("strip", "去掉前后缀", "前缀|后缀"),
    ("replace", "替换", "正则=替换成"),
    ("split", "拆成几个字段", "分隔符|字段1,字段2（填字段的英文名）"),
    ("join", "与同字段的列拼接", "各部分之间的分隔符"),
)


def as_mapping(said: MappingOf[str, str], table: Table, headers: Sequence[str]) -> Mapping:
    """What was chosen on the page, as steps. Raises BadMapping."""
    try:
        steps = [*_column_steps(said, headers), *_joins(said, headers)]
        for key in table.fields:
            if value := said.get(f"constant-{key}", "").strip():
                steps.append(Constant(field=key, value=value))
        return Mapping(table=table.name, steps=tuple(steps))
    except ValidationError as error:
        told = [f"{'.'.join(map(str, e['loc'][1:]))}：{e['msg']}" for e in error.errors()]
        raise BadMapping(problems=f"转换说明的写法不对（{'；'.join(told)}）。") from error


def as_said(mapping: Mapping, headers: Sequence[str]) -> dict[str, str]:
    """The form that gives these steps; steps it cannot show are left out (see `is_shown_whole`)."""
    places = {header: place for place, header in enumerate(headers)}
    said: dict[str, str] = {}
    for step in mapping.steps:
        if isinstance(step, Constant):
            said[f"constant-{step.field}"] = step.value
        for number, source in enumerate(reads(step)):
            if source in places:
                said |= _column_said(step, places[source], is_first=number == 0)
    return said


def is_shown_whole(mapping: Mapping, table: Table, headers: Sequence[str]) -> bool:
    """Whether the form shows all of a mapping; one written for the interface may say more."""
    try:
        again = as_mapping(as_said(mapping, headers), table, headers)
    except BadMapping:
        return False
    return sorted(map(repr, again.steps)) == sorted(map(repr, mapping.steps))


def _column_steps(said: MappingOf[str, str], headers: Sequence[str]) -> Iterator[Step]:
    for place, header in enumerate(headers):
        how = said.get(f"how-{place}", "rename")
        if how != "join":
            detail = said.get(f"detail-{place}", "")
            yield _step(header, said.get(f"field-{place}", ""), how, detail)


def _joins(said: MappingOf[str, str], headers: Sequence[str]) -> Iterator[Step]:
    """Columns that were sent to one field to be joined, in the order of the file."""
    parts: dict[str, list[int]] = {}
    for place in range(len(headers)):
        if said.get(f"how-{place}") == "join":
            parts.setdefault(said.get(f"field-{place}", ""), []).append(place)
    for field, places in parts.items():
        separator = said.get(f"detail-{places[0]}", "")
        sources = tuple(headers[place] for place in places)
        yield Join(sources=sources, field=field, separator=separator)


def _step(header: str, field: str, how: str, detail: str) -> Step:
    """One column's step; a column without a field is knowingly left out."""
    if not field and how != "split":
        return Drop(source=header)
    first, _, rest = detail.partition("|")
    match how:
        case "translate":
            return Translate(source=header, field=field, values=dict(PAIR.findall(detail)))
        case "date":
            return ParseDate(source=header, field=field, format=detail)
        case "unit":
            return _unit(header, field, detail)
        case "strip":
            return Strip(source=header, field=field, prefix=first, suffix=rest)
        case "replace":
            pattern, _, by = detail.partition("=")
            return Replace(source=header, field=field, pattern=pattern, by=by)
        case "split":
            fields = tuple(name.strip() for name in rest.split(",") if name.strip())
            return Split(source=header, fields=fields, separator=first)
        case _:
            return Rename(source=header, field=field)


def _unit(header: str, field: str, detail: str) -> Unit:
    name = detail.replace("->", "→").replace(" ", "")
    if name not in UNITS:
        raise BadMapping(problems=f"不认识单位换算“{detail}”，可用：{'、'.join(UNITS)}。")
    of, _, to = name.partition("→")
    return Unit(source=header, field=field, shift=UNITS[name], source_unit=of, field_unit=to)


def _column_said(step: Step, place: int, *, is_first: bool) -> dict[str, str]:
    """What the form holds for one column that a step reads."""
    how, detail = _way(step)
    if isinstance(step, Join) and not is_first:
        detail = ""
    field = "" if isinstance(step, Drop | Split) else step.field
    return {f"field-{place}": field, f"how-{place}": how, f"detail-{place}": detail}


def _way(step: Step) -> tuple[str, str]:
    """The transformation of a step and its words, as the form writes them."""
    match step:
        case Translate():
            return "translate", "；".join(f"{old}={new}" for old, new in step.values.items())
        case ParseDate():
            return "date", step.format
        case Unit():
            return "unit", f"{step.source_unit}→{step.field_unit}"
        case Strip():
            return "strip", f"{step.prefix}|{step.suffix}"
        case Replace():
            return "replace", f"{step.pattern}={step.by}"
        case Split():
            return "split", f"{step.separator or ''}|{','.join(step.fields)}"
        case Join():
            return "join", step.separator
        case _:
            return "rename", ""
