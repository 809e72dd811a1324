"""The mapping page: what is chosen is saved, comes back as it was, and differences are told."""

import pytest

from mingcha.domains.records.models import Batch, SourceMapping
from mingcha.domains.records.testing import as_csv, do_jobs, hand_in, inspection, make_catalogue
from mingcha.standards import loader
from mingcha.standards.mapping import (
    Constant,
    Drop,
    Join,
    Mapping,
    ParseDate,
    Rename,
    Replace,
    Split,
    Strip,
    Translate,
    Unit,
)

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = "check_action"
STRANGE = {"检查行为名称": "查什么", "检查时间": "查的那天"}


@pytest.fixture(name="refused")
def _refused(city):
    """A file with two headers of its own, and the clerk who handed it in."""
    make_catalogue()
    text = as_csv([inspection(1, check_date="04/03/2025")]).decode()
    for ours, theirs in STRANGE.items():
        text = text.replace(ours, theirs, 1)
    clerk = city.person("clerk")
    batch = hand_in(text.encode(), provider=city.market, actor=clerk, name="别名.csv")
    return batch, clerk


def chosen(batch, **changes):
    """The form as the page proposes it, with changes by field."""
    headers = batch.sample["headers"]
    labels = {f.label: key for key, f in loader.current().table(TABLE).fields.items()}
    said = {f"field-{n}": labels.get(header, "") for n, header in enumerate(headers)}
    for theirs, field, how, detail in (
        ("查什么", "check_action_name", "rename", ""),
        ("查的那天", "check_date", "date", "%d/%m/%Y"),
    ):
        place = headers.index(theirs)
        said |= {f"field-{place}": field, f"how-{place}": how, f"detail-{place}": detail}
    return said | {"name": "演示导出"} | changes


@pytest.mark.row("DAT-4")
def test_a_file_refused_for_its_headers_is_taken_in_once_they_are_mapped(client, refused):
    batch, clerk = refused
    client.force_login(clerk)
    page = f"/batches/{batch.public_id}/mapping?table={TABLE}"

    assert batch.state == "refused"
    answer = client.post(page, chosen(batch) | {"act": "save"})
    do_jobs()

    taken = Batch.objects.get(public_id=answer["Location"].strip("/").split("/")[-1])
    assert (taken.state, taken.accepted_count) == ("landed", 1), taken.run.error
    assert taken.mapping == SourceMapping.objects.get(name="演示导出", version=1)


def test_a_saved_version_opens_again_as_it_was_and_its_changes_are_told(client, refused):
    batch, clerk = refused
    client.force_login(clerk)
    page = f"/batches/{batch.public_id}/mapping?table={TABLE}"
    client.post(page, chosen(batch) | {"act": "save"})
    first = SourceMapping.objects.get(version=1)

    again = client.get(f"{page}&from={first.pk}").content.decode()
    client.post(
        page, chosen(batch, **{"constant-address_operating": "演示路2号"}) | {"act": "save"}
    )
    second = client.get(f"/mappings/{SourceMapping.objects.get(version=2).pk}/").content.decode()

    assert 'value="%d/%m/%Y"' in again and "本页不能编辑的步骤" not in again
    assert "增：“经营地址”一律填“演示路2号”。" in second


def test_a_fault_in_the_words_is_said_and_changes_nothing(client, refused):
    batch, clerk = refused
    client.force_login(clerk)

    answer = client.post(
        f"/batches/{batch.public_id}/mapping?table={TABLE}",
        chosen(batch, **{"how-0": "unit", "detail-0": "斤→两", "act": "save"}),
    )

    assert answer.status_code == 422
    assert "不认识单位换算“斤→两”" in answer.content.decode()
    assert not SourceMapping.objects.exists()


HEADERS = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"]
EVERY_WAY = Mapping(
    table=TABLE,
    steps=(
        Rename(source="甲", field="check_action_name"),
        Translate(source="乙", field="check_result", values={"合格": "01", "不合格": "02"}),
        ParseDate(source="丙", field="check_date", format="%d/%m/%Y"),
        Unit(source="丁", field="check_mode", shift=4, source_unit="万元", field_unit="元"),
        Strip(source="戊", field="check_action_code", prefix="第", suffix="号"),
        Replace(source="己", field="supervise_object", pattern="a+", by="b"),
        Split(source="庚", fields=("check_form", "check_type"), separator="/"),
        Drop(source="癸"),
        Join(sources=("辛", "壬"), field="address_registered", separator="，"),
        Constant(field="area_number", value="310115"),
    ),
)


def test_every_way_of_transforming_survives_the_page(client, refused):
    batch, clerk = refused
    Batch.objects.filter(pk=batch.pk).update(sample={"headers": HEADERS, "rows": [["1"] * 10]})
    said = EVERY_WAY.model_dump(mode="json", exclude_none=True)
    saved = SourceMapping.objects.create(
        provider=batch.provider, table=TABLE, name="全部", version=1, spec=said, made_by=clerk
    )
    client.force_login(clerk)

    page = client.get(f"/batches/{batch.public_id}/mapping?table={TABLE}&from={saved.pk}")

    shown = page.content.decode()
    assert "本页不能编辑的步骤" not in shown
    for detail in (
        "合格=01；不合格=02",
        "万元→元",
        "第|号",
        "a+=b",
        "/|check_form,check_type",
        "，",
    ):
        assert f'value="{detail}"' in shown
