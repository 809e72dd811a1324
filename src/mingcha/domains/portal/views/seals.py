"""Every seal of the ledger at an address that never changes, for whoever wants to keep one.

What a seal's address gives is what `mingcha verify ledger --seals FILE` takes.
"""

from collections.abc import Iterator, Sequence

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import PUBLIC, door
from mingcha.base.days import second_text
from mingcha.base.errors import NotFound
from mingcha.base.exports import attachment
from mingcha.base.ledger import queries as ledger
from mingcha.base.ledger.models import Seal
from mingcha.base.listing import Column, Listing
from mingcha.domains.portal.views import frame

LASTING = "public, max-age=31536000, immutable"  # a seal never changes
LATEST = "latest"

COLUMNS: Sequence[Column[Seal]] = (
    Column("no", "封签", lambda seal: f"第 {seal.no} 号", "no"),
    Column("time", "时间", lambda s: second_text(s.time), "time"),
    Column("size", "累计操作", lambda seal: seal.size, "size", num=True),
    Column("root", "树根（SM3）", lambda seal: bytes(seal.root).hex()),
    Column("key", "签名公钥", lambda seal: seal.key),
)


@door(PUBLIC)
@require_GET
def seals(request: HttpRequest) -> HttpResponseBase:
    """Every seal, latest first; by number or by day."""
    asked = request.GET
    found = ledger.seals(asked.get("no", ""), asked.get("from", ""), asked.get("to", ""))
    listing = Listing(request, found, COLUMNS, sort="-no")
    if "export" in asked:
        return listing.export("账本封签")
    context = {
        "filter": {
            "fields": [
                {"name": "no", "label": "封签号", "kind": "text", "value": asked.get("no", "")},
                {
                    "kind": "range", "label": "时间", "from_name": "from", "to_name": "to",
                    "from_value": asked.get("from", ""), "to_value": asked.get("to", ""),
                },
            ]
        },
        "table": {
            "id": "seals", "caption": "账本封签", "columns": listing.headers,
            "empty": {"title": "没有符合条件的封签", "text": "有操作时每 10 秒左右封签一次。"},
        },
        "rows": [_row(seal) for seal in listing.rows],
        "pager": listing.pager,
        "exports": listing.exports,
    } | frame(request)  # fmt: skip
    return render(request, "portal/seals.html", context)


@door(PUBLIC)
@require_GET
def seal(request: HttpRequest, number: str) -> HttpResponse:
    """One seal, or the latest: what it says, its signature, and how to check with it."""
    found = _found(number)
    address = request.build_absolute_uri(reverse("portal:seal_json", args=[found.no]))
    context = {
        "seal": found,
        "root": bytes(found.root).hex(),
        "prev": bytes(found.prev).hex(),
        "hash": bytes(found.hash).hex(),
        "line": ledger.line_of(found),
        "address": address,
        "is_last": found.no == _found(LATEST).no,
        "key_url": reverse("portal:seal_key", args=[found.key]),
    } | frame(request)
    return render(request, "portal/seal.html", context)


@door(PUBLIC)
@require_GET
def seal_json(request: HttpRequest, number: str) -> HttpResponse:
    """One seal, or the latest, as the line of the seals file that holds it."""
    found = _found(number)
    response = HttpResponse(f"{ledger.line_of(found)}\n", content_type="application/json")
    response["Cache-Control"] = "no-cache" if number == LATEST else LASTING
    return response


@door(PUBLIC)
@require_GET
def seals_file(request: HttpRequest) -> StreamingHttpResponse:
    """All seals as a seals file, or those after number ?after=, to be added to one that is kept."""
    said = request.GET.get("after", "")
    after = int(said) if said.isdigit() and len(said) < 19 else 0
    response = StreamingHttpResponse(_lines(after), content_type="application/jsonl")
    response["Content-Disposition"] = attachment("seals.jsonl")
    return response


@door(PUBLIC)
@require_GET
def seal_key(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """The public key by which seals are checked."""
    pem = ledger.public_key(fingerprint)
    if pem is None:
        raise NotFound(what="封签公钥", key=fingerprint)
    return HttpResponse(pem, content_type="application/x-pem-file")


def _found(number: str) -> Seal:
    """A seal by its number, or the latest. Raises NotFound."""
    if number == LATEST:
        found = ledger.last_seal()
    else:
        found = ledger.seal_numbered(int(number)) if number.isdigit() and len(number) < 19 else None
    if found is None:
        raise NotFound(what="封签", key=number)
    return found


def _lines(after: int) -> Iterator[str]:
    for found in ledger.seals_after(after):
        yield f"{ledger.line_of(found)}\n"


def _row(seal: Seal) -> dict[str, object]:
    cells: list[dict[str, object]] = [
        {"text": str(column.text(seal)), "num": column.num} for column in COLUMNS
    ]
    cells[3] |= {"code": True, "text": f"{bytes(seal.root).hex()[:24]}…"}
    cells[4]["code"] = True
    return {"url": reverse("portal:seal", args=[seal.no]), "cells": cells}
