"""A labelled sample on pages: drawn by a stated seed, labelled blind, measured."""

import re

import pytest

from mingcha.base.ledger.models import Act
from mingcha.base.people.testing import make_account
from mingcha.domains.records.models import Sample, SamplePair
from mingcha.domains.records.services import samples
from mingcha.domains.records.testing import do_jobs
from mingcha.domains.records.tests.linking_world import find, make_party, make_subject

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def linker(city, client):
    account = make_account("linker", organisation=city.bureau, scope=city.government)
    client.force_login(account)
    return account


@pytest.fixture
def world(city):
    """12 tied by name, 6 doubted, 4 left alone, all of the market authority; one of the fire brigade."""
    firm = [make_party(f"演示第{n}登记公司") for n in range(12)]
    for number, party in enumerate(firm):
        find(make_subject(f"演示第{number}登记", city.market), party)
    for number in range(6):
        find(make_subject(f"演示存疑{number}", city.market), None, (firm[number], 4200))
    for number in range(4):
        find(make_subject(f"演示无主{number}", city.market), None)
    find(make_subject("演示消防", city.fire), firm[0])
    return firm


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def draw(client, city, seed: str, per_stratum: int = 5) -> Sample:
    said = {"scope": city.market.code, "per_stratum": str(per_stratum), "seed": seed}
    answer = client.post("/links/quality/new", said)
    do_jobs()
    return Sample.objects.get(pk=int(answer.url.rstrip("/").rsplit("/", 1)[1]))


def drawn(sample: Sample) -> list[tuple[int, str]]:
    return list(sample.pairs.order_by("place").values_list("tie", "stratum"))


@pytest.mark.row("REG-5")
def test_the_same_seed_draws_the_same_and_each_stratum_says_what_it_stands_for(
    world, linker, city, client
):
    one, again, other = (draw(client, city, seed) for seed in ("甲", "甲", "乙"))

    assert drawn(one) == drawn(again) != drawn(other)
    sizes = {row["key"]: (row["size"], row["drawn"]) for row in one.strata}
    assert sizes == {"doubt:4": (6, 5), "name:0": (12, 5), "own": (4, 4)}
    subjects = SamplePair.objects.filter(sample=one).values_list("tie__subject__name", flat=True)
    assert "演示消防" not in set(subjects)


@pytest.mark.row("REG-5")
def test_pairs_are_labelled_blind_and_figures_come_with_their_interval(world, linker, city, client):
    sample = draw(client, city, "甲", 12)
    address = f"/links/quality/{sample.pk}/"
    assert "还没有标注" in text_of(client.get(address))
    for pair in sample.pairs.select_related("tie").order_by("place"):
        page = text_of(client.get(f"{address}{pair.place}/"))
        assert "千分" not in page.split("<main")[1]  # nothing of what the machine thought
        verdict = "other" if pair.tie.is_doubtful else "same"
        answer = client.post(f"{address}{pair.place}/", {"verdict": verdict})
        assert answer.status_code == 302

    assert answer.url == address
    page = text_of(client.get(address))
    # 12 tied, all right; the doubted mean nobody, the 4 are really unregistered.
    assert "100.0%（75.8%–100.0%）" in page
    listed = text_of(client.get("/links/quality/"))
    assert "第 1 版" in listed and "100.0%" in listed and "甲" in listed
    out = b"".join(client.get("/links/quality/", {"export": "csv"}).streaming_content)
    assert "100.0%" in out.decode("utf-8-sig")
    assert Act.objects.filter(verb="标注样本").count() == 22


@pytest.mark.row("REG-5")
def test_whom_the_machine_missed_counts_against_recall(world, linker, city, client):
    sample = draw(client, city, "甲", 12)
    address = f"/links/quality/{sample.pk}/"
    missed = sample.pairs.filter(stratum="own").order_by("place").first()

    wrong = client.post(f"{address}{missed.place}/", {"verdict": "same", "meant": world[3].name})
    assert wrong.status_code == 422
    client.post(f"{address}{missed.place}/", {"verdict": "other", "meant": world[3].name})
    for pair in sample.pairs.filter(stratum="name:0"):
        client.post(f"{address}{pair.place}/", {"verdict": "same"})

    missed.refresh_from_db()
    assert missed.meant == world[3]
    page = text_of(client.get(address))
    assert "75.0%" in page  # 12 made; one label of “own” stands for its 4: 12 of 16


def test_a_body_without_records_gives_an_empty_sample_that_says_so(linker, city, client):
    sample = draw(client, city, "甲")

    page = text_of(client.get(f"/links/quality/{sample.pk}/"))
    assert "没有抽到任何一对" in page and "正在抽取，稍候" not in page


def test_nobody_sees_or_labels_a_sample_of_others(world, linker, city, client):
    sample = draw(client, city, "甲")
    client.force_login(make_account("linker", organisation=city.fire))

    assert client.get(f"/links/quality/{sample.pk}/").status_code == 404
    assert client.post(f"/links/quality/{sample.pk}/1/", {"verdict": "same"}).status_code == 404
    said = {"scope": city.market.code, "per_stratum": "5"}
    assert client.post("/links/quality/new", said).status_code in (404, 422)


def test_a_sample_is_held_by_its_acts(world, linker, city, client):
    sample = draw(client, city, "甲")
    before = dict(samples.digests())

    SamplePair.objects.filter(sample=sample).update(stratum="own")

    assert dict(samples.digests()) != before
