"""The straight line in a browser: file, progress, receipt, refused rows, correction, dossier."""

import csv
import io
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from mingcha.base.days import local_today
from mingcha.domains.records.testing import as_csv, inspection

ROWS = 3_000
BAD = {7: {"check_result": "99"}, 8: {"administrative_cp": ""}, 9: {"check_date": "2099-01-01"}}
MENDED = {
    7: {"检查结果": "01"},
    8: {"行政相对人": "演示8号有限公司"},
    9: {"检查时间": "2025-03-04"},
}


@pytest.mark.row("DAT-4")
@pytest.mark.row("REG-3")
def test_a_file_is_taken_in_corrected_and_read_in_the_dossier(desk_of, tmp_path):
    clerk = desk_of("clerk")
    page = clerk.page
    first = tmp_path / "三月检查.csv"
    first.write_bytes(as_csv([inspection(n, **BAD.get(n, {})) for n in range(ROWS)]))

    clerk.hand_in(first)
    expect(page.locator(".figures")).to_contain_text("2,997")
    expect(page.locator(".figures .late")).to_contain_text("3")

    page.click(".figures .late a")
    expect(page.locator("td.reasons")).to_have_count(3)
    with page.expect_download() as waiting:
        page.click("text=下载退回的行")
    returned = tmp_path / "returned.csv"
    waiting.value.save_as(returned)
    corrected = tmp_path / "三月检查-更正.csv"
    corrected.write_text(_mended(returned.read_text("utf-8-sig")), encoding="utf-8")

    clerk.hand_in(corrected)
    expect(page.locator(".figures")).to_contain_text("其中更正 1 行")
    expect(page.locator(".figures")).to_contain_text("接收4")

    clerk.look_up("演示0号有限公司")
    expect(page.get_by_role("heading", level=1)).to_have_text("演示0号有限公司")
    page.click("text=第 2 版，查看改动")
    expect(page.locator(".table--changes")).to_contain_text("检查行为名称")
    expect(page.locator(".table--changes ins")).to_have_text("更正后的检查")

    page.go_back()
    yesterday = local_today() - timedelta(days=1)
    page.goto(f"{page.url.partition('?')[0]}?as_of={yesterday}")
    expect(page.locator(".notice--due").first).to_contain_text("当日已知的情况")
    expect(page.get_by_role("heading", name="当时没有这类记录")).to_be_visible()


def _mended(text):
    """The returned rows put right, and one row that had landed changed."""
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["退回原因"] != "" for row in rows] == [True] * 3
    for row, mended in zip(rows, MENDED.values(), strict=True):
        row |= mended
    landed = next(csv.DictReader(io.StringIO(as_csv([inspection(0)]).decode())))
    rows.append(landed | {"检查行为名称": "更正后的检查"})
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.row("DAT-4")
def test_a_file_no_table_fits_says_what_to_do_and_can_be_mapped(desk_of, tmp_path):
    clerk = desk_of("clerk")
    page = clerk.page
    file = tmp_path / "怪表.csv"
    file.write_text("甲,乙,丙\n1,2,3\n", encoding="utf-8")

    clerk.hand_in(file)

    expect(page.get_by_role("heading", name="整个文件没有入库")).to_be_visible()
    expect(page.locator(".whole-why")).to_contain_text("无法从表头判断")
    page.click("text=设置字段对应")
    page.select_option("#mapping-table", "check_action")
    page.wait_for_url("**table=check_action**")
    expect(page.locator("#preview")).to_contain_text("没有来源")
    page.select_option("[name=how-0]", "unit")
    expect(page.locator("#detail-0")).not_to_have_attribute("placeholder", "不用填")
