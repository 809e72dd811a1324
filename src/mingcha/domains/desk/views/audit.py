"""Audit: search all acts, and look at one with its proof."""

from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.errors import NotFound
from mingcha.base.exports import Sheet, exported
from mingcha.base.ledger import queries as ledger
from mingcha.base.ledger.models import Act
from mingcha.base.listing import Column, Listing, export_links, options, pager_of
from mingcha.base.search import MOST
from mingcha.domains.desk.queries import (
    Line,
    chain,
    kinds,
    lines,
    links,
    sought_by,
    title_of,
)
from mingcha.domains.desk.services import note_look
from mingcha.domains.desk.views import who

EXPORT_CHUNK = 2000
NEAR = 10  # other acts on the record beside one act
HEADERS = [
    "时间",
    "人员",
    "机构",
    "操作",
    "对象",
    "记录",
    "来源地址",
    "设备",
    "封签号",
    "叶号",
    "杂凑值",
    "内容",
]

NOTHING = "（空）"
STEPS = ["序号", "与上一操作", "改动", *HEADERS]

COLUMNS: Sequence[Column[Act]] = (
    Column("at", "时间", lambda act: act.at, "at"),
    Column("actor", "人员", lambda act: act.actor_id),
    Column("verb", "操作", lambda act: act.verb),
    Column("record", "对象", lambda act: act.record_key),
    Column("origin", "来源", lambda act: act.origin),
    Column("seal", "封签", lambda act: act.leaf_no),
    Column("content", "内容", lambda act: ""),
)


@door("audit.search")
@require_GET
def audit(request: HttpRequest) -> HttpResponseBase:
    """Acts by person, record, time and kind; the search itself leaves an act."""
    account, asked = who(request), request.GET
    found = sought_by(account, asked.dict())
    listing = Listing(request, found, COLUMNS, sort="-at")
    if "export" in asked:
        note_look(account, "导出审计记录", at=request.get_full_path())
        return exported("审计记录", Sheet("审计记录", HEADERS, cells_of(found)), asked["export"])
    note_look(account, "查询审计记录", at=request.get_full_path())
    context = {
        "filter": {
            "fields": [
                _text("person", "人员（登录名或姓名）", asked.get("person", "")),
                options("kind", "记录种类", kinds(), asked),
                _text("record", "记录标识", asked.get("record", "")),
                _text("verb", "操作", asked.get("verb", ""), "如：授权、登录失败"),
                {
                    "kind": "range", "label": "时间", "from_name": "from", "to_name": "to",
                    "from_value": asked.get("from", ""), "to_value": asked.get("to", ""),
                },
            ]
        },
        "table": {
            "id": "acts", "caption": "操作记录", "columns": listing.headers,
            "empty": {"title": "没有符合条件的操作记录", "text": "请放宽人员、时间或种类后重试。"},
        },
        "rows": [_linked(line) for line in lines(listing.rows)],
        "pager": listing.pager,
        "exports": listing.exports,
    }  # fmt: skip
    return render(request, "desk/audit.html", context)


def _text(name: str, label: str, value: str, placeholder: str = "") -> dict[str, object]:
    return {
        "name": name,
        "label": label,
        "kind": "text",
        "value": value,
        "placeholder": placeholder,
    }


def _linked(line: Line) -> dict[str, object]:
    """The line with the address of its own page."""
    return vars(line) | {"record_url": reverse("desk:act", args=[line.pk])}


def chain_url(act: Act) -> str:
    """Where everything done to the record of an act is told."""
    asked = urlencode({"kind": act.record_kind, "record": act.record_key})
    return f"{reverse('desk:record_acts')}?{asked}"


@door("audit.search")
@require_GET
def record_acts(request: HttpRequest) -> HttpResponseBase:
    """The chain of one record: every act in its order, each with what it changed in words."""
    account, asked = who(request), request.GET
    kind, key = asked.get("kind", ""), asked.get("record", "")
    found = chain(account, kind, key)
    note_look(account, "查看对象的全部操作", at=request.get_full_path())
    if "export" in asked:
        return exported("操作经过", Sheet("操作经过", STEPS, _steps(found)), asked["export"])
    pager = pager_of(request, found.order_by()[: MOST + 1].count())
    here = list(found[pager.here])
    context = {
        "title": title_of(kind, here),
        "record": f"{kind}/{key}",
        "steps": links(here, start=pager.here.start),
        "pager": pager,
        "exports": export_links(request),
        "search_url": f"{reverse('desk:audit')}?{urlencode({'kind': kind, 'record': key})}",
    }
    return render(request, "desk/record_acts.html", context)


def _steps(found: QuerySet[Act]) -> Iterator[Sequence[str]]:
    """Every act of a chain with its differences as one cell."""
    acts, start = found.iterator(EXPORT_CHUNK), 0
    while chunk := list(islice(acts, EXPORT_CHUNK)):
        for link in links(chunk, start=start):
            changed = "；".join(
                f"{one.label}：{one.before or NOTHING} → {one.after or NOTHING}"
                for one in link.changes
            )
            follows = "接续" if link.follows else "不接续"
            yield [str(link.number), follows, changed, *_cells(link.line)]
        start += len(chunk)


def cells_of(found: QuerySet[Act]) -> Iterator[Sequence[str]]:
    """Every act found, in words, some thousands at a time."""
    for stretch in ledger.stretches(found, EXPORT_CHUNK):
        yield from map(_cells, lines(stretch))


def _cells(line: Line) -> list[str]:
    content = "；".join(f"{fact['label']}：{fact['value']}" for fact in line.facts)
    numbers = ["" if n is None else str(n) for n in (line.seal_no, line.leaf_no)]
    return [
        f"{line.at:%Y-%m-%dT%H:%M:%S.%fZ}", line.actor, line.organisation, line.verb, line.text,
        line.record, line.address, line.device, *numbers, line.hash, content,
    ]  # fmt: skip


@door("audit.search")
@require_GET
def act(request: HttpRequest, number: int) -> HttpResponse:
    """One act: its exact text, its hash, its seal, and the proof that the seal holds it."""
    account = who(request)
    found = ledger.visible_to(account).filter(pk=number).first()
    if found is None:
        raise NotFound(what="操作记录", key=number)
    note_look(account, "查看审计记录", at=request.get_full_path())
    seal = ledger.seal_of(found)
    others = chain(account, found.record_kind, found.record_key).exclude(pk=found.pk)
    context = {
        "line": lines([found])[0],
        "act": found,
        "prev": bytes(found.prev).hex() if found.prev else "",
        "seal": seal,
        "root": bytes(seal.root).hex() if seal else "",
        "proof": [node.hex() for node in ledger.inclusion_proof(found, seal)] if seal else [],
        "history": lines(others.reverse()[:NEAR]),
        "more": others[NEAR : NEAR + 1].exists(),
        "chain_url": chain_url(found),
    }
    return render(request, "desk/act.html", context)
