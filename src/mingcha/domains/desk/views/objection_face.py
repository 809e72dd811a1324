"""The face of an objection on its case page: what is objected to, how it is answered, who objects."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from mingcha.base.access import door
from mingcha.base.cases.faces import Face, Facts, MoveFace
from mingcha.base.cases.models import Case
from mingcha.base.cases.queries import case_for
from mingcha.base.cases.services import Said
from mingcha.base.days import local_today
from mingcha.base.exports import attachment
from mingcha.base.people.models import Account
from mingcha.domains.catalog.queries import exceptions
from mingcha.domains.catalog.queries import objections as queries
from mingcha.domains.catalog.services import objections as services
from mingcha.domains.catalog.services.objections import Finding, Remedy
from mingcha.domains.catalog.states import EXCEPTION_OBJECTION
from mingcha.domains.desk.views import who
from mingcha.domains.desk.views.exceptions import state_of
from mingcha.domains.desk.views.forms import DateInput
from mingcha.domains.records.services import attachments, vault

HEAR = "catalog.hear"
PUBLISHED = "写下的理由就是给异议人的答复，并在公开页面公布：不要写入个人信息和商业秘密。"


class UpholdFacts(Facts):
    """What becomes of the exception."""

    remedy = forms.ChoiceField(label="处理", choices=Remedy.choices)
    until = forms.DateField(
        label="新的截止日期", required=False, widget=DateInput(), help_text="只在缩短期限时填写。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        one = queries.objection_of(self.case).exception
        stands = exceptions.is_standing(one, local_today())
        open_ = [Remedy.END, Remedy.SHORTEN] if stands else [Remedy.NONE]
        choices = [(remedy.value, remedy.label) for remedy in open_]
        self.fields["remedy"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        if not stands:
            del self.fields["until"]


def upheld(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """The objection is right: the exception ends or is shortened."""
    finding = Finding(Remedy(facts["remedy"]), said.reason, facts.get("until"))
    return services.uphold(case, finding, actor=actor, seen=said.seen)


def rejected(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """The objection is wrong."""
    return services.reject(case, answer=said.reason, actor=actor, seen=said.seen)


def dismissed(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """The objection is not taken up."""
    return services.dismiss(case, answer=said.reason, actor=actor, seen=said.seen)


def objection_on(case: Case, reader: Account) -> Mapping[str, object]:
    """What is objected to and why; who objects is masked, and opened by whoever handles the case."""
    one = queries.objection_of(case)
    may = queries.may_hear(case, reader)
    number = one.exception.case.number
    return {
        "facts": [
            {"label": "异议人", "value": queries.masked_name(one), "under": one.uscc},
            {"label": "类别", "value": one.get_objector_display()},
            {"label": "所涉监管行为", "value": one.act, "wide": True},
            {"label": "监管日期", "value": one.acted_on or "未填写"},
            {"label": "联系方式", "value": queries.masked_contact(one)},
            {"label": "异议理由", "value": one.reason, "wide": True},
        ],
        "exception": {
            "name": one.exception.name, "number": number, "state": state_of(one.exception),
            "url": reverse("desk:case", args=[number]),
            "days": f"{one.exception.since} 至 {one.exception.until}",
            "body": one.exception.body.name, "reason": one.exception.reason,
        },
        "files": [
            {"name": file.name, "size": filesizeformat(file.size),
             "url": reverse("desk:objection_file", args=[case.number, file.pk]) if may else ""}
            for file in one.files.all()
        ],
        "answer": one.answer,
        "answered_on": one.answered_on,
        "remedy": one.get_remedy_display() if one.remedy else "",
        "reveal_url": reverse("desk:objector", args=[case.number]) if may else "",
        "why_not": "" if may else queries.barred(case, reader),
        "public_url": reverse("portal:exception", args=[number]),
    }  # fmt: skip


@door(HEAR)
@never_cache
@require_POST
def objector(request: HttpRequest, number: str) -> HttpResponse:
    """Name and means of contact in full; each look is an act."""
    case = case_for(who(request), number)
    one = services.reveal(case, actor=who(request))
    context = {
        "number": case.number,
        "facts": [
            {"label": "异议人", "value": one.name, "under": one.uscc},
            {"label": "联系方式", "value": one.contact},
        ],
    }
    return render(request, "desk/objector.html", context)


@door(HEAR)
@never_cache
@require_GET
def objection_file(request: HttpRequest, number: str, file: int) -> HttpResponseBase:
    """A file that was handed in, as a download that no browser opens by itself. Leaves one act."""
    found = queries.file_for(who(request), number, file)
    services.note_taken(found, actor=who(request))
    response = FileResponse(
        vault.path_of(found.digest).open("rb"), content_type=attachments.TYPES[found.kind]
    )
    response["Content-Disposition"] = attachment(found.name)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


FACE = Face(
    EXCEPTION_OBJECTION.name,
    template="desk/objection.html",
    context=objection_on,
    moves={
        "admit": MoveFace(help="受理后开始计算答复期限。异议人凭查询码看到进展。"),
        "uphold": MoveFace(UpholdFacts, upheld, PUBLISHED),
        "reject": MoveFace(deed=rejected, help=PUBLISHED),
        "dismiss": MoveFace(deed=dismissed, help=PUBLISHED),
    },
)
