"""What cases announce."""

from dataclasses import dataclass

from mingcha.base.events.services import Event


@dataclass(frozen=True)
class CaseMoved(Event):
    """A case was opened (move "") or made a move."""

    number: str
    kind: str
    move: str
    state: str

    @property
    def subject(self) -> str:
        """The case: what is done about it keeps its order."""
        return f"case/{self.number}"


@dataclass(frozen=True)
class CasesOpened(Event):
    """Many cases of a kind were opened at once; their numbers are those from `first` to `last`."""

    kind: str
    first: str
    last: str

    @property
    def subject(self) -> str:
        """The first of them: it names the whole."""
        return f"case/{self.first}"
