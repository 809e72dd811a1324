"""Days are Asia/Shanghai dates; moments are stored in UTC."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local_today() -> date:
    """Today in Asia/Shanghai."""
    return datetime.now(SHANGHAI).date()


def local_day(moment: datetime) -> date:
    """The Asia/Shanghai day of a moment."""
    return moment.astimezone(SHANGHAI).date()


def utc_now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)
