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
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.db import transaction
from django.http import HttpRequest
from ninja.params.functions import Header
from ninja.utils import contribute_operation_args

from mingcha.base.once.services import HEADER, answered, asked_under, keep_answer

ABOUT = (
    "幂等键：没有收到应答时，以同样的键和内容重发，得到第一次的结果而不会重复办理；"
    "同一键换了内容则拒绝（422）。建议每次新请求生成一个 UUID"
)

P = ParamSpec("P")
R = TypeVar("R")


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
            given = answered(asked)
            if given is not None:
                return cast(R, (given.status, given.body))
            answer = view(request, *args, **kwargs)
            keep_answer(asked, answer)
            return answer

    _take_header(guarded)
    return cast(Callable[Concatenate[HttpRequest, P], R], guarded)


def _take_header(view: Callable[..., object]) -> None:
    """Have the operation name the header in OpenAPI; ninja hands it in as an argument."""
    said: Any = Header(None, alias=HEADER, description=ABOUT)
    text: Any = str | None
    contribute_operation_args(view, "idempotency_key", text, said)
