"""A table's fields as boxes to fill in: which widget, which help, what stands in it, what is wrong."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mingcha.base.initials import letters_of
from mingcha.domains.records.queries.entry.filling import Filling, label_of, written
from mingcha.domains.records.queries.entry.offers import is_free, part_label
from mingcha.standards import loader, words
from mingcha.standards.form import hangs_on, sections
from mingcha.standards.meant import parts_of
from mingcha.standards.model import FieldSpec, FieldType, Table

RADIOS = 3  # codes shown side by side; more are looked for as one types
INLINE = 60  # codes that go with the page; more are asked for
SHORT = 200  # characters that fit on one line
TOLD = 30  # a limit below this is worth telling before somebody meets it
SUMMED = 4  # values told of a folded group
ONE_LINE = (
    *(
        "名称",
        "姓名",
        "编号",
        "编码",
        "文号",
        "文书号",
        "地址",
        "住所",
        "场所",
        "机关",
        "单位",
        "ID",
    ),
    *("品牌", "厂家", "型号规格", "标准", "大类", "子类", "类别"),
)
MISSING = (".required", "key.missing")
EXAMPLES = {
    FieldType.DATE: "0102、20260102 或 昨天",
    FieldType.REGION: "代码、名称或首字母，如 pdxq",
    FieldType.ITEM: "编码、名称或首字母",
    FieldType.CHECKLIST: "编码、名称或首字母",
    FieldType.USCC: "18 位代码，或从登记库查名称",
    FieldType.USCC_OR_ID: "18 位代码，或从登记库查名称",
    FieldType.YEAR: "2026",
    FieldType.RATIO: "0.05 或 5%",
}
TONES = {"refuse": "late", "wait": "due", "warn": "due"}


@dataclass(frozen=True)
class Option:
    """One code: what the field holds when it is taken, what is read, and its pinyin initials."""

    value: str
    label: str
    letters: str
    chosen: bool = False


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong or odd with a field.

    `missing`: it is only not filled in yet. `at_once`: it is told while the field is typed in.
    """

    text: str
    tone: str
    missing: bool = False
    at_once: bool = False
    offers: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class Box:
    """One field as the template draws it. `kind`: text, long, date, number, radio, combo, chips."""

    name: str
    label: str
    kind: str
    text: str
    required: bool
    help: str = ""
    example: str = ""
    unit: str = ""
    source: str = ""
    max: int | None = None
    numeric: bool = False
    asks: bool = False  # what fits is asked for while somebody types
    is_free: bool = False  # what is offered is only a proposal: Enter keeps what was typed
    hangs: str = ""  # names of the fields that decide what the platform puts here
    labels: str = ""  # JSON: part of a list → what people read
    fixed: bool = False  # a key of a record that is being corrected
    options: Sequence[Option] = ()
    troubles: Sequence[Trouble] = field(default=())

    @property
    def is_wrong(self) -> bool:
        """Whether it must be changed before the record can land."""
        return any(one.tone == "late" for one in self.troubles)


@dataclass(frozen=True)
class Group:
    """Boxes that are filled in together; `more` are folded unless `open`, and told in `summary`."""

    number: int
    label: str
    boxes: Sequence[Box]
    more: Sequence[Box]
    summary: str
    open: bool


def groups(
    filling: Filling,
    failures: Sequence[Mapping[str, Any]],
    *,
    fixed: Collection[str] = (),
    complete: bool = False,
) -> list[Group]:
    """The form of a record. `complete`: somebody says it is all there, so what is missing is told."""
    texts = shown_texts(filling)
    found = []
    for number, section in enumerate(sections(filling.table), 1):
        here = [_box(filling, name, texts, fixed) for name in section.fields]
        folded = [_box(filling, name, texts, fixed) for name in section.more]
        begun = complete or not any(b.required and not b.text for b in here)
        here = [_troubled(box, failures, told=complete) for box in here]
        folded = [_troubled(box, failures, told=complete or begun) for box in folded]
        found.append(
            Group(
                number,
                section.label,
                here,
                folded,
                _summary(filling, folded),
                any(box.is_wrong for box in folded) or not here,
            )
        )
    return found


def shown_texts(filling: Filling) -> dict[str, str]:
    """What each field shows: what was understood, with names beside codes; else what was typed."""
    shown = dict(filling.typed) | written(filling.table, filling.row)
    for name, spec in filling.table.fields.items():
        if name in shown and _is_radio(spec):
            shown[name] = filling.row.get(name, shown[name])
    return shown


def proposed_texts(filling: Filling) -> dict[str, str]:
    """The fields that hold what the platform put there, as they show it."""
    texts = shown_texts(filling)
    return {name: texts[name] for name in filling.proposals}


def of_record(failures: Sequence[Mapping[str, Any]]) -> list[Trouble]:
    """What is wrong with the record as a whole."""
    return [_trouble(failure) for failure in failures if not failure["field"]]


def is_missing(failure: Mapping[str, Any]) -> bool:
    """Whether a failure only says that something is not filled in."""
    return str(failure["check"]).endswith(MISSING)


def help_for(spec: FieldSpec) -> str:
    """What a clerk should know before filling a field in."""
    told = spec.at_least is not None or (spec.type is FieldType.TEXT and _is_tight(spec))
    said = [spec.note.rstrip("。"), words.length(spec) if told else ""]
    if spec.basis:
        said.append(f"依据：{spec.basis}")
    if spec.type is FieldType.LIST and spec.codes is None:
        said.append("逐个填写，回车确认")
    return "；".join(text for text in said if text)


def kind_of(table: Table, name: str) -> str:
    """The widget of a field."""
    spec = table.fields[name]
    if _is_radio(spec):
        return "radio"
    if spec.type is FieldType.LIST:
        return "chips"
    if spec.type in {FieldType.DATE, FieldType.NUMBER}:
        return spec.type.value
    if spec.codes is not None or spec.type is FieldType.BOOLEAN:
        return "combo"
    short = (spec.max or spec.exact or SHORT + 1) <= SHORT or spec.label.endswith(ONE_LINE)
    short = short or spec.type is not FieldType.TEXT or name in table.key.fields
    return "text" if short else "long"


def options_of(spec: FieldSpec, chosen: str = "") -> list[Option]:
    """The codes that go with the page; none for a long table, which is asked while one types."""
    if spec.type is FieldType.BOOLEAN:
        return [Option("是", "是", "s", chosen == "是"), Option("否", "否", "f", chosen == "否")]
    if spec.codes is None:
        return []
    codes = loader.current().code_table(spec.codes).codes
    if len(codes) > INLINE:
        return []
    is_radio = _is_radio(spec)
    return [
        Option(
            code.code if is_radio or code.code == code.label else f"{code.code} {code.label}",
            code.label,
            letters_of(code.label),
            chosen == code.code,
        )
        for code in codes
    ]


def _is_tight(spec: FieldSpec) -> bool:
    return spec.exact is not None or (spec.max or TOLD) < TOLD


def _is_radio(spec: FieldSpec) -> bool:
    """Required and a choice of few: shown side by side. What may stay empty can be emptied again."""
    if not spec.required:
        return False
    if spec.type is FieldType.BOOLEAN:
        return True
    if spec.type is not FieldType.CODE or spec.codes is None:
        return False
    return len(loader.current().code_table(spec.codes).codes) <= RADIOS


def _box(filling: Filling, name: str, texts: Mapping[str, str], fixed: Collection[str]) -> Box:
    table, spec = filling.table, filling.table.fields[name]
    kind, proposal = kind_of(table, name), filling.proposals.get(name)
    options = options_of(spec, filling.row.get(name, ""))
    return Box(
        name=name,
        label=spec.label,
        kind=kind,
        text=texts.get(name, ""),
        required=spec.required or name in table.key.fields,
        help=help_for(spec),
        example=table.form.examples.get(name) or EXAMPLES.get(spec.type, ""),
        unit=spec.unit,
        source=proposal.source if proposal is not None else "",
        max=None if kind in {"combo", "chips", "date"} else spec.max,
        numeric=kind in {"date", "number"},
        asks=not options and kind not in {"date", "number"},
        is_free=is_free(table, name),
        hangs=" ".join(hangs_on(table, name)),
        labels=_labels(table, name, filling.row.get(name, "")) if kind == "chips" else "",
        fixed=name in fixed,
        options=options,
    )


def _labels(table: Table, name: str, text: str) -> str:
    """The parts of a list with what people read, as JSON."""
    said = {part: label for part in parts_of(text) if (label := part_label(table, name, part))}
    return json.dumps(said, ensure_ascii=False) if said else ""


def _troubled(box: Box, failures: Sequence[Mapping[str, Any]], *, told: bool) -> Box:
    mine = [_trouble(failure) for failure in failures if failure["field"] == box.name]
    return replace(box, troubles=[one for one in mine if told or not one.missing])


def _trouble(failure: Mapping[str, Any]) -> Trouble:
    tone = TONES[failure["severity"]]
    at_once = str(failure["check"]).endswith("digit")
    return Trouble(failure["reason"], tone, is_missing(failure), at_once, failure.get("offers", ()))


def _summary(filling: Filling, boxes: Sequence[Box]) -> str:
    """What a folded group holds, in a line."""
    held = [box for box in boxes if box.text]
    said = [
        f"{box.label} {label_of(filling.table, box.name, filling.row.get(box.name, box.text))}"
        for box in held[:SUMMED]
    ]
    left = len(boxes) - len(held)
    if not held:
        return f"{left} 项，一般不用填或自动带出"
    more = f"；另有 {left} 项未填" if left else ""
    return "、".join(said) + ("等" if len(held) > SUMMED else "") + more
