"""What a field offers while somebody types."""

from typing import cast

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.days import local_today
from mingcha.base.errors import NotFound
from mingcha.base.people.models import Account
from mingcha.domains.records.queries.entry import filling, standing
from mingcha.domains.records.queries.entry.known import Known
from mingcha.domains.records.queries.entry.offers import offers
from mingcha.standards import loader

LONGEST = 200
BESIDE = "at-"  # the fields on which an offer hangs: at-check_date=2026-01-02


@door("records.intake")
@require_GET
def lookup(request: HttpRequest, table: str, field: str) -> JsonResponse:
    """Up to 12 offers for ?q=: code, name or pinyin initials; for an empty one what was used last."""
    account, said = cast(Account, request.user), request.GET
    found = loader.current().table(table)
    if field not in found.fields:
        raise NotFound(what="字段", key=field)
    mine = standing.providers_of(account, found).select_related("region")
    provider = mine.filter(code=said.get("provider", "")).first() or mine.first()
    if provider is None:
        raise NotFound(what="报送单位", key=said.get("provider", ""))
    known = Known(account, provider, found, today=local_today())
    typed = {
        name.removeprefix(BESIDE): str(text)[:LONGEST]
        for name, text in said.items()
        if name.startswith(BESIDE)
    }
    beside = filling.filled(known, typed).row
    results = offers(known, field, said.get("q", "")[:LONGEST], beside)
    return JsonResponse(
        {
            "results": [
                {
                    "value": one.value, "label": one.label, "under": one.under,
                    "written": one.written, "also": dict(one.also),
                }
                for one in results
            ]
        }
    )  # fmt: skip
