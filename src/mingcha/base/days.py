"""Days are Asia/Shanghai dates; moments are stored in UTC."""

import calendar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local_today() -> date:
    """Today in Asia/Shanghai."""
    return datetime.now(SHANGHAI).date()


def local_day(moment: datetime) -> date:
    """The Asia/Shanghai day of a moment."""
    return moment.astimezone(SHANGHAI).date()


def minute_text(moment: datetime) -> str:
    """A moment as the clock on the wall shows it: 2026-11-28 07:40 (Asia/Shanghai)."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def second_text(moment: datetime) -> str:
    """A moment to the second, on the clock on the wall (Asia/Shanghai)."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def utc_now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def day_moment(text: str, *, end: bool = False) -> datetime | None:
    """The moment a day written as YYYY-MM-DD begins in Asia/Shanghai, or its last one; None for no day."""
    try:
        day = parse_date(text)
    except ValueError:  # 2026-02-30: looks like a date and is none
        day = None
    if day is None:
        return None
    return datetime.combine(day, time.max if end else time.min, SHANGHAI)


def start_of(day: date) -> datetime:
    """The moment at which an Asia/Shanghai day begins."""
    return datetime.combine(day, time.min, SHANGHAI)


def plus_months(day: date, count: int) -> date:
    """The same day of the month so many later (or earlier), or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
