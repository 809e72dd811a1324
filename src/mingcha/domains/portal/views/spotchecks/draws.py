"""The public page of a draw: what was committed, what came of it, one's own line, and recomputing it."""

import json
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import parse_etags
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import PUBLIC, door
from mingcha.base.days import local_today, minute_text, utc_now
from mingcha.base.errors import NotFound
from mingcha.base.exports import attachment
from mingcha.base.ledger import queries as ledger
from mingcha.base.listing import Column, Listing
from mingcha.base.opendoors.forms import OpenForm
from mingcha.base.opendoors.services import knock
from mingcha.base.people.models import Account
from mingcha.domains.inspections.errors import NoBundleYet
from mingcha.domains.inspections.queries import seeding
from mingcha.domains.inspections.queries.frozen import commitment_of
from mingcha.domains.inspections.queries.public import draws as queries
from mingcha.domains.inspections.queries.public import notices
from mingcha.domains.portal.views.spotchecks import words
from mingcha.domains.portal.views.spotchecks.cancelled import Cancelled

MOST_ACTS = 20  # on the page of a draw, with how many there are
SCRIPT = "inspections/verify_draw.py"
ASK = "draw-ask"


class AskForm(OpenForm):
    """A credit code, and the query code of its owner where there is one."""

    code = forms.CharField(
        label="统一社会信用代码", max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "placeholder": "18 位"}),
    )  # fmt: skip
    given = forms.CharField(
        label="查询码", max_length=40, required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text="企业自己查询时填写，20 位，由发起单位出具。凭查询码可以查到代号公开的抽取和被排除的理由。",
    )  # fmt: skip


@door(PUBLIC)
@require_GET
def draw(request: HttpRequest, draw_id: str) -> HttpResponseBase:
    """One draw, as far as its level lets it be seen today."""
    found, on = queries.draw_called(draw_id), local_today()
    said = commitment_of(found)
    is_closed = queries.is_closed(said, on)
    row = queries.published_of(found)
    stage = queries.stage_of(found, said, utc_now())
    label, tone = queries.STAGES[stage]
    cancelled = Cancelled(request, found, said, on) if found.cancelled_at is not None else None
    if cancelled and "export" in request.GET:
        return cancelled.export()
    listing = None
    if found.drawn_at is not None and not is_closed:
        asked = request.GET.get("key", "").replace("\0", "")
        units = queries.units(found, asked, is_reserve=request.GET.get("which") == "reserve")
        listing = Listing(request, units, _columns(said.level), sort="place")
        if "export" in request.GET:
            return listing.export(f"抽取名单 {draw_id}")
    context = {
        "draw": found, "said": said, "stage": stage,
        "state": {"label": label, "tone": tone}, "is_closed": is_closed,
        "figures": _figures(found, said, row), "level": words.LEVELS[said.level],
        "strata": [words.stratum(one) for one in row.strata] if row and not is_closed else [],
        "excluded": sorted(row.excluded.items()) if row else [],
        "avoided": sorted(row.avoided.items()) if row else [],
        "seed": _seed(found, said), "seals": _seals(found), "cancelled": cancelled,
        "acts": ledger.history("inspections.draw", found.draw_id).count(),
        "vacant": queries.vacancies(found) if listing is not None else [],
        "rounds": list(found.rounds.order_by("number")) if not is_closed else [],
        "has_bundle": queries.bundle_of(found, said, on) is not None,
        "row": row, "form": AskForm(),
        **(cancelled.context() if cancelled else _list(request, listing, said.level)),
        "may_give": _holds(request, "inspections.see"), "may_audit": _holds(request, "ledger.verify"),
        "task_url": _task(found), "api_url": f"/api/v1/spot-checks/draws/{draw_id}",
    }  # fmt: skip
    return render(request, "portal/spotchecks/draw.html", context)


@door(PUBLIC)
@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, draw_id: str) -> HttpResponse:
    """Whether, why and with what number an entity was or was not drawn, with the proof of its line."""
    found = queries.draw_called(draw_id)
    form = AskForm(request.POST or None)
    context: dict[str, Any] = {"draw": found, "form": form}
    status = 200
    if request.method == "POST":
        knock(ASK, each=settings.OPEN_LOOKUPS_EACH)
        form.check_hand()
        if form.is_valid():
            given = form.cleaned_data
            answer = queries.ask(found, given["code"], given=given["given"], on=local_today())
            context |= {
                "answer": answer, "tone": words.TONES[answer.outcome],
                "label": words.OUTCOMES[answer.outcome], "facts": words.facts(answer),
                "proof": json.dumps(answer.proof, ensure_ascii=False) if answer.proof else "",
            }  # fmt: skip
        else:
            status = 422
    return render(request, "portal/spotchecks/ask.html", context, status=status)


@door(PUBLIC)
@require_GET
def bundle(request: HttpRequest, draw_id: str) -> HttpResponseBase:
    """The bundle as it may be published today. Answers 304 to whoever has it already."""
    found = queries.draw_called(draw_id)
    said, on = commitment_of(found), local_today()
    path = queries.bundle_of(found, said, on) or queries.unseeded_of(found, said, on)
    if path is None or not path.exists():
        raise NoBundleYet(draw_id=draw_id)
    etag = f'"{path.stem}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponseBase = HttpResponseNotModified()
    else:
        response = FileResponse(path.open("rb"), content_type="application/zip")
        response["Content-Disposition"] = attachment(f"{draw_id}.zip")
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"
    return response


@door(PUBLIC)
@require_GET
def commitment(request: HttpRequest, draw_id: str) -> HttpResponse:
    """The commitment as it was published: the bytes whose digest is in the ledger."""
    found = queries.draw_called(draw_id)
    content_type = "text/plain; charset=utf-8"
    response = HttpResponse(bytes(found.commitment), content_type=content_type)
    response["Content-Disposition"] = attachment(f"{draw_id}-commitment.txt")
    response["ETag"] = f'"{found.digest}"'
    return response


@door(PUBLIC)
@require_GET
def script(request: HttpRequest) -> FileResponse:
    """The program that checks a bundle without us."""
    path = finders.find(SCRIPT)
    if path is None:
        raise NotFound(what="核验程序", key=SCRIPT)
    file = Path(path).open("rb")  # noqa: SIM115 -- closed by the answer
    response = FileResponse(file, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = attachment("verify_draw.py")
    return response


def _columns(level: str) -> list[Column[Any]]:
    """What is told of each entity drawn: in an open draw who it is, else the key that stands for it."""
    named: list[Column[Any]] = [
        Column("key", "代号" if level != "open" else "代码", lambda u: u.key, "key")
    ]
    if level == "open":
        named.append(Column("name", "名称", lambda u: notices.name_of(u.party.kind, u.party.name)))
    return [
        *named,
        Column("stratum", "分层", lambda u: words.stratum_name(u.stratum, level), "stratum"),
        Column("place", "次序", lambda u: u.place, "place", num=True),
        Column("how", "怎样抽中", _how),
        Column("teams", "检查组", _teams),
    ]  # fmt: skip


def _how(unit: Any) -> str:
    if unit.is_reserve:
        return "已递补" if getattr(unit, "replaces", None) else "备选，未启用"
    if any(one.is_allowed for one in unit.replacements.all()):
        return "查明不在抽查范围，已由备选递补"
    return "按权重应查" if unit.is_certain else "随机抽中"


def _teams(unit: Any) -> str:
    visit = getattr(unit, "visit", None)
    if visit is None:
        return "—"
    said = []
    for part in visit.parts.all():
        people = [
            f"{one.name}（{one.certificate}）" if one.officer_id else "空缺"
            for one in part.places.all()
        ]
        said.append(f"{part.body.name}：{'、'.join(people)}")
    return "；".join(said) or "—"


def _list(request: HttpRequest, listing: Any, level: str) -> dict[str, object]:
    if listing is None:
        return {"rows": None}
    which = request.GET.get("which", "")
    return {
        "filter": {
            "fields": [
                {"name": "key", "label": "代码或代号", "kind": "text",
                 "value": request.GET.get("key", "")},
                {"name": "which", "label": "名单", "kind": "select", "value": which,
                 "options": [{"value": "reserve", "label": "备选", "selected": which == "reserve"}]},
            ],
            "button": "查找",
        },
        "table": {
            "id": "drawn", "caption": "抽中名单", "columns": listing.headers, "tools": False,
            "empty": {"title": "没有找到", "text": "请核对代码；没有抽中的不在名单里。"},
        },
        "rows": [
            {"cells": [
                {"text": str(column.text(unit)), "num": column.num, "code": column.key == "key", "nowrap": column.key in ("stratum", "name")}
                for column in listing.columns
            ]}
            for unit in listing.rows
        ],
        "pager": listing.pager, "exports": listing.exports,
    }  # fmt: skip


def _figures(found: Any, said: Any, row: Any) -> list[dict[str, object]]:
    drawn = found.counts.get("drawn")
    wanted = sum(one["wanted"] for one in row.strata) if row else drawn
    excluded = said.roots["X"][0]
    return [
        {"label": "参加抽取", "value": said.roots["F"][0], "under": "户"},
        {"label": "抽取", "value": wanted if wanted is not None else "—", "under": "户"},
        {"label": "排除", "value": excluded, "under": "户，理由见下"},
        {"label": "执法人员", "value": said.roots["O"][0], "under": "人参加随机匹配"},
    ]


def _seed(found: Any, said: Any) -> dict[str, object]:
    """The sources with their values, and the numbers of the parties."""
    values = {
        one.source: one
        for one in found.values.filter(confirmed_at__isnull=False, refused_at__isnull=True)
    }
    labels, revealed = seeding.labels(found), seeding.numbers(found)
    late = seeding.withheld(found, said)
    sources = []
    for one in said.sources:
        value, (label, url) = values.get(one.id), labels.get(one.id, (one.id, ""))
        sources.append(
            {
                "id": one.id, "label": label, "url": url,
                "occasion": one.fallback if value and value.is_fallback else one.occasion,
                "fallback": one.fallback, "is_fallback": bool(value and value.is_fallback),
                "pattern": one.pattern, "at": minute_text(one.at), "is_due": one.at <= utc_now(),
                "value": value.value if value else "",
                "seen_at": value.seen_at if value else "",
            }
        )  # fmt: skip
    nonces = [
        {"party": one.party, "commitment": one.commitment, "nonce": revealed.get(one.party, ""),
         "withheld": one.party in late}
        for one in said.nonces
    ]  # fmt: skip
    return {"sources": sources, "nonces": nonces, "withheld": [n for n in nonces if n["withheld"]]}


def _seals(found: Any) -> list[dict[str, object]]:
    """The acts of the draw with the seals that hold them, oldest first."""
    made = []
    for act in ledger.history("inspections.draw", found.draw_id).order_by("pk")[:MOST_ACTS]:
        seal = ledger.seal_of(act)
        url = reverse("portal:seal", args=[seal.no]) if seal else ""
        made.append({"verb": act.verb, "at": act.at, "no": seal.no if seal else None, "url": url})
    return made


def _task(found: Any) -> str:
    number = found.task.case.number
    is_known = notices.tasks(notices.Sought(words=number)).exists()
    return reverse("portal:task", args=[number]) if is_known else ""


def _holds(request: HttpRequest, right: str) -> bool:
    """Whether somebody is signed in who holds a right: for links to what the public does not see."""
    account = request.user
    return isinstance(account, Account) and account.holds(right)
