"""A case in a browser, from opening to closing by two people, by keyboard as far as one likes."""

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import DESK, PHONE
from tests.browser.looking import faults

from mingcha.base.cases import testing
from mingcha.base.ledger.models import Act
from mingcha.base.people.testing import PASSWORD, City

PATIENCE_MS = 60_000


@pytest.fixture(name="kind")
def _kind():
    """The kind of the tests, known to the server because it runs in this very process."""
    with testing.known() as kind:
        yield kind


@pytest.fixture(name="work")
def _work(transactional_db, kind):
    """A city with people, and a case that waits at the market bureau."""
    testing.make_rules()
    city = City()
    people = testing.make_people(city)
    title = "关于演示康达饮品店的试验审核"
    return people, testing.open_case(title, city.market, actor=people.other_clerk)


@pytest.fixture(name="sit_down")
def _sit_down(live_server, chromium: Browser):
    """Give a signed-in person; at the end no page of theirs may have had a fault."""
    contexts, complaints = [], []

    def sit(login: str) -> Page:
        context = chromium.new_context(base_url=live_server.url, viewport=DESK, locale="zh-CN")
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}：{error}"))
        contexts.append(context)
        page.goto("/signin")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.click("main button.btn-primary")
        page.wait_for_url(f"{live_server.url}/")
        return page

    yield sit
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.row("GOV-3")
@pytest.mark.row("GOV-1")
def test_a_case_is_opened_claimed_returned_and_passed_by_two_people(work, sit_down):
    people, case = work
    clerk = sit_down(people.clerk.login)
    expect(clerk.locator(".desk-side .count").first).to_have_text("1")
    clerk.goto("/inbox?box=own")
    clerk.locator("td.first a").first.wait_for()
    clerk.keyboard.press("j")
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_role("heading", level=1)).to_have_text(case.title)
    expect(clerk.locator(".stages .now")).to_have_text("起草")

    clerk.keyboard.press("c")
    expect(clerk.locator(".notice--done")).to_contain_text("已认领")
    clerk.keyboard.press("1")
    clerk.keyboard.type("材料齐全，请审核")
    clerk.keyboard.press("Control+Enter")
    expect(clerk.locator(".notice--done")).to_contain_text("已提交审核")
    expect(clerk.locator(".stages .now")).to_contain_text("待审核")

    head = sit_down(people.head.login)
    head.goto("/inbox?box=own")
    head.click("td.first a")
    expect(head.locator(".clocks .badge")).to_contain_text("剩余 5 个工作日")
    head.locator("summary", has_text="审核通过").click()
    head.click("details.move:has-text('审核通过') button")
    expect(head.locator(".field-error")).to_contain_text("请填写")
    head.locator("select[name=grade]").select_option("1")
    head.click("details.move:has-text('审核通过') button")

    expect(head.locator(".moves")).to_contain_text("此件已办结")
    expect(head.get_by_role("heading", level=1)).to_have_text(f"{case.title}（合格）")
    head.click("text=送达回证")
    expect(head.locator(".table--proof")).to_contain_text(people.clerk.real_name)
    verbs = Act.objects.filter(record_kind="case", record_key=case.number).order_by("pk")
    assert [act.verb for act in verbs] == [
        "发起试验审核", "首次查阅", "认领", "提交审核", "首次查阅", "审核通过",
    ]  # fmt: skip


def test_the_second_of_two_is_shown_what_changed_and_a_double_click_is_one(work, sit_down):
    people, case = work
    first, second = sit_down(people.clerk.login), sit_down(people.other_clerk.login)
    for page in (first, second):
        page.goto(f"/cases/{case.number}")
    first.fill("details.move[open] textarea", "我先办")
    first.locator("details.move[open] button").dblclick()
    expect(first.locator(".trace > li")).to_have_count(2)

    second.fill("details.move[open] textarea", "我也写了意见")
    second.click("details.move[open] button")

    expect(second.locator(".panel--late")).to_contain_text("提交审核没有办成")
    expect(second.locator(".panel--late")).to_contain_text("我也写了意见")
    expect(second.locator(".panel--late")).to_contain_text(people.clerk.real_name)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_page_of_cases_jumps_overflows_or_hides_from_a_reader(work, sit_down, size):
    people, case = work
    testing.move(case, "submit", people.clerk, reason="很长的意见" * 60)
    page = sit_down(people.head.login)
    page.set_viewport_size(size)
    here = f"/cases/{case.number}"
    wrong = []
    for address in (
        "/inbox", "/inbox?box=own", "/inbox?box=done", "/cases?standing=open", "/cases?q=没有",
        here, f"{here}/moves/pass", f"{here}/hand-over", f"{here}/extend", f"{here}/urge",
        f"{here}/link", f"{here}/service", "/rules", f"/rules/{testing.RULE}", "/responsible",
        "/responsible/market", "/me/deputies/new",
    ):  # fmt: skip
        page.goto(address)
        wrong += [f"{address} {fault}" for fault in faults(page)]

    assert wrong == []
