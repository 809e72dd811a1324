"""What every request gets: a number, and refusals turned into a page or a problem in one place."""

import logging
import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from mingcha.base.errors import MingchaError, NotAllowed, NotFound, NotSignedIn
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json
from mingcha.base.ledger.context import acting_from, of_request

logger = logging.getLogger("mingcha.http")
EXPLAINED = {403, 404}  # who may, and whom to ask
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestNumber:
    """Gives each request a number that pages, problems and logs show; its acts know whence it came."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the number in X-Request-Id."""
        request.number = secrets.token_hex(6)  # type: ignore[attr-defined]
        with acting_from(of_request(request)):
            response = self.get_response(request)
        response["X-Request-Id"] = number_of(request)
        return response


class Refusals:
    """Turns a refusal raised by a view into the answer its asker can read."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; the work is in `process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page, a fragment or a problem for a refusal; None lets a bug crash loudly."""
        if not isinstance(error, MingchaError):
            return None
        if isinstance(error, NotSignedIn) and not wants_problem(request):
            return redirect_to_login(request.get_full_path())
        if wants_problem(request):
            return problem_response(request, error)
        record(request, error)
        why = why_url(request, error)
        context = {"error": error, "number": number_of(request), "why_url": why}
        if (
            error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        ):  # what draws the frame may be broken too
            return HttpResponse(render_to_string("error.html", context), status=error.status)
        return render(request, "error.html", context, status=error.status)


def number_of(request: HttpRequest) -> str:
    """The request's number."""
    return getattr(request, "number", "")


def wants_problem(request: HttpRequest) -> bool:
    """Whether a machine is asking."""
    return request.path.startswith("/api/") or "application/json" in request.headers.get(
        "Accept", ""
    )


def problem_response(request: HttpRequest, refusal: MingchaError) -> JsonResponse:
    """RFC 9457 problem details, with the request's number as `instance`."""
    record(request, refusal)
    body = refusal.as_problem() | {"instance": f"urn:mingcha:request:{number_of(request)}"}
    if why := why_url(request, refusal):
        body["why"] = why
    return JsonResponse(
        body,
        status=refusal.status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


def why_url(request: HttpRequest, refusal: MingchaError) -> str:
    """Where it is explained who may do this and whom to ask; "" for other refusals.

    Of what was not found only the rule for its kind: never whether it is there.
    """
    if refusal.status not in EXPLAINED or not request.user.is_authenticated:
        return ""
    said = {"page": request.get_full_path()}
    if isinstance(refusal, NotAllowed):
        asked = {"right": refusal.facts["key"], "organisation": refusal.facts["organisation"]}
        said |= {name: str(value) for name, value in asked.items() if value}
    return f"{settings.WHY_URL}?{urlencode(said)}"


def record(request: HttpRequest, refusal: MingchaError) -> None:
    """Log a refusal; one for want of a right is also an act (SEC-7), as is reaching for a record
    that is not there or not the asker's, where the door to it says so.
    """
    logger.info(
        "request_refused", extra={"facts": {"code": refusal.code, "request": number_of(request)}}
    )
    if not request.user.is_authenticated:
        return
    content: dict[str, Json] = {"path": request.path, "method": request.method or ""}
    if isinstance(refusal, NotAllowed):
        asked = str(refusal.facts["key"])
        _leave(request, "越权被拒绝", content | {"right": asked})
    elif isinstance(refusal, NotFound) and refusal.exists is not None:
        what, key = str(refusal.facts["what"]), str(refusal.facts["key"])[:120]
        _leave(
            request, "查看被拒绝", content | {"what": what, "key": key, "exists": refusal.exists}
        )


def _leave(request: HttpRequest, verb: str, content: dict[str, Json]) -> None:
    actor = cast(ledger.Actor, request.user)
    with transaction.atomic():
        ledger.act(actor, verb, ("request", number_of(request)), content=content)
