"""Which requirement rows the tests are marked with, and through which doors those tests go.

Only the source of the tests is read. A test goes through a door when it, or a helper or fixture of
the tests that it uses, names a page (by address or name), an API operation or a command. A test
that calls a service, a query or a private function names no door, and proves no row.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.urls import Resolver404, resolve

from mingcha.config import cli
from mingcha.config.docs.pages.rights import patterns
from mingcha.config.docs.source import PACKAGE, calls, name_of, parsed

CHECKOUT = PACKAGE.parents[1]
PROGRAMS = {"mingcha.config.cli", "mingcha.config.manage"}
_ADDRESS = re.compile(r"/[a-z][^\s]*|/")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Proof:
    """One marked test: its rows, where it stands, and the doors it goes through."""

    rows: tuple[str, ...]
    file: str
    name: str
    doors: tuple[str, ...]
    is_slow: bool


def proofs() -> list[Proof]:
    """Every test that is marked with a row, by file and name."""
    return [proof for path in test_files() for proof in proofs_in(path)]


def test_files() -> list[Path]:
    """The files of tests, of the checkout and beside the code."""
    return sorted({*CHECKOUT.glob("tests/**/test_*.py"), *PACKAGE.glob("**/tests/**/test_*.py")})


def proofs_in(path: Path) -> Iterator[Proof]:
    """The marked tests of one file of the checkout."""
    tree = parsed(path)
    shared = _marks(_assigned(tree).get("pytestmark"))
    for node in ast.walk(tree):
        if isinstance(node, Function) and node.name.startswith("test_"):
            marks = [*shared, *(mark for one in node.decorator_list for mark in _marks(one))]
            rows = tuple(sorted({row for name, given in marks if name == "row" for row in given}))
            if rows:
                doors = tuple(sorted(_Reading(path).doors_of(node)))
                where = path.relative_to(CHECKOUT).as_posix()
                yield Proof(rows, where, node.name, doors, any(name == "slow" for name, _ in marks))


def _marks(node: ast.expr | None) -> list[tuple[str, list[str]]]:
    """(name, texts given) of every `pytest.mark.name(…)` inside."""
    found = []
    for one in ast.walk(node) if node else ():
        match one:
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="mark"), attr=name)):
                found.append(
                    (
                        name,
                        [str(ast.literal_eval(text)) for text in one.args] if name == "row" else [],
                    )
                )
            case ast.Attribute(value=ast.Attribute(attr="mark"), attr=name):
                found.append((name, []))
    return found


def _assigned(tree: ast.Module) -> Mapping[str, ast.expr]:
    """What the file's own names stand for."""
    named: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            named |= {one.id: node.value for one in node.targets if isinstance(one, ast.Name)}
    return named


@dataclass
class _Reading:
    """A walk from one test through the helpers it uses, in its file and in those it imports."""

    path: Path
    seen: set[int] = field(default_factory=set)

    def doors_of(self, node: ast.AST) -> set[str]:
        """The doors named in a piece of a test, and in whatever of the tests it refers to."""
        if id(node) in self.seen:
            return set()
        self.seen.add(id(node))
        found = {door for text in _texts(node) if (door := page_of(text))}
        found |= {f"mingcha {name}" for name in _commands(node)}
        for name in _names(node):
            for path, meant in _meanings(self.path, name):
                found |= _Reading(path, self.seen).doors_of(meant)
        return found


def _names(node: ast.AST) -> set[str]:
    """The names a piece of a test refers to: used, asked for as a fixture, or called on a module."""
    asked = {
        arg.arg for one in ast.walk(node) if isinstance(one, Function) for arg in one.args.args
    }
    used = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    dotted = {
        f"{one.value.id}.{one.attr}"
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name)
    }
    return asked | used | dotted


def _meanings(path: Path, name: str) -> Iterator[tuple[Path, ast.AST]]:
    """What a name stands for among the tests: here, in a conftest.py above, or where it is imported."""
    for place in _places(path):
        for meant in _defined(place).get(name, ()):
            yield place, meant
    for place, known in _imported(path).get(name.partition(".")[0], ()):
        for meant in _defined(place).get(known or name.partition(".")[2], ()):
            yield place, meant


@cache
def _places(path: Path) -> list[Path]:
    """A test file and the conftest.py files that give it fixtures."""
    above = [
        folder / "conftest.py" for folder in path.parents if CHECKOUT in (folder, *folder.parents)
    ]
    return [path, *(place for place in above if place.exists())]


@cache
def _defined(path: Path) -> Mapping[str, tuple[ast.AST, ...]]:
    """The file's functions, classes and values by name; a fixture also by the name it is given."""
    tree = parsed(path)
    found: dict[str, tuple[ast.AST, ...]] = {
        name: (node,) for name, node in _assigned(tree).items()
    }
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef):
            for name in {node.name, *_fixture_names(node)}:
                found[name] = (*found.get(name, ()), node)
    return found


def _fixture_names(node: Function | ast.ClassDef) -> Iterator[str]:
    for one in node.decorator_list:
        if isinstance(one, ast.Call) and name_of(one) == "fixture":
            yield from (str(ast.literal_eval(k.value)) for k in one.keywords if k.arg == "name")


@cache
def _imported(path: Path) -> Mapping[str, tuple[tuple[Path, str], ...]]:
    """Local name → (file, name there) of what a test imports from other tests and their helpers.

    The name there is "" when the local name is the module itself.
    """
    found: dict[str, tuple[tuple[Path, str], ...]] = {}
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                local = one.asname or one.name
                inside = (_file(f"{node.module}.{one.name}"), ""), (_file(node.module), one.name)
                found[local] = tuple((file, name) for file, name in inside if file is not None)
    return found


def _file(module: str) -> Path | None:
    """The file of a module of the tests; None for anything else."""
    parts = module.split(".")
    if not ({"tests", "testing"} & set(parts)):
        return None
    root = PACKAGE.parent if parts[0] == "mingcha" else CHECKOUT
    path = root.joinpath(*parts).with_suffix(".py")
    return path if path.exists() else None


def _texts(node: ast.AST) -> Iterator[str]:
    """The texts inside; what a text fills in counts as the figure 1."""
    inside = set()
    for one in ast.walk(node):
        if isinstance(one, ast.JoinedStr):
            inside |= {id(part) for part in one.values}
            parts = [str(p.value) if isinstance(p, ast.Constant) else "1" for p in one.values]
            yield "".join(parts).removeprefix("1")
        elif isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in inside:
            yield one.value


@cache
def page_of(text: str) -> str:
    """The page or operation that a text names, as the pattern of its address; "" if none."""
    if text in _pages():
        return _pages()[text]
    address = text.partition("?")[0]
    if text == "/" or not _ADDRESS.fullmatch(address) or address.startswith("/static"):
        return ""
    try:
        return f"/{resolve(address).route}"
    except Resolver404:
        return ""


@cache
def _pages() -> Mapping[str, str]:
    """The name of every page → its address as a pattern."""
    named = {}
    for route, pattern in patterns():
        module = getattr(pattern.callback, "__module__", "").split(".")
        domain = module[2] if module[:2] == ["mingcha", "domains"] else ""
        if domain and pattern.name:
            named[f"{domain}:{pattern.name}"] = route
    return named


def _commands(node: ast.AST) -> Iterator[str]:
    """The commands that are run: by Django, or as a program of their own."""
    for call in calls(node):
        if name_of(call) == "call_command" and call.args and isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value)
    said = {
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
    if said & PROGRAMS or any(text.endswith("bin/mingcha") for text in said):
        yield from said & _known_commands()


@cache
def _known_commands() -> frozenset[str]:
    return frozenset(cli.OWN) | frozenset(cli.management_commands())
