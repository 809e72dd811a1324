"""A random inspection from its task to its result, by four people and a citizen, on the pages they use.

Prepared are people, firms, an item with its checklist, the registers and a published plan
(inspecting.py), and that the hour of the lottery comes; everything else is done here as it is done.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import BY_HAND, PHONE, Desk
from tests.browser.looking import objections

from mingcha.base.days import SHANGHAI, local_today, utc_now
from mingcha.domains.inspections.testing import VALUE
from mingcha.domains.inspections.tests.onsite import PNG

TASK = "餐饮服务经营者双随机抽查（全程）"
SUMMARY = "按检查清单逐项检查，冷藏温度偏高，当场调整后复测合格。"
NOTE = "冷藏柜实测 12℃，当场调整后复测 5℃。"
CORRECTED = "发现问题经责令已改正"
LOOKS = 60  # how often a page is asked for anew until a job is done
POINTER = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


@dataclass
class Found:
    """What the line has come to, for the next step."""

    task: str = ""
    draw: str = ""
    firm: str = ""
    key: str = ""
    part: str = ""


@pytest.fixture(name="ground", scope="module")
def _ground(site) -> dict[str, str]:
    return json.loads(site.tell("ground"))


@pytest.mark.row("INS-2", "INS-4", "INS-5", "INS-6", "PUB-1", "PUB-2", "BEY-1", "BEY-10", "REG-3")
def test_a_random_inspection_runs_from_its_task_to_the_dossier(desk_of, ground, tmp_path):
    manager, head, citizen = desk_of("plan-manager"), desk_of("head"), desk_of("")
    found = Found()

    write_task(manager.page, ground)
    freeze(manager.page, found)
    draw(manager, head.page, found)
    officers = [desk_of(login, **POINTER) for login in ("officer", "officer-two")]
    take_on([one.page for one in officers], found)
    begin(officers[0].page, citizen.page)
    inspect(officers[0].page, picture(tmp_path))
    review(head.page, found)
    publish(head.page, found)
    look_into_the_draw(citizen.page, found)
    look_for_the_result(citizen.page, found)
    read_the_dossier(head, found)


def write_task(page: Page, ground: dict[str, str]) -> None:
    """Scope, classes, departments and the source of chance, each on its page."""
    today = local_today()
    page.goto("/inspections/tasks/")
    page.get_by_role("link", name="编制抽查任务").click()
    page.get_by_label("任务名称").fill(TASK)
    page.get_by_label("计划批次").select_option(label=ground["plan"])
    page.get_by_label("检查期间首日").fill(str(today))
    page.get_by_label("检查期间末日").fill(str(today + timedelta(days=20)))
    page.get_by_label("检查对象名录库").select_option(label=ground["objects"])
    page.get_by_label("执法检查人员名录库").select_option(label=ground["officers"])
    page.get_by_label("公开方式").select_option("open")
    page.get_by_label("排除豁免期内已检查的").uncheck()  # whatever other tests have inspected
    page.get_by_role("button", name="保存任务").click()

    page.get_by_label("分层名称").first.fill("青浦餐饮")
    page.get_by_label("或抽取数量（户）").first.fill("1")
    page.get_by_label("备选（户）").first.fill("1")
    page.get_by_role("button", name="保存分层").click()

    page.get_by_role("link", name="参加部门").click()
    page.get_by_label("部门", exact=True).first.select_option(label=ground["body"])
    page.get_by_role("checkbox", name=ground["item"]).first.check()
    page.get_by_label("执法类别").first.fill(ground["skill"])
    page.get_by_role("button", name="保存分工").click()

    page.get_by_role("link", name="随机数来源").click()
    at = (utc_now() + timedelta(hours=2)).astimezone(SHANGHAI)
    page.get_by_label("来源", exact=True).first.select_option("ssq")
    page.get_by_label("场次", exact=True).first.fill("2026138")
    page.get_by_label("最早产生时间", exact=True).first.fill(f"{at:%Y-%m-%dT%H:%M}")
    page.get_by_label("备用场次", exact=True).first.fill("2026139")
    later = at + timedelta(days=2)
    page.get_by_label("备用场次最早产生时间").first.fill(f"{later:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="保存来源").click()


def freeze(page: Page, found: Found) -> None:
    """See sizes, chances and officers before anything is fixed; then fix it."""
    figures = page.locator(".figures")
    expect(figures).to_contain_text("参加抽取12户")
    expect(figures).to_contain_text("将抽取1户")
    expect(page.locator("table")).to_contain_text("每户 8.33%")
    expect(page.get_by_text("可派 2 人")).to_be_visible()
    expect(page.get_by_text("人员充足")).to_be_visible()
    found.task = page.url.rstrip("/").rpartition("/")[2]

    page.get_by_role("button", name="冻结名单，公布承诺").click()
    way = page.locator("main a[href^='/inspections/draws/']")
    expect(way).to_have_count(1)
    way.click()
    found.draw = page.url.rstrip("/").rpartition("/")[2]
    expect(page.get_by_text("尚未产生")).to_be_visible()
    expect(page.get_by_role("button", name="开始抽取")).to_be_disabled()


def draw(manager: Desk, witness: Page, found: Found) -> None:
    """Two persons enter the value, one draws, the other watches and sees the same."""
    page = manager.page
    manager.site.tell("come", found.draw)
    page.reload()
    page.get_by_label("取值（样式").fill(VALUE)
    page.get_by_role("button", name="录入取值").click()
    expect(page.get_by_text("待另一人核对")).to_be_visible()
    expect(page.get_by_role("button", name="核对取值")).to_have_count(0)

    witness.goto(f"/inspections/draws/{found.draw}/")
    witness.get_by_label("请独立对照公告录入").fill(VALUE)
    witness.get_by_role("button", name="核对取值").click()
    expect(witness.locator(".list .badge", has_text="已核对")).to_be_visible()

    page.reload()
    page.get_by_role("button", name="开始抽取").click()
    drawn = page.locator(".draw-units > li").filter(has_not_text="备选")
    expect(page.locator(".figures")).to_contain_text("抽中1户")
    expect(drawn).to_have_count(1)
    found.firm = drawn.get_by_role("link").first.inner_text()
    found.part = drawn.get_by_role("link").nth(1).inner_text()
    found.key = drawn.locator("code").first.inner_text()
    number = drawn.locator("code").nth(1).inner_text()
    expect(drawn).to_contain_text("演示执法人员")
    expect(drawn).to_contain_text("演示同行执法人员")

    witness.reload()
    seen = witness.locator(".draw-units > li").filter(has_text=found.firm)
    expect(seen).to_contain_text(number)
    expect(witness.get_by_text(f"{found.draw}|ssq={VALUE}")).to_be_visible()


def take_on(pages: list[Page], found: Found) -> None:
    """The task is in the inbox of both; both confirm that nothing keeps them away."""
    for page in pages:
        open_from(page, "/inbox", found)
        page.get_by_role("button", name="确认任务，没有回避情形").click()
        expect(page.get_by_text("已确认").first).to_be_visible()


def open_from(page: Page, inbox: str, found: Found) -> None:
    """From the inbox over the case to the page for the site."""
    page.goto(inbox)
    page.locator("tr").filter(has_text=found.part).get_by_role("link").first.click()
    page.get_by_role("link", name="现场记录").click()


def begin(page: Page, firm: Page) -> None:
    """Set the day, take the notice, show the code to the firm, begin with two."""
    page.reload()
    page.get_by_label("检查日期", exact=False).first.fill(str(local_today()))
    page.get_by_role("button", name="保存日期").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="检查通知书").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF")

    code = page.get_by_role("link", name="亮码：出示检查码").get_attribute("href") or ""
    firm.goto(code)
    expect(firm.locator("main")).to_contain_text("演示执法人员")
    expect(firm.locator("main")).to_contain_text("演示同行执法人员")
    expect(firm.locator("main")).to_contain_text("食品安全法")

    page.get_by_label("已出示执法证件和检查通知书").check()
    page.get_by_role("button", name="开始检查").click()
    expect(page.locator("[data-saved]")).to_have_text("点选即保存")


def inspect(page: Page, photo: Path) -> None:
    """Line by line with the thumb; a photo, what the firm says, its signature; handed in."""
    lines = page.locator("[data-line]")
    expect(lines).to_have_count(4)
    for number in (0, 1, 3):
        lines.nth(number).get_by_role("radio", name="合格", exact=True).tap()
    bad = lines.nth(2)
    bad.get_by_role("radio", name="不合格").tap()
    expect(page.locator("[data-done]")).to_have_text("3")
    expect(page.locator("[data-saved]")).to_have_text("1 项还没有保存：请写说明")
    bad.locator("textarea").fill(NOTE)
    expect(page.locator("[data-done]")).to_have_text("4")
    bad.locator("[data-photo]").set_input_files(photo)
    expect(bad.locator("[data-files] li")).to_have_count(1)
    assert objections(page) == []

    page.get_by_label("当事人陈述").fill("对检查情况没有异议。")
    page.get_by_label("签字人", exact=True).fill("王演示")
    sign(page)
    page.get_by_role("button", name="保存签名").click()
    expect(page.get_by_text("已签名，")).to_be_visible()

    expect(page.get_by_text("提交前还要补充")).to_have_count(0)
    page.get_by_label("抽查结果").select_option(label=CORRECTED)
    page.get_by_label("检查情况").fill(SUMMARY)
    page.get_by_role("button", name="提交结果，送另一人审核").click()
    expect(page.locator(".states")).to_contain_text("待审核")


def sign(page: Page) -> None:
    """Draw a line in the box."""
    canvas = page.locator("[data-sign]")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 90, steps=4)
    page.mouse.up()


def review(page: Page, found: Found) -> None:
    """The head finds it in the inbox, reads the record and accepts it."""
    open_from(page, "/inbox?box=own", found)
    expect(page.get_by_text(NOTE)).to_be_visible()
    page.get_by_role("link", name="审核", exact=True).click()
    page.get_by_role("button", name="审核通过").click()
    expect(page.locator(".states")).to_contain_text("已审核")


def publish(page: Page, found: Found) -> None:
    """Ticked and published; meanwhile the record has gone into the data centre."""
    page.goto("/inspections/publication/?standing=waiting")
    row = page.locator("tbody tr").filter(has_text=found.part)
    row.locator("input[type=checkbox]").check()
    page.get_by_role("button", name="公示或撤下所选").click()
    expect(page.get_by_text("已办理 1 项")).to_be_visible()
    until(page, f"/inspections/parts/{found.part}/", "已入库")


def look_into_the_draw(page: Page, found: Found) -> None:
    """Anybody finds the draw, has it recomputed by the own browser, and asks after one firm."""
    page.goto("/draws/")
    page.get_by_role("link", name=found.draw).click()
    page.get_by_role("button", name="重新计算").click()
    page.wait_for_selector("[data-draw-outcome=holds]")
    expect(page.locator("[data-draw-said] li").last).to_have_text("全部一致。")

    page.get_by_label("统一社会信用代码").fill(found.key)
    page.evaluate(BY_HAND)
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".panel[role=status] h2")).to_have_text("抽中")
    expect(page.locator("[data-draw-proved]")).to_contain_text("您的浏览器已核验")
    assert page.get_attribute("[data-draw-proof]", "data-draw-outcome") == "holds"


def look_for_the_result(page: Page, found: Found) -> None:
    """The result stands on the public site: whom, by whom, and what came of it."""
    page.goto(f"/spot-checks/results/?q={found.key}")
    page.get_by_role("link", name=found.firm).first.click()
    expect(page.locator("main")).to_contain_text(CORRECTED)
    expect(page.locator("main")).to_contain_text(found.firm)
    expect(page.locator("main")).to_contain_text("演示同行执法人员（31820002）")


def read_the_dossier(head: Desk, found: Found) -> None:
    """The check is in the firm's dossier, by the number of its case."""
    head.look_up(found.key)
    expect(head.page.get_by_role("heading", level=1)).to_have_text(found.firm)
    expect(head.page.locator(".timeline")).to_contain_text("行政检查行为")
    expect(head.page.locator(".timeline")).to_contain_text(found.part)


def until(page: Page, address: str, words: str) -> None:
    """Ask for a page anew until it says something: a job does it meanwhile."""
    for _ in range(LOOKS):
        page.goto(address)
        if page.get_by_text(words).count():
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"{address} 没有出现“{words}”")


def picture(folder: Path) -> Path:
    """A photo."""
    file = folder / "冷藏柜.png"
    file.write_bytes(PNG)
    return file
