"""Checked rows as they land: subject, day, payload, and the exact bytes that their hash covers."""

from datetime import date

import polars as pl

from mingcha.standards.frames.content import content_json, item_of, occurred_on, subject
from mingcha.standards.frames.references import References, cited_days
from mingcha.standards.model import Table

WITHDRAW = "d"
NAMELESS = "name"
NAMELESS_CHARACTERS = 300


def landing_rows(
    frame: pl.DataFrame, table: Table, *, provider: str, references: References, on: date
) -> pl.DataFrame:
    """Columns row, source_key, operation, occurred_on, scheme, value, name, address, region, item,
    payload, and `content`: the bytes that `records.rules.content` gives, whole columns at a time.

    A nameless subject is ("name", "<provider>|<name>|<address>"), each of the two cut to so many
    characters as the index holds. Where the row has no day, that of the record it refers to counts,
    else the day of intake; neither is part of what the row says.
    """
    who = subject(frame, table)
    days = said_on = occurred_on(frame, table)
    if table.day_reference is not None:
        days = cited_days(frame[table.day_reference.field], table.day_reference, references)
    whole = frame.select(
        "_row",
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
    nameless = pl.concat_str(
        pl.lit(provider), pl.col("name").str.replace_all(r"\s+", "").str.head(NAMELESS_CHARACTERS),
        pl.col("address").fill_null("").str.head(NAMELESS_CHARACTERS),
        separator="|",
    )  # fmt: skip
    unknown = pl.col("value").is_null() & pl.col("name").is_not_null()
    whole = whole.with_columns(
        scheme=pl.when(unknown).then(pl.lit(NAMELESS)).otherwise("scheme"),
        value=pl.when(unknown).then(nameless).otherwise("value"),
    )
    return whole.with_columns(content=_content(table, provider))


def _operation(frame: pl.DataFrame) -> pl.Expr:
    """ "d" withdraws, anything else says; which version it is, is counted when it lands."""
    if "cd_operation" not in frame.columns:
        return pl.lit("i")
    withdraws = (pl.col("cd_operation") == WITHDRAW).fill_null(value=False)
    return pl.when(withdraws).then(pl.lit(WITHDRAW)).otherwise(pl.lit("i"))


def _content(table: Table, provider: str) -> pl.Expr:
    """The members stand in the order of their keys; the payload is canonical already."""
    dataset = pl.lit(table.name).alias("dataset")
    key, payload = pl.col("source_key").alias("key"), pl.lit(',"payload":') + pl.col("payload")
    given = pl.lit(provider).alias("provider")
    nobody = pl.when(pl.col("scheme").is_null()).then(pl.lit([], pl.List(pl.String)))
    who = nobody.otherwise(pl.concat_list("scheme", "value")).alias("subject")
    day = pl.col("said_on").alias("occurred_on")
    said = _open(dataset, "item", key, day) + payload + pl.lit(",") + _rest(given, who)
    withdrawn = pl.lit(",") + _open(given) + pl.lit(',"withdrawn":true}')
    withdrawal = _open(dataset, key) + payload + withdrawn.str.replace("{", "", literal=True)
    return pl.when(pl.col("operation") == WITHDRAW).then(withdrawal).otherwise(said)


def _open(*members: pl.Expr | str) -> pl.Expr:
    """An object without its closing brace."""
    return pl.struct(*members).struct.json_encode().str.strip_suffix("}")


def _rest(*members: pl.Expr | str) -> pl.Expr:
    """An object without its opening brace."""
    return pl.struct(*members).struct.json_encode().str.strip_prefix("{")
