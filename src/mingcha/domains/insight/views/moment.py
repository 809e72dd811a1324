"""As of when a page is looked at, and under whose rights: today's, or those of then."""

from dataclasses import dataclass
from datetime import date, datetime, time
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.dateparse import parse_date, parse_time

from mingcha.base.days import SHANGHAI, utc_now

THEN = "then"


@dataclass(frozen=True)
class Moment:
    """A moment of the past, or now (`as_of` None). `at` is the time of day as it was written.

    `by_rights_then`: what the viewer could have seen then, not what may be seen of it today.
    """

    as_of: datetime | None = None
    day: date | None = None
    at: str = ""
    by_rights_then: bool = False

    @property
    def said(self) -> dict[str, str]:
        """The parameters of an address that mean this moment, without the rights."""
        if self.day is None:
            return {}
        return {"as_of": self.day.isoformat()} | ({"at": self.at} if self.at else {})

    @property
    def words(self) -> str:
        """The moment as a person reads it; "" for now."""
        if self.day is None:
            return ""
        day = f"{self.day.year}年{self.day.month}月{self.day.day}日"
        return f"{day} {self.at} " if self.at else f"{day}当日"

    def address(self, **more: str) -> str:
        """The query of an address as of this moment; `rights="then"` where it is looked at so."""
        rights = {"rights": THEN} if self.by_rights_then else {}
        return urlencode({**more, **self.said, **rights})


def moment_of(request: HttpRequest) -> Moment:
    """What ?as_of= (a day), ?at= (a time of that day, Asia/Shanghai) and ?rights=then ask for.

    A day without a time is its end. What lies in the future, or is no date, is now.
    """
    said = request.GET
    try:
        day, at = parse_date(said.get("as_of", "")), parse_time(said.get("at", ""))
    except ValueError:  # looks like a date or a time and is none
        return Moment()
    if day is None:
        return Moment()
    moment = datetime.combine(day, at.replace(tzinfo=None) if at else time.max, SHANGHAI)
    if moment >= utc_now():
        return Moment()
    written = said["at"] if at else ""
    return Moment(moment, day, written, by_rights_then=said.get("rights") == THEN)
