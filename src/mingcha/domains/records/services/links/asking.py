"""Ask a provider whom its record means; its answer settles the tie (关联询问)."""

from mingcha.base.cases import services as cases
from mingcha.base.cases.models import Case
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import require
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.errors import AskedAlready, NotACandidate, QuestionSettled
from mingcha.domains.records.models import Decision, LinkAnswer, LinkQuestion
from mingcha.domains.records.services.links import questions
from mingcha.domains.records.services.links.deciding import LINK
from mingcha.domains.records.services.links.pending import Question, candidates, open_askings
from mingcha.domains.records.states import LINK_QUESTION_KIND

ABOUT = "records.subject"


def ask(
    question: Question, provider: Organisation, *, note: str, title: str, actor: Account
) -> Case:
    """Ask the body that handed the record in (询问报送单位). Opens a case in its inbox.

    `title` names the record as a list of cases may show it. Raises NotAllowed, AskedAlready or
    QuestionSettled.
    """
    require(actor, LINK, provider)
    standing = candidates(question)
    if not standing:
        raise QuestionSettled(what="已有认定，不再存疑")
    asked = open_askings(question).first()
    if asked is not None:
        raise AskedAlready(number=asked.case.number)
    opening = cases.Opening(
        LINK_QUESTION_KIND.name, title, provider, opener=actor.organisation,
        about=(ABOUT, str(question.subject)), party_id=standing[0].party_id, reason=note,
    )  # fmt: skip
    with cases.opened(opening, actor=actor) as case:
        LinkQuestion.objects.create(
            case=case, subject_id=question.subject, fact_id=question.fact,
            shown=[tie.party_id for tie in standing],
        )  # fmt: skip
    return case


def answer(
    case: Case, answered: LinkAnswer, *, party: Party | None, said: cases.Said, actor: Account
) -> Decision | None:
    """Answer (答复): the same as one of those shown, none of them, or unsure. Settles the tie.

    Unsure gives the question back to the linker. Raises NotACandidate, MoveRefused, NotAllowed,
    ReasonMissing or Stale.
    """
    move = "cannot" if answered == LinkAnswer.UNSURE else "answer"
    with cases.advance(case, move, actor=actor, said=said) as locked:
        asked = LinkQuestion.objects.get(case=locked)
        if answered == LinkAnswer.SAME and (party is None or party.pk not in asked.shown):
            raise NotACandidate
        asked.answer, asked.note = answered, said.reason.strip()[:500]
        asked.party = party if answered == LinkAnswer.SAME else None
        asked.save(update_fields=["answer", "note", "party"])
        return _settle(asked, locked, actor)


def withdraw(case: Case, *, reason: str, actor: Account) -> None:
    """Take a question back (撤回询问); the linker decides without the provider."""
    with cases.advance(case, "withdraw", actor=actor, said=cases.Said(reason=reason)):
        pass


def _settle(asked: LinkQuestion, case: Case, actor: Account) -> Decision | None:
    question = Question(asked.subject_id, asked.fact_id, 0)
    standing = candidates(question)
    if asked.answer == LinkAnswer.UNSURE or not standing:
        return None
    question = Question(asked.subject_id, asked.fact_id, standing[0].pk)
    if asked.answer == LinkAnswer.SAME and asked.party is not None:
        return questions.accept(question, asked.party, reason=asked.note, actor=actor, case=case)
    return questions.own(question, reason=asked.note, actor=actor, case=case)
