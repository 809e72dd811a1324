"""The page of a draw: watched by witnesses, fit for a wall; the seed by two persons; the button."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingcha.base.access import door
from mingcha.base.errors import NotFound
from mingcha.base.listing import pager_of
from mingcha.domains.inspections.models import Replacement
from mingcha.domains.inspections.queries import draws as queries
from mingcha.domains.inspections.queries import frame, seeding, seen
from mingcha.domains.inspections.queries.frozen import commitment_of
from mingcha.domains.inspections.services import drawing, pairing, replacing, seeds
from mingcha.domains.inspections.states import DRAW, SEE
from mingcha.domains.inspections.views import attempt, ventured, who

FIRST = 50  # vacancies below what was drawn; a link leads to all


class ValueForm(forms.Form):
    """What a source gave."""

    source = forms.CharField(max_length=40)
    value = forms.CharField(max_length=128)
    is_fallback = forms.BooleanField(required=False)


class RevealForm(forms.Form):
    """The number of a party."""

    party = forms.CharField(max_length=60)
    nonce = forms.CharField(max_length=80)


class ReplaceForm(forms.Form):
    """Why a drawn entity is out of scope."""

    ground = forms.ChoiceField(label="事由", choices=Replacement.Ground.choices)
    evidence = forms.CharField(
        label="证据", max_length=1000, widget=forms.Textarea({"rows": 4}),
        help_text="如登记机关的注销记录编号、现场核查情况。",
    )  # fmt: skip


@door(SEE)
@require_GET
def draw(request: HttpRequest, draw_id: str) -> HttpResponse:
    """One draw: its commitment, its seed, the objects and teams with the reason of each number."""
    account = who(request)
    found = seen.draw_for(account, draw_id)
    now = queries.sources(found)
    units, vacant = queries.units(found), queries.vacancies(found)
    vacancies = vacant.count() if found.drawn_at else 0
    is_vacant = request.GET.get("which") == "vacant"  # all of them, in place of what was drawn
    pager = pager_of(request, vacancies if is_vacant else units.count())
    context = {
        "draw": found, "task": found.task, "said": commitment_of(found), "roots": queries.roots(found),
        "sources": now, "pledges": queries.numbers(found),
        "classes": queries.explained(found), "steps": queries.steps(found, now),
        "units": [] if is_vacant else queries.numbered(found, list(units[pager.here])),
        "vacancies": list(vacant[pager.here if is_vacant else slice(FIRST)]) if vacancies else [],
        "vacancy_count": vacancies, "is_vacant": is_vacant, "pager": pager,
        "run": frame.run_of(found.task), "rounds": list(found.rounds.all()),
        "is_open": found.drawn_at is None and found.cancelled_at is None,
        "takes_values": seeding.may_take_values(found),
        "may_draw": account.holds_over(DRAW, found.task.body), "me": account,
        "is_ready": bool(now) and all(one.value and one.value.confirmed_at for one in now),
    }  # fmt: skip
    return render(request, "inspections/draw.html", context)


@door(DRAW)
@require_POST
def draw_value(request: HttpRequest, draw_id: str) -> HttpResponse:
    """Enter a source's value, or confirm the one that another person entered."""
    account = who(request)
    found = seen.draw_for(account, draw_id)
    form = ValueForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写来源的取值。")
        return redirect("inspections:draw", draw_id)
    given = form.cleaned_data
    if "confirm" in request.POST:
        ventured(
            request, draw_id, "核对来源取值",
            lambda: _confirm(request, seeds.confirm_value(
                found, given["source"], given["value"], actor=account
            ).confirmed_at is not None),
        )  # fmt: skip
    else:
        ventured(
            request, draw_id, "录入来源取值",
            lambda: seeds.enter_value(
                found, given["source"], given["value"], is_fallback=given["is_fallback"],
                actor=account,
            ),
        )  # fmt: skip
    return redirect("inspections:draw", draw_id)


@door(DRAW)
@require_POST
def draw_reveal(request: HttpRequest, draw_id: str) -> HttpResponse:
    """Reveal the number of a party."""
    account = who(request)
    found = seen.draw_for(account, draw_id)
    form = RevealForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写该方事先承诺的随机数。")
        return redirect("inspections:draw", draw_id)
    given = form.cleaned_data
    ventured(
        request, draw_id, "公开随机数",
        lambda: seeds.reveal(found, given["party"], given["nonce"], actor=account),
    )  # fmt: skip
    return redirect("inspections:draw", draw_id)


@door(DRAW)
@require_POST
def draw_hold(request: HttpRequest, draw_id: str) -> HttpResponse:
    """Draw. Pressed twice, or by two, it is one draw."""
    account = who(request)
    found = seen.draw_for(account, draw_id)
    ventured(request, draw_id, "随机抽取", lambda: drawing.start(found, actor=account))
    return redirect("inspections:draw", draw_id)


@door(DRAW)
@require_POST
def draw_cancel(request: HttpRequest, draw_id: str) -> HttpResponse:
    """Cancel a draw with a reason; it stays public."""
    account = who(request)
    found = seen.draw_for(account, draw_id)
    because = request.POST.get("because", "")
    if ventured(
        request, draw_id, "取消抽取", lambda: drawing.cancel(found, because=because, actor=account)
    ):
        messages.success(request, "抽取已取消，任务可以更改后重新冻结。取消和理由会一直公开。")
    return redirect("inspections:draw", draw_id)


@door(DRAW)
@require_POST
def draw_refill(request: HttpRequest, draw_id: str) -> HttpResponse:
    """Fill the vacant places in the next round."""
    account = who(request)
    found = seen.draw_for(account, draw_id)
    because = request.POST.get("because", "").strip() or "补位"
    if ventured(
        request, draw_id, "补位", lambda: pairing.refill(found, because=because, actor=account)
    ):
        messages.success(request, "已按公布的规则补位，轮次文件已公布。")
    return redirect("inspections:draw", draw_id)


@door(SEE)
@require_http_methods(["GET", "POST"])
def unit_replace(request: HttpRequest, draw_id: str, unit: int) -> HttpResponse:
    """Ask that a drawn entity found out of scope be replaced by the next reserve."""
    account = who(request)
    found = seen.draw_for(account, draw_id)
    one = found.units.select_related("party", "draw__task__body").filter(pk=unit).first()
    if one is None:
        raise NotFound(what="抽中对象", key=unit)
    form = ReplaceForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        done = attempt(
            form, lambda: replacing.ask(one, given["ground"], given["evidence"], actor=account)
        )
        if done is not None:
            messages.success(request, "已提交审核；同意后按次序由下一备选递补。")
            return redirect("desk:case", done.case.number)
    context = {
        "title": f"申请递补：{one.party.name}", "form": form, "submit": "提交审核",
        "note": "只有抽中后查明已注销、迁出或不从事有关经营活动的对象可以递补；无法联系、不予配合的是检查结果。",
        "back": {"url": reverse("inspections:draw", args=[draw_id])},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


def _confirm(request: HttpRequest, is_same: bool) -> None:
    if is_same:
        messages.success(request, "两人录入一致，取值已核对。")
    else:
        messages.error(request, "与先前录入的取值不一致，原取值作废。请对照来源公告重新录入。")
