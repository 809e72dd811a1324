"""The bytes that a fact's hash covers: whole columns against the rule, row by row."""

import json
from datetime import date

import polars as pl
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as some

from mingcha.domains.records import rules
from mingcha.domains.records.jobs.landing import copy_blocks
from mingcha.domains.records.jobs.rows import landing_rows
from mingcha.standards import loader
from mingcha.standards.frames.references import References

TEXTS = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
FIELDS = (
    "check_action_code",
    "administrative_cp",
    "administrative_cp_ui_code",
    "check_action_name",
)
TODAY = date(2026, 11, 22)
TABLE = loader.current().table("check_action")


def frame_of(rows):
    """A checked frame with these fields; the others are empty."""
    empty = dict.fromkeys(TABLE.fields)
    whole = [
        empty | {"_row": n, "_key": row["check_action_code"], **row} for n, row in enumerate(rows)
    ]
    schema = {"_row": pl.Int64, "_key": pl.String, **dict.fromkeys(TABLE.fields, pl.String)}
    return pl.DataFrame(whole, schema=schema | {"cd_operation": pl.String})


@given(
    some.lists(
        some.fixed_dictionaries(
            dict.fromkeys(FIELDS[:2], TEXTS)
            | {name: some.none() | TEXTS for name in FIELDS[2:]}
            | {
                "administrative_cp_ce_type": some.just("001"),
                "cd_operation": some.sampled_from([None, "i", "u", "d"]),
                "check_date": some.sampled_from([None, "2026-01-02"]),
            }
        ),
        min_size=1,
        max_size=4,
    )
)
def test_the_content_is_what_the_rule_says_byte_for_byte(rows):
    landed = landing_rows(
        frame_of(rows), TABLE, provider="演示“局”", references=References(), on=TODAY
    )

    for row, made in zip(rows, landed.iter_rows(named=True), strict=True):
        payload = {key: text for key, text in row.items() if text is not None}
        payload.pop("cd_operation", None)
        subject = (made["scheme"], made["value"]) if made["scheme"] else None
        said = rules.Said(
            "演示“局”", "check_action", row["check_action_code"], row["check_date"] or "", subject,
            "", made["operation"], payload,
        )  # fmt: skip
        assert made["content"] == rules.content(said)
        assert json.loads(made["payload"]) == payload
        assert made["occurred_on"] == (row["check_date"] or "2026-11-22")


@pytest.mark.django_db
@given(some.lists(some.tuples(some.none() | TEXTS, some.none() | some.integers(0, 9)), max_size=20))
def test_what_is_copied_in_is_what_was_given(rows):
    frame = pl.DataFrame(rows, schema={"text": pl.String, "number": pl.Int64}, orient="row")

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE given_rows (text text, number int)")
        with cursor.copy("COPY given_rows FROM STDIN") as copy:
            for block in copy_blocks(frame):
                copy.write(block)
        cursor.execute("SELECT text, number FROM given_rows")
        there = cursor.fetchall()
        cursor.execute("DROP TABLE given_rows")

    assert there == rows
