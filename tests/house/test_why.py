"""Every page answers "why can I (not) see or do this" (BEY-16), for every role, in words that are right."""

import re
from html import unescape
from zlib import crc32

import pytest
from tests.house.test_matrix import PAGES, ROLES, address, may

from mingcha.base.access import PUBLIC, ROW_RULES, SIGNED_IN, label_of
from mingcha.base.people.roles import declared
from mingcha.base.rules import services as rules
from mingcha.domains.desk.queries.pages import PAGES as WORDS

LINK = re.compile(r'href="(/why(?:/rows/[a-z-]+)?\?[^"]*)"')
# Asked for by the table that a file is for.
WITHIN = {"catalog.import", "officers.import"}
# Pages before one has signed in, and those that only send one elsewhere, have nobody to answer to.
NOBODY = {"desk:signin", "desk:signin_code", "desk:signout"}


def test_every_page_is_in_words():
    assert set(WORDS) == set(PAGES)


def test_every_kind_of_row_and_every_right_that_a_page_names_exists():
    named = [kind for page in WORDS.values() for kind in page.kinds]
    asked = {doing.right for page in WORDS.values() for doing in page.doings}

    assert set(named) <= set(ROW_RULES) and asked <= set(declared().rights)


def test_every_kind_of_row_is_shown_somewhere():
    assert set(ROW_RULES) == {kind for page in WORDS.values() for kind in page.kinds}


def test_every_right_opens_a_page_or_something_on_one():
    """No right without a door."""
    offered = set(PAGES.values()) | {d.right for page in WORDS.values() for d in page.doings}

    assert set(declared().rights) - offered == WITHIN


@pytest.mark.django_db
@pytest.mark.row("BEY-16")
@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_page_leads_to_a_right_answer(role, city, client):
    rules.load_shipped()
    client.force_login(city.person(role))

    wrong = {}
    for name in sorted(name for name in set(PAGES) - NOBODY if role in askers(name)):
        answer = client.get(address(name))
        if not answer["Content-Type"].startswith("text/html") or answer.status_code in (302, 405):
            continue
        problem = _problem(client, answer, name, may(PAGES[name], ROLES[role]))
        if problem:
            wrong[name] = problem

    assert wrong == {}


def askers(name):
    """Of those who may see a page one, of those who may not one, in turn from page to page.

    What is said depends on the rights alone, and which role has which is in the matrix.
    """
    able = {role: may(PAGES[name], ROLES[role]) for role in sorted(ROLES)}
    sides = [[role for role in able if able[role] is side] for side in (True, False)]
    return {side[crc32(name.encode()) % len(side)] for side in sides if side}


def test_every_page_is_asked_for_by_somebody_and_every_role_asks():
    asked = {name: askers(name) for name in set(PAGES) - NOBODY}

    assert all(asked.values()) and set().union(*asked.values()) == set(ROLES)


def _problem(client, answer, name, is_allowed):
    """What is wrong with the way from a page to its why, and with what is said there; "" if nothing."""
    links = LINK.findall(answer.content.decode())
    if not links:
        return f"{answer.status_code}: no link"
    link = next((one for one in links if "page=" in one), links[0])
    why = client.get(unescape(link))
    said = re.sub(r"\s+", " ", why.content.decode())
    if why.status_code != 200 or f"<h2>{WORDS[name].label}</h2>" not in said:
        return f"{link}: {why.status_code}, not called {WORDS[name].label}"
    right = PAGES[name]
    if right in (PUBLIC, SIGNED_IN):
        return "" if "开放" in said else "does not say to whom it is open"
    lacks = f"需要“{label_of(right)}”权限，您的账号没有" in said
    return "" if lacks != is_allowed else f"says {'no' if lacks else 'yes'}"


@pytest.mark.django_db
@pytest.mark.row("BEY-16")
def test_a_hidden_button_is_explained(city, client, make_account):
    make_account("department-admin", organisation=city.market, real_name="演示管理员")
    client.force_login(city.person("officer"))

    said = client.get("/why?page=/parties/nothing/").content.decode()

    assert "做：导出" in said and "部门负责人" in said
    assert "看：共享的记录" in said and "做：查看遮盖的敏感信息" in said


@pytest.mark.django_db
@pytest.mark.row("BEY-16")
@pytest.mark.row("SEC-7")
def test_a_refused_act_leads_to_why_it_was_refused(city, client, make_account):
    make_account("department-admin", organisation=city.fire, real_name="演示消防管理员")
    client.force_login(city.person("clerk"))

    page = client.post("/intake/", {"provider": "fire"})
    api = client.post("/api/v1/consents", {
        "provider": "fire", "table": "check_action", "since": "2026-01-01", "basis": "x", "purpose": "y",
    }, content_type="application/json")  # fmt: skip
    button = re.search(r'class="btn" href="(/why[^"]*)"', page.content.decode())
    said = client.get(unescape(button[1])).content.decode()
    again = client.get(api.json()["why"]).content.decode()

    assert (page.status_code, api.status_code) == (403, 403)
    assert "需要“报送数据”权限，且范围包括演示市消防救援局，您有这项权限，但范围不包括" in said
    assert "演示消防管理员" in said
    assert "需要“办理共享同意”权限，且范围包括演示市消防救援局" in again


@pytest.mark.django_db
@pytest.mark.row("BEY-16")
def test_what_is_not_found_leads_to_the_rule_and_never_says_whether_it_is_there(city, client):
    client.force_login(city.person("clerk"))

    answer = client.get("/batches/nothing/")
    said = client.get(unescape(LINK.search(answer.content.decode())[1])).content.decode()

    assert answer.status_code == 404
    assert "看：报送批次和回执" in said
    assert "nothing" not in re.sub(r"(/|%252F|%2F)batches\1nothing", "", said)


@pytest.mark.django_db
@pytest.mark.row("BEY-16")
@pytest.mark.parametrize("path", ["/batches/", "/mappings/", "/consents/", "/parties/?q=没有"])
def test_an_empty_list_says_that_there_may_be_more(city, client, path):
    client.force_login(city.person("clerk"))

    said = client.get(path).content.decode()

    assert "这里只列您有权看到的" in said
