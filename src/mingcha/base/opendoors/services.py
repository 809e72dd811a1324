"""Count how often an open door is used, and refuse what is too often."""

import hashlib
import hmac
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import connection

from mingcha.base.days import local_today, utc_now
from mingcha.base.ledger.context import here
from mingcha.base.opendoors.errors import TooOften
from mingcha.base.opendoors.models import Knock

ONE_MORE = """
    INSERT INTO opendoors_knock (door, who, hour, count) VALUES (%s, %s, %s, 1)
    ON CONFLICT (door, who, hour) DO UPDATE SET count = opendoors_knock.count + 1 RETURNING count
"""
KEEP: Final = "opendoors.keep_knocks"


def knock(door: str, *, each: int) -> None:
    """Count one use of a door by the request at hand, before anything else is done.

    `each` is how often an hour one address may; all together may OPEN_FORMS_ALL times. The count
    stands also when the rest is refused, so that guessing is counted: it is not called inside the
    transaction of what follows. Raises TooOften.
    """
    hour = utc_now().replace(minute=0, second=0, microsecond=0)
    mine = _one_more(door, _nameless(here().address), hour)
    if mine > each or _one_more(door, "", hour) > settings.OPEN_FORMS_ALL:
        raise TooOften


def forget(before: datetime, most: int) -> int:
    """Forget the uses counted before a moment, at most so many. Returns how many."""
    old = Knock.objects.filter(hour__lt=before).values("pk")[:most]
    return Knock.objects.filter(pk__in=old).delete()[0]


def _one_more(door: str, who: str, hour: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(ONE_MORE, [door, who, hour])
        (count,) = cursor.fetchone()
    return int(count)


def _nameless(address: str) -> str:
    """The address as this day's digest: nobody can read it back, or follow it to another day."""
    key = f"{settings.SECRET_KEY}|{local_today()}".encode()
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()
