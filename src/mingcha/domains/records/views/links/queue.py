"""The queue of doubtful ties (存疑关联): the list, and the next one to decide."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.days import minute_text, utc_now
from mingcha.base.listing import Column, Listing, select
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account
from mingcha.domains.records.models import Tie
from mingcha.domains.records.queries import naming, questions
from mingcha.domains.records.queries.questions import Doubt, Filter
from mingcha.domains.records.views.links import common

LINK = "records.link"
ASKED = [("no", "未询问"), ("yes", "已询问，待答复")]

COLUMNS: Sequence[Column[Tie]] = (
    Column("subject", "记录中的名称", questions.called, "subject__name"),
    Column("party", "可能的对象", lambda t: naming.name_of(t.party), "party__name"),
    Column("weight", "权重（千分）", lambda t: t.weight, "weight", num=True),
    Column("doubt", "疑点", lambda t: questions.doubt_of(t).label),
    Column("candidates", "候选", lambda t: t.candidates, "candidates", num=True),  # type: ignore[attr-defined]
    Column("provider", "报送单位", lambda t: t.first_provider or "", "first_provider"),  # type: ignore[attr-defined]
    Column("table", "数据表", lambda t: common.table_label(t.first_table or ""), "first_table"),  # type: ignore[attr-defined]
    Column("region", "行政区划", lambda t: t.party.region, "party__region"),
    Column("since", "发现", lambda t: minute_text(t.since), "since"),
    Column("asked", "询问", lambda t: t.case_number or "", "case_number"),  # type: ignore[attr-defined]
)


@door(LINK)
@require_GET
def queue(request: HttpRequest) -> HttpResponseBase:
    """The questions that wait, heaviest first; the address holds the whole filter."""
    account, asked = common.who(request), asked_of(request)
    listing = Listing(request, questions.questions(account, asked), COLUMNS, sort="-weight")
    if "export" in request.GET:
        return listing.export("存疑关联")
    rows = listing.rows
    regions = people.region_names({row.party.region for row in rows})
    context = {
        "filter": filter_of(account, asked),
        "table": {
            "id": "questions",
            "caption": "存疑关联",
            "columns": listing.headers,
            "empty": {
                "title": "没有符合条件的存疑关联",
                "text": "机器不能确定的关联会列在这里，等人认定；可以放宽条件再看。",
            },
        },
        "rows": [_row(row, regions, request) for row in rows],
        "pager": listing.pager,
        "exports": listing.exports,
        "next_url": f"{reverse('records:link_next')}?{request.GET.urlencode()}",
        "alike_url": f"{reverse('records:links_alike')}?{request.GET.urlencode()}",
    }
    return render(request, "records/links/queue.html", context)


@door(LINK)
@require_GET
def next_question(request: HttpRequest) -> HttpResponse:
    """Open the next question of the filter: the one after ?after=, or the first."""
    account, said = common.who(request), request.GET.copy()
    after = common.number_of(said, "after")
    here = questions.tie_called(after) if after is not None else None
    found = questions.questions(account, asked_of(request))
    following = questions.next_after(found, here, sort=said.get("sort", "").lstrip("-"))
    for name in ("after", "page", "export"):
        said.pop(name, None)
    if following is None:
        return redirect(f"{reverse('records:links')}?{said.urlencode()}")
    return redirect(f"{reverse('records:link', args=[following.pk])}?{said.urlencode()}")


def asked_of(request: HttpRequest) -> Filter:
    """The filter that the address holds."""
    said = request.GET
    return Filter(
        words=common.text_of(said, "q"),
        provider=said.get("provider", ""),
        table=said.get("table", ""),
        doubt=said.get("doubt", ""),
        kind=said.get("kind", ""),
        region=_region(said.get("region", "")),
        weight_from=common.number_of(said, "weight_from"),
        weight_to=common.number_of(said, "weight_to"),
        since=common.day_of(said, "since"),
        until=common.day_of(said, "until"),
        asked=said.get("asked", ""),
    )


def filter_of(account: Account, asked: Filter) -> dict[str, object]:
    """The filter bar."""
    fields = [
        {"name": "q", "label": "名称或代码", "kind": "text", "value": asked.words, "wide": True},
        select("provider", "报送单位", common.providers(account, LINK), asked.provider),
        select("table", "数据表", common.tables(), asked.table),
        select("doubt", "疑点", Doubt.choices, asked.doubt),
        select("kind", "对象类型", list(common.kinds().items()), asked.kind),
        {"name": "region", "label": "行政区划", "kind": "lookup", "what": "regions",
         "value": asked.region, "placeholder": "浦东 或 pdxq"},
        {"name": "weight_from", "label": "权重不低于", "kind": "text",
         "value": "" if asked.weight_from is None else asked.weight_from, "placeholder": "如 5000"},
        {"name": "weight_to", "label": "权重不高于", "kind": "text",
         "value": "" if asked.weight_to is None else asked.weight_to},
        common.days("发现日期", asked.since, asked.until),
        select("asked", "询问", ASKED, asked.asked),
    ]  # fmt: skip
    return {"fields": fields, "clear_url": "?"}


def _region(text: str) -> str:
    """The code at the front of what the field holds: "310115 浦东新区"."""
    code = text.strip().split(" ")[0]
    return code if code.isdigit() else ""


def _row(tie: Tie, regions: dict[str, str], request: HttpRequest) -> dict[str, object]:
    query = request.GET.copy()
    query.pop("page", None)
    address = reverse("records:link", args=[tie.pk])
    return {
        "tie": tie,
        "url": f"{address}?{query.urlencode()}" if query else address,
        "subject": questions.called(tie),
        "code": naming.subject_code(tie.subject),
        "party": naming.name_of(tie.party),
        "party_code": naming.code_of(tie.party),
        "doubt": questions.doubt_of(tie).label,
        "table": common.table_label(tie.first_table or ""),  # type: ignore[attr-defined]
        "region": regions.get(tie.party.region, tie.party.region),
        "age": (utc_now() - tie.since).days,
    }
