"""The page of one case, and everything that is done on it. One page and one move door for all kinds."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.cases import faces, services
from mingcha.base.cases import queries as cases
from mingcha.base.cases.errors import AlreadyClaimed, MoveRefused, NotOpen, Stale
from mingcha.base.cases.faces import Facts
from mingcha.base.cases.models import Case
from mingcha.base.errors import MingchaError, NotFound
from mingcha.domains.desk import queries
from mingcha.domains.desk.views import say_why, who
from mingcha.domains.desk.views.case_forms import (
    CaseForm,
    ExtendForm,
    HandOverForm,
    LinkForm,
    UrgeForm,
)
from mingcha.domains.desk.views.inbox import back_to


@door(SIGNED_IN)
@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case. Opening it is noted where one is asked for something."""
    account = who(request)
    found = cases.case_for(account, number)
    services.note_opened(found, reader=account)
    return _page(request, found)


@door(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Make a move. A refused form comes back on the same page with what was typed."""
    account = who(request)
    found = cases.case_for(account, number)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = faces.form_of(found, name, actor=account, data=sent[0], files=sent[1])
    if not form.is_bound:
        services.note_opened(found, reader=account)
        return _page(request, found, form)
    try:
        if not form.is_valid():
            return _page(request, found, form, status=422)
        faces.make(form)
    except MingchaError as refusal:
        return _refused(request, form, refusal)
    return _done(request, found, form.move.label)


@door(SIGNED_IN)
@require_POST
def claim(request: HttpRequest, number: str) -> HttpResponse:
    """Take the case on. That somebody else was quicker is said on the page."""
    account = who(request)
    found = cases.case_for(account, number)
    try:
        services.claim(found, actor=account)
    except (AlreadyClaimed, NotOpen) as refusal:
        messages.warning(request, f"{refusal.title}{refusal.detail}")
    else:
        messages.success(request, f"已认领 {found.number}。")
    return redirect("desk:case", number)


@door(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, number: str) -> HttpResponse:
    """Give the case to somebody else of the body."""
    found = cases.case_for(who(request), number)
    form = HandOverForm(found, request.POST or None)

    def deed(given: dict[str, Any]) -> object:
        return services.hand_over(
            found, given["person"], reason=given["reason"], actor=who(request),
            seen=given["version"],
        )  # fmt: skip

    note = "转交后由对方办理，办理期限不变。"
    return _tool(request, form, deed, title="转交", submit="转交办件", note=note)


@door(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def extend(request: HttpRequest, number: str) -> HttpResponse:
    """Extend a period as the kind allows."""
    account = who(request)
    found = cases.case_for(account, number)
    allowed = [one for one in found.of.extensions if account.holds_over(one.right, found.unit)]
    form = ExtendForm(found, request.POST or None, allowed=allowed)

    def deed(given: dict[str, Any]) -> object:
        return services.extend(
            found, form.extension, reason=given["reason"], actor=account, seen=given["version"]
        )

    note = "延长的天数由规则表规定，从原期限届满之日起接着计算；理由记入办理经过。"
    return _tool(request, form, deed, title="延长期限", submit="延长期限", note=note)


@door(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def urge(request: HttpRequest, number: str) -> HttpResponse:
    """Urge whoever has the case, or those above them."""
    found = cases.case_for(who(request), number)
    form = UrgeForm(found, request.POST or None)

    def deed(given: dict[str, Any]) -> object:
        return services.urge(found, text=given["text"], rung=given["rung"], actor=who(request))

    note = "到期前后系统会按规则自动催办；手工催办同一人每天不超过三次。"
    return _tool(request, form, deed, title="催办", submit="发出催办", note=note)


@door(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, number: str) -> HttpResponse:
    """Say that another case has to do with this one."""
    account = who(request)
    found = cases.case_for(account, number)
    form = LinkForm(found, request.POST or None)

    def deed(given: dict[str, Any]) -> object:
        other = cases.case_for(account, given["number"].strip().upper())
        return services.relate(found, other, why=given["why"], actor=account)

    return _tool(
        request,
        form,
        deed,
        title="关联办件",
        submit="关联办件",
        note="两件互相可见；对方仍须有权才能打开。",
    )


def _tool(
    request: HttpRequest, form: CaseForm, deed: Callable[[dict[str, Any]], object], *,
    title: str, submit: str, note: str,
) -> HttpResponse:  # fmt: skip
    """The page of a form about a case that is no move."""
    found, seen = form.case, faces.version_in(request.POST)
    if cases.made_by(found, who(request), seen=seen, labels=form.labels):
        return _done(request, found, title)
    if form.is_valid():
        try:
            deed(form.cleaned_data)
        except MingchaError as refusal:
            if isinstance(refusal, Stale):
                _seen_anew(form, cases.case_for(who(request), found.number))
            say_why(form, refusal)
        else:
            return _done(request, found, title)
    context = {
        "title": title, "case": found, "form": form, "submit": submit, "note": note,
        "back": {"url": reverse("desk:case", args=[found.number]), "label": "返回办件"},
    }  # fmt: skip
    return render(request, "desk/case_form.html", context, status=422 if form.errors else 200)


def _refused(request: HttpRequest, form: Facts, refusal: MingchaError) -> HttpResponse:
    """A move that was not made: done already by the same press, or the page as it is now, with why."""
    account = who(request)
    now = cases.case_for(account, form.case.number)
    late = isinstance(refusal, Stale | MoveRefused)
    if late and cases.made_by(now, account, seen=form.seen, labels=[form.move.label]):
        return _done(request, now, form.move.label)
    again = faces.form_of(
        now, form.move.name, actor=account, data=request.POST.copy(), files=request.FILES
    )
    _seen_anew(again, now)
    again.is_valid()
    say_why(again, refusal)
    return _page(request, now, again, status=refusal.status)


def _seen_anew(form: forms.Form, found: Case) -> None:
    """Let the form count as made on the case as it now is: its user has just been told."""
    form.data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
    form.data["version"] = str(found.version)  # type: ignore[index]


def _done(request: HttpRequest, found: Case, label: str) -> HttpResponse:
    """Say so, and stay where the move was made: on the case, or on the page on which its kind is
    worked on. Where the case has gone to others, go on with the inbox.
    """
    messages.success(request, f"{found.number} 已{label}。")
    try:
        cases.case_for(who(request), found.number)
    except NotFound:
        return redirect("desk:inbox")
    here = reverse("desk:case", args=[found.number])
    came_from = back_to(request, here)
    return redirect(here if urlsplit(came_from).path.startswith(here) else came_from)


def _page(
    request: HttpRequest, found: Case, form: Facts | None = None, *, status: int = 200
) -> HttpResponse:
    context = queries.case_page(found, who(request), form)
    return render(request, "desk/case.html", dict(context), status=status)
