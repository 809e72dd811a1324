"""Who may come through which door (权限): every page and endpoint says it, in one place.

A door is a view or an API operation. `@door("records.intake")` lets in whoever holds that right
anywhere; which rows and which organisations it reaches is asked again by the query or service
(`require`). `PUBLIC` needs nobody signed in, `SIGNED_IN` any account.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, Final, ParamSpec, Protocol, TypeVar, cast

from django.http import HttpRequest

from mingcha.base.errors import RIGHT_LABELS, NotAllowed, NotSignedIn

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed-in"

P = ParamSpec("P")
R = TypeVar("R")


class Actor(Protocol):
    """Whoever acts: an account with rights over parts of the tree of organisations."""

    @property
    def pk(self) -> int: ...

    def holds(self, right: str) -> bool:
        """Whether the right is held anywhere."""


@dataclass(frozen=True)
class Door:
    """One door: the function behind it and the right it asks for."""

    name: str
    right: str


@dataclass(frozen=True)
class RowRule:
    """Who may see one kind of row, in words (数据可见规则), for the why-page.

    `label` names the rows; `rule` says who sees them; `ask` whom to ask for more. `right` is the
    right without which none of them is seen. It speaks of the kind, never of a given row.
    """

    kind: str
    label: str
    right: str
    rule: str
    ask: str


DOORS: dict[str, Door] = {}
ROW_RULES: dict[str, RowRule] = {}


def explain(rule: RowRule) -> None:
    """Tell the why-page who may see a kind of row; a domain calls it in its `apps.ready`."""
    ROW_RULES[rule.kind] = rule


def label_of(right: str) -> str:
    """The right's Chinese name."""
    return RIGHT_LABELS.get(right, right)


def door(
    right: str,
) -> Callable[[Callable[Concatenate[HttpRequest, P], R]], Callable[Concatenate[HttpRequest, P], R]]:
    """Mark a view or API operation with the right it asks for.

    Raises NotSignedIn when nobody is signed in and NotAllowed when the right is not held;
    base/http.py turns both into a page or a problem, and records the second as an act.
    """

    def mark(
        view: Callable[Concatenate[HttpRequest, P], R],
    ) -> Callable[Concatenate[HttpRequest, P], R]:
        name = f"{view.__module__}.{view.__qualname__}"
        DOORS[name] = Door(name, right)

        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> R:
            admit(request, right)
            return view(request, *args, **kwargs)

        guarded.door = DOORS[name]  # type: ignore[attr-defined]  # read by the matrix test
        return cast(Callable[Concatenate[HttpRequest, P], R], guarded)

    return mark


def admit(request: HttpRequest, right: str) -> None:
    """Let the request through, or raise NotSignedIn or NotAllowed."""
    if right == PUBLIC:
        return
    if not request.user.is_authenticated:
        raise NotSignedIn
    if right != SIGNED_IN and not cast(Actor, request.user).holds(right):
        raise NotAllowed(right=right)
