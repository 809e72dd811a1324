"""The code of a notice, typed in by who cannot scan it, and what the notice says of it."""

from datetime import timedelta
from importlib.resources import files

import pytest
from django.urls import reverse

from mingcha.base.days import local_today
from mingcha.domains.inspections.models import Visit
from mingcha.domains.inspections.queries import documents
from mingcha.domains.inspections.rules import checkcode
from mingcha.domains.inspections.tests.onsite import stage


@pytest.fixture
def scene(city):
    return stage(city)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0123456789abcdef0123", "0123456789abcdef0123"),
        ("0123-4567-89ab-cdef-0123", "0123456789abcdef0123"),
        (" ０１２３ ４５６７ ８９ＡＢ ＣＤＥＦ ０１２３ ", "0123456789abcdef0123"),
        ("O123-4567-89ab-cdef-Ol23", "0123456789abcdef0123"),
        ("https://jg.example/c/0123456789abcdef0123/", "0123456789abcdef0123"),
        ("0123456789abcdef012", ""),
        ("g123456789abcdef0123", ""),
        ("", ""),
    ],
)
def test_a_code_is_read_however_it_is_written(typed, code):
    assert checkcode.read(typed) == code


def test_what_is_printed_is_read_again():
    assert checkcode.read(checkcode.written("0123456789abcdef0123")) == "0123456789abcdef0123"


@pytest.mark.row("BEY-10")
def test_who_cannot_scan_types_the_code_of_the_notice_and_sees_the_same(client, scene):
    token, page = scene.part.visit.token, reverse("inspections:check_code_typed")
    groups = [token[at : at + 4] for at in range(0, 20, 4)]
    for typed in ("-".join(groups), " ".join(groups).upper(), token, f"http://x/c/{token}"):
        answer = client.get(page, {"code": typed})
        assert answer.status_code == 302 and answer.url == f"/c/{token}", typed
    shown = client.get(answer.url).content.decode()
    assert "食品安全法第一百零九条" in shown and "-".join(groups) in shown
    assert client.get(page).status_code == 200
    for typed, status in (("0" * 20, 404), ("12", 422), ("", 422), ("x" * 400, 422)):
        answer = client.get(page, {"code": typed})
        assert answer.status_code == status and "演示康达饮品店" not in answer.content.decode()
    Visit.objects.update(shown_from=local_today() + timedelta(days=3))
    early = client.get(page, {"code": token})
    assert early.status_code == 409 and "演示康达饮品店" not in early.content.decode()


@pytest.mark.row("BEY-10")
def test_the_notice_says_from_when_it_may_be_shown_and_what_to_type(scene):
    notice = documents.notice(scene.part, qr="", site="https://x/c/")
    assert notice["check_code"].replace("-", "") == scene.part.visit.token
    assert notice["shown_from"] == str(local_today()) and notice["site"] == "https://x/c/"
    source = files("mingcha.domains.inspections").joinpath("documents/notice.typ").read_text()
    assert "data.shown_from" in source and "data.site" in source and "data.check_code" in source


@pytest.mark.row("BEY-10")
def test_neither_notice_nor_code_is_shown_before_its_day(client, scene):
    day = local_today() + timedelta(days=5)
    plan = reverse("inspections:plan", args=[scene.case.number])
    client.force_login(scene.one)
    client.post(plan, {"on": day})
    notice = client.get(reverse("inspections:notice_pdf", args=[scene.case.number]))
    assert notice.status_code == 409 and str(day) in notice.content.decode()
    client.logout()
    early = client.get(reverse("inspections:check_code", args=[scene.part.visit.token]))
    assert early.status_code == 409 and str(day) not in early.content.decode()
    assert "演示康达饮品店" not in early.content.decode()
    client.force_login(scene.one)
    outside = client.post(plan, {"on": local_today() + timedelta(days=90)})
    assert outside.status_code == 409
