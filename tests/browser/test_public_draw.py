"""A citizen opens a draw, asks after one entity, and recomputes the whole of it in the browser."""

import io
import json
import zipfile

import pytest
from playwright.sync_api import Route, expect
from tests.browser.conftest import BY_HAND
from tests.browser.looking import objections

from mingcha.domains.inspections.rules.bundle import zipped
from mingcha.domains.inspections.tests import made

PHONE = {"width": 390, "height": 844}


@pytest.fixture(name="draw", scope="module")
def _draw(site):
    return json.loads(site.tell("draw"))


@pytest.mark.row("BEY-1", "INS-6", "PUB-1")
def test_a_citizen_recomputes_a_draw_from_its_page(desk_of, draw):
    page = desk_of("").page
    page.goto("/draws/")
    page.get_by_role("link", name=draw["draw"]).click()

    page.get_by_role("button", name="重新计算").click()
    page.wait_for_selector("[data-draw-outcome]")

    expect(page.locator("[data-draw-step]")).to_contain_text("重新计算的结果与公布的一致")
    expect(page.locator("[data-draw-said] li").last).to_have_text("全部一致。")


@pytest.mark.row("BEY-1")
def test_one_row_moved_to_another_stratum_is_named(desk_of, draw):
    page = desk_of("").page
    page.route("**/bundle.zip", moved)
    page.goto(f"/draws/{draw['draw']}/")

    page.get_by_role("button", name="重新计算").click()
    page.wait_for_selector("[data-draw-outcome=differs]")

    expect(page.locator("[data-draw-step]")).to_contain_text("不一致")
    expect(page.locator("[data-draw-said] li").last).to_contain_text("F.txt")


def moved(route: Route) -> None:
    """The bundle with one entity in another stratum."""
    with zipfile.ZipFile(io.BytesIO(route.fetch().body())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["F.txt"] = files["F.txt"].replace("低风险".encode(), "中风险".encode(), 1)
    route.fulfill(body=zipped(files), content_type="application/zip")


@pytest.mark.row("BEY-1")
def test_whom_a_cancelled_draw_would_have_drawn_is_computed_from_typed_values(desk_of, draw):
    page = desk_of("", viewport=PHONE).page
    page.goto(f"/draws/{draw['cancelled_draw']}/")
    page.get_by_label("双色球").fill("1 2 3")
    page.get_by_label("随机信标").fill(made.REVEAL.values["drand"])

    page.get_by_role("button", name="算出名单").click()
    page.wait_for_selector("[data-draw-outcome=differs]")
    expect(page.locator("[data-draw-said] li").last).to_contain_text("取值不符合样式")
    page.get_by_label("双色球").fill(made.REVEAL.values["ssq"])
    page.get_by_role("button", name="算出名单").click()
    page.wait_for_selector("[data-draw-outcome=holds]")

    expect(page.locator("[data-draw-step]")).to_contain_text("本应抽中 13 户")
    expect(page.locator("[data-draw-list] tbody tr")).to_have_count(16)
    assert objections(page) == []


@pytest.mark.row("BEY-1")
def test_a_credit_code_is_answered_with_a_proof_that_the_browser_checks(desk_of, draw):
    page = desk_of("", viewport=PHONE).page
    page.goto(f"/draws/{draw['draw']}/")
    page.get_by_label("统一社会信用代码").fill(draw["drawn_code"])
    page.evaluate(BY_HAND)

    page.get_by_role("button", name="查询").click()

    expect(page.locator(".panel[role=status] h2")).to_have_text("抽中")
    expect(page.locator("[data-draw-proved]")).to_contain_text("您的浏览器已核验")
    assert page.get_attribute("[data-draw-proof]", "data-draw-outcome") == "holds"
    assert objections(page) == []
