"""What cases do when the calendar changes."""

from mingcha.base.calendar.events import CalendarChanged
from mingcha.base.cases.services import clocks
from mingcha.base.events.services import on


@on(CalendarChanged)
def recount_clocks(event: CalendarChanged) -> None:
    """按新的工作日历重算办理期限

    Counting twice gives the same days; only clocks whose day differs are written.
    """
    clocks.recount(because=f"工作日历 {event.day} 的安排有变动")
