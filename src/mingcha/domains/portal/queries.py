"""The public book as files: items, checklists and officers as of a day, with what their columns mean."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mingcha.base.errors import NotFound
from mingcha.domains.catalog.queries import public
from mingcha.domains.catalog.queries.shelves import point_table
from mingcha.domains.officers import queries as officers
from mingcha.standards import loader
from mingcha.standards.model import Table
from mingcha.standards.schema import DIALECT, json_schema

AT_ONCE = 500
FORMS = ("csv", "json", "parquet")
# What every row of items and checklists says of its version, beside the fields of its table.
HEAD = {
    "scheme": "编码体系", "code": "编码", "version": "版次", "since": "自", "until": "至",
    "published_by": "发布单位", "published_at": "发布时间",
}  # fmt: skip
# The declared fields of an officer that are public (国办发〔2018〕118号).
OFFICER = ("officer_name", "institution", "certificate_code", "law_enforcement_type",
           "law_enforcement_area", "certificate_valid_to")  # fmt: skip


@dataclass(frozen=True)
class Book:
    """One kind of public list: its Chinese name, its table, its public fields, its rows of a day.

    `digest` tells a day's rows from every other's, without reading them.
    """

    name: str
    label: str
    fields: Callable[[], Mapping[str, str]]
    rows: Callable[[date], Iterator[dict[str, Any]]]
    digest: Callable[[date], str]
    is_dated: bool = True  # whether rows are versions, with HEAD

    @property
    def table(self) -> Table:
        """The table whose fields the rows have."""
        return loader.current().table(self.name)

    @property
    def points(self) -> Mapping[str, str]:
        """The public fields of the check items that a row lists; empty where it lists none."""
        found = point_table(self.name) if self.is_dated else None
        return public.public_columns(found[0].name) if found is not None else {}


def book_called(name: str) -> Book:
    """The book of that name. Raises NotFound."""
    found = BOOKS.get(name)
    if found is None:
        raise NotFound(what="公开目录", key=name)
    return found


def file_schema(book: Book) -> dict[str, Any]:
    """The JSON file of a book as JSON Schema (2020-12): values as text, none of them required."""
    declared = json_schema(book.table, loader.current())["properties"]
    content = _object({key: declared[key] for key in book.fields()})
    row = content
    if book.is_dated:
        head = {key: {"title": label} for key, label in HEAD.items()}
        points: dict[str, Any] = {"title": "逐项检查内容", "type": "array"}
        found = point_table(book.name)
        if found is not None:
            inner = json_schema(found[0], loader.current())["properties"]
            points["items"] = _object({key: inner[key] for key in book.points})
        row = _object(head | {"content": content, "points": points})
    day = {"title": "日期", "type": "string", "format": "date"}
    schema = {"title": "本文件的 JSON Schema", "type": "string", "format": "uri"}
    whole = _object({"on": day, "schema": schema, "rows": {"type": "array", "items": row}})
    return {"$schema": DIALECT, "$id": f"urn:mingcha:book:{book.name}", "title": book.label} | whole


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _officer_fields() -> dict[str, str]:
    fields = loader.current().table("officer").fields
    return {key: fields[key].label for key in OFFICER}


def _officers(on: date) -> Iterator[dict[str, Any]]:
    """The public list of a day, areas by name."""
    found = officers.public(on).order_by("certificate")
    names = officers.area_names(found)
    for one in found.iterator(AT_ONCE):
        yield dict(
            zip(
                OFFICER,
                (one.name, one.body, one.certificate, "、".join(one.fields),
                 "、".join(names[code] for code in one.areas),
                 one.valid_to.isoformat() if one.valid_to else ""),
                strict=True,
            )
        )  # fmt: skip


def _officers_digest(on: date) -> str:
    found = hashlib.new("sm3", b"officer")
    rows = officers.public(on).order_by("certificate").values_list("pk", "fact_id", "body")
    for row in rows.iterator(AT_ONCE * 10):
        found.update(repr(row).encode())
    return found.hexdigest()


def _book(name: str, label: str) -> Book:
    return Book(
        name, label, lambda: public.public_columns(name), lambda on: public.whole_book(name, on),
        lambda on: public.state_digest(name, on),
    )  # fmt: skip


BOOKS: Mapping[str, Book] = {
    "item": _book("item", "监管事项"),
    "checklist": _book("checklist", "检查实施清单"),
    "officer": Book(
        "officer", "执法人员", _officer_fields, _officers, _officers_digest, is_dated=False
    ),
}
