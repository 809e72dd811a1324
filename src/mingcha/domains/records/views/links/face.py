"""The face of a question to a provider (关联询问): its evidence on the case page, and how it is answered."""

from collections.abc import Mapping
from typing import Any

from django import forms

from mingcha.base.cases.faces import Face, Facts, MoveFace
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said
from mingcha.base.people.models import Account
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.models import LinkAnswer, LinkQuestion
from mingcha.domains.records.queries import evidence, naming, questions
from mingcha.domains.records.services import links
from mingcha.domains.records.states import LINK_QUESTION_KIND

NONE = LinkAnswer.NONE.value


class AnswerFacts(Facts):
    """Which of those shown the record means, or none of them."""

    answer = forms.ChoiceField(label="这条记录说的是", widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = questions.shown_in(self.case)
        chosen = [(one.public_id, _called(one)) for one in shown]
        field: Any = self.fields["answer"]
        field.choices = [*chosen, (NONE, LinkAnswer.NONE.label)]


def answered(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """The answer of the form: one of the parties, or none."""
    party = next((p for p in questions.shown_in(case) if p.public_id == facts["answer"]), None)
    kind = LinkAnswer.NONE if party is None else LinkAnswer.SAME
    return links.answer(case, kind, party=party, said=said, actor=actor)


def unsure(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """The provider cannot tell; the question goes back."""
    return links.answer(case, LinkAnswer.UNSURE, party=None, said=said, actor=actor)


def evidence_of(case: Case, reader: Account) -> Mapping[str, object]:
    """What bears on the question while it is open, and what was answered."""
    about = LinkQuestion.objects.select_related("subject", "party").get(case=case)
    tie = questions.standing(about.subject_id, about.fact_id)
    found = evidence.evidence(reader, tie) if tie is not None else None
    return {
        "about": about,
        "name": found.name if found is not None else naming.subject_name(about.subject),
        "party": naming.name_of(about.party) if about.party else "",
        "evidence": found,
    }


FACE = Face(
    LINK_QUESTION_KIND.name,
    template="records/links/asked.html",
    context=evidence_of,
    moves={
        "answer": MoveFace(AnswerFacts, answered, "提交后，关联立即按答复认定；认定可以撤销。"),
        "cannot": MoveFace(deed=unsure, help="写明核对了什么；问题退回关联员。"),
    },
)


def _called(party: Party) -> str:
    said = "，".join(part for part in (naming.code_of(party), naming.address_of(party)) if part)
    return f"{naming.name_of(party)}（{said}）" if said else naming.name_of(party)
