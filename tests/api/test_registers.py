"""Objects of every kind come into one register by their files, each once, with its division."""

import pytest
from django.test import Client
from tests.api.handing_in import Program

from mingcha.base.people.models import Region
from mingcha.base.people.testing import make_account
from mingcha.domains.records.testing import as_csv, lawful, make_catalogue, uscc
from mingcha.standards import loader

pytestmark = pytest.mark.django_db(transaction=True)

REGISTERS = sorted(name for name, t in loader.catalogue().tables.items() if t.register_as)
KINDS = loader.catalogue().code_table("supervise_object_type").labels


@pytest.fixture(name="program")
def _program(city):
    make_catalogue()
    return Program(make_account("data-bureau", organisation=city.market))


def found(program, words="", **asked):
    """The entities that the search page shows."""
    client = Client()
    client.force_login(program.account)
    answer = client.get("/parties/", {"q": words, **asked})
    assert answer.status_code == 200
    return list(answer.context["rows"])


def dossier(program, party):
    """The dossier page of an entity."""
    client = Client()
    client.force_login(program.account)
    return client.get(f"/parties/{party.public_id}/?tab=basic")


def name_of(table, row):
    """The name under which a row's object is looked for."""
    return row[loader.current().table(table).register_as.name[0]]


@pytest.mark.row("REG-1")
@pytest.mark.row("BEY-17")
@pytest.mark.slow
def test_one_file_of_every_kind_of_object_makes_each_searchable_with_its_dossier(program, city):
    other = Program(make_account("data-bureau", organisation=city.fire))
    kinds = set()
    for number, table in enumerate(REGISTERS, 1):
        row = lawful(table, number)
        receipt = program.hand_in(as_csv([row], table=table), f"{table}.csv")
        assert (receipt["table"], receipt["accepted"]) == (table, 1), receipt
        again = other.hand_in(as_csv([row], table=table), f"另一单位-{table}.csv")
        assert again["accepted"] == 1, again

        shown = [p for p in found(program, name_of(table, row)) if p.is_registered]
        (party,) = shown  # two departments, one object
        page = dossier(program, party)
        kinds.add(party.kind)
        assert party.region == "310115", (table, party.region, party.region_by)
        assert page.context["party"].kind_label == KINDS[party.kind]
        registers = page.context["registers"]
        assert [r["table"].name for r in registers] == [table]
        assert str(registers[0]["table"].label) in page.content.decode()

    assert kinds == {str(kind) for kind in range(1, 12)}


FOOD = {"food_name": "演示酸奶", "producer_uscc": uscc(7), "specification": "250 ml"}


@pytest.mark.row("REG-1")
def test_what_has_no_code_is_known_by_what_identifies_it(program, city):
    other = Program(make_account("data-bureau", organisation=city.fire))
    first = lawful("special_food", 1, **FOOD, produced_on="2025-03-01")
    later = lawful("special_food", 1, **FOOD, produced_on="2025-03-02")
    spaced = later | {"specification": "２５０ＭＬ", "produced_on": "2025-03-03"}
    smaller = first | {"specification": "100ml"}

    program.hand_in(as_csv([first, later, smaller], table="special_food"))
    other.hand_in(as_csv([spaced], table="special_food"))

    products = found(program, "演示酸奶")
    assert sorted(product.name for product in products) == [
        "演示酸奶 100ml", "演示酸奶 250ML",
    ]  # fmt: skip
    yoghurt = next(product for product in products if product.name.endswith("250ML"))
    assert yoghurt.code == ""  # it has none, and its key is not shown as one
    page = dossier(program, yoghurt)
    assert page.context["codes"] == []
    assert len(page.context["registers"]) == 2  # what this department said; the other's is its own


SITE = {"site_name": "演示体育馆", "responsible_uscc": uscc(8), "area_number": "310115"}


@pytest.mark.row("REG-1")
def test_a_site_reported_by_two_departments_is_one_site_and_answers_to_its_unit(program, city):
    firm = lawful("object_enterprise", 8, uscc=uscc(8), enterprise_name="演示八号有限公司")
    program.hand_in(as_csv([firm], table="object_enterprise"))
    other = Program(make_account("data-bureau", organisation=city.fire))
    program.hand_in(as_csv([lawful("special_site", 1, **SITE)], table="special_site"))
    other.hand_in(as_csv([lawful("special_site", 2, **SITE)], table="special_site"))

    (site,) = found(program, "演示体育馆")

    assert dossier(program, site).context["owner"].name == "演示八号有限公司"
    (unit,) = found(program, "演示八号")
    client = Client()
    client.force_login(program.account)
    objects = client.get(f"/parties/{unit.public_id}/?tab=objects").context["rows"]
    assert [row.name for row in objects] == ["演示体育馆"]


def firm(number, **said):
    """A firm whose own fields tell no division but those that are said."""
    bare = {"registration_authority": "", "domicile": "", "business_premises": ""}
    return lawful("object_enterprise", number, **(bare | said))


@pytest.mark.row("REG-6")
@pytest.mark.parametrize(
    ("said", "region", "note"),
    [
        ({"registration_authority": "310104000"}, "310104", "依登记机关"),
        ({"registration_authority": "沪市监"}, "310115", "依信用代码，为最初登记地"),
        ({"domicile": "上海市徐汇区演示路1号"}, "310104", "依地址"),
        ({"registration_authority": "310000", "domicile": "徐汇区演示路1号"}, "310104", "依地址"),
        ({"registration_authority": "310104", "domicile": "浦东新区演示路1号"}, "310104", "依登记机关"),
        ({"registration_authority": "310000"}, "310115", "依信用代码，为最初登记地"),
        ({"registration_authority": "310119"}, "310119", "依登记机关"),
        ({"uscc": ""}, "", ""),
    ],
    ids=["authority", "no-code", "address", "finer", "surest", "finer-by-code", "abolished", "none"],
)  # fmt: skip
def test_a_firm_is_found_in_its_division_though_its_table_has_none(program, said, region, note):
    for code, name, until in (("310104", "徐汇区", None), ("310119", "南汇区", 2009)):
        Region.objects.create(
            code=code, name=name, full_name=f"上海市{name}", level=3, parent_id="310000",
            until_year=until,
        )  # fmt: skip
    program.hand_in(as_csv([firm(1, **said)], table="object_enterprise"))

    (party,) = found(program, "1号演示企业名称", region=region)

    assert party.region == region
    assert party.region_note == note
    assert f'<span class="under">{note}' in dossier(program, party).content.decode() or not note


@pytest.mark.row("REG-6")
def test_a_firm_known_only_from_acts_is_in_the_division_of_its_code(program):
    row = lawful("abnormal_listing", 1, uscc=uscc(9), entity_name="演示九号有限公司")
    program.hand_in(as_csv([row], table="abnormal_listing"))

    (party,) = found(program, "演示九号", region="310115")

    assert (party.is_registered, party.region_note) == (False, "依信用代码，为最初登记地")
