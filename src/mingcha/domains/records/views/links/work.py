"""One question at a time: evidence side by side, one key to decide, the next opens at once."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from mingcha.base.access import door
from mingcha.base.errors import MingchaError, NotFound
from mingcha.base.people.models import Organisation
from mingcha.domains.parties import queries as parties
from mingcha.domains.records.models import Decision, Tie
from mingcha.domains.records.queries import evidence, naming, questions
from mingcha.domains.records.services import links
from mingcha.domains.records.services.links import Question
from mingcha.domains.records.views.links import common

LINK = "records.link"
VERBS = ("accept", "refuse", "own", "ask")


@door(LINK)
@require_GET
def question(request: HttpRequest, number: int) -> HttpResponse:
    """The work page of one question; a settled one leads on to the next."""
    account = common.who(request)
    try:
        tie = questions.question_for(account, number)
    except NotFound:
        if not _is_settled(number):
            raise
        messages.info(request, "这条存疑关联已经处理，下面是下一条。")
        return _onward(request, number)
    return _page(request, tie)


@door(LINK)
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Carry one decision out, and open the next question."""
    account = common.who(request)
    tie = questions.question_for(account, number)
    deed, _, party = request.POST.get("deed", "").partition(":")
    if deed not in VERBS:
        raise NotFound(what="操作", key=deed)
    try:
        said = _carry_out(request, deed, tie, party)
    except MingchaError as refusal:
        if _is_settled(number):
            messages.warning(request, f"{refusal.title}{refusal.detail}")
            return _onward(request, number)
        return _page(request, tie, refusal=refusal)
    messages.success(request, said)
    return _onward(request, number, subject=tie.subject_id if deed == "refuse" else None)


def _is_settled(number: int) -> bool:
    """Whether the tie of that number was believed once and is not any more."""
    tie = questions.tie_called(number)
    return tie is not None and tie.until is not None


def _carry_out(request: HttpRequest, deed: str, tie: Tie, number: str) -> str:
    """Do it; the sentence that says so, with where it can be undone."""
    account = common.who(request)
    asked = Question(tie.subject_id, tie.fact_id, tie.pk)
    reason = request.POST.get("reason", "").strip()
    name = questions.called(tie)
    if deed == "ask":
        return _ask(request, asked, tie)
    if deed == "own":
        made = links.own(asked, reason=reason, actor=account)
        return f"“{name}”已认定为另一对象（第 {made.pk} 号决定，可撤销）。"
    party = parties.party_for(account, number) if number else tie.party
    if deed == "refuse":
        made = links.refuse(asked, party, reason=reason, actor=account)
        return f"“{name}”已认定不是“{naming.name_of(party)}”（第 {made.pk} 号决定，可撤销）。"
    made = links.accept(asked, party, reason=reason, actor=account)
    return f"“{name}”已认定为“{naming.name_of(party)}”（第 {made.pk} 号决定，可撤销）。"


def _ask(request: HttpRequest, asked: Question, tie: Tie) -> str:
    code = request.POST.get("provider", "")
    found = [one for one in questions.providers_of(tie.subject_id) if one.code == code]
    if not found:
        raise NotFound(what="报送单位", key=code)
    title = f"“{questions.called(tie)}”指的是哪个监管对象"
    case = links.ask(
        asked, found[0], note=request.POST.get("reason", "").strip(), title=title,
        actor=common.who(request),
    )  # fmt: skip
    return f"已向{found[0].name}询问（{case.number}），答复后自动认定。"


def _onward(request: HttpRequest, number: int, subject: int | None = None) -> HttpResponse:
    """To the same subject's next candidate, if it has one left; else to the next question."""
    query = request.GET.copy()
    query["after"] = str(number)
    if subject is not None:
        same = questions.visible_to(common.who(request)).filter(subject=subject).first()
        if same is not None:
            query.pop("after")
            return redirect(f"{reverse('records:link', args=[same.pk])}?{query.urlencode()}")
    return redirect(f"{reverse('records:link_next')}?{query.urlencode()}")


class AskForm(forms.Form):
    """Which of the providers behind the record is asked, and what to look at."""

    provider = forms.ChoiceField(label="向哪个单位询问")
    provider.widget.attrs["class"] = "form-control"
    reason = forms.CharField(
        label="请核对什么", max_length=500, required=False, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, providers: list[Organisation]) -> None:
        super().__init__()
        chosen = [(one.code, one.name) for one in providers]
        self.fields["provider"].choices = chosen  # type: ignore[attr-defined]  # a ChoiceField


def _page(request: HttpRequest, tie: Tie, refusal: MingchaError | None = None) -> HttpResponse:
    account = common.who(request)
    query = request.GET.copy()
    onward = query.copy()
    onward["after"] = str(tie.pk)
    found = evidence.evidence(account, tie)
    providers = questions.providers_of(tie.subject_id)
    providers.sort(key=lambda one: one.name != tie.first_provider)  # type: ignore[attr-defined]  # by _told
    context = {
        "tie": tie,
        "evidence": found,
        "doubt": questions.doubt_of(tie),
        "names": [one.name for one in providers],
        "ask": AskForm(providers),
        "refusal": refusal,
        "decide_url": f"{reverse('records:link_decide', args=[tie.pk])}?{query.urlencode()}",
        "skip_url": f"{reverse('records:link_next')}?{onward.urlencode()}",
        "list_url": f"{reverse('records:links')}?{query.urlencode()}",
        "waiting": questions.waiting(account),
        "past": _past(tie),
    }
    return render(
        request, "records/links/question.html", context, status=refusal.status if refusal else 200
    )


def _past(tie: Tie) -> list[Decision]:
    """What was decided about the subject before, newest first."""
    return list(tie.subject.decisions.select_related("by", "party", "undone").order_by("-pk")[:5])
