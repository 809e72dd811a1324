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


@dataclass(frozen=True)
class PlanSettled(Event):
    """A plan was published, or called off: the nation's table of plans follows."""

    plan: str

    @property
    def subject(self) -> str:
        """The plan, by its case number."""
        return f"case/{self.plan}"


@dataclass(frozen=True)
class ObjectsNamed(Event):
    """A draw has found its objects, or a reserve has taken a place."""

    draw: str

    @property
    def subject(self) -> str:
        """The draw."""
        return f"draw/{self.draw}"
