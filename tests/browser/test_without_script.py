"""What must work where scripts are forbidden or have not arrived: search, dossier, upload, receipt."""

import pytest
from playwright.sync_api import expect

from mingcha.domains.records.testing import as_csv, inspection


@pytest.mark.row("DAT-4")
@pytest.mark.row("REG-3")
def test_a_file_is_taken_in_and_read_in_the_dossier_without_script(desk_of, tmp_path):
    file = tmp_path / "无脚本.csv"
    rows = [inspection(920_000), inspection(920_001, check_result="99")]
    file.write_bytes(as_csv(rows))
    desk = desk_of("clerk", java_script_enabled=False)
    page = desk.page

    page.goto("/intake/")
    page.set_input_files("[name=files]", file)
    page.click("text=上传并检核")
    page.wait_for_url("**/batches/**")
    # The page asks for itself every few seconds until the receipt is there.
    expect(page.get_by_role("heading", name="数据接收回执")).to_be_visible(timeout=60_000)
    expect(page.locator(".figures")).to_contain_text("退回1")
    page.click(".figures .late a")
    expect(page.locator("td.reasons")).to_have_count(1)
    page.click("text=下载退回的行")
    with page.expect_download(timeout=60_000) as file_sent:
        pass
    assert file_sent.value.suggested_filename.endswith(".csv")

    desk.look_up("演示920000号有限公司")
    expect(page.get_by_role("heading", level=1)).to_have_text("演示920000号有限公司")
    page.click(".tabs >> text=检查")
    expect(page.locator(".timeline")).to_contain_text("演示检查")
    page.click(".timeline summary")
    expect(page.locator(".timeline .facts").first).to_be_visible()


def test_filter_pages_menu_and_signing_out_work_without_script(desk_of):
    page = desk_of("clerk", java_script_enabled=False).page

    page.goto("/regions")
    page.fill("#filter-q", "浦东")
    page.click("text=查询")
    expect(page.locator("tbody")).to_contain_text("上海市浦东新区")
    page.goto("/regions?sort=-code")
    page.click(".pager [rel=next]")
    page.wait_for_url("**page=2**")
    page.set_viewport_size({"width": 390, "height": 844})
    page.click("text=更多条件")
    expect(page.locator("#filter-level")).to_be_visible()
    page.click(".menu-button")
    page.click("#nav >> text=工作日历")
    page.wait_for_url("**/holidays")
    page.click(".desk-tools summary")
    page.click("text=退出登录")
    page.wait_for_url("**/signin")
