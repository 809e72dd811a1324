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
