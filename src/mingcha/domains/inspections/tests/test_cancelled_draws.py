"""A cancelled draw stays public with the list it would have drawn, or says why nobody can tell it."""

import subprocess
from datetime import UTC, datetime, timedelta
from zipfile import ZipFile

import pytest

from mingcha.base.days import local_today, utc_now
from mingcha.base.people.testing import make_account
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import Draw, Pledge
from mingcha.domains.inspections.queries import seeding
from mingcha.domains.inspections.queries.frozen import commitment_of
from mingcha.domains.inspections.queries.public.draws import ask
from mingcha.domains.inspections.rules import drawing as rules
from mingcha.domains.inspections.rules import lines, seeds
from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.services import drawing
from mingcha.domains.inspections.services import seeds as seed_services
from mingcha.domains.inspections.services.bundling import publish_draw
from mingcha.domains.inspections.services.frames import lines_of
from mingcha.domains.inspections.tests import checking, made
from mingcha.domains.inspections.tests.shown import Shown

pytestmark = pytest.mark.django_db
TODAY = local_today()
SSQ, DRAND = made.REVEAL.values["ssq"], made.REVEAL.values["drand"]


@pytest.fixture(autouse=True)
def _draws(settings, tmp_path):
    settings.DRAWS = tmp_path / "draws"
    settings.DRAWS.mkdir()


@pytest.fixture(name="shown")
def _shown(city):
    return Shown(city)


def cancelled(shown, **changes):
    """A draw that was frozen, and cancelled after its sources had their values."""
    draw = shown.draw("SJ-2026-0009", is_held=False, **changes)
    draw = drawing.cancel(draw, because="范围有误", actor=shown.city.person("plan-manager"))
    publish_draw(draw)
    return Draw.objects.select_related("task__case", "published").get(pk=draw.pk)


def expected(draw):
    """(kind, stratum, place, key) of what the rules draw with the values that were announced."""
    said = commitment_of(draw)
    seed = seeds.build(said.draw_id, said.sources, said.nonces, made.REVEAL, said.by)
    strata = list(lines.read("S", lines_of(draw, "S")))
    chance = Chance.of(said.by, seed.text, said.draw_id)
    return [
        (kind, one.stratum, str(place), key)
        for one in rules.draw(lines_of(draw, "F"), strata, chance)
        for kind, keys in (("W", one.objects), ("R", one.reserves))
        for place, key in enumerate(keys, start=1)
    ]


def bundle_of(client, draw, folder):
    """The zip that the page offers, kept."""
    answer = client.get(f"/draws/{draw.draw_id}/bundle.zip")
    path = folder / "served.zip"
    path.write_bytes(b"".join(answer.streaming_content))
    return path


def by_browser_code(path, *values):
    """What the browser's code computes of a cancelled draw."""
    run = subprocess.run(  # noqa: S603
        [checking.NODE, "--no-warnings", checking.BROWSER, path, *values],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    rows = [tuple(line.split("\x1f")) for line in run.stdout.splitlines() if "\x1f" in line]
    return run.returncode == 0, rows, run.stdout


@pytest.mark.row("BEY-1")
@pytest.mark.parametrize("level", ["open", "keyed"])
def test_anybody_computes_it_from_the_announced_values(shown, client, tmp_path, level):
    draw = cancelled(shown, level=level)

    page = client.get(f"/draws/{draw.draw_id}/").content.decode()
    path = bundle_of(client, draw, tmp_path)
    holds, rows, said = by_browser_code(path, f"ssq={SSQ}", f"drand={DRAND}")

    assert holds, said
    assert rows == expected(draw)
    assert "data-draw-would" in page and "看过公告的人能算出" in page
    assert "还没有由两人核对" in page and 'id="drawn"' not in page
    names = ZipFile(path).namelist()
    assert not {"reveal.txt", "drawn.txt", "X.txt", "A.txt"} & set(names)


def test_a_value_that_does_not_look_like_the_source_s_gives_no_list(shown, client, tmp_path):
    path = bundle_of(client, cancelled(shown), tmp_path)

    holds, rows, said = by_browser_code(path, "ssq=1 2 3", f"drand={DRAND}")

    assert (holds, rows) == (False, [])
    assert "取值不符合样式" in said


@pytest.mark.row("BEY-1")
def test_once_two_persons_confirmed_the_values_the_list_is_shown_and_can_be_checked(
    shown, client, tmp_path
):
    draw = cancelled(shown)
    one = shown.city.person("plan-manager")
    other = make_account("plan-manager", "head", organisation=shown.body)
    for source, value in made.REVEAL.values.items():
        seed_services.enter_value(draw, source, value, actor=one)
        seed_services.confirm_value(draw, source, value, actor=other)
    publish_draw(draw)

    page = client.get(f"/draws/{draw.draw_id}/?size=100")

    drawn = [row for row in expected(draw) if row[0] == "W"]
    shown_keys = [row["cells"][0]["text"] for row in page.context["rows"]]
    assert shown_keys == [row[3] for row in drawn]
    text = page.content.decode()
    assert "本应抽中的名单" in text and "演示第" in text and "data-draw-would" not in text
    exported = b"".join(client.get(f"/draws/{draw.draw_id}/?export=csv").streaming_content)
    assert exported.decode("utf-8-sig").count("本应抽中") == len(drawn)
    with ZipFile(bundle_of(client, draw, tmp_path)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert checking.by_script(files, tmp_path)[0]
    assert checking.by_browser_code(files, tmp_path)[0]
    draw.refresh_from_db()
    assert (draw.seed, draw.drawn_at, draw.units.count()) == ("", None, 0)


def test_the_page_of_the_draw_still_takes_its_values_and_has_the_list_published(shown, client):
    draw = cancelled(shown)
    client.force_login(shown.city.person("plan-manager"))
    address = f"/inspections/draws/{draw.draw_id}"

    page = client.get(f"{address}/").content.decode()
    assert "公开页面会列出本应抽中的名单" in page and "录入取值" in page
    client.post(f"{address}/value", {"source": "ssq", "value": SSQ})

    assert draw.values.get().value == SSQ
    assert "开始抽取" not in page and "取消抽取</button>" not in page


def test_what_the_seed_needs_is_kept_when_the_task_is_written_anew(shown):
    draw = cancelled(shown)
    Pledge.objects.filter(task=draw.task_id).delete()
    draw.task.sources.all().delete()

    assert seeding.numbers(draw) == {"D1": made.NONCES["D1"]}
    assert seeding.labels(draw)["ssq"][0] == "双色球"
    assert seeding.obstacle(draw, commitment_of(draw), utc_now()) == ""


@pytest.mark.row("BEY-1")
def test_a_number_that_could_still_have_been_revealed_leaves_nothing_to_tell(shown, client):
    draw = cancelled(shown)
    Draw.objects.filter(pk=draw.pk).update(cancelled_at=made.REVEAL_BY - timedelta(hours=1))
    draw.refresh_from_db()
    publish_draw(draw)

    page = client.get(f"/draws/{draw.draw_id}/").content.decode()

    assert "为什么没有名单" in page and "没有人能知道本应抽中谁" in page
    assert client.get(f"/draws/{draw.draw_id}/bundle.zip").status_code == 404
    with pytest.raises(errors.DrawCancelled):
        seed_services.enter_value(draw, "ssq", SSQ, actor=shown.city.person("plan-manager"))


def test_before_the_source_has_a_value_the_page_says_from_when_it_can_be_told(shown):
    draw = cancelled(shown)
    before = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)

    words = seeding.obstacle(draw, commitment_of(draw), before)

    assert words.startswith("公共来源最早 2026-11-24 21:15:00 才有取值")


def test_an_entity_asking_hears_that_the_draw_was_cancelled(shown):
    draw = cancelled(shown)
    mine = made.units(shown.size)[0][0]

    answer = ask(draw, mine, on=TODAY)

    assert answer.outcome == "closed" and "已取消" in answer.words


def test_the_numbers_of_a_keyed_draw_say_nothing_of_names(shown, client, tmp_path):
    draw = cancelled(shown, level="keyed")

    content = ZipFile(bundle_of(client, draw, tmp_path)).read("F.txt")

    assert b"91310000MA" not in content
