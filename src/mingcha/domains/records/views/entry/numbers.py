"""How a body numbers its records (编号规则)."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mingcha.base.access import door
from mingcha.base.days import local_today
from mingcha.base.errors import MingchaError, NotAllowed, NotFound
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.records.queries.entry import standing
from mingcha.domains.records.queries.entry.numbers import next_number
from mingcha.domains.records.services import entry as services
from mingcha.standards import loader
from mingcha.standards.form import number_field
from mingcha.standards.model import Table


class PatternForm(forms.Form):
    """The pattern."""

    pattern = forms.CharField(
        label="编号规则", max_length=100, required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=(
            "用 {年} {月} {日} 代表当天，{序号} 代表流水号；{序号5} 用 0 补足五位。"
            "例如 JC{年}{序号5} 得到 JC202600001，沪检〔{年}〕{序号}号 得到 沪检〔2026〕1号。"
            "留空则用数据标准的默认规则。"
        ),
    )  # fmt: skip


@door("records.intake")
@require_http_methods(["GET", "POST"])
def numbers(request: HttpRequest, table: str) -> HttpResponse:
    """See and set the pattern of a table for one's own body."""
    account = cast(Account, request.user)
    found = loader.current().table(table)
    if number_field(found) is None:
        raise NotFound(what="编号规则", key=found.label)
    said = request.POST if request.method == "POST" else request.GET
    provider = _provider(account, found, said.get("provider", ""))
    current = standing.number_pattern(provider, found)
    data = request.POST if request.method == "POST" else None
    form = PatternForm(data, initial={"pattern": current})
    if form.is_valid():
        try:
            services.set_numbering(provider, found, form.cleaned_data["pattern"], actor=account)
        except NotAllowed:
            raise
        except MingchaError as refusal:
            form.add_error("pattern", f"{refusal.title}{refusal.detail}")
        else:
            messages.success(request, f"编号规则已设定，下一个编号是 {_next(provider, found)}。")
            return redirect(reverse("records:entry_numbers", args=[table]))
    context = {
        "form": form,
        "table": found,
        "provider": provider,
        "next": _next(provider, found),
        "crumbs": [
            {"label": "在线录入", "url": reverse("records:entry")},
            {"label": found.label, "url": reverse("records:entry_new", args=[table])},
            {"label": "编号规则"},
        ],
    }
    status = 422 if form.errors else 200
    return render(request, "records/entry_numbers.html", context, status=status)


def _next(provider: Organisation, table: Table) -> str:
    return next_number(provider, table, on=local_today())


def _provider(account: Account, table: Table, code: str) -> Organisation:
    mine = standing.providers_of(account, table)
    found = mine.filter(code=code).first() or mine.filter(pk=account.organisation_id).first()
    if found is None:
        raise NotAllowed(right=standing.right_for(table))
    return found
