"""State how two entities stand to one another (主体关系), or take such a statement back."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mingcha.base.access import door
from mingcha.base.errors import MingchaError
from mingcha.domains.parties import queries as parties
from mingcha.domains.parties import services
from mingcha.domains.parties.queries import relations as queries
from mingcha.domains.records.queries import naming
from mingcha.domains.records.views.links import common
from mingcha.domains.records.views.links.merging import called_by
from mingcha.standards import loader

LINK = "records.link"


def _kinds() -> list[tuple[str, str]]:
    return [(kind, words[0]) for kind, words in queries.WORDS.items()]


class RelationForm(forms.Form):
    """How the entity stands to another, since when, and how that is known."""

    kind = forms.ChoiceField(label="这个主体", choices=_kinds)
    other = forms.CharField(
        label="对方", max_length=600, help_text="统一社会信用代码或全称；对方须已在监管对象中。"
    )
    since = forms.DateField(label="开始日期", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    until = forms.DateField(
        label="终止日期", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    reason = forms.CharField(
        label="依据", max_length=500, help_text="批准文件、公告或登记通知书的名称和文号。"
    )


@door(LINK)
@require_http_methods(["GET", "POST"])
def relation_new(request: HttpRequest, number: str) -> HttpResponse:
    """State a relation; both entities keep their own dossier."""
    account = common.who(request)
    party = parties.party_for(account, number)
    form = RelationForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            other = called_by(account, said["other"])
            stated = services.Stated(
                party, other, said["kind"], said["since"], said["until"], said["reason"]
            )
            services.relate(stated, actor=account)
        except MingchaError as refusal:
            form.add_error(None, f"{refusal.title}{refusal.detail}")
        else:
            messages.success(request, "主体关系已登记，列在双方的档案中。")
            return redirect("insight:dossier", number)
    context = {
        "title": f"登记“{naming.name_of(party)}”的主体关系",
        "note": "分支机构、吸收合并、新设合并、分立、改制承继。两个主体各有自己的档案；如果其实是同一个主体，请用“合并”。",
        "form": form,
        "submit": "登记主体关系",
        "back": {"url": reverse("insight:dossier", args=[number])},
    }
    return render(
        request, "records/links/form_page.html", context, status=422 if form.errors else 200
    )


class EndForm(forms.Form):
    """Why a stated relation is taken back."""

    reason = forms.CharField(label="撤销理由", max_length=500)


@door(LINK)
@require_http_methods(["GET", "POST"])
def relation_end(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Take back a relation that a person stated; it stays visible as taken back."""
    account = common.who(request)
    party = parties.party_for(account, number)
    relation = queries.relation_for(party, pk)
    form = EndForm(request.POST or None)
    if form.is_valid():
        try:
            services.end_relation(relation, reason=form.cleaned_data["reason"], actor=account)
        except MingchaError as refusal:
            form.add_error(None, f"{refusal.title}{refusal.detail}")
        else:
            messages.success(request, "主体关系已撤销，档案中注明撤销。")
            return redirect("insight:dossier", number)
    kind = loader.current().code_table("party_relation").label_of(relation.kind)
    context = {
        "title": f"撤销主体关系：{kind}",
        "note": f"{naming.name_of(relation.party)} — {naming.name_of(relation.other)}，{relation.since} 起",
        "form": form,
        "submit": "撤销主体关系",
        "back": {"url": reverse("insight:dossier", args=[number])},
    }
    return render(
        request, "records/links/form_page.html", context, status=422 if form.errors else 200
    )
