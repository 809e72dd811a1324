"""A question to a provider (关联询问): the provider answers, the linker may take it back."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mingcha.base.access import door
from mingcha.base.cases import queries as cases
from mingcha.base.cases import services as case_services
from mingcha.base.cases.models import Case
from mingcha.base.errors import MingchaError
from mingcha.base.people.models import Account
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.models import LinkAnswer, LinkQuestion, Tie
from mingcha.domains.records.queries import evidence, naming
from mingcha.domains.records.queries.evidence import Evidence
from mingcha.domains.records.services import links
from mingcha.domains.records.views.links import common

NONE, UNSURE = LinkAnswer.NONE.value, LinkAnswer.UNSURE.value


class AnswerForm(forms.Form):
    """Which of those shown the record means, or none; a note."""

    answer = forms.ChoiceField(label="这条记录说的是", widget=forms.RadioSelect)
    note = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea({"rows": 2}),
        help_text="无法确认时必填；写明核对了什么。",
    )  # fmt: skip
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None, shown: list[Party], version: int) -> None:
        super().__init__(data, initial={"seen": version})
        chosen = [(one.public_id, _called(one)) for one in shown]
        others = [(NONE, LinkAnswer.NONE.label), (UNSURE, LinkAnswer.UNSURE.label)]
        self.fields["answer"].choices = [*chosen, *others]  # type: ignore[attr-defined]


@door("cases.see")
@require_http_methods(["GET", "POST"])
def asked(request: HttpRequest, number: str) -> HttpResponse:
    """The question with its evidence, for the provider to answer."""
    account = common.who(request)
    case = cases.case_for(account, number)
    case_services.note_opened(case, reader=account)
    about = LinkQuestion.objects.select_related("subject", "party").get(case=case)
    shown = _shown(about)
    choices = {choice.move.name: choice for choice in cases.choices(case, account)}
    may_answer = "answer" in choices and choices["answer"].may
    form = AnswerForm(request.POST if "answer" in request.POST else None, shown, case.version)
    if "withdraw" in request.POST:
        links.withdraw(case, reason="关联员撤回", actor=account)
        messages.success(request, f"询问 {case.number} 已撤回。")
        return redirect("records:links")
    if form.is_valid() and _answered(case, form, shown, account):
        messages.success(request, "答复已提交，关联已按答复认定。")
        return redirect("records:link_asked", case.number)
    context = {
        "case": case,
        "about": about,
        "name": naming.subject_name(about.subject),
        "evidence": _evidence(account, about),
        "form": form if may_answer else None,
        "why_not": choices["answer"].why_not if "answer" in choices else "",
        "may_withdraw": "withdraw" in choices and choices["withdraw"].may,
        "readings": cases.readings(case),
        "trace": cases.trace(case),
        "party": naming.name_of(about.party) if about.party else "",
    }
    return render(request, "records/links/asked.html", context, status=422 if form.errors else 200)


def _answered(case: Case, form: AnswerForm, shown: list[Party], account: Account) -> bool:
    """Give the answer; a refusal goes onto the form."""
    said = form.cleaned_data["answer"]
    party = next((one for one in shown if one.public_id == said), None)
    kind = LinkAnswer.SAME if party is not None else LinkAnswer(said)
    try:
        links.answer(
            case, kind, party=party, note=form.cleaned_data["note"],
            seen=form.cleaned_data["seen"], actor=account,
        )  # fmt: skip
    except MingchaError as refusal:
        form.add_error(None, f"{refusal.title}{refusal.detail}")
        return False
    return True


def _shown(about: LinkQuestion) -> list[Party]:
    """The parties that were offered, in their order; one that has gone into another stands for it."""
    found = Party.objects.select_related("merged_into").in_bulk(about.shown)
    return [found[pk] for pk in about.shown if pk in found]


def _evidence(account: Account, about: LinkQuestion) -> Evidence | None:
    """What bears on it, while it is open."""
    tie = Tie.objects.filter(
        subject=about.subject, fact_id=about.fact_id, rank=1, until__isnull=True
    ).select_related("subject", "party").first()  # fmt: skip
    return evidence.evidence(account, tie) if tie is not None else None


def _called(party: Party) -> str:
    said = "，".join(part for part in (naming.code_of(party), naming.address_of(party)) if part)
    return f"{naming.name_of(party)}（{said}）" if said else naming.name_of(party)
