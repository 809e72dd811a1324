"""The ledger of visits (入企检查台账, 国办发〔2024〕54号): how often, how soon again, saved, in vain.

One statement a question, over the parts that the account may see. A visit is one entering of the
enterprise, however many departments go; clue-driven checks and rechecks stand apart and do not count
toward the cap.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from mingcha.base.days import start_of
from mingcha.base.people.models import Account
from mingcha.base.rules.queries import in_force
from mingcha.base.search import MOST
from mingcha.domains.inspections.models import Part
from mingcha.domains.inspections.rules import following

SEE = "inspections.see"
CAP = "inspections.yearly_cap"
REPEAT = "inspections.repeat_within"
FRUITLESS = "inspections.fruitless_visits"
AT_ONCE = 2000

# Every part that began in the year, with the visit in which it was really made. A merged visit's
# parts count with the visit that was kept.
MADE = """
    WITH made AS (
        SELECT coalesce(v.merged_into_id, v.id) AS visit, v.party_id AS party, p.body_id AS body,
               p.case_id AS part, p.is_counted AS counted, p.result,
               (p.started_at AT TIME ZONE 'Asia/Shanghai')::date AS day
        FROM inspections_part p JOIN inspections_visit v ON v.id = p.visit_id
        WHERE p.started_at >= %(since)s AND p.started_at < %(until)s
          AND (%(all)s OR p.body_id = ANY(%(bodies)s)))
"""
BY_FIRM = """
    SELECT q.*, y.name, y.code, y.public_id, o.name AS body_name, o.code AS body_code
    FROM (SELECT party, body, count(DISTINCT visit) FILTER (WHERE counted) AS counted,
                 count(DISTINCT visit) FILTER (WHERE NOT counted) AS apart, max(day) AS last
          FROM made GROUP BY party, body) q
    JOIN parties_party y ON y.id = q.party JOIN people_organisation o ON o.id = q.body
    WHERE (NOT %(over)s OR q.counted > %(cap)s)
      AND (%(words)s = '' OR y.name LIKE %(like)s OR y.code = %(words)s OR o.name LIKE %(like)s)
"""
AGAIN = """
    , visits AS (
        SELECT visit, party, min(day) AS day, min(body) AS body, min(part) AS part
        FROM made WHERE counted GROUP BY visit, party),
    pairs AS (
        SELECT party, part, body, day, lag(part) OVER w AS part_before,
               lag(body) OVER w AS body_before, lag(day) OVER w AS day_before
        FROM visits WINDOW w AS (PARTITION BY party ORDER BY day, visit))
    SELECT q.day, q.day_before, q.day - q.day_before AS apart, y.name, y.code, y.public_id,
           o.name AS body_name, b.name AS body_before, c.number, d.number AS number_before
    FROM pairs q JOIN parties_party y ON y.id = q.party
    JOIN people_organisation o ON o.id = q.body JOIN people_organisation b ON b.id = q.body_before
    JOIN cases_case c ON c.id = q.part JOIN cases_case d ON d.id = q.part_before
    WHERE q.day - q.day_before < %(within)s
      AND (%(words)s = '' OR y.name LIKE %(like)s OR y.code = %(words)s OR o.name LIKE %(like)s)
"""
SAVED = """
    SELECT q.visit, q.departments, q.departments - 1 AS saved, q.day, y.name, y.code, y.public_id,
           q.bodies AS body_name, c.number
    FROM (SELECT m.visit, m.party, count(*) AS departments, min(m.day) AS day, min(m.part) AS part,
                 string_agg(DISTINCT o.name, '、' ORDER BY o.name) AS bodies
          FROM made m JOIN people_organisation o ON o.id = m.body
          GROUP BY m.visit, m.party HAVING count(*) > 1) q
    JOIN parties_party y ON y.id = q.party JOIN cases_case c ON c.id = q.part
    WHERE (%(words)s = '' OR y.name LIKE %(like)s OR y.code = %(words)s OR q.bodies LIKE %(like)s)
"""
IN_VAIN = """
    SELECT q.times, q.last, f.name AS officer, f.certificate, o.name AS body_name, y.name, y.code,
           y.public_id, o.code AS body_code
    FROM (SELECT l.officer_id AS officer, m.party, m.body, count(DISTINCT m.visit) AS times,
                 max(m.day) AS last
          FROM made m JOIN inspections_place l ON l.part_id = m.part AND l.is_present
          WHERE m.counted AND m.result = ANY(%(vain)s)
          GROUP BY l.officer_id, m.party, m.body HAVING count(DISTINCT m.visit) >= %(times)s) q
    JOIN officers_officer f ON f.id = q.officer JOIN parties_party y ON y.id = q.party
    JOIN people_organisation o ON o.id = q.body
    WHERE (%(words)s = '' OR y.name LIKE %(like)s OR y.code = %(words)s OR f.name LIKE %(like)s)
"""
FIGURES = """
    SELECT count(DISTINCT visit) FILTER (WHERE counted),
           count(DISTINCT visit) FILTER (WHERE NOT counted),
           count(*) FILTER (WHERE counted) - count(DISTINCT visit) FILTER (WHERE counted)
    FROM made
"""
VIEWS = {
    view: "".join((MADE, sql))
    for view, sql in (("firms", BY_FIRM), ("again", AGAIN), ("saved", SAVED), ("vain", IN_VAIN))
}
SORTS = {
    "firms": {"name", "counted", "apart", "last", "body_name"},
    "again": {"name", "apart", "day", "body_name"},
    "saved": {"name", "saved", "departments", "day"},
    "vain": {"name", "officer", "times", "last"},
}
FIRST = {"firms": "-counted", "again": "apart", "saved": "-saved", "vain": "-times"}


@dataclass(frozen=True)
class Asked:
    """What of the ledger is asked for: a view, a year, words, only those over the cap, an order."""

    view: str
    year: int
    words: str = ""
    over: bool = False
    sort: str = ""


@dataclass(frozen=True)
class Limits:
    """The dated rules by which the ledger judges, as of the year's end or today."""

    cap: int
    within: int
    times: int


def limits(on: date) -> Limits:
    """The rules in force on a day."""
    cap, within, times = (in_force(key, on=on).value for key in (CAP, REPEAT, FRUITLESS))
    return Limits(cap, within, times)


def count(account: Account, asked: Asked) -> int:
    """How many rows a view has, up to one more than a list counts."""
    sql = f"SELECT count(*) FROM ({VIEWS[asked.view]} LIMIT {MOST + 1}) counted"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, _said(account, asked))
        return int(cursor.fetchone()[0])


def rows(account: Account, asked: Asked, here: slice | None = None) -> Iterator[dict[str, Any]]:
    """The rows of a view, in its order; of a page only when `here` is given."""
    name = asked.sort.lstrip("-")
    sort = asked.sort if name in SORTS[asked.view] else FIRST[asked.view]
    order = f"{sort.lstrip('-')} {'DESC' if sort.startswith('-') else 'ASC'}"
    page = f" LIMIT {here.stop - here.start} OFFSET {here.start}" if here is not None else ""
    sql = f"{VIEWS[asked.view]} ORDER BY {order}, code, name{page}"
    with connection.cursor() as cursor:
        cursor.execute(sql, _said(account, asked))
        names = [column.name for column in cursor.description or ()]
        while several := cursor.fetchmany(AT_ONCE):
            yield from (dict(zip(names, row, strict=True)) for row in several)


def figures(account: Account, year: int) -> Mapping[str, int]:
    """The headline figures of a year: visits made and those apart, and the rows of each view."""
    with connection.cursor() as cursor:
        cursor.execute("".join((MADE, FIGURES)), _said(account, Asked("firms", year)))
        visits, apart, saved = cursor.fetchone()
    return {
        "visits": visits, "apart": apart, "saved": saved,
        "over": count(account, Asked("firms", year, over=True)),
        "again": count(account, Asked("again", year)),
        "vain": count(account, Asked("vain", year)),
    }  # fmt: skip


def years(account: Account) -> list[int]:
    """The years in which anything was begun, newest first; this one at least."""
    moments = Part.objects.filter(started_at__isnull=False).dates("started_at", "year")
    return sorted({one.year for one in moments}, reverse=True)


def _said(account: Account, asked: Asked) -> dict[str, Any]:
    year_end = date(asked.year, 12, 31)
    rules = limits(year_end)
    return {
        "since": start_of(date(asked.year, 1, 1)), "until": start_of(date(asked.year + 1, 1, 1)),
        "all": account.held.everywhere(SEE), "bodies": account.held.bodies(SEE),
        "words": asked.words, "like": f"%{_plain(asked.words)}%", "over": asked.over,
        "cap": rules.cap, "within": rules.within, "times": rules.times,
        "vain": [following.FINE, following.IDLE],
    }  # fmt: skip


def _plain(words: str) -> str:
    """Words as LIKE takes them literally."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
