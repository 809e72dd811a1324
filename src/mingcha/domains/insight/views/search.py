"""Find entities by name, code, kind, region, industry or address."""

from collections.abc import Callable, Sequence
from typing import cast

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.listing import Column, Listing, pager_of, select
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account
from mingcha.domains.insight import queries
from mingcha.domains.insight.views import wording
from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.records import services as records
from mingcha.standards import loader

LONGEST = 200  # characters of a filter field
HINT = "可按名称、代码、类型、区划、行业、地址查找，条件可以组合；查询条件保存在网址中，可以收藏。"
REGISTERED = [("yes", "已登记"), ("no", "未登记")]
CHIPS: dict[str, tuple[str, Callable[[str], str]]] = {
    "q": ("名称或代码", str),
    "kind": ("类型", lambda said: _kinds().get(said, said)),
    "region": ("区划", lambda said: queries.written_out("regions", said)),
    "industry": ("行业", lambda said: queries.written_out("industries", said)),
    "address": ("地址", str),
    "registered": ("登记情况", lambda said: dict(REGISTERED).get(said, said)),
}

COLUMNS: Sequence[Column[Party]] = (
    Column("name", "名称", wording.name_of, "name"),
    Column("code", "代码", wording.code_of, "code"),
    Column("kind", "类型", wording.kind_label, "kind"),
    Column("status", "登记状态", wording.status_label, "status"),
    Column("region", "行政区划", lambda p: p.region, "region"),
    Column("industry", "行业", wording.industry_label, "industry"),
    Column("address", "地址", wording.address_of, "address"),
)
NEAR = "near"  # not a column: the order of how well the words fit


@door("parties.search")
@require_GET
def search(request: HttpRequest) -> HttpResponseBase:
    """The list of entities that fit; the address holds the whole filter."""
    account, said = cast(Account, request.user), request.GET
    asked = _asked(request)
    found = parties.search(account, asked)
    listing = Listing(
        request, found, COLUMNS, sort=NEAR if asked.words and "export" not in said else "name",
        pager=pager_of(request, parties.total(account, asked), parties.COUNTED),
    )  # fmt: skip
    if "export" in said:
        records.note_search_export(said.urlencode(), actor=account)
        return listing.export("监管对象")
    is_idle = not any(said.get(name, "").strip() for name in CHIPS) and "page" not in said
    if is_idle:
        rows = []
    elif listing.sort == NEAR and asked.words:
        rows = parties.nearest(
            found, asked.words, listing.pager.here, parties.beginning(account, asked)
        )
    else:
        rows = listing.rows
    for row in rows:
        row.known_as = wording.known_as(row, asked.words)  # type: ignore[attr-defined]  # for the template
    regions = people.region_names({party.region for party in rows})
    context = {
        "filter": _filter(request, asked),
        "hint": HINT if is_idle else "",
        "table": {
            "id": "parties",
            "caption": "监管对象",
            "columns": listing.headers,
            "empty": {
                "title": "没有找到符合条件的监管对象",
                "text": "名称输入其中任意两个字即可；代码可以只输入开头几位；也可以去掉一个条件再试。",
            },
        },
        "rows": [wording.shown(party, regions) for party in rows],
        "pager": listing.pager,
        "q": asked.words,
        "exports": listing.exports if account.holds("insight.export") else [],
    }
    return render(request, "insight/search.html", context)


@door(SIGNED_IN)
@require_GET
def lookup(request: HttpRequest, what: str) -> JsonResponse:
    """Regions or industries that fit ?q= (code, name or pinyin initials), for search as you type."""
    found = queries.lookup(what, request.GET.get("q", "")[:LONGEST])
    return JsonResponse({"results": [{"code": f.code, "label": f.label} for f in found]})


def _asked(request: HttpRequest) -> parties.Filter:
    said = {name: request.GET.get(name, "").strip()[:LONGEST] for name in CHIPS}
    return parties.Filter(
        words=said["q"],
        kind=said["kind"],
        region=queries.code_meant("regions", said["region"]),
        industry=queries.code_meant("industries", said["industry"]),
        address=said["address"],
        registered=said["registered"],
    )


def _filter(request: HttpRequest, asked: parties.Filter) -> dict[str, object]:
    fields = [
        {"name": "q", "label": "名称或代码", "kind": "text", "value": asked.words, "wide": True,
         "placeholder": "名称中任意两个字，或代码开头"},
        select("kind", "对象类型", list(_kinds().items()), asked.kind),
        _coded(request, "region", "行政区划", "regions", "浦东 或 pdxq"),
        _coded(request, "industry", "行业", "industries", "餐饮 或 cyy"),
        {"name": "address", "label": "地址", "kind": "text", "value": asked.address,
         "placeholder": "路名、门牌"},
        select("registered", "登记情况", REGISTERED, asked.registered),
    ]  # fmt: skip
    return {"fields": fields, "clear_url": "?", "chips": _chips(request)}


def _kinds() -> dict[str, str]:
    return loader.current().code_table("supervise_object_type").labels


def _coded(
    request: HttpRequest, name: str, label: str, what: str, placeholder: str
) -> dict[str, object]:
    """A field that takes a code, a name or initials and offers what fits."""
    said = request.GET.get(name, "").strip()
    return {
        "name": name, "label": label, "kind": "lookup", "what": what, "placeholder": placeholder,
        "value": queries.written_out(what, said),
    }  # fmt: skip


def _chips(request: HttpRequest) -> list[dict[str, str]]:
    """The conditions in force, each with the address without it."""
    chips = []
    for name, (label, in_words) in CHIPS.items():
        said = request.GET.get(name, "").strip()
        if said:
            rest = request.GET.copy()
            rest.pop(name)
            rest.pop("page", None)
            address = f"?{rest.urlencode()}"
            chips.append({"label": label, "value": in_words(said), "remove_url": address})
    return chips
