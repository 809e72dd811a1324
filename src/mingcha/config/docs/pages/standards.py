"""docs/reference/standards: every table of the data standard and every code table."""

from mingcha.config.docs.markdown import bullets, code, page, section, table
from mingcha.standards import dictionary, loader
from mingcha.standards.dictionary import FieldEntry, TableEntry
from mingcha.standards.model import CodeTable, Table

SHORT = 60  # code tables of up to this many codes are printed whole


def printed() -> dict[str, str]:
    """File name → page: the list, one page per table, the code tables. Our own tables only."""
    catalogue = loader.catalogue()
    families = dictionary.entries(catalogue)
    tables = [dictionary.entry(one, catalogue) for one in catalogue.tables.values()]
    pages = {f"standards/{entry.name}.md": _table_page(entry) for entry in tables}
    pages["standards/README.md"] = _list_page(families)
    pages["standards/codes.md"] = _codes_page(list(catalogue.code_tables.values()))
    return pages


def _list_page(families: list[tuple[str, list[Table]]]) -> str:
    return page(
        "数据标准",
        "本页列出平台声明的全部数据表，每张表一页，与系统中的“数据字典”同出一源。",
        "每张表只声明一次（`src/mingcha/standards/tables/*.yaml`）：检核、模板、接口结构、遮蔽和本页都由它生成。"
        "代码表见[代码表](codes.md)。",
        *(section(label, _list(tables)) for label, tables in families),
    )


def _list(tables: list[Table]) -> str:
    rows = (
        (f"[{one.label}]({one.name}.md)", code(one.name), one.version, one.owner, one.basis)
        for one in tables
    )
    return table(("数据表", "英文键", "版本", "责任单位", "依据"), rows)


def _table_page(entry: TableEntry) -> str:
    facts = [
        f"英文键：`{entry.name}`",
        f"类别：{entry.family}",
        f"依据：{entry.basis}",
        f"责任单位：{entry.owner}",
        f"版本：第 {entry.version} 版，自 {entry.since.isoformat()} 起",
        f"共享级别：{entry.share}",
        f"业务主键：{entry.key}",
        *(f"{what}：{sentence}" for what, sentence in entry.use),
    ]
    return page(
        entry.label,
        f"本页是数据表“{entry.label}”的声明：字段、检核规则和所用代码。",
        entry.description,
        bullets(facts),
        section("字段", _fields(entry.fields)),
        section("检核", _rules(entry)),
        section("代码表", _used(entry.codes)) if entry.codes else "",
        section("已停用的字段", bullets(entry.retired)) if entry.retired else "",
    )


def _fields(fields: tuple[FieldEntry, ...]) -> str:
    rows = (
        (
            one.label,
            code(one.key),
            one.type,
            "是" if one.required else "",
            one.length,
            one.codes_label,
            one.share + (f"（自然人：{one.share_if_person}）" if one.share_if_person else ""),
            _remark(one),
        )
        for one in fields
    )
    return table(("字段", "英文键", "类型", "必填", "长度", "代码表", "共享级别", "说明"), rows)


def _remark(field: FieldEntry) -> str:
    aliases = f"也写作：{'、'.join(field.aliases)}" if field.aliases else ""
    return "；".join(part for part in (field.note.rstrip("。；"), aliases) if part)


def _rules(entry: TableEntry) -> str:
    rows = (
        (one.sentence, f"{one.national} {one.national_label}".strip(), one.severity, code(one.name))
        for one in entry.rules
    )
    return table(("规则", "国家数据检核类型", "不符时", "名称"), rows)


def _used(used: tuple[CodeTable, ...]) -> str:
    return bullets(f"[{one.label}](codes.md#{one.name})" for one in used)


def _codes_page(tables: list[CodeTable]) -> str:
    return page(
        "代码表",
        "本页列出全部代码表；较长的只列名称和个数，全文在系统的“数据字典”中。",
        table(
            ("代码表", "英文键", "版本", "个数", "依据"),
            (
                (
                    f"[{one.label}](#{one.name})",
                    code(one.name),
                    one.version,
                    len(one.codes),
                    one.basis,
                )
                for one in tables
            ),
        ),
        *(_codes(one) for one in tables),
    )


def _codes(one: CodeTable) -> str:
    if len(one.codes) > SHORT:
        said = f"共 {len(one.codes)} 个，文件 `src/mingcha/standards/codes/{one.name}.csv`。"
    else:
        said = table(("代码", "名称"), ((code(each.code), each.label) for each in one.codes))
    return "\n\n".join((f'<a id="{one.name}"></a>', f"## {one.label}", one.note, said)).replace(
        "\n\n\n\n", "\n\n"
    )
