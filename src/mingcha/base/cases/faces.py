"""How a kind of case is shown and moved on its page (面): declared once, by its domain.

    class PassFacts(Facts):                     # what the move "pass" needs, as a Django form
        grade = forms.ChoiceField(label="等次", choices=GRADES)

    Face("item-review", template="catalog/review.html", context=review_of, moves={
        "pass": MoveFace(PassFacts, services.pass_review),
    }).register()                               # in the domain's apps.ready, after its Kind

There is one case page and one move door for all kinds. A kind without a face has them too: its
moves then take a reason and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from django import forms

from mingcha.base.cases.errors import FactsWrong, MoveRefused, NoSuchMove, Stale
from mingcha.base.cases.machine import Kind, Move
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said, advance, changes_since
from mingcha.base.people.models import Account

VERSION_DIGITS = 10
WHITHER = ("to", "person")  # fields that say to which body and person the case goes


class Facts(forms.Form):
    """The form of a move: the facts of the domain's subclass, then the reason and the version seen.

    A subclass may ask `self.case` and `self.actor` in its `__init__`, after that of this class. A
    field called `to` (an organisation) or `person` (an account) says whither the case goes.
    """

    def __init__(
        self, data: Any = None, files: Any = None, *, case: Case, move: Move, actor: Account
    ) -> None:
        super().__init__(data, files, auto_id=f"{move.name}-%s")
        self.case, self.move, self.actor = case, move, actor
        self.fields["reason"] = forms.CharField(
            label="理由" if move.asks_reason else "意见", required=move.asks_reason, max_length=1000,
            widget=forms.Textarea({"rows": 3}),
        )  # fmt: skip
        self.fields["version"] = forms.IntegerField(
            widget=forms.HiddenInput,
            required=False,
            initial=case.version,
            min_value=0,
            max_value=2**31 - 1,
        )

    @property
    def seen(self) -> int | None:
        """The version of the case that was seen when the form was opened; None when not said."""
        return version_in(self.data)

    @property
    def said(self) -> Said:
        """The reason, the version seen, and whither the case goes. Once the form is valid."""
        given = self.cleaned_data
        whither = {name: given[name] for name in WHITHER if given.get(name) is not None}
        return Said(reason=given["reason"].strip(), seen=given["version"], **whither)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What is the domain's own. Once the form is valid."""
        kept = {*WHITHER, "reason", "version"}
        return {name: value for name, value in self.cleaned_data.items() if name not in kept}


class Deed(Protocol):
    """A service that makes a move: it sets the facts inside `advance(case, …, said=said)`."""

    def __call__(
        self, case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said
    ) -> object: ...


@dataclass(frozen=True)
class MoveFace:
    """A move on the page: its form, the service that makes it, and a sentence above the form.

    Without a service the case advances with its reason.
    """

    form: type[Facts] = Facts
    deed: Deed | None = None
    help: str = ""


def _nothing(_case: Case, _reader: Account) -> Mapping[str, object]:
    return {}


def _nowhere(_case: Case) -> str:
    return ""


@dataclass(frozen=True)
class Face:
    """The face of a kind: the template of its own part of the page, what that template needs.

    `context` is given the case and who reads it; its queries must ask what the reader may see. The
    template finds it under `face`, beside `case`.
    `moves` are those that need more than a reason. `about` gives the address of the record that a
    case is about.
    """

    kind: str
    template: str = ""
    context: Callable[[Case, Account], Mapping[str, object]] = _nothing
    moves: Mapping[str, MoveFace] = field(default_factory=dict)
    about: Callable[[Case], str] = _nowhere
    ALL: ClassVar[dict[str, "Face"]] = {}

    def register(self) -> "Face":
        """Make it known. Raises ValueError for a kind or a move that there is not."""
        kind = Kind.ALL.get(self.kind)
        if kind is None:
            raise ValueError(f"no kind of case is called {self.kind}: register it first")
        known = {move.name for move in kind.machine.moves}
        if lost := set(self.moves) - known:
            raise ValueError(f"{self.kind} has no move {sorted(lost)}")
        self.ALL[self.kind] = self
        return self

    @classmethod
    def of(cls, case: Case) -> "Face":
        """The face of a case; a plain one for a kind that has none."""
        return cls.ALL.get(case.kind) or cls(case.kind)

    def move(self, name: str) -> MoveFace:
        """How a move is made."""
        return self.moves.get(name) or MoveFace()


def version_in(data: Mapping[str, Any]) -> int | None:
    """The version of a case that came with a form, before the form is looked at; None for none."""
    text = str(data.get("version", ""))
    return int(text) if text.isdecimal() and len(text) < VERSION_DIGITS else None


def form_of(case: Case, name: str, *, actor: Account, data: Any = None, files: Any = None) -> Facts:
    """The form of a move, filled with `data` when given. Raises NoSuchMove."""
    moves = [one for one in case.of.machine.moves if not one.inner]
    move = next((one for one in moves if one.name == name), None)
    if move is None:
        raise NoSuchMove(kind=case.of.label, move=name)
    return Face.of(case).move(name).form(data, files, case=case, move=move, actor=actor)


def make(form: Facts) -> None:
    """Make the move that a form says. The one way from a page or the API.

    Raises FactsWrong, and what the service raises: MoveRefused, NotAllowed, Stale and others.
    """
    case, move = form.case, form.move
    if move not in case.of.machine.open_from(case.state):
        if form.seen is not None and form.seen != case.version:
            raise Stale(number=case.number, changes=changes_since(case, form.seen))
        state = case.of.machine.label(case.state)
        raise MoveRefused(number=case.number, state=state, move=move.label)
    if not form.is_valid():
        raise FactsWrong(move=move.label, problems=_problems(form))
    deed = Face.of(case).move(move.name).deed
    if deed is not None:
        deed(case, form.facts, actor=form.actor, said=form.said)
        return
    with advance(case, move.name, actor=form.actor, said=form.said):
        pass


def _problems(form: Facts) -> str:
    """What is wrong, field by field, in one line."""
    labels = {name: f"{field.label}：" for name, field in form.fields.items()}
    return "；".join(
        f"{labels.get(name, '')}{'、'.join(map(str, errors))}"
        for name, errors in form.errors.items()
    )
