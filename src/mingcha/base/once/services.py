"""What was asked under a key, what was answered, and for how long that is known."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from django.db import connection
from django.http import HttpRequest
from pydantic_core import to_jsonable_python

from mingcha.base.ledger.hashing import sm3
from mingcha.base.once.errors import KeyTaken, KeyUnfit, StillAnswering
from mingcha.base.once.models import Answered

HEADER: Final = "Idempotency-Key"
KEEP: Final = "once.keep_answers"
LONGEST = 255
OK = 200


@dataclass(frozen=True)
class Asked:
    """A request under a key: whose it is, the key, and the digest of what is asked."""

    account: int
    key: str
    digest: bytes

    @property
    def mark(self) -> str:
        """What stands for the caller's key where only letters and digits fit: 64 hexadecimal digits."""
        return sm3(f"{self.account}\n{self.key}".encode()).hex()


def asked_under(request: HttpRequest) -> Asked | None:
    """The key under which a signed-in caller asks; None without the header. Raises KeyUnfit."""
    said = request.headers.get(HEADER)
    if said is None:
        return None
    key = said.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':  # the draft has it quoted; most leave that out
        key = key[1:-1]
    if not 0 < len(key) <= LONGEST or not all("!" <= sign <= "~" for sign in key):
        raise KeyUnfit
    parts = (request.method or "", request.get_full_path())
    what = "\n".join(parts).encode() + b"\n" + request.body
    return Asked(cast(int, request.user.pk), key, sm3(what))


def answered(asked: Asked) -> Answered | None:
    """What was answered under the key, None for nothing yet; holds the key until the transaction ends.

    Raises KeyTaken (the request was another) or StillAnswering (the first is not done).
    """
    with connection.cursor() as cursor:
        lock = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
        cursor.execute(lock, [f"once:{asked.mark}"])
        (is_free,) = cursor.fetchone()
    if not is_free:
        raise StillAnswering(key=asked.key)
    given = Answered.objects.filter(account_id=asked.account, key=asked.key).first()
    if given is not None and bytes(given.digest) != asked.digest:
        raise KeyTaken(key=asked.key)
    return given


def keep_answer(asked: Asked, answer: object) -> None:
    """Keep what an operation answered, in the transaction of its deed."""
    status, body = answer if isinstance(answer, tuple) else (OK, answer)
    Answered.objects.create(
        account_id=asked.account, key=asked.key, digest=asked.digest, status=status,
        body=to_jsonable_python(body),
    )  # fmt: skip


def forget(before: datetime, most: int) -> int:
    """Forget answers given before a moment, at most so many. Returns how many."""
    old = Answered.objects.filter(at__lt=before).order_by("at").values("pk")[:most]
    return Answered.objects.filter(pk__in=old).delete()[0]
