"""Pages in the states nobody plans for: waiting, running, stopped, refused, locked out, timed out."""

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import DESK, PHONE
from tests.browser.looking import faults, objections

from mingcha.domains.records.testing import as_csv, inspection

ROWS = 60_000  # more than are taken in while somebody reads a question


@pytest.mark.row("DAT-4")
def test_a_batch_is_watched_and_stopped_and_may_go_on(desk_of, tmp_path):
    clerk = desk_of("clerk")
    page = clerk.page
    file = tmp_path / "很多检查.csv"
    file.write_bytes(as_csv([inspection(1_000_000 + n) for n in range(ROWS)]))

    with clerk.site.idle_intake():
        clerk.send(file)
        expect(page.locator("#progress progress")).to_be_visible()
        waiting = objections(page)
    expect(page.locator("#progress")).to_contain_text("每秒")
    expect(page.locator("#progress")).to_contain_text("剩余约")
    stop = page.locator("main form[data-confirm] button")
    stop.click()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    stop.click()
    page.locator("dialog[open] button[value=yes]").click()

    expect(page.locator(".notice--due")).to_contain_text("处理已停止")
    expect(page.get_by_role("button", name="行继续")).to_be_visible()
    assert waiting + objections(page) == []


def test_an_idle_session_is_led_back_to_where_it_was(desk_of):
    desk = desk_of("officer")
    page = desk.page
    page.goto("/regions?q=浦东")
    desk.idle()

    page.reload()

    expect(page.locator(".notice")).to_contain_text("您长时间没有操作")
    found = faults(page)
    page.fill("[name=login]", "officer")
    page.fill("[name=password]", "Ming-cha-2026")
    page.click("main button.btn-primary")
    page.wait_for_url("**/regions?q=**")
    assert found == []


def test_a_locked_account_says_until_when(desk_of):
    page = desk_of("").page
    for _ in range(5):
        page.goto("/signin")
        page.fill("[name=login]", "nobody-of-this-name")
        page.fill("[name=password]", "wrong")
        page.click("main button.btn-primary")

    expect(page.locator(".notice--late")).to_contain_text("已暂停登录至")
    assert objections(page) == []


@pytest.mark.parametrize(
    ("login", "address", "button"),
    [
        ("clerk", "/me/password", "修改密码"),
        ("clerk", "/intake/", "上传并检核"),
        ("clerk", "/me/tokens/new", "创建接口令牌"),
        ("department-admin", "/people/new", "开通账号"),
        ("department-admin", "/organisations/new", "新增机构"),
        ("data-bureau", "/regions/new", "新增区划"),
        ("data-bureau", "/holidays/new", "设置日期"),
    ],
)
def test_a_form_sent_empty_says_what_is_missing_first_and_beside_the_field(
    office, login, address, button
):
    desk = office.at(login)
    page = desk.page
    page.set_viewport_size(DESK)
    page.goto(address)

    page.get_by_role("button", name=button).click()

    summary = page.locator(".notice--late[role=alert]")
    expect(summary).to_be_visible()
    expect(summary).to_be_focused()
    found = objections(page)
    page.set_viewport_size(PHONE)
    assert found + objections(page) + desk.complaints() == []
