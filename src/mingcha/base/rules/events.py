"""What the rule table announces."""

from dataclasses import dataclass

from mingcha.base.events.services import Event


@dataclass(frozen=True)
class RuleChanged(Event):
    """A rule was given a new value."""

    key: str

    @property
    def subject(self) -> str:
        """The rule."""
        return f"rule/{self.key}"
