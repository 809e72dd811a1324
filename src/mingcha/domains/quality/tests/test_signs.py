"""Planted signs are found; honest rows raise few false alarms, and how many is counted here."""

from datetime import date, timedelta
from functools import partial

import numpy as np
import polars as pl
import pytest

from mingcha.base.calendar.queries import announced_days, announced_until
from mingcha.base.calendar.rules import judge
from mingcha.domains.quality.jobs.signs import Asked, Thresholds, signs

JUDGE = partial(judge, known=announced_days(), announced_until=announced_until())
LIMITS = Thresholds(checks_a_day=12, text_share=300, rest_share=400, day_share=300, least_rows=50)
ASKED = Asked("officers", ["facts"], ["fine"], "number", {"facts": "违法事实", "fine": "罚款金额"})
START = date(2026, 1, 1)
WORKED = [day for day in (START + timedelta(days=n) for n in range(300)) if JUDGE(day).working]


def is_rest(day: date) -> bool:
    return not JUDGE(day).working


def honest(provider: int, rows: int, seed: int) -> pl.DataFrame:
    """A department's ordinary year: working days mostly, some weekends, officers in pairs."""
    dice = np.random.default_rng(seed)
    days = [WORKED[n] for n in sorted(dice.integers(0, len(WORKED), rows))]
    shift = dice.random(rows) < 0.05
    days = [day + timedelta(days=int(s)) for day, s in zip(days, shift, strict=True)]
    pairs = dice.integers(0, 40, (rows, 2))
    return pl.DataFrame({
        "_fact": range(provider * 1_000_000, provider * 1_000_000 + rows),
        "_provider": [provider] * rows,
        "_occurred_on": days,
        "officers": [f"{a:06d}、{b + 50:06d}" for a, b in pairs],
        "facts": [f"当事人于第 {dice.integers(1, 10**9)} 号现场存在第 {n} 项违法行为的事实" for n in range(rows)],
        "fine": [str(int(n) * 100) for n in dice.integers(1, 500, rows)],
        "number": [f"JC2026{n:06d}" for n in range(rows)],
    })  # fmt: skip


def kinds(frame: pl.DataFrame) -> list[tuple[int, str]]:
    found = signs(frame, ASKED, LIMITS, is_rest)
    return sorted(set(zip(found["provider"], found["kind"], strict=True)))


def planted(kind: str) -> pl.DataFrame:
    """An ordinary year with one thing made up."""
    rows, n = honest(1, 600, 7), pl.int_range(pl.len())
    last_day = pl.lit(date(2026, 3, 4))
    return {
        "busy": lambda: rows.with_columns(
            officers=pl.when(n < 14).then(pl.lit("999999、000001")).otherwise("officers"),
            _occurred_on=pl.when(n < 14).then(last_day).otherwise("_occurred_on"),
        ),
        "copied": lambda: rows.with_columns(
            facts=pl.when(n % 3 != 0).then(pl.lit("经现场检查未发现违法违规行为，当事人配合检查工作。")).otherwise("facts")
        ),
        "digits": lambda: rows.with_columns(
            fine=pl.when(n % 40 == 0).then(pl.lit("888888")).otherwise("fine")
        ),
        "rest-days": lambda: rows.with_columns(
            _occurred_on=pl.when(n % 2 == 0).then(pl.lit(START) + pl.duration(days=3 + 7 * (n % 20))).otherwise("_occurred_on")
        ),
        "one-day": lambda: rows.with_columns(
            _occurred_on=pl.when(n % 3 == 0).then(last_day).otherwise("_occurred_on"),
            officers=n.cast(pl.String),
        ),
        "sequence": lambda: rows.with_columns(
            _occurred_on=pl.when(n % 2 == 0).then(pl.lit(date(2026, 9, 30))).otherwise(pl.lit(date(2026, 2, 3))),
            officers=n.cast(pl.String),
        ),
    }[kind]()  # fmt: skip


@pytest.mark.parametrize("kind", ["busy", "copied", "digits", "rest-days", "one-day", "sequence"])
def test_a_planted_sign_is_found(kind):
    assert (1, kind) in kinds(planted(kind))


def test_honest_departments_raise_no_false_alarm_in_two_hundred():
    frames = [honest(provider, int(rows), provider) for provider, rows in
              enumerate(np.random.default_rng(20261127).integers(60, 900, 200))]  # fmt: skip

    alarms = kinds(pl.concat(frames))

    assert alarms == []


def test_few_rows_are_not_judged():
    frame = planted("copied").head(LIMITS.least_rows - 1)

    assert kinds(frame) == []


def test_a_sign_says_where_to_look():
    found = signs(planted("busy"), ASKED, LIMITS, is_rest).filter(pl.col("what") == "999999")

    sign = found.row(0, named=True)
    assert sign["sentence"].startswith("执法人员 999999 在 2026-03-04 一天有 14 条记录")
    assert len(sign["facts"]) == sign["rows"] == 14
