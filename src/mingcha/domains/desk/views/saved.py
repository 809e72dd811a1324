"""Filters that one keeps as tabs of a list (常用筛选). Any list of the desk may have them."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.errors import MingchaError, NotFound
from mingcha.base.people import queries as people
from mingcha.base.people import services
from mingcha.domains.desk.views import who

PASSING = ("page", "size", "export")  # parts of an address that are no filter
NOTHING = ("", "all")  # values that narrow nothing

Views = Sequence[tuple[str, Mapping[str, str]]]


def bar(request: HttpRequest, page: str, views: Views) -> dict[str, Any]:
    """What parts/filter.html needs for tabs: those of the page, one's own, and how to keep another."""
    here = _filter_of(request.GET)
    own = people.views_of(who(request), page)
    tabs = [_tab(label, urlencode(asked), here) for label, asked in views]
    tabs += [_tab(view.label, view.query, here) for view in own]
    mine = next((view.label for view in own if _same(view.query, here)), "")
    known = any(tab["active"] for tab in tabs)
    return {
        "saved": tabs,
        "clear_url": f"?{urlencode(views[0][1])}",
        "keep": {"page": page, "query": here, "mine": mine, "may": not known, "url": reverse("desk:view_keep")},
    }  # fmt: skip


@door(SIGNED_IN)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the filter of a list under a name, or forget one."""
    said = request.POST
    page, query, label = said.get("page", ""), said.get("query", ""), said.get("label", "")
    address = _address(page)
    try:
        if said.get("do") == "drop":
            services.drop_view(page, label, actor=who(request))
            return redirect(address)
        services.keep_view(page, label, query, actor=who(request))
    except MingchaError as refusal:
        messages.warning(request, f"{refusal.title}{refusal.detail}")
    return redirect(f"{address}?{query}")


def _tab(label: str, query: str, here: str) -> dict[str, object]:
    return {"label": label, "url": f"?{query}", "active": _same(query, here)}


def _filter_of(asked: QueryDict) -> str:
    """The query of an address without what is passing and what is empty, in a fixed order."""
    pairs = [
        (name, text) for name, text in asked.items() if text not in NOTHING and name not in PASSING
    ]
    return urlencode(sorted(pairs))


def _same(query: str, here: str) -> bool:
    return _filter_of(QueryDict(query)) == here


def _address(page: str) -> str:
    """The address of a list. Raises NotFound for a page that is none of ours."""
    try:
        return reverse(page)
    except NoReverseMatch as error:
        raise NotFound(what="页面", key=page) from error
