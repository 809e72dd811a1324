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
    """The rules of the page at ?page=, and how I stand to them; with ?right= that of an act."""
    said = request.GET
    asked = queries.Asked(said.get("page", ""), said.get("right", ""), said.get("organisation", ""))
    return _answer(request, queries.about_page(who(request), asked))


@door(SIGNED_IN)
@require_GET
def why_rows(request: HttpRequest, kind: str) -> HttpResponse:
    """The rule of a kind of row; with ?organisation= whom to ask about that body's rows, and which of
    its consents apply, with ?table= for that table alone.
    """
    said = request.GET
    answer = queries.about_rows(
        who(request), kind, said.get("organisation", ""), said.get("table", "")
    )
    return _answer(request, answer)


def _answer(request: HttpRequest, answer: Answer) -> HttpResponse:
    context = {
        "page": {"label": answer.label, "path": answer.path},
        "answer": {"can": answer.can, "text": answer.text},
        "rules": answer.rules,
        "grants": answer.grants,
        "ask": answer.ask,
        "consents": answer.consents,
        "kinds": queries.row_rules(),
    }
    return render(request, "desk/why.html", context)
