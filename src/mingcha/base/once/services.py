"""Do what is asked under a key once, and give the same answer to whoever asks again.

@router.post("/consents", response={201: ConsentOut})
@door("records.consent")
@once
def give(request, body): ...

The deed, if it writes on this connection, and the answer are one transaction. A deed that is
committed elsewhere takes `asked_under(request)` along and recognises it there.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

from django.db import connection, transaction
from django.http import HttpRequest
from ninja.params.functions import Header
from ninja.utils import contribute_operation_args
from pydantic_core import to_jsonable_python

from mingcha.base.ledger.hashing import sm3
from mingcha.base.once.errors import KeyTaken, KeyUnfit, StillAnswering
from mingcha.base.once.models import Answered

HEADER: Final = "Idempotency-Key"
KEEP: Final = "once.keep_answers"
LONGEST = 255
OK = 200
ABOUT = (
    "幂等键：没有收到应答时，以同样的键和内容重发，得到第一次的结果而不会重复办理；"
    "同一键换了内容则拒绝（422）。建议每次新请求生成一个 UUID"
)

P = ParamSpec("P")
R = TypeVar("R")


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


def once(
    view: Callable[Concatenate[HttpRequest, P], R],
) -> Callable[Concatenate[HttpRequest, P], R]:
    """Let an API operation be asked for under `Idempotency-Key`. Its answer must be plain data.

    Same caller, key and request: the answer of the first time. Raises KeyUnfit, KeyTaken (the
    request is another) or StillAnswering (the first is not done). Without a key nothing changes.
    Goes beneath `door`, so that who may not come in learns nothing. Not for uploads: what a form
    with files says is read as it comes.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> R:
        kwargs.pop("idempotency_key", None)
        asked = asked_under(request)
        if asked is None:
            return view(request, *args, **kwargs)
        with transaction.atomic():
            given = _answered(asked)
            if given is not None:
                return cast(R, (given.status, given.body))
            answer = view(request, *args, **kwargs)
            _keep(asked, answer)
            return answer

    _take_header(guarded)
    return cast(Callable[Concatenate[HttpRequest, P], R], guarded)


def _take_header(view: Callable[..., object]) -> None:
    """Have the operation name the header in OpenAPI; ninja hands it in as an argument."""
    said: Any = Header(None, alias=HEADER, description=ABOUT)
    text: Any = str | None
    contribute_operation_args(view, "idempotency_key", text, said)


def _answered(asked: Asked) -> Answered | None:
    """What was answered under the key; holds it until the transaction ends."""
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


def _keep(asked: Asked, answer: object) -> None:
    status, body = answer if isinstance(answer, tuple) else (OK, answer)
    Answered.objects.create(
        account_id=asked.account, key=asked.key, digest=asked.digest, status=status,
        body=to_jsonable_python(body),
    )  # fmt: skip


def forget(before: datetime, most: int) -> int:
    """Forget answers given before a moment, at most so many. Returns how many."""
    old = Answered.objects.filter(at__lt=before).order_by("at").values("pk")[:most]
    return Answered.objects.filter(pk__in=old).delete()[0]
