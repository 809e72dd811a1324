"""Files of made-up records for the benches, written fast."""

from pathlib import Path

import polars as pl

from mingcha.domains.records.testing import CERTIFICATES, inspection
from mingcha.standards import loader
from mingcha.standards.identifiers import uscc_check_character

PARTIES = 50_000


def inspections(rows: int, target: Path) -> Path:
    """A CSV of `rows` lawful inspections of `PARTIES` enterprises, Chinese headers."""
    codes = [_uscc(n) for n in range(PARTIES)]
    number = pl.int_range(rows, eager=True)
    party = number * 7919 % PARTIES
    row = inspection(1)
    fields = loader.current().table("check_action").fields
    frame = pl.DataFrame({key: pl.repeat(value, rows, eager=True) for key, value in row.items()})
    name = "演示第" + party.cast(pl.String) + "号商贸有限公司"
    day = pl.Series([f"2025-{1 + d // 28:02d}-{1 + d % 28:02d}" for d in range(300)])
    frame = frame.with_columns(
        check_action_code="JC" + number.cast(pl.String).str.zfill(9),
        supervise_object=name,
        administrative_cp=name,
        administrative_cp_ui_code=pl.Series(codes).gather(party),
        address_registered="上海市浦东新区演示路" + party.cast(pl.String) + "号",
        check_date=day.gather(number % 300),
        submitted_date=pl.lit("2025-12-01"),
        check_personnel_code=pl.lit("、".join(CERTIFICATES)),
    )
    frame.rename({key: fields[key].label for key in frame.columns}).write_csv(target)
    return target


def _uscc(number: int) -> str:
    body = f"91310115{number:09d}"
    return body + uscc_check_character(body)
