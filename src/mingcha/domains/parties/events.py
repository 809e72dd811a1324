"""What the register of parties announces."""

from dataclasses import dataclass

from mingcha.base.events.services import Event


@dataclass(frozen=True)
class AuthorityChanged(Event):
    """A source was given another place for an attribute (权威来源已调整)."""

    table: str
    attribute: str

    @property
    def subject(self) -> str:
        """The table whose place changed."""
        return f"authority/{self.table}"
