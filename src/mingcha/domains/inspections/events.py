"""What inspections announce."""

from dataclasses import dataclass

from mingcha.base.events.services import Event


@dataclass(frozen=True)
class PartReviewed(Event):
    """A department's result was accepted by its reviewer: it becomes a fact."""

    part: str

    @property
    def subject(self) -> str:
        """The part, by its case number."""
        return f"case/{self.part}"


@dataclass(frozen=True)
class PartRevoked(Event):
    """A published result was revoked: its facts are taken back."""

    part: str

    @property
    def subject(self) -> str:
        """The part, by its case number."""
        return f"case/{self.part}"
