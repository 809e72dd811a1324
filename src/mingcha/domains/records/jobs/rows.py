"""Checked rows as they land: subject, day, payload, and the exact bytes that their hash covers."""

from datetime import date

import polars as pl
import rfc8785

from mingcha.standards.frames.content import (
    content_json,
    escaped,
    item_of,
    joined,
    occurred_on,
    subject,
)
from mingcha.standards.frames.references import References, cited_days
from mingcha.standards.model import Table

WITHDRAW = "d"
NAMELESS = "name"
NAMELESS_CHARACTERS = 300


def landing_rows(
    frame: pl.DataFrame, table: Table, *, provider: str, references: References, on: date
) -> pl.DataFrame:
    """Columns row, source_key, operation, occurred_on, scheme, value, name, address, region, item,
    payload, and `content` (binary): the bytes that `records.rules.content` gives, whole columns at a time.

    A nameless subject is ("name", "<provider>|<name>|<address>"), each of the two cut to so many
    characters as the index holds. Where the row has no day, that of the record it refers to counts,
    else the day of intake; neither is part of what the row says.
    """
    who = subject(frame, table)
    days = said_on = occurred_on(frame, table)
    if table.day_reference is not None:
        days = cited_days(frame[table.day_reference.field], table.day_reference, references)
    whole = frame.select(
        row="_row",
        source_key="_key",
        operation=_operation(frame),
        occurred_on=days.fill_null(on).cast(pl.String),
        said_on=said_on.cast(pl.String).fill_null(""),
        item=item_of(frame, table).fill_null(""),
        payload=content_json(frame, table),
        scheme=who.scheme,
        value=who.value,
        name=who.name,
        address=who.address,
        region=who.region,
    )
    if whole["value"].null_count():
        whole = _with_nameless(whole, provider)
    return whole.drop("said_on").with_columns(content=_content(whole, table, provider))


def _with_nameless(whole: pl.DataFrame, provider: str) -> pl.DataFrame:
    nameless = pl.concat_str(
        pl.lit(provider), pl.col("name").str.replace_all(r"\s+", "").str.head(NAMELESS_CHARACTERS),
        pl.col("address").fill_null("").str.head(NAMELESS_CHARACTERS),
        separator="|",
    )  # fmt: skip
    unknown = pl.col("value").is_null() & pl.col("name").is_not_null()
    return whole.with_columns(
        scheme=pl.when(unknown).then(pl.lit(NAMELESS)).otherwise("scheme"),
        value=pl.when(unknown).then(nameless).otherwise("value"),
    )


def _operation(frame: pl.DataFrame) -> pl.Expr:
    """ "d" withdraws, anything else says; which version it is, is counted when it lands."""
    if "cd_operation" not in frame.columns:
        return pl.lit("i")
    withdraws = (pl.col("cd_operation") == WITHDRAW).fill_null(value=False)
    return pl.when(withdraws).then(pl.lit(WITHDRAW)).otherwise(pl.lit("i"))


def _content(whole: pl.DataFrame, table: Table, provider: str) -> pl.Series:
    """The members stand in the order of their keys; the payload is canonical already."""
    dataset, given = (rfc8785.dumps(name).decode() for name in (table.name, provider))
    key, payload = escaped(whole["source_key"]), whole["payload"]
    who = whole.select(
        pl.concat_str(
            pl.lit('["'), escaped(whole["scheme"]), pl.lit('","'), escaped(whole["value"]), pl.lit('"]')
        ).fill_null("[]")
    ).to_series()  # fmt: skip
    said = joined(
        f'{{"dataset":{dataset},"item":"', escaped(whole["item"]),
        '","key":"', key,
        '","occurred_on":"', whole["said_on"],
        '","payload":', payload,
        f',"provider":{given},"subject":', who,
        "}",
    )  # fmt: skip
    withdraws = whole["operation"] == WITHDRAW
    if withdraws.any():
        withdrawal = joined(
            f'{{"dataset":{dataset},"key":"', key,
            '","payload":', payload,
            f',"provider":{given},"withdrawn":true}}',
        )  # fmt: skip
        said = withdrawal.zip_with(withdraws, said)
    return said.cast(pl.Binary)
