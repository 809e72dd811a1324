"""Reading our own source as text and as syntax trees, without importing it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import mingcha

PACKAGE = Path(mingcha.__file__).resolve().parent


def modules() -> Iterator[Path]:
    """Every module of the product in a fixed order; tests, their helpers and migrations left out."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).parts
        if not {"tests", "migrations"} & set(parts) and path.stem != "testing":
            yield path


def dotted(path: Path) -> str:
    """The module's name, such as "mingcha.base.errors"."""
    inside = path.relative_to(PACKAGE.parent).with_suffix("")
    parts = inside.parts[:-1] if inside.name == "__init__" else inside.parts
    return ".".join(parts)


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file, read once."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call inside."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    """The last word of what is called: `setting` for `env.setting(…)`."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
