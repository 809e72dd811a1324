"""Search over parties, and the dossier of one (一户一档)."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from typing import cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.days import SHANGHAI, local_day, local_today
from mingcha.base.ledger import queries as ledger
from mingcha.base.listing import Column, Listing, csv_response
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account
from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.records import services as records
from mingcha.domains.records.queries import dossier as files
from mingcha.domains.records.queries import sharing
from mingcha.domains.records.queries.sharing import Shown
from mingcha.standards import loader
from mingcha.standards.model import Family
from mingcha.standards.words import FAMILIES

COLUMNS: Sequence[Column[Party]] = (
    Column("name", "名称", lambda p: _name(p), "name"),
    Column("code", "代码", lambda p: _code(p), "code"),
    Column("kind", "类型", lambda p: kind_label(p), "kind"),
    Column("status", "登记状态", lambda p: status_label(p), "status"),
    Column("region", "行政区划", lambda p: p.region, "region"),
    Column("industry", "行业", lambda p: industry_label(p), "industry"),
    Column("address", "地址", lambda p: p.address, "address"),
    Column("near", "相关度", lambda p: "", "near"),
)
TABS: Sequence[tuple[str, str, tuple[Family, ...]]] = (
    ("all", "全部", ()),
    ("basic", "基本情况", (Family.REGISTER,)),
    ("licence", "许可", (Family.LICENCE,)),
    ("inspection", "检查", (Family.INSPECTION, Family.PLAN)),
    ("penalty", "处罚", (Family.PENALTY,)),
    ("coercion", "强制", (Family.COERCION,)),
    ("other", "其他行为", (Family.OTHER,)),
    ("complaint", "投诉举报", (Family.COMPLAINT,)),
    ("credit", "信用", (Family.CREDIT,)),
)
SCHEMES = {
    "uscc": "统一社会信用代码",
    "registration-number": "注册号",
    "pripid": "主体身份代码",
    "resident-id": "公民身份号码",
}
PERSON = "2"


@door("parties.search")
@require_GET
def search(request: HttpRequest) -> HttpResponseBase:
    """Find entities by name, code, kind, region, industry or address."""
    account, said = cast(Account, request.user), request.GET
    asked = parties.Filter(
        words=said.get("q", "").strip()[:200],
        kind=said.get("kind", ""),
        region=said.get("region", ""),
        industry=said.get("industry", "")[:10],
        address=said.get("address", "").strip()[:200],
        registered=said.get("registered", ""),
    )
    found = parties.search(account, asked)
    shown = COLUMNS if asked.words else COLUMNS[:-1]
    listing = Listing(request, found, shown, sort="near" if asked.words else "name")
    if "export" in said:
        records.note_search_export(said.urlencode(), actor=account)
        return listing.export("监管对象")
    rows = listing.rows
    regions = people.region_names({party.region for party in rows})
    context = {
        "filter": _filter(asked),
        "table": {
            "id": "parties",
            "caption": "监管对象",
            "columns": listing.headers[:7],
            "empty": {
                "title": "没有找到符合条件的监管对象",
                "text": "名称输入其中任意两个字即可；代码可以只输入开头几位。",
            },
        },
        "rows": [_row(party, regions) for party in rows],
        "pager": listing.pager,
        "q": asked.words,
        "may_export": account.holds("insight.export"),
        "export_url": f"?{_with(request, export='csv')}",
    }
    return render(request, "insight/search.html", context)


@door("insight.dossier")
@require_GET
def dossier(request: HttpRequest, number: str) -> HttpResponse:
    """One entity: who it is, and everything known of it on one timeline."""
    account = cast(Account, request.user)
    party = parties.party_for(account, number)
    day = _past_day(request)
    tab = request.GET.get("tab", "all")
    families = next((found for key, _, found in TABS if key == tab), ())
    shown = files.dossier(account, party, as_of=_end_of(day), families=families)
    register = shown.of(Family.REGISTER) or files.dossier(
        account, party, as_of=_end_of(day), families=[Family.REGISTER]
    ).of(Family.REGISTER)
    counts = files.counts(account, party, as_of=_end_of(day))
    party.name = _name(party)
    context = {
        "party": party,
        "kind_label": kind_label(party),
        "codes": _codes(party),
        "state": {"label": party.status, "tone": "plain"},
        "region_label": people.region_names({party.region}).get(party.region, party.region),
        "industry_label": industry_label(party),
        "facts": [fact for entry in register for fact in _facts(entry)],
        "tabs": _tabs(tab, day, counts),
        "tab": tab,
        "tab_label": next((label for key, label, _ in TABS if key == tab), "全部"),
        "events": [_event(entry) for entry in shown.entries],
        "as_of": _as_of(request, day, tab),
        "why": {
            "text": "登记信息、公开和经同意共享的记录对有权查询的公职人员可见；内部记录只对报送单位及其上级可见。",
            "url": f"{reverse('desk:why')}?page={request.path}",
        },
        "doubtful": [
            {"text": f"{tie.subject.name or tie.subject.value}：{'；'.join(tie.reasons)}"}
            for tie in shown.doubtful
        ],
        "objects": parties.objects_of(party)[:50],
        "may_export": account.holds("insight.export"),
        "more": max(shown.total - len(shown.entries), 0),
    }
    return render(request, "insight/dossier.html", context)


@door("insight.export")
@require_GET
def export(request: HttpRequest, number: str) -> StreamingHttpResponse:
    """The dossier as a spreadsheet: one line per field of each fact. Leaves one act."""
    account = cast(Account, request.user)
    party = parties.party_for(account, number)
    day = _past_day(request)
    records.note_export(party, actor=account, as_of=day)
    headers = [
        "类别",
        "数据表",
        "发生日期",
        "事项",
        "报送单位",
        "得知时间",
        "版本",
        "来源文件",
        "行号",
        "字段",
        "内容",
    ]
    return csv_response(f"{party.name}-档案", headers, _lines(account, party, day))


@door("insight.dossier")
@require_GET
def versions(request: HttpRequest, fact: int) -> HttpResponse:
    """Every version of one record, side by side."""
    account = cast(Account, request.user)
    found = files.versions(account, files.fact_for(account, fact))
    context = {"label": found[0].table.label, "events": [_event(entry) for entry in found]}
    return render(request, "insight/versions.html", context)


def kind_label(party: Party) -> str:
    """The object's kind in words."""
    return loader.current().code_table("supervise_object_type").label_of(party.kind)


def industry_label(party: Party) -> str:
    """The industry in words, or "" when unknown."""
    if not party.industry:
        return ""
    return loader.current().code_table("industry").label_of(party.industry)


def status_label(party: Party) -> str:
    """The registration state; an entity known only from acts says so."""
    return party.status or ("已登记" if party.is_registered else "未登记")


def _row(party: Party, regions: dict[str, str]) -> Party:
    """A party as insight/party_row.html wants it; what identifies a person is masked."""
    party.code, party.name = _code(party), _name(party)
    party.kind_label = kind_label(party)  # type: ignore[attr-defined]  # for the template
    party.region_label = regions.get(party.region, party.region)  # type: ignore[attr-defined]
    party.industry_label = industry_label(party)  # type: ignore[attr-defined]
    return party


def _name(party: Party) -> str:
    """The name; of a person only the family name."""
    return sharing.mask(party.name, "name") if party.kind == PERSON else party.name


def _code(party: Party) -> str:
    """The main code; a person's number is never shown in a list."""
    return sharing.mask(party.code, "id") if party.kind == PERSON else party.code


def _codes(party: Party) -> list[dict[str, str]]:
    if party.kind == PERSON:
        return [{"label": "公民身份号码", "value": _code(party)}]
    named = [i for i in parties.identifiers_of(party) if i.scheme != "name"]
    return [{"label": SCHEMES.get(i.scheme, i.scheme), "value": i.value} for i in named]


def _filter(asked: parties.Filter) -> dict[str, object]:
    kinds = loader.current().code_table("supervise_object_type").codes
    yes_no = [("yes", "已登记"), ("no", "未登记")]
    fields = [
        {"name": "q", "label": "名称或代码", "kind": "text", "value": asked.words, "wide": True,
         "placeholder": "名称中任意两个字，或代码开头"},
        {"name": "kind", "label": "对象类型", "kind": "select", "options": [
            {"value": k.code, "label": k.label, "selected": k.code == asked.kind} for k in kinds]},
        {"name": "region", "label": "行政区划", "kind": "text", "value": asked.region,
         "placeholder": "代码，如 310115"},
        {"name": "industry", "label": "行业", "kind": "text", "value": asked.industry,
         "placeholder": "代码，如 62 餐饮业"},
        {"name": "address", "label": "地址", "kind": "text", "value": asked.address},
        {"name": "registered", "label": "登记情况", "kind": "select", "options": [
            {"value": v, "label": t, "selected": v == asked.registered} for v, t in yes_no]},
    ]  # fmt: skip
    return {"fields": fields, "clear_url": "?"}


def _with(request: HttpRequest, **changes: str) -> str:
    """The address's parameters with changes."""
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    return query.urlencode()


def _past_day(request: HttpRequest) -> date | None:
    """The day looked at, or None for now; today and later are now."""
    try:
        day = parse_date(request.GET.get("as_of", ""))
    except ValueError:  # looks like a date and is none
        return None
    return day if day and day < local_today() else None


def _end_of(day: date | None) -> datetime | None:
    """The last moment of a day in Asia/Shanghai."""
    return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI) if day else None


def _as_of(request: HttpRequest, day: date | None, tab: str) -> dict[str, object]:
    first = ledger.first_seal()
    seal = ledger.seal_at(moment) if (moment := _end_of(day)) else None
    return {
        "value": day,
        "today": local_today(),
        "earliest": local_day(first.time) if first else local_today(),
        "now_url": f"{request.path}?tab={tab}",
        "keep": [{"name": "tab", "value": tab}],
        "seal": seal.no if seal else None,
    }


def _tabs(tab: str, day: date | None, counts: dict[Family, int]) -> list[dict[str, object]]:
    keep = f"&as_of={day.isoformat()}" if day else ""
    return [
        {
            "label": label,
            "url": f"?tab={key}{keep}",
            "active": key == tab,
            "count": sum(counts.values()) if not found else sum(counts.get(f, 0) for f in found),
        }
        for key, label, found in TABS
    ]


def _facts(entry: files.Entry) -> list[dict[str, object]]:
    return [_fact(field, under=entry.provider.name) for field in entry.fields]


def _fact(field: Shown, *, under: str = "") -> dict[str, object]:
    value = files.label_of(field)
    return {"label": field.spec.label, "value": value, "masked": field.is_masked, "under": under,
            "wide": len(value) > 60}  # fmt: skip


def _event(entry: files.Entry) -> dict[str, object]:
    """An entry as parts/timeline.html wants it."""
    shown: dict[str, object] = {field.name: getattr(entry, field.name) for field in fields(entry)}
    if entry.version > 1:
        shown["versions_url"] = reverse("insight:versions", args=[entry.fact_id])
    if entry.batch_id:
        shown["file_url"] = reverse("records:batch", args=[entry.batch_id])
    return shown | {"facts": [_fact(field) for field in entry.fields]}


def _lines(account: Account, party: Party, day: date | None) -> Iterator[list[str]]:
    for entry in files.all_entries(account, party, as_of=_end_of(day)):
        learnt = (
            f"{entry.learnt_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
            if entry.learnt_at
            else "待封存"
        )
        head = [
            FAMILIES[entry.family], entry.table.label, entry.occurred_on.isoformat(),
            f"{entry.item} {entry.item_name}".strip(), entry.provider.name, learnt, str(entry.version),
            entry.file_name, str(entry.row),
        ]  # fmt: skip
        for field in entry.fields:
            yield [*head, field.spec.label, files.label_of(field)]
