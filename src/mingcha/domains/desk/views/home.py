"""The first page after signing in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.days import local_today
from mingcha.domains.desk import queries
from mingcha.domains.desk.views import who


@door(SIGNED_IN)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for me, what I may do, what I did lately."""
    account = who(request)
    context = {
        "day": queries.day_in_words(local_today()),
        "since": queries.figures_since(),
        "waiting": queries.waiting(account),
        "figures": queries.figures(account),
        "doors": queries.doors(account),
        "providers": queries.providers(account),
        "recent": queries.recent(account),
    }
    return render(request, "desk/home.html", context)
