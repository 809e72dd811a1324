"""Who stands in for me while I am away (代办人); for somebody who fell ill, their account manager."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.days import local_today
from mingcha.base.errors import MingchaError
from mingcha.base.people import queries, services
from mingcha.base.people.models import Account
from mingcha.domains.desk.views import say_why, who
from mingcha.domains.desk.views.forms import DateInput

NOTE = (
    "代办期间，发给本人的事代办人也能看到并认领，以代办人自己的账号和权限办理，办理经过注明“代”。"
    "代办人不会因此取得其他权限。"
)


class ColleagueField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when run
    """Somebody of the same body."""

    def label_from_instance(self, obj: Account) -> str:
        """Name and post."""
        return f"{obj.real_name}　{obj.post}".strip()


class DeputyForm(forms.Form):
    """Who, from when to when, and why."""

    deputy = ColleagueField(
        label="代办人", queryset=Account.objects.none(), empty_label="请选择",
        help_text="同一机构、账号在用的同事。",
    )  # fmt: skip
    since = forms.DateField(label="起始日期", widget=DateInput(), initial=local_today)
    until = forms.DateField(
        label="截止日期", widget=DateInput(), help_text="最后一天代办的日期；提前回来可随时收回。"
    )
    reason = forms.CharField(label="事由", max_length=200, help_text="如：年休假、出差、病假。")

    def __init__(self, absent: Account, data: Any = None) -> None:
        super().__init__(data)
        self.fields["deputy"].queryset = queries.colleagues(absent)  # type: ignore[attr-defined]


@door(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def deputy_new(request: HttpRequest) -> HttpResponse:
    """Name my deputy."""
    return _name(request, who(request), title="指定代办人", back=reverse("desk:me"))


@door("people.manage")
@require_http_methods(["GET", "POST"])
def deputy_for(request: HttpRequest, login: str) -> HttpResponse:
    """Name a deputy for somebody whose account I manage."""
    absent = queries.account_for(who(request), login)
    back = reverse("desk:person", args=[login])
    return _name(request, absent, title=f"为{absent.real_name}指定代办人", back=back)


@door(SIGNED_IN)
@require_POST
def deputy_end(request: HttpRequest, number: int) -> HttpResponse:
    """End a deputyship early: mine, or that of somebody whose account I manage."""
    account = who(request)
    row = queries.deputy_for(account, number)
    services.end_deputy(row, actor=account)
    messages.success(request, f"{row.deputy.real_name}的代办已收回。")
    if row.absent_id == account.pk:
        return redirect("desk:me")
    return redirect("desk:person", row.absent.login)


def _name(request: HttpRequest, absent: Account, *, title: str, back: str) -> HttpResponse:
    form = DeputyForm(absent, request.POST or None)
    if form.is_valid():
        given = dict(form.cleaned_data)
        deputy = given.pop("deputy")
        try:
            services.name_deputy(absent, deputy, services.Absence(**given), actor=who(request))
        except MingchaError as refusal:
            say_why(form, refusal)
        else:
            messages.success(
                request, f"{given['since']} 至 {given['until']} 由{deputy.real_name}代办。"
            )
            return redirect(back)
    context = {
        "title": title,
        "note": NOTE,
        "form": form,
        "submit": "指定代办人",
        "back": {"url": back},
    }
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)
