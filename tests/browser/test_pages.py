"""Every page, at the desk and on the phone: nothing jumps, overflows or fails, axe objects to nothing.

A page that is added to the matrix (tests/house) must be added here, or named as one that is no page.
"""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import DESK, PHONE
from tests.browser.entering import as_table, pasted_into
from tests.browser.looking import faults
from tests.house.test_matrix import PAGES

from mingcha.domains.records.testing import CHECKLIST, ITEM, as_csv, inspection, uscc

# Addresses that answer with a file, data, a fragment or a redirect, or that only take a form.
NO_PAGE = {
    "desk:signout", "desk:signin_code", "desk:token_revoke", "desk:remove_second_factor",
    "desk:reopen", "desk:reset", "desk:reset_factor", "desk:unlock", "desk:machine_token",
    "desk:grant", "desk:revoke", "records:progress", "records:cancel", "records:resume",
    "records:entry_lookup", "records:entry_discard", "records:entry_correct", "records:entry_copy",
    "records:refused_file", "records:original", "records:mapping_preview", "records:export_progress",
    "records:export_cancel", "records:export_file", "insight:export", "insight:lookup",
    "desk:view_keep", "desk:claim_several", "desk:note_several", "desk:urge_several",
    "desk:case_claim", "desk:case_service_pdf", "desk:deputy_end", "desk:reaction_retry", "desk:responsible_end",
    "catalog:catch_up", "catalog:claim_answer", "desk:objector", "desk:objection_file",
    "healthz", "readyz", "portal:book_file", "portal:book_schema", "portal:template",
    "portal:schema", "portal:schemas", "portal:seal_json", "portal:seal_key", "portal:seals_file",
    "desk:jobs_act", "officers:back", "records:link_decide", "records:link_next",
    "inspections:plan", "inspections:record", "inspections:attach", "inspections:evidence",
    "inspections:statement", "inspections:notice_pdf", "inspections:record_pdf",
    "inspections:order_pdf", "inspections:name_officers",
    "inspections:receipt",
    "portal:draw_script", "portal:draw_bundle", "portal:draw_commitment",
    "inspections:draw_value", "inspections:draw_reveal", "inspections:draw_hold",
    "inspections:draw_cancel", "inspections:draw_refill", "inspections:item_publish",
    "inspections:task_freeze", "inspections:task_stop", "inspections:task_issue",
    "inspections:task_progress",
    "inspections:publish_several", "inspections:publicity_download", "inspections:audit_bundle",
}  # fmt: skip

# Pages that need a case: test_cases.py looks at them.
ELSEWHERE = {
    "desk:case", "desk:case_move", "desk:case_hand_over", "desk:case_extend", "desk:case_urge",
    "desk:case_link", "desk:case_service",
}  # fmt: skip

# Page → who opens it, and its address; {batch} and the like are filled from what was handed in.
VISITS = {
    "desk:signin": ("", "/signin"),
    "desk:home": ("clerk", "/"),
    "desk:me": ("clerk", "/me"),
    "desk:password": ("clerk", "/me/password"),
    "desk:second_factor": ("clerk", "/me/second-factor"),
    "desk:token_new": ("clerk", "/me/tokens/new"),
    "desk:deputy_new": ("clerk", "/me/deputies/new"),
    "desk:deputy_for": ("department-admin", "/people/clerk/deputy"),
    "desk:inbox": ("clerk", "/inbox"),
    "desk:cases": ("head", "/cases"),
    "desk:rules": ("clerk", "/rules"),
    "desk:rule": ("data-bureau", "/rules/records.report_within"),
    "desk:rule_set": ("data-bureau", "/rules/records.report_within/set"),
    "desk:responsible": ("clerk", "/responsible"),
    "desk:responsible_of": ("clerk", "/responsible/market"),
    "desk:responsible_new": ("department-admin", "/responsible/market/new"),
    "desk:people": ("department-admin", "/people"),
    "desk:person_new": ("department-admin", "/people/new"),
    "desk:changes": ("department-admin", "/people/changes"),
    "desk:person": ("department-admin", "/people/clerk"),
    "desk:close": ("department-admin", "/people/clerk/close"),
    "desk:move": ("department-admin", "/people/clerk/move"),
    "desk:organisations": ("department-admin", "/organisations"),
    "desk:organisation_new": ("department-admin", "/organisations/new"),
    "desk:organisation": ("department-admin", "/organisations/market-pudong"),
    "desk:organisation_move": ("department-admin", "/organisations/market-pudong/move"),
    "desk:organisation_close": ("department-admin", "/organisations/market-pudong/close"),
    "desk:regions": ("data-bureau", "/regions"),
    "desk:region_new": ("data-bureau", "/regions/new"),
    "desk:region": ("data-bureau", "/regions/310115"),
    "desk:region_abolish": ("data-bureau", "/regions/310115/abolish"),
    "desk:holidays": ("data-bureau", "/holidays"),
    "desk:holiday_new": ("data-bureau", "/holidays/new"),
    "desk:holiday": ("data-bureau", "/holidays/2026-10-01"),
    "desk:audit": ("inspector-of-inspectors", "/audit"),
    "desk:act": ("inspector-of-inspectors", "/audit/1"),
    "desk:why": ("clerk", "/why?page=/audit"),
    "desk:why_rows": ("clerk", "/why/rows/fact-internal?organisation=fire"),
    "records:upload": ("clerk", "/intake/"),
    "records:entry": ("clerk", "/entry/"),
    "records:entry_drafts": ("clerk", "/entry/drafts/"),
    "records:entry_draft": ("clerk", "{draft}"),
    "records:entry_grid_draft": ("clerk", "{grid}"),
    "records:entries": ("clerk", "/entry/records/?whose=ours"),
    "records:entry_record": ("clerk", "{entered}"),
    "records:entry_withdraw": ("clerk", "{withdraw}"),
    "records:entry_new": ("clerk", "/entry/tables/punish_action/"),
    "records:entry_grid": ("clerk", "/entry/tables/check_action/grid"),
    "records:entry_numbers": ("clerk", "/entry/tables/check_action/numbers"),
    "records:batches": ("clerk", "/batches/"),
    "records:batch": ("clerk", "{batch}"),
    "records:refused": ("clerk", "{batch}refused"),
    "records:mapping": ("clerk", "{odd}mapping?table=check_action"),
    "records:mappings": ("clerk", "/mappings/"),
    "records:mapping_version": ("clerk", "{mapping}"),
    "records:datasets": ("head", "/datasets/"),
    "records:dataset": ("head", "/datasets/check_action/"),
    "records:export": ("head", "{export}"),
    "insight:search": ("head", "/parties/?q=演示"),
    "insight:dossier": ("head", "{party}"),
    "insight:versions": ("head", "{versions}"),
    "insight:reveal": ("head", "{reveal}"),
    "catalog:items": ("clerk", "/catalog/items/"),
    "catalog:item": ("clerk", f"/catalog/items/item/{ITEM}/"),
    "catalog:item_compare": ("clerk", f"/catalog/items/item/{ITEM}/compare"),
    "catalog:item_change": ("data-bureau", f"/catalog/items/item/{ITEM}/change"),
    "catalog:item_new": ("catalog-manager", "/catalog/items/new"),
    "catalog:checklists": ("clerk", "/catalog/checklists/"),
    "catalog:checklist": ("clerk", f"/catalog/checklists/checklist/{CHECKLIST}/"),
    "catalog:checklist_compare": ("clerk", f"/catalog/checklists/checklist/{CHECKLIST}/compare"),
    "catalog:checklist_preview": ("clerk", f"/catalog/checklists/checklist/{CHECKLIST}/preview"),
    "catalog:checklist_change": (
        "data-bureau",
        f"/catalog/checklists/checklist/{CHECKLIST}/change",
    ),
    "catalog:checklist_new": ("catalog-manager", "/catalog/checklists/new"),
    "catalog:reviews": ("head", "/catalog/reviews/"),
    "catalog:claims": ("head", "/catalog/claims/"),
    "catalog:lay_out": ("data-bureau", "/catalog/claims/new"),
    "catalog:laws": ("head", "/catalog/laws/"),
    "catalog:law_new": ("catalog-manager", "/catalog/laws/new"),
    "catalog:uniformity": ("clerk", "/catalog/items/uniformity/"),
    "catalog:mappings": ("clerk", "/catalog/items/mappings/"),
    "desk:coverage": ("clerk", "/catalog/coverage/"),
    "desk:coverage_rows": ("head", "/catalog/coverage/approval/?name=x&body=x"),
    "desk:record_acts": ("auditor", "/audit/record?kind=people.account&record=clerk"),
    "desk:exceptions": ("head", "/exceptions/"),
    "desk:exception_new": ("catalog-manager", "/exceptions/new"),
    "desk:excepted": ("head", "/exceptions/{exception}/uses"),
    "desk:affected": ("catalog-manager", "/catalog/reviews/{change}/affected/"),
    "desk:affected_rows": ("catalog-manager", "/catalog/reviews/{change}/affected/parties"),
    "catalog:draft": ("catalog-manager", "/catalog/reviews/{change}/draft?check=1"),
    "catalog:item_withdraw": ("catalog-manager", "/catalog/items/item/{coming}/withdraw/2"),
    "catalog:checklist_withdraw": (
        "catalog-manager",
        "/catalog/checklists/checklist/{coming_list}/withdraw/2",
    ),
    "portal:items": ("", "/book/items/"),
    "portal:item": ("", f"/book/items/item/{ITEM}/?body=market"),
    "portal:item_version": ("", f"/book/items/item/{ITEM}/v1/"),
    "portal:checklists": ("", "/book/checklists/"),
    "portal:checklist": ("", f"/book/checklists/checklist/{CHECKLIST}/"),
    "portal:checklist_version": ("", f"/book/checklists/checklist/{CHECKLIST}/v1/"),
    "portal:exceptions": ("", "/book/exceptions/"),
    "portal:exception": ("", "/book/exceptions/{exception}/"),
    "portal:objection_new": ("", "/book/exceptions/{exception}/object"),
    "portal:objections": ("", "/book/objections/"),
    "desk:operations": ("system-admin", "/operations"),
    "officers:officers": ("data-bureau", "/officers"),
    "officers:public": ("", "/officers/public"),
    "officers:officer": ("data-bureau", "/officers/{officer}"),
    "officers:absent": ("data-bureau", "/officers/{officer}/absent"),
    "officers:holder": ("data-bureau", "/officers/{officer}/holder"),
    "portal:seals": ("", "/seals/"),
    "portal:seal": ("", "/seals/1/"),
    "quality:cards": ("data-bureau", "/quality/"),
    "quality:returns": ("data-bureau", "/quality/returns"),
    "quality:hints": ("data-bureau", "/quality/hints"),
    "quality:digests": ("data-bureau", "/quality/digests"),
    "quality:provider": ("data-bureau", "/quality/cards/market"),
    "quality:card": ("data-bureau", "/quality/cards/market/check_action"),
    "quality:rows": ("data-bureau", "/quality/cards/market/check_action/late"),
    "quality:digest": ("data-bureau", "/quality/digests/{digest}"),
    "quality:hint": ("data-bureau", "/quality/hints/{hint}"),
    "records:conflicts": ("data-bureau", "/links/conflicts/"),
    "records:conflict": ("data-bureau", "/links/conflicts/{conflict}/"),
    "records:authority_new": ("data-bureau", "/links/authorities/new"),
    "records:relation_new": ("data-bureau", "/links/relations/{firm}/new"),
    "records:relation_end": ("data-bureau", "/links/relations/{firm}/{relation}/end"),
    "records:split": ("data-bureau", "/links/split/{firm}/"),
    "records:consent": ("head", "/consents/{consent}/"),
    "records:consent_withdraw": ("data-bureau", "/consents/withdraw?key={consent}"),
    "records:decision": ("data-bureau", "/links/decisions/{decision}/"),
    "records:link": ("linker", "/links/questions/{question}/"),
    "records:links_equal": ("linker", "/links/alike/{question}/"),
    "records:sample": ("data-bureau", "/links/quality/{sample}/"),
    "records:sample_pair": ("data-bureau", "/links/quality/{sample}/1/"),
    "records:consents": ("head", "/consents/"),
    "records:consent_new": ("clerk", "/consents/new"),
    "records:decisions": ("linker", "/links/decisions/"),
    "records:links": ("linker", "/links/"),
    "records:quality": ("linker", "/links/quality/"),
    "records:sample_new": ("linker", "/links/quality/new"),
    "records:linking": ("linker", "/links/how/"),
    "records:authorities": ("linker", "/links/authorities/"),
    "records:links_alike": ("linker", "/links/alike/"),
    "records:merge": ("linker", "/links/merge/"),
    "portal:random_items": ("", "/spot-checks/"),
    "portal:plans": ("", "/spot-checks/plans/"),
    "portal:tasks": ("", "/spot-checks/tasks/"),
    "portal:draws": ("", "/draws/"),
    "portal:results": ("", "/spot-checks/results/"),
    "portal:rates": ("", "/spot-checks/rates/"),
    "portal:rates_of": ("", "/spot-checks/rates/2026/"),
    "portal:frequencies": ("", "/spot-checks/frequencies/"),
    "portal:frequencies_of": ("", "/spot-checks/frequencies/2026/?which=pairs"),
    "inspections:publication": ("head", "/inspections/publication/"),
    "inspections:publicity": ("head", "/inspections/publicity/"),
    "inspections:publicity_new": ("head", "/inspections/publicity/new"),
    "portal:random_item": ("", "/spot-checks/items/{random_item}/"),
    "portal:plan": ("", "/spot-checks/plans/{plan_number}/"),
    "portal:task": ("", "/spot-checks/tasks/{task_number}/"),
    "portal:result": ("", "/spot-checks/results/{result_number}/"),
    "portal:draw": ("", "/draws/{draw}/"),
    "portal:draw_ask": ("", "/draws/{draw}/ask"),
    "inspections:subject_code": ("head", "/draws/{draw}/subject-code"),
    "inspections:publicity_file": ("head", "/inspections/publicity/{publicity}/"),
    "portal:dictionary": ("", "/standards/"),
    "inspections:items": ("head", "/inspections/items/"),
    "inspections:registers": ("head", "/inspections/registers/"),
    "inspections:plans": ("head", "/inspections/plans/"),
    "inspections:tasks": ("head", "/inspections/tasks/"),
    "inspections:parts": ("head", "/inspections/parts/"),
    "inspections:visit_ledger": ("head", "/inspections/visits/"),
    "inspections:item_end": ("head", "/inspections/items/{random_item}/end"),
    "inspections:avoidances": ("head", "/inspections/avoidances/"),
    "inspections:avoidance_new": ("head", "/inspections/avoidances/new"),
    "inspections:check_code_typed": ("", "/c/"),
    "inspections:offices": ("head", "/inspections/registration/"),
    "inspections:office_new": ("data-bureau", "/inspections/registration/new"),
    "inspections:register_close": ("plan-manager", "/inspections/registers/{objects}/close"),
    "inspections:avoidance": ("officer-two", "/inspections/avoidances/{avoidance}/"),
    "inspections:receipt_new": ("officer", "/inspections/orders/{order}/receipt"),
    "inspections:item": ("plan-manager", "/inspections/items/{listed}/"),
    "inspections:item_new": ("plan-manager", "/inspections/items/new"),
    "inspections:item_version": ("plan-manager", "/inspections/items/{listed}/version"),
    "inspections:register": ("plan-manager", "/inspections/registers/{objects}/"),
    "inspections:register_new": ("plan-manager", "/inspections/registers/new"),
    "inspections:register_write": ("plan-manager", "/inspections/registers/{objects}/write"),
    "inspections:plan_new": ("plan-manager", "/inspections/plans/new"),
    "inspections:plan_lines": ("plan-manager", "/inspections/plans/{plan_draft}/lines"),
    "inspections:task_new": ("plan-manager", "/inspections/tasks/new"),
    "inspections:task_write": ("plan-manager", "/inspections/tasks/{task_draft}/write"),
    "inspections:task_frame": ("plan-manager", "/inspections/tasks/{task_draft}/"),
    "inspections:task_strata": ("plan-manager", "/inspections/tasks/{task_draft}/strata"),
    "inspections:task_shares": ("plan-manager", "/inspections/tasks/{task_draft}/shares"),
    "inspections:task_sources": ("plan-manager", "/inspections/tasks/{task_draft}/sources"),
    "inspections:task_rows": ("plan-manager", "/inspections/tasks/{task_draft}/rows?place=0"),
    "inspections:task_merges": ("plan-manager", "/inspections/tasks/{task_drawn}/merges"),
    "inspections:draw": ("plan-manager", "/inspections/draws/{held}/"),
    "inspections:unit_replace": ("plan-manager", "/inspections/draws/{held}/units/{unit}/replace"),
    "inspections:part": ("officer", "/inspections/parts/{part}/"),
    "inspections:check_code": ("", "/c/{check_token}"),
    "portal:codes": ("", "/standards/codes/industry/"),
    "portal:table": ("", "/standards/check_action/"),
}
MORE = (
    ("", "/draws/{keyed_draw}/"),
    ("plan-manager", "/inspections/draws/{keyed_draw}/"),
    ("plan-manager", "/inspections/registers/{officers}/write"),
    ("plan-manager", "/cases/{plan_draft}"),
    ("plan-manager", "/cases/{task_drawn}"),
    ("officer", "/inspections/parts/{part_waiting}/"),
    ("head", "/inspections/parts/{part_submitted}/"),
    ("", "/c/{check_token_early}"),
    ("clerk", "/parties/"),
    ("data-bureau", "/cases/{objection}"),
    ("data-bureau", "/cases/{exception}"),
    ("clerk", "/cases/{link_case}"),
    ("", "/officers/public?on=2020-01-01"),
    ("clerk", "/parties/?q=没有这样的名称"),
    ("clerk", "/parties/?q=演示&region=pdxq"),
    ("clerk", "{odd}"),
    ("clerk", "/batches/nothing/"),
    ("clerk", "/nothing"),
    ("clerk", "/audit"),
    ("head", "{party}?tab=basic"),
    ("head", "{party}?tab=credit"),
    ("head", "{party}?as_of=2020-01-01"),
    ("auditor", "/"),
    ("system-admin", "/"),
    ("data-bureau", "/"),
    ("security-admin", "/people"),
    ("clerk", "/standards/"),
    ("clerk", "/standards/codes/industry/?page=3"),
)
LOOKED_AT = [
    *(pytest.param(login, address, id=name) for name, (login, address) in VISITS.items()),
    *(pytest.param(login, address, id=f"{login}:{address}") for login, address in MORE),
]


def test_every_page_is_visited_or_named_as_no_page():
    assert set(VISITS) | NO_PAGE | ELSEWHERE >= set(PAGES)
    assert set(VISITS) | ELSEWHERE <= set(PAGES)


@pytest.mark.parametrize(("login", "address"), LOOKED_AT)
def test_no_page_jumps_overflows_fails_or_hides_from_a_reader(office, places, login, address):
    desk = office.at(login)
    wrong = []
    for name, size in (("桌面", DESK), ("手机", PHONE)):
        desk.page.set_viewport_size(size)
        desk.page.goto(address.format(**places))
        wrong += [f"{name}：{fault}" for fault in faults(desk.page)]

    assert [*wrong, *desk.complaints()] == []


@pytest.fixture(name="places", scope="module")
def _places(office, tmp_path_factory) -> dict[str, str]:
    """A batch with refused rows, one no table fits, a mapping, a dossier, a person's record."""
    clerk, head = office.at("clerk"), office.at("head").page
    folder = tmp_path_factory.mktemp("pages")
    longest = "演示" + "很长的名称" * 118 + "有限公司"  # 600 is what the standard allows
    long_name = longest[:200]
    person = {
        "administrative_cp_na": "01", "administrative_cp_ce_type": "111",
        "administrative_cp_ui_code": "310115199001010013", "supervise_object_type": "2",
        "supervise_object": "演示张三", "administrative_cp": "演示张三",
    }  # fmt: skip
    rows = [
        inspection(700_001, administrative_cp=long_name, supervise_object=long_name),
        inspection(700_002, check_result="99"),
        inspection(700_003, **person),
    ]
    clerk_file = folder / "每页.csv"
    clerk_file.write_bytes(as_csv(rows))
    batch = clerk.hand_in(clerk_file)
    corrected = folder / "每页-更正.csv"
    corrected.write_bytes(as_csv([rows[0] | {"check_action_name": "更正后的检查"}]))
    clerk.hand_in(corrected)
    firm = {
        "pripid": "DM0000000000700001", "enterprise_name": longest, "uscc": uscc(1000 + 700_001),
        "registration_status_name": "存续", "domicile": "浦东新区演示路" * 20,
    }  # fmt: skip
    register = folder / "企业.csv"
    register.write_bytes(as_csv([firm], table="object_enterprise"))
    clerk.hand_in(register)
    odd = folder / "怪表.csv"
    odd.write_text("甲,乙\n1,2\n", encoding="utf-8")
    odd_batch = clerk.hand_in(odd)
    mapping = _mapped(clerk, folder)
    form = "/entry/tables/check_action/"
    entered = clerk.fill_in(form, inspection(700_020, administrative_cp=long_name), "submit")
    clerk.page.goto(entered)
    withdraw = clerk.page.locator("a", has_text="撤回").get_attribute("href") or ""
    party = office.at("head").look_up(uscc(1000 + 700_001))
    head.locator("a", has_text="查看改动").click()
    versions = head.url
    fact = versions.split("/facts/")[1].split("/")[0]
    return {
        "batch": batch, "odd": odd_batch, "mapping": mapping, "party": party, "versions": versions,
        "reveal": f"/facts/{fact}/fields/check_personnel", "export": _exported(head),
        "draft": clerk.fill_in(form, {"administrative_cp": longest[:200]}, "save"),
        "grid": _in_grid(clerk.page, rows), "entered": entered, "withdraw": withdraw,
        **json.loads(office.site.tell("book", "links", "draw", "work")),
    }  # fmt: skip


def _mapped(clerk, folder: Path) -> str:
    """The page of a mapping that was made and saved in the browser."""
    lawful = as_csv([inspection(700_010)]).decode().replace("检查行为名称", "检查叫什么", 1)
    file = folder / "别名.csv"
    file.write_text(lawful, encoding="utf-8")
    address = clerk.hand_in(file)
    page = clerk.page
    page.goto(f"{address}mapping?table=check_action")
    page.get_by_label("检查叫什么对应的字段").select_option("check_action_name")
    page.fill("#mapping-name", "演示系统导出")
    with page.expect_navigation():
        page.click("text=存下并检核入库")
    page.goto("/mappings/")
    page.click("td.first a")
    return page.url


def _in_grid(page: Page, rows: list[dict[str, str]]) -> str:
    """The page of a draft in the grid."""
    page.goto("/entry/tables/check_action/grid")
    pasted_into(page, as_table(rows))
    page.wait_for_url("**/entry/drafts/**")
    return page.url


def _exported(head: Page) -> str:
    """The page of an export that is done."""
    head.goto("/datasets/check_action/")
    head.click("text=申请导出")
    head.get_by_role("link", name="下载文件").wait_for()
    return head.url


def test_a_page_asked_for_twice_stays_where_it_was(office):
    """The address holds the whole view: filter, sort and page."""
    page = office.at("clerk").page
    page.goto("/regions?q=浦东&sort=-code&size=50")

    page.reload()

    assert page.input_value("#filter-q") == "浦东"
    assert page.locator("th[aria-sort=descending]").count() == 1
