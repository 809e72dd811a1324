"""The law book: dated versions that never overlap, and what was in force on any day."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from mingcha.base.days import utc_now
from mingcha.base.events.models import Event
from mingcha.base.ledger.verify import verify_ledger
from mingcha.domains.catalog import queries
from mingcha.domains.catalog.models import (
    ChecklistVersion,
    Citation,
    Item,
    ItemTerm,
    ItemVersion,
    Publication,
)
from mingcha.domains.catalog.queries import Act
from mingcha.domains.catalog.services import Row, Sender, land_list, land_points
from mingcha.domains.catalog.testing import BASIS, put_checklist, put_item
from mingcha.standards import loader

pytestmark = pytest.mark.django_db
CODE = "01310000000001"
BODY = "11310115MB0000001A"


def days_of(code=CODE):
    rows = ItemVersion.objects.filter(item__code=code, displaced_by__isnull=True).order_by("since")
    return [(str(v.since), str(v.until or ""), v.status) for v in rows]


def name_on(day, **where):
    found = queries.item_in_force("item", CODE, on=date.fromisoformat(day), act=Act(**where))
    return found.name if found else None


def test_a_later_version_ends_the_one_before_whichever_comes_first(city):
    put_item(CODE, item_name="第二版", effective_from="2026-03-01")
    put_item(CODE, item_name="第一版", effective_from="2025-01-01")
    put_item(CODE, item_name="第三版", effective_from="2026-09-01", effective_to="2026-12-31")

    assert days_of() == [
        ("2025-01-01", "2026-02-28", "01"),
        ("2026-03-01", "2026-08-31", "01"),
        ("2026-09-01", "2026-12-31", "01"),
    ]


def test_what_was_in_force_on_a_day_against_a_hand_made_history(city):
    put_item(CODE, item_name="初版", effective_from="2024-01-01")
    put_item(
        CODE,
        item_name="修订版",
        effective_from="2025-07-01",
        exercise_levels="3、4",
        area_number="310000",
    )
    put_item(CODE, item_name="暂停", effective_from="2026-02-01", item_status="03")
    put_item(CODE, item_name="恢复版", effective_from="2026-05-01", implement_institution_code=BODY)
    put_item(CODE, item_name="取消", effective_from="2026-10-01", item_status="02")  # fmt: skip

    asked = ["2023-12-31", "2024-01-01", "2025-06-30", "2025-07-01", "2026-01-31", "2026-02-01",
             "2026-04-30", "2026-05-01", "2026-09-30", "2026-10-01", "2030-01-01"]  # fmt: skip
    assert [name_on(day) for day in asked] == [
        None, "初版", "初版", "修订版", "修订版", None, None, "恢复版", "恢复版", None, None,
    ]  # fmt: skip
    assert name_on("2025-12-01", region="310115", level="4") == "修订版"
    assert name_on("2025-12-01", region="320100") is None
    assert name_on("2025-12-01", level="5") is None
    assert name_on("2026-06-01", body=BODY) == "恢复版"
    assert name_on("2026-06-01", body="其他") is None


def test_the_database_itself_refuses_two_versions_on_one_day(city):
    first = put_item(CODE, effective_from="2025-01-01", effective_to="2025-12-31")
    put_item(CODE, effective_from="2026-01-01")

    with pytest.raises(IntegrityError, match="item_versions_never_overlap"), transaction.atomic():
        ItemVersion.objects.filter(pk=first.pk).update(until=None)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_same_list_again_changes_nothing(city):
    put_item(CODE)
    put_item(CODE)

    assert (ItemVersion.objects.count(), Publication.objects.count()) == (1, 1)


def test_the_same_first_day_again_is_a_correction_and_both_texts_stay(city):
    put_item(CODE, item_name="误")
    put_item(CODE, item_name="正")

    assert list(ItemVersion.objects.order_by("number").values_list("number", "name")) == [
        (1, "误"), (2, "正"),
    ]  # fmt: skip
    assert ItemVersion.objects.get(displaced_by__isnull=True).name == "正"


def test_what_the_book_said_at_a_past_moment_is_kept(city):
    put_item(CODE, item_name="初版", effective_from="2025-01-01")
    then = utc_now()
    put_item(CODE, item_name="追溯版", effective_from="2025-06-01")
    put_item(CODE, item_name="初版（更正）", effective_from="2025-01-01")

    day = date(2025, 9, 1)
    assert queries.item_in_force("item", CODE, on=day).name == "追溯版"
    assert queries.item_in_force("item", CODE, on=day, known=then).name == "初版"
    before = then - timedelta(days=1)
    assert queries.item_in_force("item", CODE, on=day, known=before) is None


def test_a_withdrawn_row_gives_its_days_back_to_the_version_before(city):
    put_item(CODE, item_name="初版", effective_from="2025-01-01")
    put_item(CODE, item_name="二版", effective_from="2026-01-01")

    gone = Row({"item_code": CODE, "effective_from": "2026-01-01"}, fact_id=9, withdraws=True)
    land_list(loader.current().table("item"), [gone], Sender(city.bureau))

    assert days_of() == [("2025-01-01", "", "01")]
    assert ItemTerm.objects.filter(is_void=True).count() == 1


def test_sub_items_find_their_main_item_whichever_comes_first(city):
    put_item("01310000000011", main_item_code="01310000000010")
    put_item("01310000000010", main_or_sub="1")
    put_item("01310000000012", main_item_code="01310000000010")

    main = Item.objects.get(is_main=True)
    assert list(main.subs.values_list("code", flat=True)) == ["01310000000011", "01310000000012"]


@pytest.mark.parametrize(("said", "origin"), [("", "3"), ("1", "1"), ("4", "4")])
def test_the_origin_is_as_stated_else_the_level_of_the_body_that_hands_it_in(city, said, origin):
    put_item(CODE, owner=city.bureau, item_origin=said)

    assert Item.objects.get().origin == origin


def test_legal_bases_are_kept_by_article(city):
    put_item(CODE, basis=f"{BASIS}、第一百二十六条")

    assert [(c.law, c.article, c.paragraph) for c in Citation.objects.all()] == [
        ("中华人民共和国食品安全法", 110, 1), ("中华人民共和国食品安全法", 126, 0),
    ]  # fmt: skip


def test_check_items_belong_to_the_version_that_begins_on_their_day(city):
    put_item(CODE)
    code = f"{BODY}4{CODE}01"
    put_checklist(code, CODE, body=BODY)
    put_checklist(code, CODE, body=BODY, effective_from="2026-01-01")
    table = loader.current().table("checklist_point")

    def land(content, since, **more):
        row = {"checklist_code": code, "effective_from": since, "point_number": "1"} | more
        said = [Row(row | {"check_content": content}, fact_id=1)]
        return land_points(table, table.point_as, said, Sender(city.bureau))

    land("证照齐全", "2025-01-01")
    land("证照齐全有效", "2026-01-01")
    assert land("证照齐全有效", "2026-01-01") is None
    land("证照齐全、有效", "2026-01-01")

    first, second = ChecklistVersion.objects.order_by("since")
    assert [p.content["check_content"] for p in first.points.all()] == ["证照齐全"]
    standing = second.points.filter(displaced_by__isnull=True)
    assert [p.content["check_content"] for p in standing] == ["证照齐全、有效"]


def test_a_publication_says_which_days_it_changed(city):
    put_item(CODE, item_name="初版", effective_from="2025-01-01")
    put_item(CODE, item_name="暂停", effective_from="2026-02-01", effective_to="2026-02-28", item_status="03")  # fmt: skip

    (one,) = queries.touched(Publication.objects.latest("pk").pk)

    assert (one.scheme, one.code) == ("item", CODE)
    assert one.stretches == [(date(2026, 2, 1), None)]
    assert one.past(date(2026, 2, 10)) == [(date(2026, 2, 1), date(2026, 2, 10))]


def test_a_list_is_announced_and_held_to_its_act(city):
    put_item(CODE)
    put_item("01310000000002")

    events = Event.objects.filter(type="catalog.ItemPublished").order_by("pk")
    assert [event.subject for event in events] == [f"item/item/{CODE}", "item/item/01310000000002"]
    assert verify_ledger().findings == []

    ItemVersion.objects.filter(item__code=CODE).update(until=date(2030, 1, 1))
    assert [one.kind for one in verify_ledger().findings] == ["altered"]
