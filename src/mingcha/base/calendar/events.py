"""What the calendar announces."""

from dataclasses import dataclass

from mingcha.base.events.services import Event


@dataclass(frozen=True)
class CalendarChanged(Event):
    """A day was set free or worked, or reset."""

    day: str

    @property
    def subject(self) -> str:
        """The calendar as a whole: its changes are reacted to one after another."""
        return "calendar"
