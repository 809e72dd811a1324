"""Everything is done without a mouse: sign in, search, dossier, upload, receipt, mapping."""

import pytest
from playwright.sync_api import Page, expect

from mingcha.base.people.testing import PASSWORD
from mingcha.domains.records.testing import as_csv, inspection

MANY = 160  # steps of Tab; the longest way is past every column of a mapping


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what is called so; it must be seen to have the focus."""
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if page.evaluate(NAMED, name):
            assert page.evaluate(RINGED), f"看不出焦点在“{name}”上"
            return
    raise AssertionError(f"按 {MANY} 次 Tab 没有走到“{name}”")


NAMED = """(name) => {
  const e = document.activeElement;
  if (e === document.body) return false;  // past the last field, before the first
  if (e.closest("nav.desk-side")) return false;  // what a page is about is never named there alone
  const label = e.labels && e.labels[0] ? e.labels[0].textContent : "";
  const said = e.getAttribute("aria-label") || label || e.textContent || "";
  return said.replace(/\\s+/g, "").includes(name);
}"""
# A hidden file field lends its ring to its label.
RINGED = """() => [document.activeElement, document.activeElement.nextElementSibling].some((e) => {
  const style = e && getComputedStyle(e);
  return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
})"""


def choose(page: Page, option: str) -> None:
    """Walk down the choice that has the focus, as one does whose keyboard types no Chinese into it."""
    for _ in range(MANY):
        page.keyboard.press("ArrowDown")
        if page.evaluate("document.activeElement.selectedOptions[0].textContent") == option:
            return
    raise AssertionError(f"没有选项“{option}”")


@pytest.mark.row("REG-6")
def test_sign_in_and_search_need_no_mouse(desk_of, office, tmp_path):
    file = tmp_path / "键盘.csv"
    file.write_bytes(as_csv([inspection(n) for n in range(900_000, 900_003)]))
    clerk = desk_of("clerk")
    clerk.hand_in(file)
    clerk.look_up("演示900002号有限公司")
    desk = desk_of("")
    page = desk.page

    page.goto("/signin")
    expect(page.locator("[name=login]")).to_be_focused()  # by itself, at the first frame drawn
    page.keyboard.type("officer")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk.site.address}/")
    page.keyboard.press("/")
    page.keyboard.type("演示90000")
    page.keyboard.press("Enter")
    page.wait_for_url("**/parties/**")
    page.locator("td.first a").nth(2).wait_for()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    second = page.locator("td.first a").nth(1).inner_text()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(second)
    tab_to(page, "检查")
    page.keyboard.press("Enter")
    page.wait_for_url("**tab=inspection**")
    tab_to(page, "查看全部字段")
    page.keyboard.press("Enter")
    expect(page.locator(".timeline details[open]").first).to_be_visible()


@pytest.mark.row("REG-6")
def test_a_region_is_found_by_its_initials_as_one_types(desk_of):
    page = desk_of("officer").page
    page.goto("/parties/")

    page.locator("#filter-region").press_sequentially("pdxq")
    page.locator(".lookup-offers li").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")

    page.wait_for_url("**region=310115**")
    expect(page.locator(".chips")).to_contain_text("上海市浦东新区")


@pytest.mark.row("DAT-4")
def test_a_file_is_handed_in_mapped_and_its_receipt_read_without_a_mouse(desk_of, tmp_path):
    lawful = as_csv([inspection(910_000)]).decode().replace("检查行为名称", "检查叫啥", 1)
    file = tmp_path / "键盘别名.csv"
    file.write_text(lawful, encoding="utf-8")
    page = desk_of("clerk").page

    page.goto("/")
    tab_to(page, "报送数据")
    page.keyboard.press("Enter")
    page.wait_for_url("**/intake/")
    page.wait_for_load_state("networkidle")
    tab_to(page, "选择文件")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(file)
    expect(page.locator(".drop-files")).to_contain_text("键盘别名.csv")
    tab_to(page, "上传并检核")
    page.keyboard.press("Enter")
    page.wait_for_url("**/batches/**")
    page.get_by_role("heading", name="数据接收回执").wait_for()

    tab_to(page, "设置字段对应")
    page.keyboard.press("Enter")
    page.wait_for_url("**/batches/*/mapping**")
    tab_to(page, "名称必填")
    page.keyboard.press("Control+a")
    page.keyboard.type("键盘所建的对应")
    tab_to(page, "检查叫啥对应的字段")
    choose(page, "检查行为名称（必填）")
    tab_to(page, "存下并检核入库")
    page.keyboard.press("Enter")
    page.wait_for_url("**/batches/*/")
    page.get_by_role("heading", name="数据接收回执").wait_for()

    expect(page.locator(".figures")).to_contain_text("接收1")
