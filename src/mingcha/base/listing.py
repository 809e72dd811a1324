"""Lists (列表): one page of a query with its count, sorting and export, as the templates want it.

Counts are exact up to 10,000 and shown as 10,000+ beyond; the address holds the whole view.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mingcha.base.exports import FORMATS, Sheet, exported
from mingcha.base.search import MOST

M = TypeVar("M", bound=Model)
SIZES = (20, 50, 100)
AT_ONCE = 2000  # rows read from the database at a time by an export


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
    def here(self) -> slice:
        """The rows of this page among all."""
        start = (self.number - 1) * self.per_page
        return slice(start, start + self.per_page)

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
    """A query as a list page: `rows` of the page asked for, `pager`, and sortable headers.

    `pager` may be given by a list that counts in a way of its own.
    """

    def __init__(
        self, request: HttpRequest, found: QuerySet[M], columns: Sequence[Column[M]], *, sort: str,
        pager: Pager | None = None,
    ) -> None:  # fmt: skip
        self.request, self.columns = request, columns
        self.sort = request.GET.get("sort") or sort
        self.found = found.order_by(*self._order(sort))
        self.pager = pager or pager_of(request, self.found.order_by()[: MOST + 1].count())

    @property
    def rows(self) -> list[M]:
        """The rows of the page: found by their keys alone, and only those then read whole."""
        keys = list(self.found.values_list("pk", flat=True)[self.pager.here])
        return list(self.found.filter(pk__in=keys))

    @property
    def headers(self) -> list[dict[str, object]]:
        """The headers as parts/table.html wants them."""
        return [self._header(column) for column in self.columns]

    def headers_of(self, keys: Collection[str]) -> list[dict[str, object]]:
        """The headers of some columns only: the page shows these, an export has all."""
        shown = zip(self.columns, self.headers, strict=True)
        return [header for column, header in shown if column.key in keys]

    @property
    def exports(self) -> list[dict[str, str]]:
        """The links that take the whole list out, as parts/export.html wants them."""
        return export_links(self.request)

    def export(self, name: str) -> HttpResponseBase:
        """The whole list, not only the page, in the format that ?export= asks for. No cap."""
        rows = (
            [_as_text(column.text(row)) for column in self.columns]
            for row in self.found.iterator(AT_ONCE)
        )
        headers = [column.label for column in self.columns]
        return exported(name, Sheet(name, headers, rows), self.request.GET.get("export", ""))

    def _order(self, fallback: str) -> list[str]:
        by_key = {column.key: column.sort for column in self.columns if column.sort}
        for asked in (self.sort, fallback):
            key, sign = asked.lstrip("-"), "-" if asked.startswith("-") else ""
            if key in by_key:
                return [f"{sign}{by_key[key]}", f"{sign}pk"]
        return ["-pk"]

    def _header(self, column: Column[M]) -> dict[str, object]:
        sorted_by = self.sort.lstrip("-") == column.key
        down = self.sort.startswith("-")
        query = self.request.GET.copy()
        query["sort"] = column.key if not sorted_by or down else f"-{column.key}"
        query.pop("page", None)
        state = ("descending" if down else "ascending") if sorted_by else ""
        url = f"?{query.urlencode()}" if column.sort else ""
        return {"label": column.label, "num": column.num, "sort_url": url, "sorted": state}


def pager_of(request: HttpRequest, total: int, most: int = MOST) -> Pager:
    """Where in `total` rows ?page= and ?size= are; totals over `most` count as `most` and more."""
    per_page = next((n for n in SIZES if str(n) == request.GET.get("size")), SIZES[0])
    pages = max(1, -(-min(total, most) // per_page))
    asked = request.GET.get("page", "1")
    number = min(max(int(asked), 1), pages) if asked.isdigit() and len(asked) < 9 else 1
    return Pager(number, pages, min(total, most), total > most, per_page)


def export_links(request: HttpRequest) -> list[dict[str, str]]:
    """The address of this page with ?export=, once for each format."""
    query = request.GET.copy()
    query.pop("page", None)
    links = []
    for form, label in FORMATS.items():
        query["export"] = form
        links.append({"label": label, "url": f"?{query.urlencode()}"})
    return links


def _as_text(value: object) -> str:
    return "" if value is None else str(value)


def select(
    name: str, label: str, choices: Iterable[tuple[str, str]], chosen: str
) -> dict[str, object]:
    """A field of parts/filter.html that chooses one of some values, or none."""
    shown = [{"value": key, "label": text, "selected": key == chosen} for key, text in choices]
    return {"name": name, "label": label, "kind": "select", "value": chosen, "options": shown}


def options(
    name: str, label: str, choices: Iterable[tuple[str, str]], asked: Mapping[str, str]
) -> dict[str, object]:
    """A `select` in which what the address asks for is chosen."""
    return select(name, label, choices, asked.get(name, ""))
