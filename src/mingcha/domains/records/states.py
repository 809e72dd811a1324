"""Statuses and legal moves of the cases of the data centre."""

from django.db.models import TextChoices

from mingcha.base.cases.machine import Kind, Machine, Move, Over

ANSWER_WITHIN = "records.answer_link_within"


class Asked(TextChoices):
    """Where a question to a provider stands (关联询问)."""

    ASKED = "asked", "待答复"
    ANSWERED = "answered", "已答复"
    UNSURE = "unsure", "无法确认"
    WITHDRAWN = "withdrawn", "已撤回"


LINK_QUESTION = Machine(
    Asked,
    Move("answer", "答复", {Asked.ASKED}, Asked.ANSWERED, "records.intake"),
    Move("cannot", "答复无法确认", {Asked.ASKED}, Asked.UNSURE, "records.intake", asks_reason=True),
    Move("withdraw", "撤回询问", {Asked.ASKED}, Asked.WITHDRAWN, "records.link", over=Over.OPENER),
    duties={Asked.ASKED: "答复记录指的是哪个监管对象"},
)
LINK_QUESTION_KIND = Kind(
    "link-question", "关联询问", "GW", LINK_QUESTION, "cases.see",
    basis="西安市“互联网+监管”系统管理办法（试行）第十八条", starts=(ANSWER_WITHIN,),
)  # fmt: skip
