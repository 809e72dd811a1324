"""What the data centre announces."""

from dataclasses import dataclass

from mingcha.base.events.services import Event


@dataclass(frozen=True)
class BatchEnded(Event):
    """A batch has landed, was refused, cancelled or failed; or its waiting rows were settled."""

    batch: str
    provider: int
    table: str
    state: str

    @property
    def subject(self) -> str:
        """The provider's table: what is done about its batches keeps their order."""
        return f"intake/{self.provider}/{self.table or '-'}"
