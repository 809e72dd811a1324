"""Every check of a table by name: what it looks at, under which national number, with what effect.

The ten national checks (数据检核类型 01–10) each appear at least once per table, so that a receipt
can always print ten lines; one that finds nothing to look at in a table says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mingcha.standards.model import (
    FieldSpec,
    FieldType,
    NotFutureRule,
    OrderRule,
    RangeRule,
    Reference,
    RequiredWhenRule,
    Rule,
    SameCountRule,
    Severity,
    Share,
    Table,
)

NATIONAL = tuple(f"{number:02d}" for number in range(1, 11))
TRANSPORT = ("cd_id", "cd_time", "cd_source", "cd_batch", "cd_operation")

OPERATION = "row.operation"
SOURCE = "row.source"
DOUBLED = "row.doubled"
MASKED = "row.masked"
MASK = "＊"  # what stands for what was blotted out on its way out of here
KEY_MISSING = "key.missing"
KEY_CONFLICT = "key.conflict"
EXCEPTED = "exception"  # suffix of a reference's check: passed by an exception


@dataclass(frozen=True)
class CheckInfo:
    """One named check. `field` is the field it speaks of ("" = the whole row); texts in Chinese.

    `applies` is False for a national number under which this table has nothing to look at.
    """

    name: str
    label: str
    national: str
    severity: Severity
    sentence: str
    field: str = ""
    applies: bool = True


def checks(table: Table) -> list[CheckInfo]:
    """All checks of a table, ordered by national number, then as declared."""
    found = [*_row_checks(table)]
    for key, spec in table.fields.items():
        found += _field_checks(table, key, spec)
    found += [_rule_check(table, rule) for rule in table.rules]
    found += [_reference_check(table, reference) for reference in table.references]
    found += [_exception_check(table, one) for one in table.references if one.to == "item"]
    seen = {check.national for check in found}
    found += [_nothing(number) for number in NATIONAL if number not in seen]
    return sorted(found, key=lambda check: check.national)


def masked_fields(table: Table) -> list[str]:
    """The fields that some viewers get masked: what they export of them is no longer what was said."""
    hidden = {Share.INTERNAL, Share.SENSITIVE}
    return [
        key
        for key, spec in table.fields.items()
        if (spec.share or table.share) in hidden or spec.share_if_person in hidden
    ]


def required(table: Table, key: str) -> bool:
    """Whether an empty cell is refused as such; an empty key is refused as a missing key (09)."""
    return table.fields[key].required and (table.key.counted or key not in table.key.fields)


def repairable(table: Table, key: str) -> bool:
    """Whether a code with a wrong check digit is let through, with a warning.

    So it is where the code says whom a record concerns: linking may find the one registered code
    that fits, or marks the tie doubtful. In a register, whose codes everything is tied to, it is
    refused, and so are all other codes.
    """
    return table.register_as is None and table.subject is not None and table.subject.code == key


def certificate_type_of(table: Table, key: str) -> str | None:
    """The field whose code says what kind of number `key` holds, if there is one."""
    subject = table.subject
    return subject.scheme_from if subject is not None and subject.code == key else None


def _nothing(national: str) -> CheckInfo:
    return CheckInfo(
        f"national.{national}",
        "本表不涉及",
        national,
        Severity.REFUSE,
        "本表没有需要作此项检查的字段。",
        applies=False,
    )


def _row_checks(table: Table) -> Iterator[CheckInfo]:
    labels = "、".join(table.fields[key].label for key in table.key.fields)
    refuse, warn = Severity.REFUSE, Severity.WARN
    yield CheckInfo(
        OPERATION,
        "操作类型",
        "01",
        refuse,
        "操作类型（cd_operation）只能是 i 新增、u 修改或 d 删除。",
    )
    yield CheckInfo(
        SOURCE, "数据来源标识", "02", refuse, "数据来源标识（cd_source）必须是报送单位自己的标识。"
    )
    yield CheckInfo(
        DOUBLED, "重复行归并", "05", warn, "同一文件内内容完全相同的行只入库一次，其余计为重复。"
    )
    if masked_fields(table):
        yield CheckInfo(
            MASKED,
            "遮盖的内容",
            "01",
            refuse,
            "导出时遮盖过的内容（以“＊”代替）不能再报送，以免覆盖原有的内容。",
        )
    only = table.key.fields[0] if len(table.key.fields) == 1 else ""
    yield CheckInfo(KEY_MISSING, "业务主键", "09", refuse, f"业务主键（{labels}）必须填写。", only)
    if not table.key.counted:
        yield CheckInfo(
            KEY_CONFLICT,
            "业务主键唯一",
            "09",
            refuse,
            f"同一文件内业务主键（{labels}）相同而内容不同的，只收第一行。",
        )


def _field_checks(table: Table, key: str, spec: FieldSpec) -> Iterator[CheckInfo]:
    if required(table, key):
        yield _field_check(table, key, ("required", "必填", "01", "必须填写。"))
    for words in (*_FORMS.get(spec.type, ()), *_bounds(spec)):
        yield _field_check(table, key, words)


def _field_check(table: Table, key: str, words: tuple[str, str, str, str]) -> CheckInfo:
    suffix, label, national, sentence = words
    named = table.fields[key].label
    warns = suffix == "abolished" or (suffix.endswith("digit") and repairable(table, key))
    severity = Severity.WARN if warns else Severity.REFUSE
    whole = f"{named}{sentence}"
    return CheckInfo(f"{key}.{suffix}", f"{named}（{label}）", national, severity, whole, key)


def _bounds(spec: FieldSpec) -> Iterator[tuple[str, str, str, str]]:
    if spec.type is FieldType.LIST and spec.codes is not None:
        yield "code", "代码", "01", "的每一项必须在代码表的值域范围内。"
    if spec.max is not None:
        yield "max", "长度", "01", f"不能超过 {spec.max} 个字。"
    if spec.exact is not None and spec.type is not FieldType.ITEM:
        yield "exact", "长度", "01", f"必须正好 {spec.exact} 个字。"
    if spec.at_least is not None:
        yield "at_least", "个数", "01", f"不能少于 {spec.at_least} 个。"


_FORMS: dict[FieldType, tuple[tuple[str, str, str, str], ...]] = {
    FieldType.CODE: (("code", "代码", "01", "必须在代码表的值域范围内，并在当日有效。"),),
    FieldType.REGION: (
        ("code", "代码", "01", "必须是六位行政区划代码（GB/T 2260）。"),
        ("abolished", "区划变更", "01", "的行政区划代码在当日应仍在使用。"),
    ),
    FieldType.DATE: (("form", "日期", "10", "必须是真实存在的日期。"),),
    FieldType.YEAR: (("form", "年度", "10", "必须是四位年份。"),),
    FieldType.NUMBER: (("form", "数值", "01", "必须是数值。"),),
    FieldType.RATIO: (("form", "比例", "01", "必须是 0 到 1 之间的数值。"),),
    FieldType.BOOLEAN: (("form", "是否", "01", "只能填“是”或“否”。"),),
    FieldType.USCC: (
        ("form", "编码形式", "06", "必须是 18 位统一社会信用代码。"),
        ("digit", "校验码", "06", "的校验码必须符合 GB 32100-2015。"),
    ),
    FieldType.RESIDENT_ID: (
        ("form", "编码形式", "07", "必须是 18 位（或旧的 15 位）公民身份号码。"),
        ("digit", "校验码", "07", "的出生日期和校验码必须符合 GB 11643-1999。"),
    ),
    FieldType.USCC_OR_ID: (
        ("uscc", "信用代码形式", "06", "在证件类型为统一社会信用代码时，必须是 18 位。"),
        (
            "uscc_digit",
            "信用代码校验码",
            "06",
            "为统一社会信用代码时，校验码必须符合 GB 32100-2015。",
        ),
        ("id", "身份号码形式", "07", "在证件类型为身份证时，必须是 18 位（或旧的 15 位）。"),
        (
            "id_digit",
            "身份号码校验码",
            "07",
            "为身份号码时，出生日期和校验码必须符合 GB 11643-1999。",
        ),
    ),
    FieldType.ITEM: (("form", "编码形式", "03", "必须是 14 位数字。"),),
    FieldType.CHECKLIST: (
        (
            "form",
            "编码形式",
            "04",
            "前 18 位必须是实施主体的统一社会信用代码，第 19 位必须是 1 至 5。",
        ),
        ("body", "实施主体", "04", "前 18 位必须与实施机构编码一致。"),
    ),
}


def _rule_check(table: Table, rule: Rule) -> CheckInfo:
    label, sentence, field = _rule_words(table, rule)
    return CheckInfo(rule.name, label, rule.national, rule.severity, sentence, field)


def _rule_words(table: Table, rule: Rule) -> tuple[str, str, str]:
    def named(key: str) -> str:
        return table.fields[key].label

    match rule:
        case OrderRule():
            later, earlier = named(rule.later), named(rule.earlier)
            return f"{later}（先后）", f"{later}不能早于{earlier}。", rule.later
        case RequiredWhenRule():
            values = "、".join(rule.values)
            words = f"{named(rule.when)}为 {values} 时，必须填写{named(rule.field)}。"
            return f"{named(rule.field)}（按条件必填）", words, rule.field
        case SameCountRule():
            one, other = (named(key) for key in rule.fields)
            return f"{one}与{other}（个数）", f"{one}与{other}的个数必须相同。", rule.fields[0]
        case NotFutureRule():
            return (
                f"{named(rule.field)}（不晚于报送）",
                f"{named(rule.field)}不能晚于报送当天。",
                rule.field,
            )
        case RangeRule():
            return f"{named(rule.field)}（范围）", range_words(named(rule.field), rule), rule.field


def range_words(label: str, rule: RangeRule) -> str:
    """The bounds of a range rule as a sentence."""
    low = "" if rule.low is None else f"不能小于 {rule.low}"
    high = "" if rule.high is None else f"不能大于 {rule.high}"
    return f"{label}{'，'.join(part for part in (low, high) if part)}。"


def _reference_check(table: Table, reference: Reference) -> CheckInfo:
    label = table.fields[reference.field].label
    sentence = _REFERENCES.get(reference.to, "{label}所指的记录必须已经入库。").format(label=label)
    return CheckInfo(
        reference.name,
        f"{label}（关联）",
        reference.national,
        reference.severity,
        sentence,
        reference.field,
    )


def _exception_check(table: Table, reference: Reference) -> CheckInfo:
    """Acts without an item in force that an approved exception lets through."""
    label = table.fields[reference.field].label
    return CheckInfo(
        f"{reference.name}.{EXCEPTED}",
        f"{label}（例外放行）",
        reference.national,
        Severity.WARN,
        f"{label}没有在用的事项，但有经批准、尚未到期的例外的，收下并作标记。",
        reference.field,
    )


_REFERENCES = {
    "item": "{label}必须在监管事项目录中，并在行为当日对该机构、层级和地区有效。",
    "checklist": "{label}必须是已编制的检查实施清单，并在行为当日有效。",
    "officer": "{label}中的每个执法证在行为当日必须有效。",
}
