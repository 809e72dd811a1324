"""A column mapping (列映射): how a provider's own columns become the fields of a table, as data.

A mapping is a list of steps. Each reads columns and writes one (or several): a field of the table,
or a working column whose name begins with "$". Steps run in order; a name means what the last step
wrote under it, else the source's column. Nothing here runs code: values are looked up, cut,
shifted and joined. Running a mapping is `frames.mapped`; this module needs no engine.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field as Given
from pydantic import field_validator

from mingcha.base.errors import MingchaError
from mingcha.standards.headers import plain
from mingcha.standards.model import Table
from mingcha.standards.strict import Strict

TRANSPORT = ("cd_id", "cd_time", "cd_source", "cd_batch", "cd_operation")

_Name = Annotated[str, Given(min_length=1, max_length=200)]
_Text = Annotated[str, Given(max_length=500)]
_Pattern = Annotated[str, Given(min_length=1, max_length=200)]


class MappingBroken(MingchaError):
    """A step of a mapping cannot be run as it is written."""

    code = "standards/mapping-broken"
    message = "列映射的第 {number} 步无法执行：{why}。"
    remedy = "请改正这一步（匹配式或日期格式的写法），预览无误后保存。"


class Rename(Strict):
    """The column as it is, under the field's name."""

    do: Literal["rename"] = "rename"
    source: _Name
    field: _Name


class Constant(Strict):
    """The same value in every row."""

    do: Literal["constant"] = "constant"
    field: _Name
    value: _Text


class Default(Strict):
    """A value for empty cells of what an earlier step wrote."""

    do: Literal["default"] = "default"
    field: _Name
    value: _Text


class Translate(Strict):
    """The source's values → ours. `unlisted`: keep the value, leave it empty, or refuse the row."""

    do: Literal["translate"] = "translate"
    source: _Name
    field: _Name
    values: Annotated[dict[str, str], Given(min_length=1, max_length=10_000)]
    unlisted: Literal["keep", "null", "refuse"] = "refuse"


class ParseDate(Strict):
    """A date written in a stated format, e.g. %d/%m/%Y. A format that misses is a failure."""

    do: Literal["date"] = "date"
    source: _Name
    field: _Name
    format: Annotated[str, Given(min_length=2, max_length=50)]


class Unit(Strict):
    """A number in another unit: the decimal point moves by `shift` places, exactly.

    万元 → 元 is 4, 千克 → 吨 is −3. The two names are for the reader.
    """

    do: Literal["unit"] = "unit"
    source: _Name
    field: _Name
    shift: Annotated[int, Given(ge=-12, le=12)]
    source_unit: _Text = ""
    field_unit: _Text = ""


class Split(Strict):
    """One column into several: at a separator, or by the groups of a pattern.

    At a separator, the last field takes the rest; a cell with fewer parts leaves the last ones
    empty. A filled cell that the pattern does not match is a failure.
    """

    do: Literal["split"] = "split"
    source: _Name
    fields: Annotated[tuple[_Name, ...], Given(min_length=2, max_length=20)]
    separator: Annotated[str, Given(min_length=1, max_length=20)] | None = None
    pattern: _Pattern | None = None


class Join(Strict):
    """Several columns into one; empty cells are passed over."""

    do: Literal["join"] = "join"
    sources: Annotated[tuple[_Name, ...], Given(min_length=2, max_length=20)]
    field: _Name
    separator: Annotated[str, Given(max_length=20)] = ""


class Strip(Strict):
    """Without a fixed beginning and a fixed end, where they are there."""

    do: Literal["strip"] = "strip"
    source: _Name
    field: _Name
    prefix: _Text = ""
    suffix: _Text = ""


class Replace(Strict):
    """Every match of a pattern replaced; ${1} is the first group. Patterns take linear time."""

    do: Literal["replace"] = "replace"
    source: _Name
    field: _Name
    pattern: _Pattern
    by: _Text = ""


class Drop(Strict):
    """A column that is knowingly left out."""

    do: Literal["drop"] = "drop"
    source: _Name
    reason: _Text = ""


Step = Annotated[
    Rename
    | Constant
    | Default
    | Translate
    | ParseDate
    | Unit
    | Split
    | Join
    | Strip
    | Replace
    | Drop,
    Given(discriminator="do"),
]


class Mapping(Strict):
    """The steps that turn one source's rows into rows of one table. Stored as JSON."""

    table: _Name
    steps: Annotated[tuple[Step, ...], Given(max_length=500)]

    @field_validator("steps")
    @classmethod
    def _bounded(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        for step in steps:
            if isinstance(step, Split) and (step.separator is None) == (step.pattern is None):
                raise ValueError(f"split {step.source}: give either separator or pattern")
        return steps


def by_headers(table: Table, headers: Sequence[str]) -> Mapping:
    """The mapping that headers explain by themselves: keys, labels and aliases of fields.

    Headers that mean no field are left for a person to map or drop.
    """
    meant = {
        plain(text): key
        for key, spec in table.fields.items()
        for text in (key, spec.label, *spec.aliases)
    }
    known = {header: meant[plain(header)] for header in headers if plain(header) in meant}
    return Mapping(
        table=table.name,
        steps=tuple(Rename(source=header, field=key) for header, key in known.items()),
    )


def reads(step: Step) -> tuple[str, ...]:
    """The columns a step reads."""
    match step:
        case Constant():
            return ()
        case Default():
            return (step.field,)
        case Join():
            return step.sources
        case _:
            return (step.source,)


def writes(step: Step) -> tuple[str, ...]:
    """The columns a step writes."""
    match step:
        case Drop():
            return ()
        case Split():
            return step.fields
        case _:
            return (step.field,)


def validate(mapping: Mapping, table: Table, headers: Sequence[str]) -> list[str]:
    """What is wrong with a mapping for a file with these headers, as sentences; empty if nothing."""
    return [
        *_wrong_table(mapping, table),
        *_wrong_reads(mapping, headers),
        *_wrong_writes(mapping, table),
        *_wrong_patterns(mapping),
        *_left_over(mapping, headers),
        *_left_empty(mapping, table),
    ]


def _wrong_table(mapping: Mapping, table: Table) -> Iterator[str]:
    if mapping.table != table.name:
        yield f"这份列映射是为数据表“{mapping.table}”做的，不能用于“{table.label}”。"


def _wrong_reads(mapping: Mapping, headers: Sequence[str]) -> Iterator[str]:
    for header, times in Counter(headers).items():
        if times > 1:
            yield f"文件中有 {times} 列都叫“{header}”，无法区分，请改名后重新上传。"
    known = {*headers}
    for number, step in enumerate(mapping.steps, 1):
        for name in reads(step):
            if name not in known:
                yield f"第 {number} 步要读取的列“{name}”在文件中不存在，前面的步骤也没有写出它。"
        known |= {*writes(step)}


def _wrong_writes(mapping: Mapping, table: Table) -> Iterator[str]:
    last: dict[str, int] = {}
    for number, step in enumerate(mapping.steps, 1):
        for name in writes(step):
            if not (name.startswith("$") or name in table.fields or name in TRANSPORT):
                yield f"第 {number} 步要写入的字段“{name}”不在数据表“{table.label}”中。"
            if name in last and name not in reads(step):
                yield f"第 {number} 步会盖掉第 {last[name]} 步已写入的“{name}”，请删去其中一步。"
            last[name] = number


def _wrong_patterns(mapping: Mapping) -> Iterator[str]:
    for number, step in enumerate(mapping.steps, 1):
        if isinstance(step, ParseDate):
            yield from (f"第 {number} 步的{problem}" for problem in _wrong_format(step.format))
        pattern = step.pattern if isinstance(step, Split | Replace) else None
        if pattern is not None:
            yield from (f"第 {number} 步的{problem}" for problem in _wrong_pattern(step, pattern))


_DIRECTIVES = {*"YymbBdejFHIMSTpfzAa"}  # what may follow % in a date format
_DAYS = {*"dejF"}


def _wrong_format(written: str) -> Iterator[str]:
    found = re.findall("%(.?)", written)
    unknown = [letter for letter in found if letter not in _DIRECTIVES]
    if unknown:
        yield f"日期格式“{written}”含有不认识的“%{unknown[0]}”，例如应写 %Y/%m/%d。"
    elif not _DAYS.intersection(found):
        yield f"日期格式“{written}”没有日（%d），例如应写 %Y/%m/%d。"


_UNBOUNDED = re.compile(r"\(\?(?:[=!]|<[=!]|P=|\()|\\[1-9]")


def _wrong_pattern(step: Step, pattern: str) -> Iterator[str]:
    if _UNBOUNDED.search(pattern):
        yield f"匹配式“{pattern}”用了前后断言或反向引用，不支持，请换一种写法。"
        return
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        yield f"匹配式“{pattern}”写法有误（{error.msg}），请改正。"
        return
    if isinstance(step, Split) and groups != len(step.fields):
        yield f"匹配式“{pattern}”有 {groups} 组，却要写入 {len(step.fields)} 个字段，两者应相同。"


def _left_over(mapping: Mapping, headers: Sequence[str]) -> Iterator[str]:
    used = {name for step in mapping.steps for name in reads(step)} | {*TRANSPORT}
    for header in dict.fromkeys(headers):
        if header not in used:
            yield f"文件中的列“{header}”没有对应的字段，也没有声明忽略，请补充一步。"


def _left_empty(mapping: Mapping, table: Table) -> Iterator[str]:
    written = {name for step in mapping.steps for name in writes(step)}
    for key, spec in table.fields.items():
        if spec.required and key not in written:
            yield f"必填字段“{spec.label}”没有来源，请补充一步，或用常量填写。"


def describe(mapping: Mapping, table: Table) -> list[str]:
    """The mapping in sentences, one per step."""
    labels = {key: spec.label for key, spec in table.fields.items()}
    return [_described(step, labels) for step in mapping.steps]


_UNLISTED = {"keep": "照原样保留", "null": "置为空", "refuse": "退回该行"}


def _described(step: Step, labels: dict[str, str]) -> str:
    def named(name: str) -> str:
        return f"“{labels.get(name, name)}”"

    if isinstance(step, Join):
        sources = "、".join(named(name) for name in step.sources)
        return f"{sources}用“{step.separator}”连接，填入{named(step.field)}。"
    if isinstance(step, Split):
        fields = "、".join(named(name) for name in step.fields)
        way = f"按“{step.separator}”拆分" if step.separator else f"按匹配式“{step.pattern}”拆分"
        return f"列{named(step.source)}{way}，依次填入{fields}。"
    if isinstance(step, Constant):
        return f"{named(step.field)}一律填“{step.value}”。"
    if isinstance(step, Default):
        return f"{named(step.field)}为空时填“{step.value}”。"
    if isinstance(step, Drop):
        return f"列{named(step.source)}不取用{f'（{step.reason}）' if step.reason else ''}。"
    return f"列{named(step.source)}{_way(step)}填入{named(step.field)}。"


def _way(step: Rename | Translate | ParseDate | Unit | Strip | Replace) -> str:
    match step:
        case Rename():
            return "原样"
        case Translate():
            some = "，".join(f"“{old}”作“{new}”" for old, new in list(step.values.items())[:3])
            more = f"等 {len(step.values)} 项" if len(step.values) > 3 else ""
            return f"逐值换算（{some}{more}；未列出的{_UNLISTED[step.unlisted]}），"
        case ParseDate():
            return f"按日期格式“{step.format}”读取，"
        case Unit():
            side = "右" if step.shift >= 0 else "左"
            units = f"由{step.source_unit}换算为{step.field_unit}" if step.source_unit else "换算"
            return f"{units}（小数点{side}移 {abs(step.shift)} 位），"
        case Strip():
            ends = [f"开头的“{step.prefix}”"] if step.prefix else []
            ends += [f"结尾的“{step.suffix}”"] if step.suffix else []
            return f"去掉{'和'.join(ends)}，"
        case Replace():
            return f"把与“{step.pattern}”匹配的部分换成“{step.by}”，"
