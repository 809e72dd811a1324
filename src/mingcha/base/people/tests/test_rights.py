"""Rights in code and rights in config/rights.yaml are the same list."""

import ast
from pathlib import Path

import mingcha
from mingcha.base.people.roles import declared

SOURCE = Path(mingcha.__file__).parent
ASKING = {"door": 0, "holds": 0, "holds_over": 0, "paths": 0, "over": 0, "admit": 1,
          "require": 1, "require_anywhere": 1, "organisations_under": 1, "organisation_for": 2}  # fmt: skip


def rights_in_code():
    """Every string that is asked for as a right, or kept in a constant to be asked for."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        if "tests" in path.parts or path.name == "testing.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            found |= _asked(node) | _kept(node)
    return found


def _asked(node):
    if not isinstance(node, ast.Call):
        return set()
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    named = [k.value for k in node.keywords if k.arg == "right"]
    placed = node.args[ASKING[name] : ASKING[name] + 1] if name in ASKING else []
    return {right for value in [*placed, *named] for right in _literal(value)}


def _kept(node):
    """Constants whose value looks like a right of a known area."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return set()
    areas = {right.split(".")[0] for right in declared().rights}
    return {r for r in _literal(node.value) if r.split(".")[0] in areas and r in declared().rights}


def _literal(value):
    is_right = (
        isinstance(value, ast.Constant) and isinstance(value.value, str) and "." in value.value
    )
    return {value.value} if is_right else set()


def test_every_right_asked_for_is_declared():
    assert rights_in_code() - set(declared().rights) == set()


def test_every_role_holds_something_and_the_three_share_nothing():
    apart = [set(role.rights) for role in declared().roles.values() if role.apart]

    assert len(apart) == 3
    assert not apart[0] & apart[1] | apart[1] & apart[2] | apart[0] & apart[2]


def test_every_right_is_held_by_some_role():
    held = {right for role in declared().roles.values() for right in role.rights}

    assert held == set(declared().rights)
