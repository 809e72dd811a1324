"""Machine door of the data dictionary."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from mingcha.base.access import PUBLIC, door
from mingcha.standards import loader
from mingcha.standards.schema import json_schema

router = Router(tags=["数据标准"], auth=None)


class TableOut(Schema):
    """A table of the data standard."""

    name: str
    label: str
    family: str
    version: int
    basis: str
    owner: str
    share: str


class CodeOut(Schema):
    """One code."""

    code: str
    label: str
    parent: str


@router.get("/standards", response=list[TableOut], summary="数据表列表")
@door(PUBLIC)
def tables(request: HttpRequest) -> list[dict[str, object]]:
    """Every table of the standard in force here."""
    return [
        {
            "name": t.name, "label": t.label, "family": t.family.value, "version": t.version,
            "basis": t.basis, "owner": t.owner, "share": t.share.value,
        }
        for t in loader.current().tables.values()
    ]  # fmt: skip


@router.get("/standards/{name}/schema", response=dict[str, Any], summary="数据表的 JSON Schema")
@door(PUBLIC)
def schema(request: HttpRequest, name: str) -> dict[str, Any]:
    """Refuses with 404 (no such table)."""
    return json_schema(loader.current().table(name), loader.current())


@router.get("/codes/{name}", response=list[CodeOut], summary="代码表")
@door(PUBLIC)
def codes(request: HttpRequest, name: str) -> list[dict[str, str]]:
    """Refuses with 404 (no such code table)."""
    found = loader.current().code_table(name)
    return [{"code": c.code, "label": c.label, "parent": c.parent} for c in found.codes]
