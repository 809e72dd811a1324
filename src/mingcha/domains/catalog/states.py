"""How a change of the book goes from draft to publication, and how an exception is allowed."""

from django.db.models import TextChoices

from mingcha.base.cases.machine import ClockStep, Extension, Kind, Machine, Move, Over, Tick

REVIEW_WITHIN = "catalog.review_within"
PUBLISH_WITHIN = "catalog.publish_within"
ALLOW_WITHIN = "catalog.allow_within"
CLAIM_WITHIN = "catalog.claim_within"
CONFIRM_WITHIN = "catalog.confirm_law_within"
ADMIT_WITHIN = "catalog.admit_objection_within"
HEAR_WITHIN = "catalog.hear_objection_within"
HEAR_LONGER = "catalog.hear_objection_longer"


class Stage(TextChoices):
    """Where a change of an item or checklist stands."""

    DRAFT = "draft", "起草"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "待发布"
    PUBLISHED = "published", "已发布"
    DROPPED = "dropped", "已撤销"


def _start(rule: str) -> ClockStep:
    return ClockStep(Tick.START, rule)


def _stop(rule: str) -> ClockStep:
    return ClockStep(Tick.STOP, rule)


_OPEN = {Stage.DRAFT, Stage.RETURNED, Stage.SUBMITTED, Stage.APPROVED}
REVIEW = Machine(
    Stage,
    Move("submit", "提交审核", {Stage.DRAFT, Stage.RETURNED}, Stage.SUBMITTED, "catalog.draft",
         clocks=(_start(REVIEW_WITHIN),)),
    Move("approve", "审核通过", {Stage.SUBMITTED}, Stage.APPROVED, "catalog.review",
         by_other=True, clocks=(_stop(REVIEW_WITHIN), _start(PUBLISH_WITHIN))),
    Move("publish", "发布", {Stage.APPROVED}, Stage.PUBLISHED, "catalog.publish",
         clocks=(_stop(PUBLISH_WITHIN),)),
    Move("return", "退回修改", {Stage.SUBMITTED}, Stage.RETURNED, "catalog.review",
         asks_reason=True, back=True, clocks=(_stop(REVIEW_WITHIN),)),
    # After the review its text may have been overtaken by another publication.
    Move("reopen", "退回重审", {Stage.APPROVED}, Stage.RETURNED, "catalog.publish",
         asks_reason=True, clocks=(_stop(PUBLISH_WITHIN),)),
    Move("drop", "撤销", _OPEN, Stage.DROPPED, "catalog.draft", over=Over.OPENER, asks_reason=True),
    duties={
        Stage.DRAFT: "填写并提交审核", Stage.RETURNED: "修改后重新提交",
        Stage.SUBMITTED: "审核", Stage.APPROVED: "发布",
    },
)  # fmt: skip


class Standing(TextChoices):
    """Where an exception stands. While it is allowed, its days decide whether it holds."""

    ASKED = "asked", "待批准"
    ALLOWED = "allowed", "已批准"
    REFUSED = "refused", "未批准"
    ENDED = "ended", "已提前终止"


EXCEPTION = Machine(
    Standing,
    Move("allow", "批准", {Standing.ASKED}, Standing.ALLOWED, "catalog.except",
         by_other=True, asks_reason=True, clocks=(_stop(ALLOW_WITHIN),)),
    Move("refuse", "不予批准", {Standing.ASKED}, Standing.REFUSED, "catalog.except",
         asks_reason=True, clocks=(_stop(ALLOW_WITHIN),)),
    Move("end", "提前终止", {Standing.ALLOWED}, Standing.ENDED, "catalog.except",
         over=Over.OPENER, asks_reason=True),
    # By whoever finds an objection right: that is asked there, of another person than the approver.
    Move("overturn", "因异议终止", {Standing.ALLOWED}, Standing.ENDED, "catalog.hear", inner=True),
    duties={Standing.ASKED: "批准或不予批准"},
)  # fmt: skip


class Claiming(TextChoices):
    """Where a body stands with the items laid out to it."""

    OPEN = "open", "待认领"
    DONE = "done", "已答复"
    RECALLED = "recalled", "已撤回"


CLAIM = Machine(
    Claiming,
    # Also by the platform itself, once every item has its answer.
    Move("finish", "办结认领", {Claiming.OPEN}, Claiming.DONE, "catalog.draft",
         clocks=(_stop(CLAIM_WITHIN),)),
    Move("recall", "撤回布置", {Claiming.OPEN}, Claiming.RECALLED, "catalog.publish",
         over=Over.OPENER, asks_reason=True, clocks=(_stop(CLAIM_WITHIN),)),
    # The body is no more: its successor answers, by the same last day.
    Move("succeed", "转承继机构", {Claiming.OPEN}, Claiming.OPEN, "catalog.draft", inner=True),
    duties={Claiming.OPEN: "认领监管事项"},
)  # fmt: skip


class LawState(TextChoices):
    """Where the news of a law stands."""

    ENTERED = "entered", "待核定"
    CONFIRMED = "confirmed", "已核定"
    DROPPED = "dropped", "不予采用"


LAW = Machine(
    LawState,
    Move("confirm", "核定", {LawState.ENTERED}, LawState.CONFIRMED, "catalog.publish",
         by_other=True, clocks=(_stop(CONFIRM_WITHIN),)),
    Move("drop", "不予采用", {LawState.ENTERED}, LawState.DROPPED, "catalog.publish",
         asks_reason=True, clocks=(_stop(CONFIRM_WITHIN),)),
    duties={LawState.ENTERED: "核定法律变动"},
)  # fmt: skip


class Hearing(TextChoices):
    """Where an objection stands."""

    FILED = "filed", "待受理"
    ADMITTED = "admitted", "核查中"
    UPHELD = "upheld", "异议成立"
    REJECTED = "rejected", "异议不成立"
    INADMISSIBLE = "inadmissible", "不予受理"
    WITHDRAWN = "withdrawn", "已撤回"


OBJECTION = Machine(
    Hearing,
    Move("admit", "受理", {Hearing.FILED}, Hearing.ADMITTED, "catalog.hear",
         clocks=(_stop(ADMIT_WITHIN), _start(HEAR_WITHIN))),
    Move("dismiss", "不予受理", {Hearing.FILED}, Hearing.INADMISSIBLE, "catalog.hear",
         asks_reason=True, clocks=(_stop(ADMIT_WITHIN),)),
    Move("uphold", "认定成立", {Hearing.ADMITTED}, Hearing.UPHELD, "catalog.hear",
         asks_reason=True, clocks=(_stop(HEAR_WITHIN),)),
    Move("reject", "认定不成立", {Hearing.ADMITTED}, Hearing.REJECTED, "catalog.hear",
         asks_reason=True, clocks=(_stop(HEAR_WITHIN),)),
    # By the objector with the query code, who has no account.
    Move("withdraw", "当事人撤回", {Hearing.FILED, Hearing.ADMITTED}, Hearing.WITHDRAWN,
         "catalog.hear", inner=True),
    duties={Hearing.FILED: "受理或不予受理异议", Hearing.ADMITTED: "核查异议并作出答复"},
)  # fmt: skip

BASIS = "西安市“互联网+监管”系统管理办法（试行）第十二条：监管事项动态调整，经审核后发布"
ITEM_REVIEW = Kind("item-review", "监管事项审核", "SX", REVIEW, "cases.see", basis=BASIS)
CHECKLIST_REVIEW = Kind(
    "checklist-review", "检查实施清单审核", "QD", REVIEW, "cases.see", basis=BASIS
)
ITEM_EXCEPTION = Kind(
    "item-exception", "无事项监管例外", "LW", EXCEPTION, "cases.see", starts=(ALLOW_WITHIN,),
    basis="西安市“互联网+监管”系统管理办法（试行）第八条：未录入系统的监管事项，原则上不得开展监管",
)  # fmt: skip
ITEM_CLAIM = Kind(
    "item-claim", "监管事项认领", "RL", CLAIM, "cases.see", starts=(CLAIM_WITHIN,),
    basis="西安市“互联网+监管”系统管理办法（试行）第九条、第三十七条、第三十八条",
)  # fmt: skip
LAW_CHANGE = Kind(
    "law-change", "法律变动", "FL", LAW, "cases.see", starts=(CONFIRM_WITHIN,),
    basis="西安市“互联网+监管”系统管理办法（试行）第十二条：法律法规立改废释的，及时调整监管事项",
)  # fmt: skip
EXCEPTION_OBJECTION = Kind(
    "exception-objection", "监管例外异议", "YY", OBJECTION, "cases.see", starts=(ADMIT_WITHIN,),
    extensions=(Extension(HEAR_WITHIN, HEAR_LONGER, "catalog.hear", "延长答复期限"),),
    basis="西安市“互联网+监管”系统管理办法（试行）第八条：未录入系统的监管事项，原则上不得开展监管，当事人可以投诉",
)  # fmt: skip
