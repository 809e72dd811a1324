"""Every door asks for a right that exists, and code names no right that does not."""

import ast

from mingcha.base.access import DOORS, PUBLIC, ROW_RULES, SIGNED_IN
from mingcha.base.people.roles import declared
from mingcha.config.docs.pages.rights import doors
from mingcha.config.docs.source import calls, modules, name_of, parsed
from mingcha.domains.desk.queries.places import PLACES

ASKING = {
    "door",
    "admit",
    "require",
    "holds",
    "holds_over",
    "paths",
    "providers_for",
    "provider_for",
}


def test_every_page_has_a_door():
    assert sorted(route for route, door in doors() if door is None) == []


def test_every_door_asks_for_a_right_that_exists():
    known = set(declared().rights) | {PUBLIC, SIGNED_IN}

    assert {name: door.right for name, door in DOORS.items() if door.right not in known} == {}


def test_places_and_row_rules_name_rights_that_exist():
    known = set(declared().rights) | {SIGNED_IN}
    named = {place.right for place in PLACES} | {rule.right for rule in ROW_RULES.values()}

    assert named - known == set()


def test_code_asks_for_no_right_that_does_not_exist():
    assert asked_for() - set(declared().rights) - {PUBLIC, SIGNED_IN} == set()


def asked_for() -> set[str]:
    """The rights that code asks for by text, or by a constant of this or another module."""
    constants = _constants()
    found = set()
    for path in modules():
        for call in calls(parsed(path)):
            if name_of(call) in ASKING:
                for given in [*call.args, *(keyword.value for keyword in call.keywords)]:
                    found |= _meant(given, constants)
    return {text for text in found if "." in text}


def _meant(node: ast.expr, constants: dict[str, set[str]]) -> set[str]:
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.Name(id=name) | ast.Attribute(attr=name) if name.isupper():
            return constants.get(name, set())
    return set()


def _constants() -> dict[str, set[str]]:
    """NAME → the texts that modules give it."""
    found: dict[str, set[str]] = {}
    for path in modules():
        for node in parsed(path).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                for one in node.targets:
                    if isinstance(one, ast.Name) and isinstance(node.value.value, str):
                        found.setdefault(one.id, set()).add(node.value.value)
    return found
