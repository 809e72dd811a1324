"""Lists (列表): one page of a query with its count, sorting and export, as the templates want it.

Counts are exact up to 10,000 and shown as 10,000+ beyond; the address holds the whole view.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

from mingcha.base.search import MOST

M = TypeVar("M", bound=Model)
SIZES = (20, 50, 100)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column(Generic[M]):
    """One column: its header, how a row gives its text, and what it sorts by (None: it does not)."""

    key: str
    label: str
    text: Callable[[M], object]
    sort: str | None = None
    num: bool = False


@dataclass(frozen=True)
class Pager:
    """Where in the list we are; `window` are page numbers with None for a gap."""

    number: int
    pages: int
    total: int
    capped: bool
    per_page: int
    sizes: Sequence[int] = SIZES

    @property
    def previous(self) -> int:
        """The page before this one."""
        return max(1, self.number - 1)

    @property
    def next(self) -> int:
        """The page after this one."""
        return min(self.pages, self.number + 1)

    @property
    def window(self) -> list[int | None]:
        """First, last, and the neighbours of the present page."""
        near = {1, self.pages} | set(range(self.number - 2, self.number + 3))
        shown = sorted(page for page in near if 1 <= page <= self.pages)
        gaps: list[int | None] = []
        for before, page in zip([0, *shown], shown, strict=False):
            gaps += [None, page] if page > before + 1 else [page]
        return gaps


class Listing(Generic[M]):
    """A query as a list page: `rows` of the page asked for, `pager`, and sortable headers."""

    def __init__(
        self, request: HttpRequest, found: QuerySet[M], columns: Sequence[Column[M]], *, sort: str
    ) -> None:
        self.request, self.columns = request, columns
        self.sort = request.GET.get("sort") or sort
        self._found = found.order_by(*self._order(sort))
        self.pager = self._pager()

    @property
    def rows(self) -> list[M]:
        """The rows of the page."""
        start = (self.pager.number - 1) * self.pager.per_page
        return list(self._found[start : start + self.pager.per_page])

    @property
    def headers(self) -> list[dict[str, object]]:
        """The headers as parts/table.html wants them."""
        return [self._header(column) for column in self.columns]

    def export(self, name: str) -> StreamingHttpResponse:
        """The whole list, not only the page, as a CSV that spreadsheets open. No cap."""
        rows = (
            [str(column.text(row)) for column in self.columns] for row in self._found.iterator(2000)
        )
        return csv_response(name, [column.label for column in self.columns], rows)

    def _order(self, fallback: str) -> list[str]:
        by_key = {column.key: column.sort for column in self.columns if column.sort}
        for asked in (self.sort, fallback):
            key, sign = asked.lstrip("-"), "-" if asked.startswith("-") else ""
            if key in by_key:
                return [f"{sign}{by_key[key]}", f"{sign}pk"]
        return ["-pk"]

    def _pager(self) -> Pager:
        total = self._found.order_by()[: MOST + 1].count()
        per_page = next((n for n in SIZES if str(n) == self.request.GET.get("size")), SIZES[0])
        pages = max(1, -(-min(total, MOST) // per_page))
        asked = self.request.GET.get("page", "1")
        number = min(max(int(asked), 1), pages) if asked.isdigit() and len(asked) < 9 else 1
        return Pager(number, pages, min(total, MOST), total > MOST, per_page)

    def _header(self, column: Column[M]) -> dict[str, object]:
        sorted_by = self.sort.lstrip("-") == column.key
        down = self.sort.startswith("-")
        query = self.request.GET.copy()
        query["sort"] = column.key if not sorted_by or down else f"-{column.key}"
        query.pop("page", None)
        state = ("descending" if down else "ascending") if sorted_by else ""
        url = f"?{query.urlencode()}" if column.sort else ""
        return {"label": column.label, "num": column.num, "sort_url": url, "sorted": state}


def csv_response(
    name: str, headers: Sequence[str], rows: Iterable[Sequence[str]]
) -> StreamingHttpResponse:
    """A CSV download with a BOM, streamed; cells that a spreadsheet would run are neutralised."""
    response = StreamingHttpResponse(
        _csv(chain([headers], rows)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = attachment(f"{name}.csv")
    return response


def attachment(name: str) -> str:
    """A Content-Disposition for a file name in any script (RFC 6266)."""
    return content_disposition_header(as_attachment=True, filename=name) or ""


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (formula injection)."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _csv(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
