"""Everything departments send by mistake, by the API: each gets a clear answer, nothing is lost silently.

A case is a file, what becomes of it (accepted, refused rows; None: the file as a whole comes back),
and words that the clerk reads: in the reasons, in the notes, or in the refusal of the file.
"""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.api import bad_files as file
from tests.api.handing_in import Program

from mingcha.base.people.testing import make_account
from mingcha.domains.records.testing import as_csv, do_jobs, inspection, lawful, make_catalogue

pytestmark = pytest.mark.django_db(transaction=True)

HEAD, ROW = file.grid(inspection(1))
TEXT = file.text(inspection(1))
BOOK = file.book(file.sheet(file.grid(inspection(1))))

WHOLE = [  # the file as a whole comes back, and why
    ("empty", "空.csv", b"", "是空的"),
    ("blank", "空.csv", b"\r\n  \r\n,,,\r\n", "是空的"),
    ("header-only", "表头.csv", file.joined([HEAD]), "只有列标题，没有一行数据"),
    ("header-only-xlsx", "表头.xlsx", file.book(file.sheet([HEAD])), "只有列标题，没有一行数据"),
    ("no-header", "无.csv", file.joined([ROW, ROW]), "没有一个列名是数据标准中的字段"),
    ("numbers", "数.csv", b"1,2,3\n4,5,6\n", "没有找到列标题"),
    ("bomb", "弹.xlsx", file.bomb(), "超过了安全上限"),
    ("csv-as-xlsx", "名.xlsx", TEXT.encode(), "实际内容却是文本表格（CSV）"),
    ("xlsx-as-csv", "名.csv", BOOK, "实际内容却是电子表格（xlsx）"),
    ("json-as-csv", "名.csv", file.LINES, "实际内容却是JSON Lines"),
    ("html-as-xls", "导出.xls", b"<html><table><tr><td>1</td></tr></table>", "网页（HTML）"),
    ("password", "密.xlsx", file.old_binary("EncryptedPackage"), "设有打开密码"),
    ("old-xls", "旧.xls", file.old_binary("Workbook"), "旧版电子表格（xls）"),
    ("zip", "包.zip", file.archive(a_csv=TEXT.encode()), "请先解压"),
    ("cut-off", "断.xlsx", BOOK[:-200], "不完整或已损坏"),
    ("pdf", "文.pdf", b"%PDF-1.7 ...", "PDF 文档"),
    ("columns-missing", "缺.csv", file.joined([HEAD[:-8], ROW[:-8]]), "缺少必填的列："),
]

ROWS = [  # accepted, refused, words
    ("gbk", "a.csv", TEXT.encode("gb18030"), 1, 0, "GB18030（GBK），已自动转换"),
    ("utf-16", "a.csv", TEXT.encode("utf-16"), 1, 0, "UTF-16，已自动转换"),
    ("utf-16-bare", "a.csv", TEXT.encode("utf-16-le"), 1, 0, "UTF-16，已自动转换"),
    ("bom", "a.csv", TEXT.encode("utf-8-sig"), 1, 0, ""),
    ("semicolons", "a.csv", file.joined([HEAD, ROW], ";"), 1, 0, "用分号分隔"),
    ("tabs", "a.txt", file.joined([HEAD, ROW], "\t"), 1, 0, "用制表符分隔"),
    ("merged-header", "a.csv", file.merged_header(), 1, 0, "列标题占第 1 至 2 行，已合并读取"),
    ("titles-blanks", "a.csv", file.joined([[], ["台账"], [], HEAD, [], ROW, []]), 1, 0, "已略过"),
    ("doubled-title", "a.csv", file.joined([[*HEAD, "检查时间"], [*ROW, "2025-03-05"]]), 1, 0, "列标题重复：“检查时间”"),
    ("unknown", "a.csv", file.joined([[*HEAD, "我局备注"], [*ROW, "x"]]), 1, 0, "没有采用：“我局备注”"),
    ("300-columns", "a.csv", file.wide(300), 1, 0, "这些列不在数据标准中，没有采用"),
    ("serial", "a.xlsx", file.book(file.sheet(file.changed("check_date", 45720))), 1, 0, ""),
    ("slashes", "a.csv", file.plain(check_date="2025/3/4"), 1, 0, ""),
    ("run-together", "a.csv", file.plain(check_date="20250304"), 1, 0, ""),
    ("full-width", "a.csv", file.plain(check_date="２０２５年３月４日"), 1, 0, ""),
    ("no-such-day", "a.csv", file.plain(check_date="2025-02-30"), 0, 1, "“2025-02-30”不是有效日期"),
    ("american-day", "a.csv", file.plain(check_date="03/04/2025"), 0, 1, "不是有效日期"),
    ("dashes", "a.csv", file.plain(entrust_dept="— —"), 1, 0, ""),
    ("wu", "a.csv", file.plain(entrust_dept="无"), 1, 0, ""),
    ("slash", "a.csv", file.plain(entrust_dept="/"), 1, 0, ""),
    ("nothing-required", "a.csv", file.plain(check_action_name="——"), 0, 1, "检查行为名称没有填写，这是必填项"),
    ("zeros-of-codes", "a.csv", file.plain(check_form="1", check_result="1"), 1, 0, ""),
    ("zero-of-item", "a.csv", file.plain(supervise_item_implement_code="1310000000001"), 0, 1, "丢掉了开头的 0"),
    ("code-as-number", "a.xlsx", file.book(file.sheet(file.changed("administrative_cp_ui_code", 913101150000010015))), 0, 1, "第 15 位以后的数字已丢失"),
    ("formulas", "a.xlsx", file.book(file.formula), 1, 1, "C3 是公式，但文件里没有保存计算结果"),
    ("sheets", "a.xlsx", file.book(file.several_sheets), 1, 0, "读取的是工作表“检查”；没有读取：“封面”（1 行）、“旧”（2 行）"),
    ("hidden-rows", "a.xlsx", file.book(file.hidden_rows), 3, 0, "有 1 行被隐藏或筛选掉，也照常读取"),
    ("merged-cells", "a.xlsx", file.book(file.merged_cells), 1, 1, "数据区域有 1 处合并单元格"),
    ("quote", "a.csv", TEXT.replace("演示检查", '"演示检查').encode(), 0, 1, "双引号没有成对"),
    ("nul", "a.csv", TEXT.replace("演示检查", "演示\0检查").encode(), 0, 1, "含有不可见的空字符"),
    ("long-cell", "a.csv", file.plain(administrative_cp="长" * 5000), 0, 1, "有 5000 个字，超过了 200 个字的上限"),
    ("long-free-text", "a.csv", file.plain(check_action_name="长" * 40_000), 1, 0, ""),
    ("html", "a.csv", file.plain(administrative_cp="<script>alert(1)</script>"), 1, 0, ""),
    ("masked", "a.csv", file.plain(administrative_cp="张＊＊"), 0, 1, "导出时遮盖过的内容"),
]  # fmt: skip


@pytest.fixture(name="program")
def _program(city):
    make_catalogue()
    return Program(make_account("clerk", "head", organisation=city.market))


def told(program, receipt):
    """Everything the clerk reads about a file."""
    reasons = program.reasons(receipt["number"]).values()
    return "\n".join([receipt["error"], *receipt["notes"], *reasons])


@pytest.mark.row("DAT-4")
def test_a_file_that_cannot_be_taken_in_comes_back_with_the_reason_and_a_way_out(program):
    numbers = {case[0]: program.post(case[2], case[1]) for case in WHOLE}
    do_jobs()
    answers = {name: program.receipt(number) for name, number in numbers.items()}

    assert {name: answer["state"] for name, answer in answers.items()} == dict.fromkeys(
        answers, "refused"
    )
    wrong = {
        name: answers[name]["error"] for name, _, _, words in WHOLE
        if words not in answers[name]["error"] or "请" not in answers[name]["error"]
    }  # fmt: skip
    assert wrong == {}


@pytest.mark.row("DAT-4")
def test_odd_cells_are_understood_or_their_rows_come_back_and_nothing_is_lost(program):
    wrong = {}
    for name, called, data, accepted, refused, words in ROWS:
        receipt = program.hand_in(data, called)
        came_in = receipt["accepted"] + receipt["doubled"]  # an earlier case may be the same row
        counts = came_in, receipt["refused"], receipt["waiting"]
        said = told(program, receipt)
        if receipt["state"] != "landed" or counts != (accepted, refused, 0) or words not in said:
            wrong[name] = receipt["state"], counts, said

    assert wrong == {}


@pytest.mark.row("DAT-4")
def test_a_file_over_the_limit_is_refused_before_it_is_kept(program, settings):
    settings.UPLOAD_LIMIT_BYTES = 1024**2
    body = {
        "file": SimpleUploadedFile("大.csv", bytes(2 * 1024**2)),
        "provider": program.account.organisation.code,
    }

    answer = program.client.post("/api/v1/intake", body)

    assert answer.status_code == 413
    assert "超过单个文件 1 MB 的上限" in answer.json()["title"]
    assert "拆分" in answer.json()["detail"]


def test_names_with_markup_or_formulas_are_text_on_pages_and_in_files(client, program):
    names = ["<script>alert(1)</script>", "=HYPERLINK(1)", "@SUM(1)"]
    rows = [inspection(n, administrative_cp=name) for n, name in enumerate(names, 1)]
    assert program.hand_in(as_csv(rows))["accepted"] == 3
    client.force_login(program.account)

    page = client.get("/parties/?address=演示路").content.decode()
    export = client.get("/parties/?address=演示路&export=csv")

    assert "&lt;script&gt;alert(1)" in page and "<script>alert(1)" not in page
    text = b"".join(export.streaming_content).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert "'=HYPERLINK(1)" in cells and "'@SUM(1)" in cells


@pytest.mark.row("DAT-7")
def test_an_export_is_not_limited_by_what_its_table_lacks(program):
    assert program.hand_in(as_csv([inspection(1)]))["accepted"] == 1
    officer = lawful("officer", 1)
    provider = Program(
        make_account("data-bureau", "head", organisation=program.account.organisation)
    )
    assert provider.hand_in(as_csv([officer], table="officer"), "人员.csv")["accepted"] == 1

    answer = provider.client.post(
        "/api/v1/exports",
        {"table": "officer", "form": "csv", "item": "01310000000001"},
        content_type="application/json",
    )

    assert answer.status_code == 422
    assert "没有监管事项，不能按它筛选导出" in answer.json()["title"]
