"""Stop an item of the list, close a register: what still uses it is shown before it is confirmed."""

from datetime import date, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mingcha.base.access import door
from mingcha.base.days import local_today
from mingcha.base.people.queries import require
from mingcha.domains.inspections.queries import seen, uses
from mingcha.domains.inspections.services import lists as services
from mingcha.domains.inspections.states import PLAN, PUBLISH
from mingcha.domains.inspections.views import attempt, who
from mingcha.domains.inspections.views.forms import DateInput


class ReasonForm(forms.Form):
    """Why it is used no more."""

    reason = forms.CharField(
        label="停用理由", max_length=300, widget=forms.Textarea({"rows": 3}),
        help_text="如依据被废止、职责划转、由另一个代替；记在页面和操作记录中。",
    )  # fmt: skip


class EndForm(ReasonForm):
    """From which day an item is not listed any more."""

    start = forms.DateField(
        label="自哪一天起停用", widget=DateInput(), help_text="这一天起不再列入清单；前一天仍在用。"
    )
    field_order = ("start", "reason")


@door(PUBLISH)
@require_http_methods(["GET", "POST"])
def item_end(request: HttpRequest, number: str) -> HttpResponse:
    """Take an item off the list from a day on."""
    account = who(request)
    found = seen.item_for(account, number)
    require(account, PUBLISH, found.body)
    form = EndForm(request.POST or None, initial={"start": _tomorrow()})
    if form.is_valid():
        done = attempt(
            form, lambda: services.end_item(found, actor=account, **form.cleaned_data)
        )  # fmt: skip
        if done is not None:
            messages.success(request, f"“{done.name}”用到 {done.until} 为止，次日起不再列入清单。")
            return redirect("inspections:item", number)
    newest = found.versions.order_by("-number").first()
    context = {
        "title": f"停用：{newest.name if newest else number}", "form": form, "submit": "停用抽查事项",
        "note": "停用后不能列入新的计划和任务，公开的清单随之改变；各版和已有的检查结果保留。",
        "uses": uses.of_item(account, found), "what": "抽查事项",
        "drafts": "还在起草，检查期间超过停用日期的不能冻结或下达，请换用其他事项",
        "later": "已冻结或在办，按冻结时的版本继续",
        "back": {"url": reverse("inspections:item", args=[number])},
    }  # fmt: skip
    return render(request, "inspections/end.html", context, status=422 if form.errors else 200)


@door(PLAN)
@require_http_methods(["GET", "POST"])
def register_close(request: HttpRequest, number: str) -> HttpResponse:
    """Use a register no more."""
    account = who(request)
    found = seen.register_for(account, number)
    require(account, PLAN, found.body)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        done = attempt(
            form, lambda: services.close_register(found, actor=account, **form.cleaned_data)
        )  # fmt: skip
        if done is not None:
            messages.success(request, f"“{done.name}”已停用。")
            return redirect("inspections:register", number)
    context = {
        "title": f"停用：{found.name}", "form": form, "submit": "停用名录库",
        "note": "停用后不能再改，也不能用于新的任务；各版保留。停用后不能恢复，名称也不能再用。",
        "uses": uses.of_register(account, found), "what": "名录库",
        "drafts": "还在起草，再次保存前请换用其他名录库",
        "later": "已冻结或在办，名单已经确定，不受影响",
        "back": {"url": reverse("inspections:register", args=[number])},
    }  # fmt: skip
    return render(request, "inspections/end.html", context, status=422 if form.errors else 200)


def _tomorrow() -> date:
    return local_today() + timedelta(days=1)
