"""Only services write. Doors and queries parse, make one call, and answer."""

import ast

import pytest
from django.apps import apps

from mingcha.base.cases.models import PROTECTED as CASES
from mingcha.base.events.models import PROTECTED as EVENTS
from mingcha.config.docs.source import PACKAGE, calls, dotted, modules, parsed
from mingcha.domains.catalog.models import PROTECTED as CATALOG
from mingcha.domains.inspections.models import PROTECTED as INSPECTIONS
from mingcha.domains.records.models import PROTECTED as RECORDS

SILENT = {"views", "api", "queries", "management", "demo", "reading", "linking", "reactions"}
WORKING = {"jobs"}  # background doors: each write here is named below and in deviations.md
WRITES = {
    "save", "create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "aupdate", "acreate", "asave", "adelete",
}  # fmt: skip

# What jobs write beside the services today; docs/explanation/deviations.md says why.
KNOWN = {
    "mingcha.domains.records.jobs.chunks": {"save"},
    "mingcha.domains.records.jobs.exports": {"save"},
    "mingcha.domains.records.jobs.files": {"bulk_create"},
    "mingcha.domains.records.jobs.intake": {"save"},
    "mingcha.domains.records.jobs.preview": {"update"},
    "mingcha.domains.records.jobs.recheck": {"save"},
}


def doors():
    """The modules of domains and of base that are doors, queries or pure work."""
    for path in modules():
        parts = dotted(path).split(".")
        if {"domains", "base"} & set(parts) and set(parts) & (SILENT | WORKING):
            yield path


def writes(path) -> set[str]:
    """The writes of a module: on rows, not on a service that bears such a name."""
    tree = parsed(path)
    imported = {
        one.asname or one.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for one in node.names
    }
    return {
        call.func.attr
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute)
        and not (isinstance(call.func.value, ast.Name) and call.func.value.id in imported)
        and (call.func.attr in WRITES or (call.func.attr == "update" and _is_query(call.func)))
    }


def _is_query(node: ast.AST) -> bool:
    """Whether something hangs on a manager: `Model.objects…`."""
    return any(isinstance(one, ast.Attribute) and one.attr == "objects" for one in ast.walk(node))


@pytest.mark.parametrize("path", list(doors()), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_services_write(path):
    written = writes(path) - KNOWN.get(dotted(path), set())

    assert not written, f"{path.name} 里有写操作 {sorted(written)}；请移到 services"


def test_no_exception_outlives_its_reason():
    names = {dotted(path): path for path in doors()}

    assert {name for name, kinds in KNOWN.items() if kinds - writes(names[name])} == set()


def unchangeable() -> set[str]:
    """The models of which the application may change no row, and so may lock none either."""
    written = {**RECORDS, **CATALOG, **INSPECTIONS, **CASES, **EVENTS}
    tables = {table for table, rights in written.items() if "UPDATE" not in " ".join(rights)}
    return {model.__name__ for model in apps.get_models() if model._meta.db_table in tables}


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_row_is_locked_that_the_application_may_not_change(path):
    locked = {
        call.func.value.value.id
        for call in calls(parsed(path))
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "select_for_update"
        and isinstance(call.func.value, ast.Attribute)
        and isinstance(call.func.value.value, ast.Name)
    }
    assert not locked & unchangeable(), f"{path.name} 锁定了不可改动的表，应用角色无权这样做"
