"""What the page of a draw says when it was cancelled: whom it would have drawn, or why nobody can tell."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mingcha.base.days import utc_now
from mingcha.base.exports import Sheet, exported
from mingcha.base.listing import export_links, pager_of
from mingcha.domains.inspections.queries import seeding
from mingcha.domains.inspections.queries.public import cancelled as queries
from mingcha.domains.inspections.queries.public import draws
from mingcha.domains.inspections.queries.public.cancelled import Would
from mingcha.domains.portal.views.spotchecks import words

HOW = {False: "本应抽中", True: "本应为备选"}


class Cancelled:
    """A cancelled draw on its page: `obstacle` says why its list cannot be told, `may_compute` whether
    the browser may compute it from values that anybody types; neither when it is shown.
    """

    def __init__(self, request: HttpRequest, draw: Any, said: Any, on: Any) -> None:
        self._request, self._draw, self._level = request, draw, said.level
        self._would = queries.would_have_drawn(draw, said, on)
        is_shown = self._would is not None or draws.is_closed(said, on)
        self.obstacle = "" if is_shown else seeding.obstacle(draw, said, utc_now())
        self.is_shown = self._would is not None
        self.may_compute = not is_shown and draws.unseeded_of(draw, said, on) is not None

    def export(self) -> HttpResponseBase:
        """The whole list."""
        heads = [label for _, label, _ in self._columns()]
        rows = ([text for text, _ in self._cells(one)] for one in self._named(self._found()))
        name = f"本应抽中名单 {self._draw.draw_id}"
        return exported(name, Sheet("本应抽中名单", heads, rows), self._request.GET["export"])

    def context(self) -> dict[str, object]:
        """What the page's list needs; `rows` is None when there is none to be seen."""
        if self._would is None:
            return {"rows": None}
        found = self._found()
        pager = pager_of(self._request, len(found))
        which = self._request.GET.get("which", "")
        return {
            "filter": {
                "fields": [
                    {"name": "key", "label": "代码或代号", "kind": "text",
                     "value": self._request.GET.get("key", "")},
                    {"name": "which", "label": "名单", "kind": "select", "value": which,
                     "options": [{"value": "reserve", "label": "备选",
                                  "selected": which == "reserve"}]},
                ],
                "button": "查找",
            },
            "table": {
                "id": "would", "caption": "本应抽中的名单", "tools": False,
                "columns": [{"label": label, "num": num} for _, label, num in self._columns()],
                "empty": {"title": "没有找到", "text": "请核对代码；本不会抽中的不在名单里。"},
            },
            "rows": [
                {"cells": [{"text": text, "num": num, "nowrap": num, "code": place == 0}
                           for place, (text, num) in enumerate(self._cells(one))]}
                for one in self._named(found[pager.here])
            ],
            "pager": pager, "exports": export_links(self._request),
        }  # fmt: skip

    def _found(self) -> list[Would]:
        asked = self._request.GET
        is_reserve, sought = asked.get("which") == "reserve", asked.get("key", "").strip()
        return [
            one
            for one in self._would or ()
            if one.is_reserve == is_reserve and sought.upper() in one.key.upper()
        ]

    def _named(self, rows: list[Would]) -> list[Would]:
        return list(queries.named(rows, self._level))

    def _columns(self) -> list[tuple[str, str, bool]]:
        named = [("name", "名称", False)] if self._level == "open" else []
        key = "代码" if named else "代号"
        rest = [("stratum", "分层", False), ("place", "次序", True), ("how", "说明", False)]
        return [("key", key, False), *named, *rest]

    def _cells(self, one: Would) -> list[tuple[str, bool]]:
        stratum = words.stratum_name(one.stratum, self._level)
        named = [(one.name or "—", False)] if self._level == "open" else []
        rest = [(stratum, False), (str(one.place), True), (HOW[one.is_reserve], False)]
        return [(one.key, False), *named, *rest]
