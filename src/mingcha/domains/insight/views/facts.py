"""One record: its versions with their differences, and a masked value for a named case."""

from typing import cast
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.errors import MingchaError, NotFound
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account
from mingcha.domains.insight.views import wording
from mingcha.domains.insight.views.dossier import event
from mingcha.domains.parties import queries as parties
from mingcha.domains.records import services as records
from mingcha.domains.records.queries import dossier as files
from mingcha.domains.records.queries.sharing import Shown

REVEAL = "records.reveal"
ADMINISTRATORS = 5
NOTHING = "（空）"


class GroundsForm(forms.Form):
    """For which case, and why."""

    case = forms.CharField(
        label="案件或任务编号", max_length=60, help_text="正在办理、需要用到这项信息的案件或任务。",
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    reason = forms.CharField(
        label="查看理由", max_length=300, widget=forms.Textarea({"rows": 3}),
        help_text="例如：核对当事人身份，送达行政处罚决定书。",
    )  # fmt: skip


@door("insight.dossier")
@require_GET
def versions(request: HttpRequest, fact: int) -> HttpResponse:
    """Every version of one record, newest first, each with what it changed."""
    account = cast(Account, request.user)
    found = files.versions(account, files.fact_for(account, fact))
    context = {
        "table": found[0].entry.table,
        "provider": found[0].entry.provider,
        "versions": [
            {
                "event": event(account, version.entry, changed=version.changed),
                "changes": _changes(version),
                "is_first": version.before is None,
            }
            for version in found
        ],
        "why_url": _why(found[0].entry),
    }
    return render(request, "insight/versions.html", context)


@door("insight.dossier")
@never_cache
@require_http_methods(["GET", "POST"])
def reveal(request: HttpRequest, fact: int, field: str) -> HttpResponse:
    """Show one masked value once, for the case and reason given; without the right, say why not."""
    account = cast(Account, request.user)
    found = files.fact_for(account, fact)
    entry = next(v.entry for v in files.versions(account, found) if v.entry.fact_id == found.pk)
    shown = next((one for one in entry.fields if one.field == field), None)
    if shown is None:
        raise NotFound(what="字段", key=field)
    form = GroundsForm(request.POST if request.method == "POST" else None)
    value: Shown | None = None
    if form.is_valid():
        value = records.reveal(found, field, actor=account, **form.cleaned_data)
    context = {
        "entry": entry,
        "field": shown,
        "value": files.label_of(value) if value else "",
        "form": form,
        "may": account.holds_over(REVEAL, found.provider),
        "because": wording.masked_because(shown),
        "ask": people.administrators_over(found.provider)[:ADMINISTRATORS],
        "back": _back(request, account, found.pk),
        "why_url": _why(entry, "fact-sensitive"),
    }
    return render(request, "insight/reveal.html", context, status=422 if form.errors else 200)


def _changes(version: files.Version) -> list[dict[str, str]]:
    """What a version says otherwise than the one before it, in the order of the declaration."""
    if version.before is None:
        return []
    after = {field.field: files.label_of(field) for field in version.entry.fields}
    before = {field.field: files.label_of(field) for field in version.before.fields}
    return [
        {
            "label": spec.label,
            "before": before.get(name, NOTHING),
            "after": after.get(name, NOTHING),
        }
        for name, spec in version.entry.table.fields.items()
        if name in version.changed
    ]


def _why(entry: files.Entry, kind: str = "") -> str:
    """The rule for rows of this kind, and whom to ask about this provider's."""
    kind = kind or f"fact-{entry.table.share.value}"
    asked = urlencode({"organisation": entry.provider.code, "table": entry.table.name})
    return f"{reverse('desk:why_rows', args=[kind])}?{asked}"


def _back(request: HttpRequest, account: Account, fact: int) -> str:
    """The dossier one came from, else the record's own page."""
    number = request.GET.get("party", "")
    try:
        return reverse("insight:dossier", args=[parties.party_for(account, number).public_id])
    except MingchaError:
        return reverse("insight:versions", args=[fact])
