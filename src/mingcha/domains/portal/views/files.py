"""The public book of a day as one file: CSV, JSON with its schema, Parquet. Files answer by ETag."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    JsonResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import parse_etags
from django.views.decorators.http import require_GET

from mingcha.base.access import PUBLIC, door
from mingcha.base.days import local_today
from mingcha.base.errors import BadInput, NotFound
from mingcha.base.exports import attachment, csv_response
from mingcha.domains.portal.queries import FORMS, HEAD, Book, book_called, file_schema
from mingcha.domains.portal.services import parquet_of

LABELS = {"csv": "CSV", "json": "JSON", "parquet": "Parquet"}
PARQUET = "application/vnd.apache.parquet"
IN_CSV = ("version", "since", "until", "published_by")


@door(PUBLIC)
@require_GET
def whole(request: HttpRequest, name: str, form: str) -> HttpResponseBase:
    """Everything in force on a day (`?on=`, else today). Answers 304 to whoever has it already."""
    book = book_called(name)
    if form not in FORMS:
        raise NotFound(what="下载格式", key=form)
    on = _day(request)
    digest = book.digest(on)
    etag = f'"{digest}-{on}-{form}"' if form == "json" else f'"{digest}-{form}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponseBase = HttpResponseNotModified()
    else:
        response = _file(request, book, on, form, digest)
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"
    return response


@door(PUBLIC)
@require_GET
def schema(request: HttpRequest, name: str) -> HttpResponse:
    """What the JSON file of a book looks like (JSON Schema)."""
    said = {"ensure_ascii": False, "indent": 1}
    return JsonResponse(file_schema(book_called(name)), json_dumps_params=said)


def _file(request: HttpRequest, book: Book, on: date, form: str, digest: str) -> HttpResponseBase:
    name = f"{book.label}（{on}）"
    if form == "csv":
        head = IN_CSV if book.is_dated else ()
        headers = [*(HEAD[key] for key in head), *book.fields().values()]
        return csv_response(name, headers, _cells(book, on))
    if form == "parquet":
        file = parquet_of(book, on, digest).open("rb")
        response: HttpResponseBase = FileResponse(file, content_type=PARQUET)
    else:
        url = request.build_absolute_uri(reverse("portal:book_schema", args=[book.name]))
        json_type = "application/json; charset=utf-8"
        response = StreamingHttpResponse(_json(book, on, url), content_type=json_type)
    response["Content-Disposition"] = attachment(f"{name}.{form}")
    return response


def _day(request: HttpRequest) -> date:
    """The day asked for. Raises BadInput for what is no day: a file must not say another than asked."""
    said = request.GET.get("on", "").strip()
    try:
        found = parse_date(said) if said else local_today()
    except ValueError:
        found = None
    if found is None:
        raise BadInput(problem="日期须写作 2026-01-01")
    return found


def _cells(book: Book, on: date) -> Iterator[list[str]]:
    columns = list(book.fields())
    for row in book.rows(on):
        content = row["content"] if book.is_dated else row
        head = [str(row[key]) for key in IN_CSV] if book.is_dated else []
        yield [*head, *(content.get(name, "") for name in columns)]


def _json(book: Book, on: date, url: str) -> Iterator[str]:
    """One object; its `rows` one by one, so that memory does not grow with them."""
    head: dict[str, Any] = {"on": on.isoformat(), "schema": url}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": ['
    for place, row in enumerate(book.rows(on)):
        yield (",\n" if place else "\n") + json.dumps(row, ensure_ascii=False)
    yield "\n]}\n"
