"""Anybody opens a draw, asks after one entity, recomputes it; and learns no more than its level allows."""

import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from mingcha.base.days import local_today, utc_now
from mingcha.base.ledger.hashing import HASHINGS
from mingcha.domains.inspections.models import PublishedDraw, SeedSource
from mingcha.domains.inspections.queries.public import draws as queries
from mingcha.domains.inspections.rules import roots
from mingcha.domains.inspections.rules.keyed import keyed
from mingcha.domains.inspections.services.bundling import publish_draw
from mingcha.domains.inspections.testing import Line
from mingcha.domains.inspections.tests import checking, made
from mingcha.domains.inspections.tests.shown import EXCLUDED, SECRET, Shown

pytestmark = pytest.mark.django_db
TODAY = local_today()


@pytest.fixture(autouse=True)
def _at_once(settings, tmp_path):
    settings.OPEN_FORM_SECONDS = 0
    settings.DRAWS = tmp_path / "draws"
    settings.DRAWS.mkdir()


@pytest.fixture(name="shown")
def _shown(city):
    return Shown(city)


def asked(client, draw, code, given=""):
    """What the page answers about a credit code."""
    page = client.get(f"/draws/{draw.draw_id}/ask")
    key = page.context["form"].initial["form_key"]
    said = {"code": code, "given": given, "form_key": key}
    return client.post(f"/draws/{draw.draw_id}/ask", said)


@pytest.mark.row("BEY-1", "INS-6")
def test_anybody_sees_what_was_committed_the_seed_and_what_was_drawn(shown, client):
    draw = shown.draw()

    page = client.get(f"/draws/{draw.draw_id}/")

    text = page.content.decode()
    for words in (draw.digest, "03 09 14 21 27 30 + 08", "没有按时公开", "年度检查次数已满 1 户",
                  "演示ZF0", "全部公开", draw.seed.split("|")[0], "见证人"):  # fmt: skip
        assert words in text, words
    assert EXCLUDED not in text
    assert page["Content-Security-Policy"]


@pytest.mark.row("BEY-1")
def test_the_bundle_that_is_served_passes_its_check(shown, client, tmp_path):
    draw = shown.draw()

    answer = client.get(f"/draws/{draw.draw_id}/bundle.zip")
    with ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}

    assert "X.txt" not in files and "A.txt" not in files
    assert checking.by_script(files, tmp_path)[0]
    assert client.get(
        f"/draws/{draw.draw_id}/bundle.zip", headers={"If-None-Match": answer["ETag"]}
    ).status_code == 304  # fmt: skip


@pytest.mark.row("BEY-1")
def test_every_drawn_and_every_missed_entity_gets_its_number_and_a_proof_that_holds(shown):
    draw = shown.draw()
    by = HASHINGS["sm3"]
    drawn = set(draw.units.filter(is_reserve=False).values_list("key", flat=True))
    spare = set(draw.units.filter(is_reserve=True).values_list("key", flat=True))

    for key, *_ in made.units(shown.size):
        answer = queries.ask(draw, key, on=TODAY)
        proof = answer.proof
        assert answer.outcome == (
            "drawn" if key in drawn else "reserve" if key in spare else "missed"
        )
        path = [bytes.fromhex(one) for one in proof["path"]]
        place = proof["index"], proof["size"]
        root = bytes.fromhex(proof["root"])
        assert roots.proves(proof["line"].encode(), place, path, root, by)
        if answer.rank and answer.cut:
            assert (answer.rank <= answer.cut) == (answer.outcome == "drawn")


@pytest.mark.row("BEY-1")
def test_the_page_answers_for_a_credit_code(shown, client):
    draw = shown.draw()
    key = draw.units.filter(is_reserve=False).first().key

    page = asked(client, draw, key)

    assert page.status_code == 200 and page.context["answer"].outcome == "drawn"
    assert "抽中" in page.content.decode() and "data-draw-proof" in page.content.decode()


def test_who_is_excluded_and_who_was_never_there_look_alike_to_others(shown, client):
    draw = shown.draw()

    excluded, unknown = asked(client, draw, EXCLUDED), asked(client, draw, "91310000MC99999999")

    assert excluded.context["answer"].words == unknown.context["answer"].words
    assert excluded.context["answer"].outcome == "absent"


def test_the_entity_itself_learns_why_it_was_excluded(shown, client):
    draw = shown.draw()

    code = queries.subject_code(draw, EXCLUDED)
    page = asked(client, draw, EXCLUDED, code.lower())

    assert page.context["answer"].outcome == "excluded"
    assert "年度检查次数已满" in page.content.decode()
    assert asked(client, draw, EXCLUDED, "A" * 20).context["answer"].outcome == "code-needed"


def test_asking_too_often_is_refused(shown, client, settings):
    settings.OPEN_LOOKUPS_EACH = 2
    draw = shown.draw()

    codes = [asked(client, draw, EXCLUDED).status_code for _ in range(3)]

    assert codes == [200, 200, 429]


def test_a_keyed_draw_names_nobody_but_tells_the_entity_its_key(shown, client):
    draw = shown.draw(level="keyed")
    mine = made.units(shown.size)[0][0]
    key = keyed(SECRET, mine, HASHINGS["sm3"])

    text = client.get(f"/draws/{draw.draw_id}/").content.decode()

    assert (
        "91310000MA" not in text and "演示第" not in text.replace("演示第0区", "") and "P-" in text
    )
    assert asked(client, draw, mine).context["answer"].outcome == "code-needed"
    answer = asked(client, draw, mine, queries.subject_code(draw, mine)).context["answer"]
    assert answer.key == key and answer.proof


def test_an_embargo_is_kept_to_the_day(shown, client, settings):
    tomorrow = TODAY + timedelta(days=1)
    draw = shown.draw(level="embargoed", embargo=tomorrow)
    mine = made.units(shown.size)[0][0]

    page = client.get(f"/draws/{draw.draw_id}/")
    answer = client.get(f"/draws/{draw.draw_id}/bundle.zip")
    names = ZipFile(BytesIO(b"".join(answer.streaming_content))).namelist()

    assert sorted(names) == ["commitment.txt", "counts.txt", "reveal.txt"]
    assert page.context["rows"] is None and not page.context["strata"]
    code = queries.subject_code(draw, mine)
    assert queries.ask(draw, mine, given=code, on=TODAY).outcome == "closed"
    assert queries.ask(draw, mine, given=code, on=tomorrow).outcome in {
        "drawn",
        "missed",
        "reserve",
    }
    path = queries.bundle_of(draw, queries.frames.commitment_of(draw), tomorrow)
    assert "F.txt" in ZipFile(path).namelist()


def test_a_committed_draw_says_what_it_waits_for_and_a_cancelled_one_why(shown, client):
    waiting = shown.draw("SJ-2026-0008", is_held=False)
    cancelled = shown.draw("SJ-2026-0009", is_held=False)
    cancelled.cancelled_at, cancelled.cancelled_because = made.TIME, "范围有误"
    cancelled.save()

    first = client.get(f"/draws/{waiting.draw_id}/").content.decode()
    second = client.get(f"/draws/{cancelled.draw_id}/").content.decode()

    assert "还没有两人核对的取值" in first and "抽取完成后" in first
    assert "已取消" in second and "范围有误" in second
    assert client.get(f"/draws/{waiting.draw_id}/bundle.zip").status_code == 404
    assert client.get("/draws/SJ-2026-9999/").status_code == 404


def test_publishing_a_draw_again_gives_the_same_bytes(shown):
    draw = shown.draw()
    before = PublishedDraw.objects.get(draw=draw).bundle

    assert publish_draw(draw).bundle == before


def test_a_page_of_a_draw_asks_little(shown, client, django_assert_max_num_queries):
    draw = shown.draw()
    client.get(f"/draws/{draw.draw_id}/")

    with django_assert_max_num_queries(28):
        client.get(f"/draws/{draw.draw_id}/")


def test_the_commitment_and_the_script_are_there_to_take(shown, client):
    draw = shown.draw()

    assert client.get(f"/draws/{draw.draw_id}/commitment.txt").content == bytes(draw.commitment)
    script = b"".join(client.get("/draws/verify_draw.py").streaming_content)
    assert script == checking.SCRIPT.read_bytes()
    assert json.dumps(draw.published.strata)


@pytest.mark.row("BEY-1", "INS-6")
@pytest.mark.parametrize("level", ["open", "keyed"])
def test_a_draw_of_the_real_line_is_published_by_its_job_and_can_be_recomputed(
    city, client, tmp_path, level
):
    line = Line(city)
    draw = line.frozen(line.task(level=level))
    SeedSource.objects.update(at=utc_now() - timedelta(minutes=1))
    draw = line.held(line.valued(draw))

    publish_draw(draw)
    page = client.get(f"/draws/{draw.draw_id}/").content.decode()
    answer = client.get(f"/draws/{draw.draw_id}/bundle.zip")
    with ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}

    holds, said = checking.by_script(files, tmp_path)
    assert holds, said
    assert draw.seed in page.replace("&#x27;", "'") and ("有限公司" in page) == (level == "open")
    party = draw.units.filter(is_reserve=False).first().party
    code = queries.subject_code(draw, party.code)
    fresh = queries.draw_called(draw.draw_id)
    assert queries.ask(fresh, party.code, given=code, on=TODAY).outcome == "drawn"
