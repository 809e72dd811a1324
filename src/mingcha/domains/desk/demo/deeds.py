"""What people of the demonstration city have done: exceptions, objections, laws; whom a record means."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db import transaction

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said as Move
from mingcha.base.cases.services import advance
from mingcha.base.days import local_today
from mingcha.base.people.queries import account_called
from mingcha.domains.catalog.queries import exceptions
from mingcha.domains.catalog.queries.exceptions import ItemException
from mingcha.domains.catalog.services import exceptions as excepting
from mingcha.domains.catalog.services import laws, objections
from mingcha.domains.catalog.services.laws import Entered, LawDeed
from mingcha.domains.catalog.services.objections import Objector, Said, Who
from mingcha.domains.desk.demo.world import MARK, World, own_law
from mingcha.domains.records.queries import questions
from mingcha.domains.records.services import links
from mingcha.domains.records.services.links import LinkAnswer, Question

ASKER, APPROVER, OTHER, LAWYER = "market-items", "justice-items", "data-admin", "data-items"
LINKER, ANSWERER = "linker", "hotline-clerk"
READY_MEALS, STALLS = "01319900000001", "01319900000002"  # of items that are not in the book


@transaction.atomic
def do(world: World, say: Callable[[str], None]) -> None:
    """Let the people act, once: a second time finds that they have."""
    if ItemException.objects.filter(code=READY_MEALS).exists():
        return
    first = _excepted(READY_MEALS, f"预制菜集中加工的检查{MARK}", days=60)
    second = _excepted(STALLS, f"节日集市食品摊点的检查{MARK}", days=20)
    _heard(second)
    waiting = _objected(
        first, "演示李女士", "本店只零售包装食品，不做预制菜加工，不应依这项例外检查。"
    )
    say(f"异议 {waiting.case.number} 的查询码：{waiting.code}")
    _laws(world)
    _asked_of_the_hotline()


def _asked_of_the_hotline() -> None:
    """Three questions to the hotline about whom it means: one waits, one is answered, one could not be."""
    linker, answerer = account_called(LINKER), account_called(ANSWERER)
    several = questions.questions(linker, questions.Filter(doubt=questions.Doubt.SEVERAL))
    ties = list(several.order_by("subject")[:3])
    cases = []
    for tie in ties:
        about = Question(tie.subject_id, tie.fact_id, tie.pk)
        title = f"“{questions.called(tie)}”指的是哪个监管对象"
        note = "有几家都像，请向投诉人核实是哪一家。"
        cases.append(links.ask(about, answerer.organisation, note=note, title=title, actor=linker))
    told, unsure = (
        Move(reason="已回访投诉人，是这一家。"),
        Move(reason="投诉人只说了街名，已联系不上。"),
    )
    links.answer(cases[1], LinkAnswer.SAME, party=ties[1].party, said=told, actor=answerer)
    links.answer(cases[2], LinkAnswer.UNSURE, party=None, said=unsure, actor=answerer)


def _excepted(code: str, name: str, *, days: int) -> ItemException:
    """An exception that the market body asked for and the justice body approved."""
    asker = account_called(ASKER)
    since = local_today()
    asked = excepting.Asked(
        code, name, asker.organisation, since, since + timedelta(days=days),
        "新业态，监管事项正在补充梳理；群众反映集中，需要先行检查。",
    )  # fmt: skip
    case = excepting.ask(asked, actor=asker)
    excepting.allow(case, reason="同意，期间完成事项梳理。", actor=account_called(APPROVER))
    return exceptions.published().get(case=case)


def _objected(exception: ItemException, name: str, reason: str) -> objections.Filed:
    who = Who(Objector.PERSON, name, "演示电话 000-0000-0000")
    said = Said(who, f"现场检查{MARK}，检查通知书未写明监管事项", reason, local_today())
    return objections.file(exception, said)


def _heard(exception: ItemException) -> None:
    """An objection that was found right: the exception is shortened. Not by who approved it."""
    filed = _objected(exception, "演示王先生", "集市只办三天，例外却批了二十天，时间过长。")
    judge = account_called(OTHER)
    with advance(filed.case, "admit", actor=judge):
        pass
    until = local_today() + timedelta(days=5)
    finding = objections.Finding(
        objections.Remedy.SHORTEN, "集市结束后没有继续依例外检查的必要，缩短至集市结束。", until
    )
    objections.uphold(filed.case, finding, actor=judge)


def _laws(world: World) -> None:
    """A change of a law in each state; one that waits comes from the table of laws."""
    few = min(world.fields.values(), key=lambda field: len(field.districts) * len(field.checks))
    other = next(field for field in world.fields.values() if field is not few)
    day = local_today() + timedelta(days=30)
    confirmed = _law(own_law(few.bureau), LawDeed.AMENDED, day, "演府令（演示）第101号")
    laws.confirm(confirmed, actor=account_called(OTHER))
    dropped = _law(own_law(other.bureau), LawDeed.REPEALED, day, "演示市网站转载")
    said = Move(reason="核对公布机关：只是征求意见稿，没有公布废止。")
    with advance(dropped, "drop", actor=account_called(OTHER), said=said):
        pass


def _law(name: str, deed: LawDeed, since: date, document: str) -> Case:
    return laws.enter(Entered(name, deed, since, document), actor=account_called(LAWYER))
