"""A table as an Excel template (填报模板) that a clerk can fill in without reading the standard."""

from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from mingcha.standards import words
from mingcha.standards.dictionary import sentence
from mingcha.standards.frames.catalogue import checks
from mingcha.standards.loader import Catalogue
from mingcha.standards.model import CodeTable, FieldSpec, FieldType, Table

DATA, GUIDE, CODES = "填报", "填写说明", "代码表"
LAST_ROW = 1_048_575  # counted from 0, the last a sheet has
LONGEST_LIST = 400  # more codes than this help nobody in a drop-down

_AS_IS = {FieldType.NUMBER, FieldType.RATIO}
_RED, _GREY, _WHITE = "#C00000", "#44546A", "#FFFFFF"


def template(table: Table, catalogue: Catalogue) -> bytes:
    """An xlsx file: the sheet to fill in, how to fill it in, and the codes.

    Row 1 of the first sheet has the Chinese labels; required ones end in "*" and are red. Cells
    are text unless they are dates or numbers, so that codes keep their leading zeros. Fields with
    a code table or 是否 have drop-downs, which warn and do not forbid. The header is recognised
    again by `recognition.recognise`.
    """
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    book.set_properties({"title": f"{table.label}填报模板", "comments": _origin(table)})
    data, guide, codes = (book.add_worksheet(name) for name in (DATA, GUIDE, CODES))
    lists = _write_codes(book, codes, table, catalogue)
    _write_data(book, data, table, lists, catalogue)
    _write_guide(book, guide, table, catalogue)
    book.close()
    return content.getvalue()


def _write_data(
    book: Workbook, sheet: Worksheet, table: Table, lists: dict[str, str], catalogue: Catalogue
) -> None:
    sheet.freeze_panes(1, 0)
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    heads = {required: _head(book, _RED if required else _GREY) for required in (True, False)}
    told = _told(table, catalogue)
    for place, (name, field) in enumerate(table.fields.items()):
        how = None if field.type in _AS_IS else day if field.type is FieldType.DATE else text
        label = field.label + ("*" if field.required else "")
        sheet.set_column(place, place, _width(label), how)
        sheet.write_string(0, place, label, heads[field.required])
        sheet.write_comment(0, place, told[name], {"x_scale": 2.2, "y_scale": 1.6})
        source = lists.get(name)
        if source is not None:
            choice: dict[str, object] = {
                "validate": "list",
                "source": source,
                "error_type": "warning",
            }
            choice |= {"error_title": field.label, "error_message": "请从下拉列表中选择。"}
            sheet.data_validation(1, place, LAST_ROW, place, choice)


def _write_guide(book: Workbook, sheet: Worksheet, table: Table, catalogue: Catalogue) -> None:
    head, wrapped = _head(book, _GREY), book.add_format({"text_wrap": True, "valign": "top"})
    for place, width in enumerate((28, 8, 26, 18, 60)):
        sheet.set_column(place, place, width)
    lines = (
        f"{table.label}：{table.description}",
        _origin(table),
        "带 * 的红色列必须填写。一行一条记录；不要合并单元格，不要改列名，列的先后可以调整。",
        "没有内容的单元格请留空，不要填“无”或“/”。",
    )
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line)
    start = len(lines) + 1
    for place, title in enumerate(("字段", "必填", "类型与写法", "长度", "规则与说明")):
        sheet.write_string(start, place, title, head)
    told = _told(table, catalogue, brief=True)
    for row, (name, field) in enumerate(table.fields.items(), start + 1):
        cells = (
            field.label,
            "是" if field.required else "",
            _how(field),
            words.length(field),
            told[name],
        )
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, cell, wrapped)


def _write_codes(
    book: Workbook, sheet: Worksheet, table: Table, catalogue: Catalogue
) -> dict[str, str]:
    """Each code table in two columns, and for each field the range or words of its drop-down."""
    head, text = _head(book, _GREY), book.add_format({"num_format": "@"})
    lists = {n: "是,否" for n, f in table.fields.items() if f.type is FieldType.BOOLEAN}
    used = dict.fromkeys(field.codes for field in table.fields.values() if field.codes)
    for number, name in enumerate(used):
        codes, place = catalogue.code_table(name), 3 * number
        sheet.set_column(place, place, 14, text)
        sheet.set_column(place + 1, place + 1, 36)
        sheet.write_string(0, place, codes.label, head)
        sheet.write_string(0, place + 1, "名称", head)
        for row, code in enumerate(codes.codes, 1):
            sheet.write_string(row, place, code.code, text)
            sheet.write_string(row, place + 1, code.label)
        if len(codes.codes) <= LONGEST_LIST:
            column = _column(place + int(_labels_suffice(codes)))
            source = f"='{CODES}'!${column}$2:${column}${len(codes.codes) + 1}"
            single = (n for n, f in table.fields.items() if f.codes == name)
            lists |= {n: source for n in single if table.fields[n].type is FieldType.CODE}
    return lists


def _labels_suffice(codes: CodeTable) -> bool:
    """Whether each label is read back as its own code; else the drop-down offers the codes."""
    return all(codes.writings.get(code.label) == code.code for code in codes.codes)


def _told(table: Table, catalogue: Catalogue, *, brief: bool = False) -> dict[str, str]:
    """What there is to know about each field before filling it in."""
    said: dict[str, list[str]] = {name: [] for name in table.fields}
    if not brief:
        for name, field in table.fields.items():
            said[name] = [
                "必填。" if field.required else "选填。",
                _how(field),
                words.length(field),
            ]
    between = {rule.name for rule in (*table.rules, *table.references)}
    for check in checks(table):
        if check.name in between and check.field in said:
            said[check.field].append(sentence(check, table, catalogue))
    for name, field in table.fields.items():
        said[name] += [field.note]
    return {name: "\n".join(part for part in parts if part) for name, parts in said.items()}


def _how(field: FieldSpec) -> str:
    hint = words.HOW_TO_WRITE[field.type]
    return words.TYPES[field.type] + (f"：{hint}" if hint else "")


def _origin(table: Table) -> str:
    return f"依据：{table.basis}；第 {table.version} 版，{table.since.isoformat()} 起；归口：{table.owner}。"


def _head(book: Workbook, colour: str) -> Format:
    return book.add_format(
        {"bold": True, "bg_color": colour, "font_color": _WHITE, "text_wrap": True, "border": 1}
        | {"align": "center", "valign": "vcenter", "num_format": "@"}
    )


def _width(label: str) -> int:
    return max(12, min(2 * len(label) + 4, 36))


def _column(place: int) -> str:
    """The letters of a column counted from 0: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
