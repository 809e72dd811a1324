"""What a form of online entry sends: typed values apart from what the platform had put there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest, QueryDict

from mingcha.standards.model import Table

LONGEST = 20_000  # characters of one field
STATE = "state"


@dataclass(frozen=True)
class Posted:
    """`typed` by field; `cleared` are proposals that somebody emptied."""

    typed: dict[str, str] = field(default_factory=dict)
    cleared: tuple[str, ...] = ()


def read(said: QueryDict, table: Table) -> Posted:
    """What stands in the form. A field that still shows its proposal was not typed."""
    state = _state(said.get(STATE, ""))
    proposed, cleared = _texts(state.get("proposed")), _names(state.get("cleared"))
    typed: dict[str, str] = {}
    emptied = []
    for name in table.fields:
        text, was = said.get(name, "").strip()[:LONGEST], proposed.get(name, "")
        if text and text != was:
            typed[name] = text
        elif not text and (was or name in cleared):
            emptied.append(name)
    return Posted(typed, tuple(emptied))


def state_of(proposed: Mapping[str, str], cleared: tuple[str, ...] | list[str]) -> str:
    """What the form must carry so that `read` can tell typed from proposed."""
    return json.dumps({"proposed": proposed, "cleared": list(cleared)}, ensure_ascii=False)


def wants_json(request: HttpRequest) -> bool:
    """Whether a script is saving, not a person leaving the page."""
    return "application/json" in request.headers.get("Accept", "")


def _state(text: str) -> dict[str, object]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _texts(found: object) -> dict[str, str]:
    if not isinstance(found, dict):
        return {}
    return {str(name): text for name, text in found.items() if isinstance(text, str)}


def _names(found: object) -> set[str]:
    return {name for name in found if isinstance(name, str)} if isinstance(found, list) else set()
