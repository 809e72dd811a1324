"""Count how often an open door is used, and refuse what is too often."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from mingcha.base.days import local_today, utc_now
from mingcha.base.opendoors.errors import TooOften
from mingcha.base.opendoors.models import Knock

ONE_MORE = """
    INSERT INTO opendoors_knock (door, who, hour, count) VALUES (%s, %s, %s, 1)
    ON CONFLICT (door, who, hour) DO UPDATE SET count = opendoors_knock.count + 1 RETURNING count
"""
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """How often an hour a door may be used: from one address, and by everybody together."""

    each: int
    all: int


def knock(door: str, address: str, limit: Limit) -> None:
    """Count one use of a door, called before anything else is done. Raises TooOften.

    The count stands also when the rest is refused, so that guessing is counted: it is not called
    inside the transaction of what follows.
    """
    hour = utc_now().replace(minute=0, second=0, microsecond=0)
    mine = _one_more(door, _nameless(address), hour)
    if mine == 1:
        Knock.objects.filter(hour__lt=hour - KEPT).delete()
    if mine > limit.each or _one_more(door, "", hour) > limit.all:
        raise TooOften


def _one_more(door: str, who: str, hour: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(ONE_MORE, [door, who, hour])
        (count,) = cursor.fetchone()
    return int(count)


def _nameless(address: str) -> str:
    """The address as this day's digest: nobody can read it back, or follow it to another day."""
    key = f"{settings.SECRET_KEY}|{local_today()}".encode()
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()
