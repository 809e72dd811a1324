"""Online entry in a browser: few keys, no mouse, nothing lost, a spreadsheet pasted, and a first day."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.entering import Keyboard, as_table, filled_in, pasted_into

from mingcha.base.days import local_today
from mingcha.base.people.testing import CITY, PASSWORD
from mingcha.domains.records.testing import (
    BODY,
    CERTIFICATES,
    ITEM,
    as_csv,
    inspection,
    lawful,
    uscc,
)

FORM = "/entry/tables/check_action/"
GUIDE = Path(__file__).parents[2] / "docs/guides/online-entry.md"
# What the guide states; look.md allows 120.
KEYS_KNOWN, KEYS_UNKNOWN = 45, 85
FIRM = {
    "pripid": "DM0000000000930001", "enterprise_name": "演示临港食品加工有限公司",
    "uscc": uscc(930_001), "registration_status_name": "存续", "legal_representative": "演示孙某",
    "domicile": "上海市浦东新区演示路93号",
}  # fmt: skip
LEVEL = "3"  # of the body that enters
NEW_ITEM = "01310000930001"
NEW_CHECKLIST = f"{BODY}{LEVEL}{NEW_ITEM}001"
EVERY = 40  # rows seen in a window, and a few above and below


def officers(*letters: str) -> list[str]:
    """Choose officers by what is typed, and leave the field."""
    return [step for typed in letters for step in (typed, "<Enter>")] + ["<Enter>"]


ANSWERS = {
    "administrative_cp_ui_code": [FIRM["uscc"], "<Enter>"],
    "supervise_item_implement_code": ["dyssx", "<Enter>"],
    "check_personnel_code": officers("0001", "0002"),
    "check_form": ["1", "<Enter>"],
    "check_type": ["1", "<Enter>"],
    "check_result": ["1", "<Enter>"],
}


@pytest.fixture(name="registered", scope="module")
def _registered(office, tmp_path_factory):
    """A firm of the register."""
    file = tmp_path_factory.mktemp("entry") / "企业登记.csv"
    file.write_bytes(as_csv([FIRM], table="object_enterprise"))
    clerk = office.at("clerk")
    clerk.hand_in(file)
    clerk.look_up(FIRM["uscc"])
    return FIRM


def opened(page: Page, address: str = FORM) -> Keyboard:
    page.goto(address)
    expect(page.locator("form#entry input:focus")).to_have_count(1)
    return Keyboard(page)


def handed_in(keyboard: Keyboard) -> None:
    """Hand in by the keyboard, and see the record."""
    keyboard.press("Control+Enter")
    keyboard.page.locator(".record-head, #entry-problems").wait_for()
    assert keyboard.page.locator("#entry-problems").all_inner_texts() == []


@pytest.mark.row("BEY-18")
@pytest.mark.row("DAT-3")
def test_a_typical_inspection_takes_few_keys_and_no_mouse(desk_of, registered):
    page = desk_of("clerk").page
    keyboard = opened(page)

    filled_in(keyboard, ANSWERS)
    handed_in(keyboard)

    shown = page.locator("main")
    for told in (FIRM["enterprise_name"], FIRM["domicile"], "310115", *CERTIFICATES):
        expect(shown).to_contain_text(told)
    for certificate in CERTIFICATES:
        expect(shown).to_contain_text(f"演示{certificate}")
    assert keyboard.strokes <= KEYS_KNOWN


@pytest.mark.row("DAT-3")
def test_a_body_nobody_knows_stays_within_the_measure(desk_of):
    page = desk_of("clerk").page
    keyboard = opened(page)

    told = {
        "administrative_cp_ui_code": [uscc(930_777), "<Enter>"],
        "administrative_cp": ["演示外高桥机电设备有限公司", "<Enter>"],
        "address_registered": ["<Enter>"],
        "area_number": ["pdxq", "<Enter>"],
    }
    filled_in(keyboard, ANSWERS | told)
    handed_in(keyboard)

    expect(page.locator("main")).to_contain_text("演示外高桥机电设备有限公司")
    assert keyboard.strokes <= KEYS_UNKNOWN


def test_the_guide_states_the_keys_that_are_counted():
    said = GUIDE.read_text(encoding="utf-8")

    assert f"共 {KEYS_KNOWN} 键" in said
    assert f"共 {KEYS_UNKNOWN} 键" in said


@pytest.mark.row("DAT-3")
def test_a_double_click_is_one_record_and_the_next_form_is_empty(desk_of, registered):
    page = desk_of("clerk").page
    filled_in(opened(page), ANSWERS)
    page.goto("/entry/records/")
    before = page.locator("tbody tr").count()
    page.go_back()
    expect(page.locator("#in-administrative_cp")).to_have_value(FIRM["enterprise_name"])

    page.locator('.entry-acts button[value="next"]').dblclick()
    page.wait_for_url(f"**{FORM}?provider=*")

    expect(page.locator("#in-administrative_cp_ui_code")).to_have_value("")
    page.goto("/entry/records/")
    expect(page.locator("tbody tr")).to_have_count(before + 1)


@pytest.mark.row("DAT-3")
def test_a_draft_outlives_the_session(desk_of, registered):
    desk = desk_of("clerk")
    page = desk.page
    keyboard = opened(page)
    keyboard.type(FIRM["uscc"])
    keyboard.press("Enter")
    expect(page.locator("#in-administrative_cp")).to_have_value(FIRM["enterprise_name"])
    page.wait_for_url("**/entry/drafts/*/")
    draft = page.url

    desk.idle()
    page.locator("#box-check_personnel_code input").first.focus()
    page.keyboard.type("31150001")
    page.keyboard.press("Enter")
    expect(page.locator("[data-saved]")).to_contain_text("填写的内容没有丢")
    page.get_by_role("link", name="重新登录后接着填").click()
    page.fill("[name=login]", "clerk")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.btn-primary")
    page.wait_for_url(draft)

    expect(page.locator("#in-administrative_cp")).to_have_value(FIRM["enterprise_name"])
    expect(page.locator("#box-check_personnel_code .chip")).to_contain_text("31150001")
    page.goto("/entry/drafts/")
    expect(page.locator("tbody")).to_contain_text(FIRM["enterprise_name"])


@pytest.mark.row("DAT-3")
def test_rows_of_a_spreadsheet_are_pasted_mended_and_land(desk_of):
    page = desk_of("clerk").page
    rows = [
        inspection(n, check_result="99" if n == 931_002 else "01") for n in range(931_001, 931_004)
    ]
    page.goto("/entry/tables/check_action/grid")

    pasted_into(page, as_table(rows))
    state = page.locator("[data-grid-state]")
    expect(state).to_contain_text("1 行有误")
    page.get_by_role("button", name="下一处问题").click()
    expect(page.locator("[data-grid-reason]")).to_contain_text("检查结果")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(state).not_to_contain_text("有误")
    page.get_by_role("button", name="全部入库").click()

    page.get_by_role("heading", name="数据接收回执").wait_for()
    expect(page.locator(".figures")).to_contain_text("接收3")


@pytest.mark.row("DAT-3")
def test_rows_pasted_after_the_session_has_ended_are_there_again(desk_of):
    desk = desk_of("clerk")
    page = desk.page
    page.goto("/entry/tables/check_action/grid")
    page.locator(".grid-editor").wait_for(state="attached")
    desk.idle()

    pasted_into(page, as_table([inspection(932_000 + n) for n in range(3)]))
    page.get_by_role("link", name="重新登录后接着填").click()
    page.fill("[name=login]", "clerk")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.btn-primary")

    expect(page.locator("[data-grid-state]")).to_have_text("3 行，都没有问题")
    page.wait_for_url("**/entry/drafts/**")


@pytest.mark.row("DAT-3")
def test_of_two_thousand_rows_only_those_in_sight_are_drawn(desk_of):
    page = desk_of("clerk").page
    page.goto("/entry/tables/check_action/grid")
    pasted_into(page, as_table([inspection(940_000 + n) for n in range(2_000)]))
    expect(page.locator("[data-grid-state]")).to_have_text("2,000 行，都没有问题")

    drawn = page.evaluate(WALK)

    assert max(drawn) <= EVERY * 2


# How many rows stand in the page at each of a hundred steps down the grid.
WALK = """() => {
  const editor = document.querySelector(".grid-editor"), body = document.querySelector(".grid-body");
  return Array.from({length: 100}, () => {
    editor.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowDown", bubbles: true}));
    return body.querySelectorAll("[role=row]").length;
  });
}"""


@pytest.mark.row("DAT-14")
def test_a_department_without_software_works_the_day_its_item_is_declared(
    desk_of, registered, tmp_path
):
    bureau = desk_of("data-bureau")
    today = local_today().isoformat()
    item = lawful(
        "item", item_code=NEW_ITEM, item_name="对演示冷链仓库的监督检查", exercise_levels=LEVEL,
        area_number=CITY, effective_to="",
    )  # fmt: skip
    checklist = lawful(
        "checklist", checklist_code=NEW_CHECKLIST, checklist_name="演示冷链仓库检查表",
        item_code=NEW_ITEM, implement_institution_code=BODY, exercise_level=LEVEL,
        area_number=CITY, effective_to="",
    )  # fmt: skip
    for table, row in (("item", item), ("checklist", checklist)):
        file = tmp_path / f"{table}.csv"
        file.write_bytes(as_csv([row | {"effective_from": today}], table=table))
        bureau.hand_in(file)
        expect(bureau.page.locator(".figures")).to_contain_text("接收1")

    page = desk_of("clerk").page
    page.goto("/")
    page.get_by_role("link", name="在线录入").first.click()
    page.fill("#find-table", "xzjc")
    page.press("#find-table", "Enter")
    page.get_by_role("link", name="行政检查行为", exact=True).first.click()
    expect(page.locator("form#entry input:focus")).to_have_count(1)
    keyboard = Keyboard(page)
    filled_in(keyboard, ANSWERS | {"supervise_item_implement_code": ["ysllck", "<Enter>"]})
    handed_in(keyboard)
    number = page.locator("h1").inner_text()

    expect(page.locator("main")).to_contain_text(NEW_CHECKLIST)
    page.locator(".record-head .facts a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FIRM["enterprise_name"])
    page.click(".tabs >> text=检查")
    page.locator(".timeline summary").first.click()
    expect(page.locator(".timeline")).to_contain_text(number)
    assert ITEM != NEW_ITEM
