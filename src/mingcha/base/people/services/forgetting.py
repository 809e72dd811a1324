"""Forget sessions that have ended and the log of signing in, when their time is over."""

from datetime import datetime
from typing import Final

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session

KEEP_SESSIONS: Final = "keeping.ended_sessions"
KEEP_SIGNING_IN: Final = "keeping.signing_in"
SIGNING_IN = (AccessLog, AccessFailureLog, AccessAttempt)


def forget_sessions(before: datetime, most: int) -> int:
    """Forget sessions that ended before a moment. Returns how many."""
    old = Session.objects.filter(expire_date__lt=before).order_by("expire_date").values("pk")
    return Session.objects.filter(pk__in=old[:most]).delete()[0]


def forget_signing_in(before: datetime, most: int) -> int:
    """Forget who came or failed to come in before a moment, from where. Returns how many.

    The acts of signing in stay in the ledger.
    """
    gone = 0
    for kind in SIGNING_IN:
        old = kind.objects.filter(attempt_time__lt=before).order_by("attempt_time").values("pk")
        gone += kind.objects.filter(pk__in=old[: most - gone]).delete()[0] if gone < most else 0
    return gone
