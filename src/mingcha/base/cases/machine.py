"""States and legal moves of a kind of case, as a table (状态机). Pure; the docs print it.

class State(TextChoices):
    DRAFT = "draft", "起草"
    SUBMITTED = "submitted", "待审核"
    DONE = "done", "已通过"

REVIEW = Machine(
    State,
    Move("submit", "提交审核", {State.DRAFT}, State.SUBMITTED, "catalog.draft"),
    Move("return", "退回修改", {State.SUBMITTED}, State.DRAFT, "catalog.review", asks_reason=True),
    Move("pass", "审核通过", {State.SUBMITTED}, State.DONE, "catalog.review", by_other=True),
    duties={State.DRAFT: "修改并提交", State.SUBMITTED: "审核"},
)
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from django.db.models import TextChoices

from mingcha.base.ledger.canonical import Json

if TYPE_CHECKING:
    from mingcha.base.cases.models import Case
    from mingcha.base.people.models import Account


class Over(Enum):
    """Over which body the right for a move must be held."""

    UNIT = "unit"  # the body that must act now
    OPENER = "opener"  # the body that opened the case


class Tick(Enum):
    """What a move does to a clock."""

    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"


@dataclass(frozen=True)
class ClockStep:
    """A move starts, stops, pauses or resumes the clock that a rule fixes."""

    tick: Tick
    rule: str


@dataclass(frozen=True)
class Move:
    """One legal move: its words on a button, from where, whither, who may, what its clocks do.

    `right` is a right held over `over`. `by_other`: whoever made the last move may not make this
    one (four eyes). `asks_reason`: refused without a reason. `back`: the case returns to the body
    and the person that made the last move forward. `inner`: made by a service that has asked
    already who may, never by a button.
    """

    name: str
    label: str
    sources: Collection[TextChoices]
    target: TextChoices
    right: str
    over: Over = Over.UNIT
    by_other: bool = False
    asks_reason: bool = False
    back: bool = False
    inner: bool = False
    clocks: tuple[ClockStep, ...] = ()


class Machine:
    """All states and moves of one kind of case.

    `duties` says for a state what whoever has the case must do, in words (the inbox entry); a
    state without a duty and without moves that lead away is final. `closes` names more final
    states: nothing is left to do there, though a later move may open the case again (a published
    result may be revoked). Raises ValueError for a table with two moves of one name, a state nobody
    can reach, or a final state that has a duty.
    """

    def __init__(
        self,
        states: type[TextChoices],
        *moves: Move,
        duties: Mapping[TextChoices, str] | None = None,
        closes: Collection[TextChoices] = (),
    ) -> None:
        self.states = states
        self.moves = moves
        self.closes = _values(closes)
        self.duties = {str(state.value): verb for state, verb in (duties or {}).items()}
        self._by_name = {move.name: move for move in moves}
        self._hold_together()

    @property
    def first(self) -> str:
        """The state in which a case is opened: the first of the table."""
        return str(next(iter(self.states)).value)

    def move(self, name: str) -> Move:
        """The move of that name. Raises KeyError."""
        return self._by_name[name]

    def open_from(self, state: str) -> list[Move]:
        """The moves that lead away from a state, in the order of the table."""
        return [move for move in self.moves if state in _values(move.sources)]

    def is_final(self, state: str) -> bool:
        """Whether nothing is left to do: no move leads away, or the table says that it closes."""
        return state in self.closes or not self.open_from(state)

    def label(self, state: str) -> str:
        """The state's Chinese name."""
        return str(self.states(state).label)

    def rules(self) -> set[str]:
        """The keys of the rules that run the clocks."""
        return {step.rule for move in self.moves for step in move.clocks}

    def path(self, state: str) -> list[str]:
        """The states on the way through, for the bar on the page: those that lead on, then the end.

        The end is `state` itself when it is final, else the first final state of the table.
        """
        every = [str(one.value) for one in self.states]
        ends = [one for one in every if self.is_final(one)]
        end = [state] if state in ends else ends[:1]
        return [one for one in every if one not in ends] + end

    def as_mermaid(self) -> str:
        """The diagram that the docs embed."""
        lines = ["stateDiagram-v2"]
        lines += [f"    {state.value}: {state.label}" for state in self.states]
        lines.append(f"    [*] --> {self.first}")
        for move in self.moves:
            lines += [
                f"    {source} --> {move.target.value}: {move.label}"
                for source in (str(s.value) for s in self.states)
                if source in _values(move.sources)
            ]
        return "\n".join(lines)

    def _hold_together(self) -> None:
        if len(self._by_name) != len(self.moves):
            raise ValueError("two moves have one name")
        reached = {self.first} | {str(move.target.value) for move in self.moves}
        lost = {str(state.value) for state in self.states} - reached
        if lost:
            raise ValueError(f"no move leads to {sorted(lost)}")
        dead = {state for state in self.duties if self.is_final(state)}
        if dead:
            raise ValueError(f"final states ask nobody for anything: {sorted(dead)}")


@dataclass(frozen=True)
class Extension:
    """A period that may be extended: the rule that runs, the rule that lengthens it, whose right.

    `right` is held over the body that has the case. `times`: how often at most.
    """

    rule: str
    by: str
    right: str
    label: str = "延长期限"
    times: int = 1


def _nothing_more(_: int) -> Mapping[str, Json]:
    return {}


def _stays(_: Sequence[str]) -> None:
    return None


def _nobody(_case: "Case", _account: "Account") -> str:
    return ""


@dataclass(frozen=True)
class Kind:
    """One kind of case (办件种类), declared by a domain and registered when it is loaded.

    `prefix` begins its numbers; `sees` is the right to read its cases, over the body that has or
    opened them. `starts` are the rules whose clocks run from the opening, `extensions` the periods
    that may be extended. `content` gives what the domain keeps of a case, by its primary key, for
    the ledger. `over_children` says by which move a parent case goes on, from the states of its
    children; None: it stays. `bars` says why somebody may not handle a case whatever their rights
    (回避), in a sentence; "" when nothing is in the way.
    """

    name: str
    label: str
    prefix: str
    machine: Machine
    sees: str
    basis: str = ""
    starts: tuple[str, ...] = ()
    extensions: tuple[Extension, ...] = ()
    content: Callable[[int], Mapping[str, Json]] = _nothing_more
    over_children: Callable[[Sequence[str]], str | None] = _stays
    bars: Callable[["Case", "Account"], str] = _nobody
    ALL: ClassVar[dict[str, "Kind"]] = {}

    def register(self) -> "Kind":
        """Make it known. Raises ValueError for a name or prefix that is taken."""
        for other in self.ALL.values():
            if other is not self and (other.name == self.name or other.prefix == self.prefix):
                raise ValueError(f"{self.name}: name or prefix is taken by {other.name}")
        self.ALL[self.name] = self
        return self

    @property
    def rules(self) -> set[str]:
        """The keys of every rule by which its clocks run or are extended."""
        extended = {key for one in self.extensions for key in (one.rule, one.by)}
        return {*self.starts, *self.machine.rules(), *extended}

    @classmethod
    def called(cls, name: str) -> "Kind":
        """The kind of that name. Raises KeyError."""
        return cls.ALL[name]

    @classmethod
    def using(cls, rule: str) -> list["Kind"]:
        """The kinds whose clocks run by a rule or are extended by it, by label."""
        return sorted((k for k in cls.ALL.values() if rule in k.rules), key=lambda k: k.label)


@dataclass(frozen=True)
class Choice:
    """A move that somebody may make now, or why not."""

    move: Move
    may: bool
    why_not: str = field(default="")


def _values(states: Iterable[TextChoices]) -> set[str]:
    return {str(state.value) for state in states}
