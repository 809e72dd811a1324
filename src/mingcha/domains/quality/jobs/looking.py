"""Look for signs of made-up data every night, table by table."""

from datetime import date, timedelta

from procrastinate.contrib.django import app

from mingcha.base.calendar import queries as calendar
from mingcha.base.days import local_today
from mingcha.base.jobs import AGAIN
from mingcha.base.rules.queries import in_force
from mingcha.domains.quality import services
from mingcha.domains.quality.jobs.signs import Asked, Thresholds, signs
from mingcha.domains.quality.queries import timed_tables
from mingcha.domains.records.queries.lake import whole_rows
from mingcha.standards import loader
from mingcha.standards.model import FieldType, Table

LOOKED_BACK = timedelta(days=365)
LONG_FIELD = 300  # a text field of this length is prose
OFFICERS = "check_personnel_code"


@app.periodic(cron="50 17 * * *")  # UTC: ten to two in Shanghai
@app.task(name="quality.look", queueing_lock="quality.look", retry=AGAIN)
def look(timestamp: int = 0) -> None:
    """Look at every table that has a period to report. Twice finds the same."""
    for name in timed_tables():
        look_at(loader.current().table(name), on=local_today())


def look_at(table: Table, *, on: date) -> int:
    """Look at one table's rows of the last year. Returns how many signs are new."""
    asked = asked_of(table)
    columns = [*asked.texts, *asked.numbers, *filter(None, (asked.officers, asked.number))]
    rows = whole_rows(table.name, list(dict.fromkeys(columns)), since=on - LOOKED_BACK)
    judge = calendar.days()
    found = signs(rows, asked, thresholds(on), lambda day: not judge(day).working)
    return services.keep_hints(
        table.name,
        [
            services.Found(
                sign["provider"], table.name, sign["kind"], sign["what"], sign["sentence"],
                sign["rows"], sign["facts"],
            )
            for sign in found.iter_rows(named=True)
        ],
    )  # fmt: skip


def asked_of(table: Table) -> Asked:
    """Which fields of a table can show which sign, from its declaration."""
    keyed = set(table.key.fields)
    texts = [
        name for name, spec in table.fields.items()
        if spec.type is FieldType.TEXT and (spec.max or 0) >= LONG_FIELD and name not in keyed
    ]  # fmt: skip
    numbers = [
        name for name, spec in table.fields.items()
        if spec.type is FieldType.NUMBER and name not in keyed
    ]  # fmt: skip
    number = next((name for name in table.key.fields if name in table.fields), None)
    officers = OFFICERS if OFFICERS in table.fields else None
    labels = {name: spec.label for name, spec in table.fields.items()}
    return Asked(officers, texts, numbers, number, labels)


def thresholds(on: date) -> Thresholds:
    """The limits in force on a day."""

    def value(key: str) -> int:
        return in_force(f"quality.{key}", on=on).value

    return Thresholds(
        value("most_checks_a_day"), value("same_text_share"), value("rest_day_share"),
        value("same_day_share"), value("least_rows"),
    )  # fmt: skip
