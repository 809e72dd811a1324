"""What the tree of organisations announces."""

from dataclasses import dataclass

from mingcha.base.events.services import Event


@dataclass(frozen=True)
class OrganisationClosed(Event):
    """A body is no more; `successor` takes over what is open with it, "" for nobody."""

    code: str
    successor: str = ""

    @property
    def subject(self) -> str:
        """The body."""
        return f"organisation/{self.code}"
