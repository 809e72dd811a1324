"""Migrations are named for what they do, stand alone, and none is missing."""

import ast
import re

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import translation

from mingcha.config.docs.source import PACKAGE, parsed

OURS = sorted(PACKAGE.glob("**/migrations/[0-9]*.py"))
NAME = re.compile(r"\d{4}_[a-z0-9_]+")


def _of(path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_no_migration_is_missing():
    with translation.override(None, deactivate=True):  # labels as in the source
        loader = MigrationLoader(None)
        found = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
        missing = found.changes(graph=loader.graph)

    assert {app: [str(one) for one in missing[app]] for app in missing} == {}


@pytest.mark.parametrize("path", OURS, ids=_of)
def test_a_migration_is_named_for_what_it_does(path):
    assert NAME.fullmatch(path.stem)
    assert "auto" not in path.stem


@pytest.mark.parametrize("path", OURS, ids=_of)
def test_a_migration_imports_nothing_of_the_apps(path):
    assert _imports(path) == []


def _imports(path) -> list[str]:
    named = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            named += [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            named.append(node.module or "")
    return [name for name in named if name.split(".")[0] == "mingcha"]
