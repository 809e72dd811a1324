"""Why can I (not) see or do this (BEY-16)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingcha.base.access import SIGNED_IN, door
from mingcha.domains.desk import queries
from mingcha.domains.desk.queries import Answer
from mingcha.domains.desk.views import who


@door(SIGNED_IN)
@require_GET
def why(request: HttpRequest) -> HttpResponse:
    """The rule of the page at ?page=, and how I stand to it."""
    return _answer(request, queries.about_page(who(request), request.GET.get("page", "")))


@door(SIGNED_IN)
@require_GET
def why_rows(request: HttpRequest, kind: str) -> HttpResponse:
    """The rule of a kind of row; with ?organisation= whom to ask about that body's rows."""
    organisation = request.GET.get("organisation", "")
    return _answer(request, queries.about_rows(who(request), kind, organisation))


def _answer(request: HttpRequest, answer: Answer) -> HttpResponse:
    context = {
        "page": {"label": answer.label, "path": answer.path},
        "answer": {"can": answer.can, "text": answer.text},
        "rules": answer.rules,
        "grants": answer.grants,
        "ask": answer.ask,
        "kinds": queries.row_rules(),
    }
    return render(request, "desk/why.html", context)
