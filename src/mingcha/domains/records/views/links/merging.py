"""Merge two parties, or split one: choose, see what would move, say why."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mingcha.base.access import door
from mingcha.base.errors import MingchaError, NotFound
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account
from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.models import Fact, Tie
from mingcha.domains.records.queries import dossier, naming
from mingcha.domains.records.queries.sharing import visible_to
from mingcha.domains.records.queries.tied import tied
from mingcha.domains.records.rules.showing import Piece, apart
from mingcha.domains.records.services import links
from mingcha.domains.records.services.links import Cut
from mingcha.domains.records.views.links import common
from mingcha.standards import loader

LINK = "records.link"
FOUND = 10
SHOWN = 100


class MergeForm(forms.Form):
    """Which of the two remains, and why they are one."""

    winner = forms.ChoiceField(label="合并后保留", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="合并理由", max_length=500, widget=forms.Textarea({"rows": 2}),
        help_text="例如：登记机关确认为同一主体重复登记。吸收合并、分立等是两个主体之间的关系，请在档案页登记主体关系，不要合并。",
    )  # fmt: skip
    despite_codes = forms.BooleanField(
        label="两者各有有效的统一社会信用代码，已核实确属同一主体", required=False
    )

    def __init__(self, data: QueryDict | None, pair: tuple[Party, Party]) -> None:
        super().__init__(data, initial={"winner": pair[1].public_id})
        chosen = [(one.public_id, _called(one)) for one in pair]
        self.fields["winner"].choices = chosen  # type: ignore[attr-defined]  # a ChoiceField


@door(LINK)
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest) -> HttpResponse:
    """Choose two parties, compare them, merge them."""
    account, said = common.who(request), request.GET
    pair = [_chosen(account, said.get(name, "")) for name in ("one", "other")]
    if pair[0] is None or pair[1] is None:
        return _choose(request, account, pair)
    both = (pair[0], pair[1])
    form = MergeForm(request.POST if request.method == "POST" else None, both)
    if form.is_valid():
        winner = next(p for p in both if p.public_id == form.cleaned_data["winner"])
        loser = both[0] if winner is both[1] else both[1]
        try:
            made = links.merge(
                loser, winner, reason=form.cleaned_data["reason"], actor=account,
                despite_codes=form.cleaned_data["despite_codes"],
            )  # fmt: skip
        except MingchaError as refusal:
            form.add_error(None, f"{refusal.title}{refusal.detail}")
        else:
            messages.success(
                request, f"“{naming.name_of(loser)}”已并入“{naming.name_of(winner)}”，可以撤销。"
            )
            return redirect("records:decision", made.pk)
    context = {
        "pair": [_side(one) for one in both],
        "lines": _lines(*both),
        "form": form,
        "swap_url": f"?one={both[1].public_id}&other={both[0].public_id}",
    }
    return render(request, "records/links/merge.html", context, status=422 if form.errors else 200)


def _choose(request: HttpRequest, account: Account, pair: list[Party | None]) -> HttpResponse:
    """The search for the two, one after the other."""
    words = common.text_of(request.GET, "q")
    first = next((one for one in pair if one is not None), None)
    rows = []
    if words:
        found = parties.search(account, parties.Filter(words=words))
        near = parties.nearest(found, words, slice(FOUND + 1))
        rows = [one for one in near if one.merged_into_id is None and one != first]
    context = {
        "first": _called(first) if first else "",
        "q": words,
        "keep": [{"name": "one", "value": first.public_id}] if first else [],
        "rows": [
            {
                "name": naming.name_of(one), "code": naming.code_of(one),
                "address": naming.address_of(one), "status": one.status,
                "url": f"?one={first.public_id}&other={one.public_id}" if first else f"?one={one.public_id}",
            }
            for one in rows[:FOUND]
        ],
    }  # fmt: skip
    return render(request, "records/links/merge_choose.html", context)


class SplitForm(forms.Form):
    """Where the chosen records go, and why."""

    to = forms.CharField(
        label="归入已有对象", required=False, max_length=200,
        help_text="填它的代码或全称；不填则另立一个未登记对象。",
    )  # fmt: skip
    name = forms.CharField(
        label="另立对象的名称", required=False, max_length=600, help_text="不填则用记录中的名称。"
    )
    by_name = forms.BooleanField(
        label="同一代码下名称相同的记录一并拆出，今后收到的也归过去", required=False,
        help_text="一个代码被两个主体使用时勾选。",
    )  # fmt: skip
    reason = forms.CharField(label="拆分理由", max_length=500, widget=forms.Textarea({"rows": 2}))


@door(LINK)
@require_http_methods(["GET", "POST"])
def split(request: HttpRequest, number: str) -> HttpResponse:
    """Choose subjects or single records of a party that mean another."""
    account = common.who(request)
    party = parties.party_for(account, number)
    form = SplitForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = links.split(
                party, _cut(request, account, form), reason=form.cleaned_data["reason"],
                actor=account,
            )  # fmt: skip
        except MingchaError as refusal:
            form.add_error(None, f"{refusal.title}{refusal.detail}")
        else:
            messages.success(request, f"已从“{naming.name_of(party)}”拆出，可以撤销。")
            return redirect("records:decision", made.pk)
    context = {
        "party": party,
        "name": naming.name_of(party),
        "groups": _groups(account, party),
        "picked": set(request.POST.getlist("subject")) | set(request.POST.getlist("fact")),
        "form": form,
        "shown": SHOWN,
    }
    return render(request, "records/links/split.html", context, status=422 if form.errors else 200)


def _cut(request: HttpRequest, account: Account, form: SplitForm) -> Cut:
    said = form.cleaned_data
    to = called_by(account, said["to"].strip()) if said["to"].strip() else None
    numbers = {
        name: [int(one) for one in request.POST.getlist(name) if one.isdigit()]
        for name in ("subject", "fact")
    }
    return Cut(
        subjects=numbers["subject"], facts=numbers["fact"], by_name=said["by_name"], to=to,
        name=said["name"],
    )  # fmt: skip


def called_by(account: Account, text: str) -> Party:
    """The one living party with this code or whole name. Raises NotFound for none or several."""
    rows = list(parties.called(parties.search(account, parties.Filter(words=text)), text)[:2])
    if len(rows) != 1:
        raise NotFound(what="监管对象", key=text)
    return rows[0]


@dataclass(frozen=True)
class Group:
    """One subject of a party with its records, as the page offers them."""

    subject: int
    name: str
    code: str
    how: str
    count: int
    facts: list[dict[str, object]]


def _groups(account: Account, party: Party) -> list[Group]:
    ties = Tie.objects.filter(
        party=party, until__isnull=True, is_doubtful=False, fact_id__isnull=True
    ).select_related("subject")
    rows = list(ties.order_by("pk")[:SHOWN])
    counted = Fact.objects.filter(subject__in=[t.subject_id for t in rows]).values("subject")
    counts = {r["subject"]: r["n"] for r in counted.annotate(n=Count("pk"))}
    return [
        Group(
            subject=tie.subject_id, name=naming.subject_name(tie.subject),
            code=naming.subject_code(tie.subject), how=dossier.reasons_in_words(tie),
            count=counts.get(tie.subject_id, 0), facts=_facts(account, tie),
        )
        for tie in rows
    ]  # fmt: skip


def _facts(account: Account, tie: Tie) -> list[dict[str, object]]:
    mine = visible_to(account).filter(subject=tie.subject).filter(tied(tie.party).means)
    rows = mine.select_related("provider").order_by("-occurred_on", "-pk")[:SHOWN]
    return [
        {
            "id": fact.pk, "table": common.table_label(fact.dataset), "day": fact.occurred_on,
            "provider": fact.provider.name, "name": dossier.name_in(fact),
        }
        for fact in rows
    ]  # fmt: skip


def _chosen(account: Account, number: str) -> Party | None:
    return parties.party_for(account, number) if number else None


def _called(party: Party) -> str:
    code = naming.code_of(party)
    return f"{naming.name_of(party)}（{code}）" if code else naming.name_of(party)


def _side(party: Party) -> dict[str, object]:
    ties = Tie.objects.filter(party=party, until__isnull=True, is_doubtful=False)
    return {
        "name": naming.name_of(party),
        "code": naming.code_of(party),
        "url": reverse("insight:dossier", args=[party.public_id]),
        "subjects": ties.count(),
        "records": Fact.objects.filter(subject__in=ties.values("subject")).count(),
        "is_registered": party.is_registered,
        "gone": party.merged_into,
    }


def _lines(one: Party, other: Party) -> list[tuple[str, list[Piece], list[Piece], bool]]:
    """The attributes of both side by side, with what differs marked."""
    regions = people.region_names({one.region, other.region})
    industries = loader.current().code_table("industry")
    codes = [
        "、".join(i.value for i in parties.identifiers_of(p) if i.scheme != "name")
        if p.kind != naming.PERSON else naming.code_of(p)
        for p in (one, other)
    ]  # fmt: skip
    pairs = [
        ("名称", naming.name_of(one), naming.name_of(other)),
        ("代码", *codes),
        ("对象类型", *(common.kinds().get(p.kind, p.kind) for p in (one, other))),
        ("登记状态", one.status, other.status),
        ("负责人", one.legal_person, other.legal_person),
        ("行政区划", *(regions.get(p.region, p.region) for p in (one, other))),
        ("地址", naming.address_of(one), naming.address_of(other)),
        ("行业", *(industries.label_of(p.industry) if p.industry else "" for p in (one, other))),
        ("成立日期", str(one.founded_on or ""), str(other.founded_on or "")),
        ("曾用名", one.also.strip("｜"), other.also.strip("｜")),
    ]
    lines = []
    for label, said, there in pairs:
        if said or there:
            ours, theirs = (
                apart(said, there) if said and there else ([(said, False)], [(there, False)])
            )
            lines.append((label, ours, theirs, said != there))
    return lines
