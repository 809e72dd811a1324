"""What is stored of a checked row: canonical JSON, subject, item, day. Whole columns at a time.

All functions take Checked.frame (or rows of it) and are row-aligned.
"""

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
import polars as pl
import pyarrow.compute as pc

from mingcha.standards.frames.cells import as_day
from mingcha.standards.model import SubjectSpec, Table

# RFC 8785: short escapes where JSON has them, \u00xx in lower case for other control characters.
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_ESCAPES = {chr(code): f"\\u{code:04x}" for code in range(32)} | _SHORT
_FIRST_VISIBLE, _QUOTE, _BACKSLASH = 0x20, 0x22, 0x5C
_ARROW = pl.CompatLevel.oldest()  # one stretch of bytes per column

# 证件类型 → scheme of the register; any other certificate is known by its own code.
_SCHEMES = {"001": "uscc", "111": "resident-id"}


class Subject(NamedTuple):
    """Whom each row concerns (监管对象), as the row says: text columns, null where it is silent.

    Nameless subjects have no value, and then no scheme: linking goes by provider, name, address.
    """

    scheme: pl.Series
    value: pl.Series
    name: pl.Series
    address: pl.Series
    region: pl.Series


def identity(fields: Sequence[str]) -> pl.Expr:
    """What identifies the object of a row: its code; or the fields that do so together.

    Several are joined by "|", in half width and capitals and without spaces, so that two writers
    of the same name mean the same; null where one of them is missing, or where there is none.
    """
    if len(fields) == 1:
        return pl.col(fields[0])
    if not fields:
        return pl.lit(None, pl.String)
    plain = [
        pl.col(name).str.normalize("NFKC").str.to_uppercase().str.replace_all(r"\s+", "")
        for name in fields
    ]
    return pl.concat_str(plain, separator="|")


def content_json(frame: pl.DataFrame, table: Table) -> pl.Series:
    """Canonical JSON (RFC 8785) of each row's fields: all strings, empty ones left out."""
    keys = sorted(table.fields, key=lambda key: key.encode("utf-16-be"))
    pieces: list[pl.Series | str] = []
    for key in keys:
        cells = frame[key]
        if cells.null_count() == frame.height:
            continue
        opening = f',{_quoted(key)}:"'
        if cells.null_count():
            member = pl.concat_str(pl.lit(opening), pl.col(key), pl.lit('"')).fill_null("")
            pieces.append(escaped(cells).to_frame().select(member).to_series())
        else:
            pieces += [opening, escaped(cells), '"']
    if not pieces:
        return pl.repeat("{}", frame.height, eager=True).alias("content")
    if isinstance(pieces[0], str):  # a comma too many stands in one place
        pieces[0] = pieces[0].removeprefix(",")
        return joined("{", *pieces, "}").alias("content")
    return joined("{", joined(*pieces).str.strip_prefix(","), "}").alias("content")


def joined(*pieces: pl.Series | str) -> pl.Series:
    """Columns without nulls, and words between them, as one column of texts."""
    words: list[str] = [""]  # the word after each column; the first stands before all
    columns: list[pl.Series] = []
    for piece in pieces:
        if isinstance(piece, str):
            words[-1] += piece
        else:
            columns.append(piece)
            words.append("")
    between = pl.Series(words, dtype=pl.String).to_arrow(compat_level=_ARROW)
    parts = [between[0]]
    for place, column in enumerate(columns, start=1):
        parts += [column.to_arrow(compat_level=_ARROW), between[place]]
    nothing = pl.Series([""]).to_arrow(compat_level=_ARROW)[0]  # stands between the others
    # Half the time of polars' concat_str.
    return cast(pl.Series, pl.from_arrow(pc.binary_join_element_wise(*parts, nothing)))


def escaped(cells: pl.Series) -> pl.Series:
    """Texts as they stand between the quotes of a JSON string (RFC 8785)."""
    if _is_plain(cells):
        return cells
    return cells.str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))


def _is_plain(cells: pl.Series) -> bool:
    """Whether no byte of a column has to be escaped: a look at its bytes, not at its cells."""
    data = cells.to_arrow(compat_level=_ARROW).buffers()[2]
    seen = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    return not seen.size or bool(
        seen.min() >= _FIRST_VISIBLE
        and not (seen == _QUOTE).any()
        and not (seen == _BACKSLASH).any()
    )


def subject(frame: pl.DataFrame, table: Table) -> Subject:
    """The subject of each row by the table's SubjectSpec; without one, all null."""
    spec = table.subject or SubjectSpec()
    value = identity(spec.value)
    address = pl.coalesce([*map(_field, spec.address), pl.lit(None, pl.String)])
    asked = frame.select(
        scheme=pl.when(value.is_not_null()).then(_scheme(spec)),
        value=value,
        name=_field(spec.name),
        address=address,
        region=_field(spec.region),
        _rows="_row",  # keeps the height where the table names no field at all
    )
    return Subject(*(asked[name] for name in Subject._fields))


def item_of(frame: pl.DataFrame, table: Table) -> pl.Series:
    """The item each act was done under; null where the table or the row names none."""
    named = table.item.item if table.item is not None else None
    return frame.select(_rows="_row", item=_field(named))["item"]


def occurred_on(frame: pl.DataFrame, table: Table) -> pl.Series:
    """The day (Date) each act happened, as the row says it; null where it says none."""
    own = frame.select(_rows="_row", occurred_on=_field(table.day_field))["occurred_on"]
    return as_day(own).alias("occurred_on")


def _field(name: str | None) -> pl.Expr:
    return pl.col(name) if name is not None else pl.lit(None, pl.String)


def _scheme(spec: SubjectSpec) -> pl.Expr:
    if spec.scheme_from is None:
        return pl.lit(spec.scheme, pl.String)
    kind = pl.col(spec.scheme_from)
    return kind.replace_strict(_SCHEMES, default=pl.format("cert-{}", kind), return_dtype=pl.String)


def _quoted(key: str) -> str:
    return '"' + "".join(_ESCAPES.get(character, character) for character in key) + '"'
