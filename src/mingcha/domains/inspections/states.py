"""The lives of plans, tasks, departments' parts, and what follows from them, as tables."""

from collections.abc import Sequence

from django.db.models import TextChoices

from mingcha.base.cases.machine import ClockStep, Extension, Kind, Machine, Move, Over, Tick

SEE = "inspections.see"
PLAN, FILE, PUBLISH = "inspections.plan", "inspections.file", "inspections.publish"
TASK, DRAW = "inspections.task", "inspections.draw"
INSPECT, REVIEW, FOLLOW = "inspections.inspect", "inspections.review", "inspections.follow"

FILE_WITHIN = "inspections.file_within"
PUBLISH_PLAN_WITHIN = "inspections.publish_plan_within"
MATCH_WITHIN = "inspections.match_within"
CONFIRM_WITHIN = "inspections.confirm_within"
REVIEW_WITHIN = "inspections.review_within"
PUBLISH_WITHIN = "inspections.publish_within"
WITHDRAW_WITHIN = "inspections.withdraw_within"
REPLACE_WITHIN = "inspections.replace_within"
MERGE_WITHIN = "inspections.answer_merge_within"
RECHECK_WITHIN = "inspections.recheck_within"
CORRECT_LONGER = "inspections.correct_longer"
CLUE_WITHIN = "inspections.clue_within"


def _start(rule: str) -> ClockStep:
    return ClockStep(Tick.START, rule)


def _stop(rule: str) -> ClockStep:
    return ClockStep(Tick.STOP, rule)


class PlanState(TextChoices):
    """Where a plan stands: made by its body, filed with the body above, published."""

    DRAFT = "draft", "起草"
    SUBMITTED = "submitted", "待备案"
    FILED = "filed", "已备案"
    PUBLISHED = "published", "已公布"
    DROPPED = "dropped", "已撤销"


PLAN_LIFE = Machine(
    PlanState,
    Move("submit", "报送备案", {PlanState.DRAFT}, PlanState.SUBMITTED, PLAN,
         clocks=(_start(FILE_WITHIN),)),
    # The body that made it publishes it: `to` is its opener.
    Move("file", "同意备案", {PlanState.SUBMITTED}, PlanState.FILED, FILE, by_other=True,
         clocks=(_stop(FILE_WITHIN), _start(PUBLISH_PLAN_WITHIN))),
    Move("publish", "公布计划", {PlanState.FILED}, PlanState.PUBLISHED, PUBLISH,
         clocks=(_stop(PUBLISH_PLAN_WITHIN),)),
    Move("return", "退回修改", {PlanState.SUBMITTED}, PlanState.DRAFT, FILE, asks_reason=True,
         back=True, clocks=(_stop(FILE_WITHIN),)),
    # Changed after it was published: filed and published anew.
    Move("revise", "调整计划", {PlanState.PUBLISHED}, PlanState.DRAFT, PLAN, asks_reason=True),
    Move("drop", "撤销", {PlanState.DRAFT, PlanState.FILED, PlanState.PUBLISHED},
         PlanState.DROPPED, PLAN, over=Over.OPENER, asks_reason=True),
    duties={
        PlanState.DRAFT: "编制并报送备案", PlanState.SUBMITTED: "备案", PlanState.FILED: "公布计划",
    },
    closes={PlanState.PUBLISHED},
)  # fmt: skip


class TaskState(TextChoices):
    """Where a task stands. Without a draw it goes from 起草 to 实施中 at once, and says so."""

    DRAFT = "draft", "起草"
    FROZEN = "frozen", "已冻结"
    DRAWN = "drawn", "已抽取"
    UNDER_WAY = "under-way", "实施中"
    DONE = "done", "已完成"
    PUBLISHED = "published", "已公示"
    CANCELLED = "cancelled", "已撤销"


TASK_LIFE = Machine(
    TaskState,
    # Frozen, drawn and issued by services that ask who may and do it exactly once.
    Move("freeze", "冻结并公布承诺", {TaskState.DRAFT}, TaskState.FROZEN, TASK, inner=True),
    Move("draw", "抽取", {TaskState.FROZEN}, TaskState.DRAWN, DRAW, inner=True,
         clocks=(_start(MATCH_WITHIN),)),
    Move("issue", "下达（不抽取）", {TaskState.DRAFT}, TaskState.UNDER_WAY, TASK, inner=True),
    # By the rule over its parts: the first begun, all reviewed.
    Move("begin", "开始实施", {TaskState.DRAWN}, TaskState.UNDER_WAY, TASK, inner=True,
         clocks=(_stop(MATCH_WITHIN),)),
    Move("finish", "全部完成", {TaskState.DRAWN, TaskState.UNDER_WAY}, TaskState.DONE, TASK,
         inner=True, clocks=(_stop(MATCH_WITHIN), _start(PUBLISH_WITHIN))),
    Move("publish", "公示结果", {TaskState.DONE}, TaskState.PUBLISHED, PUBLISH,
         clocks=(_stop(PUBLISH_WITHIN),)),
    # A cancelled draw leaves the task free to be frozen anew, under another number.
    Move("thaw", "取消抽取", {TaskState.FROZEN}, TaskState.DRAFT, DRAW, inner=True, asks_reason=True),
    Move("cancel", "撤销任务", {TaskState.DRAFT}, TaskState.CANCELLED, TASK, asks_reason=True),
    duties={
        TaskState.DRAFT: "编制并冻结", TaskState.FROZEN: "录入来源并抽取",
        TaskState.DRAWN: "组织实施", TaskState.UNDER_WAY: "组织实施", TaskState.DONE: "公示结果",
    },
)  # fmt: skip


class PartState(TextChoices):
    """Where a department's part of a visit stands."""

    TO_CONFIRM = "to-confirm", "待确认"
    CONFIRMED = "confirmed", "已确认"
    UNDER_WAY = "under-way", "检查中"
    SUBMITTED = "submitted", "待审核"
    REVIEWED = "reviewed", "已审核"
    PUBLISHED = "published", "已公示"
    REVOKED = "revoked", "待撤下公示"
    WITHDRAWN = "withdrawn", "已撤销公示"
    VOID = "void", "不再检查"


_BEFORE = {PartState.TO_CONFIRM, PartState.CONFIRMED}
PART_LIFE = Machine(
    PartState,
    # By the service, once everybody in the team has confirmed.
    Move("confirm", "确认任务", {PartState.TO_CONFIRM}, PartState.CONFIRMED, INSPECT,
         clocks=(_stop(CONFIRM_WITHIN),)),
    Move("start", "开始检查", {PartState.CONFIRMED}, PartState.UNDER_WAY, INSPECT),
    Move("submit", "提交结果", {PartState.UNDER_WAY}, PartState.SUBMITTED, INSPECT,
         clocks=(_start(REVIEW_WITHIN),)),
    Move("approve", "审核通过", {PartState.SUBMITTED}, PartState.REVIEWED, REVIEW, by_other=True,
         clocks=(_stop(REVIEW_WITHIN), _start(PUBLISH_WITHIN))),
    Move("return", "退回补正", {PartState.SUBMITTED}, PartState.UNDER_WAY, REVIEW,
         asks_reason=True, back=True, clocks=(_stop(REVIEW_WITHIN),)),
    Move("publish", "公示", {PartState.REVIEWED}, PartState.PUBLISHED, PUBLISH,
         clocks=(_stop(PUBLISH_WITHIN),)),
    # Revoked or changed in law: it has to come off the public pages within a few days.
    Move("revoke", "认定结果撤销", {PartState.PUBLISHED}, PartState.REVOKED, REVIEW,
         asks_reason=True, clocks=(_start(WITHDRAW_WITHIN),)),
    Move("withdraw", "撤下公示", {PartState.REVOKED}, PartState.WITHDRAWN, PUBLISH,
         clocks=(_stop(WITHDRAW_WITHIN),)),
    # An officer leaves the team (回避) or a later round fills the place: all have to confirm anew.
    Move("avoid", "声明回避", _BEFORE, PartState.TO_CONFIRM, INSPECT, asks_reason=True,
         clocks=(_stop(CONFIRM_WITHIN),)),
    Move("refill", "补位", {PartState.TO_CONFIRM}, PartState.TO_CONFIRM, DRAW, inner=True,
         clocks=(_start(CONFIRM_WITHIN),)),
    # Replaced by a reserve, merged into another visit, or its task was called off.
    Move("void", "不再检查", {*_BEFORE, PartState.UNDER_WAY}, PartState.VOID, TASK, inner=True,
         asks_reason=True, clocks=(_stop(CONFIRM_WITHIN),)),
    duties={
        PartState.TO_CONFIRM: "确认检查任务", PartState.CONFIRMED: "实施检查",
        PartState.UNDER_WAY: "记录并提交结果", PartState.SUBMITTED: "审核检查结果",
        PartState.REVIEWED: "公示检查结果", PartState.REVOKED: "撤下公示",
    },
    closes={PartState.PUBLISHED},
)  # fmt: skip

_OVER = {
    PartState.REVIEWED, PartState.PUBLISHED, PartState.REVOKED, PartState.WITHDRAWN, PartState.VOID,
}  # fmt: skip


def task_over_parts(states: Sequence[str]) -> str | None:
    """By which move a task goes on, from the states of its parts: "begin", "finish" or none."""
    found = set(states)
    if not found or found <= {PartState.VOID}:
        return None
    if found <= {str(one) for one in _OVER}:
        return "finish"
    return "begin" if found - {str(one) for one in (*_BEFORE, PartState.VOID)} else None


class ReplacementState(TextChoices):
    """Where a replacement from the reserves stands."""

    ASKED = "asked", "待审核"
    ALLOWED = "allowed", "已递补"
    REFUSED = "refused", "不予递补"


REPLACEMENT_LIFE = Machine(
    ReplacementState,
    Move("allow", "同意递补", {ReplacementState.ASKED}, ReplacementState.ALLOWED, REVIEW,
         by_other=True, asks_reason=True, clocks=(_stop(REPLACE_WITHIN),)),
    Move("refuse", "不予递补", {ReplacementState.ASKED}, ReplacementState.REFUSED, REVIEW,
         by_other=True, asks_reason=True, clocks=(_stop(REPLACE_WITHIN),)),
    duties={ReplacementState.ASKED: "审核备选递补"},
)  # fmt: skip


class MergingState(TextChoices):
    """Where a proposal to make two visits at once stands."""

    PROPOSED = "proposed", "待答复"
    MERGED = "merged", "已合并"
    APART = "apart", "不合并"


MERGING_LIFE = Machine(
    MergingState,
    Move("merge", "同意合并", {MergingState.PROPOSED}, MergingState.MERGED, TASK,
         clocks=(_stop(MERGE_WITHIN),)),
    Move("part", "不合并", {MergingState.PROPOSED}, MergingState.APART, TASK, asks_reason=True,
         clocks=(_stop(MERGE_WITHIN),)),
    duties={MergingState.PROPOSED: "答复合并入企建议"},
)  # fmt: skip


class CorrectionState(TextChoices):
    """Where an order to correct stands."""

    DRAFT = "draft", "待送达"
    SERVED = "served", "改正中"
    ANSWERED = "answered", "待复查"
    RECHECKING = "rechecking", "复查中"
    CORRECTED = "corrected", "已改正"
    FAILED = "failed", "逾期未改正"
    REVOKED = "revoked", "已撤销"


_CORRECTING = {CorrectionState.SERVED, CorrectionState.ANSWERED, CorrectionState.RECHECKING}
CORRECTION_LIFE = Machine(
    CorrectionState,
    Move("serve", "送达责令改正通知书", {CorrectionState.DRAFT}, CorrectionState.SERVED, INSPECT),
    # The enterprise reports, or its time is over.
    Move("answer", "登记改正情况", {CorrectionState.SERVED}, CorrectionState.ANSWERED, INSPECT,
         clocks=(_start(RECHECK_WITHIN),)),
    Move("recheck", "开始复查", {CorrectionState.SERVED, CorrectionState.ANSWERED},
         CorrectionState.RECHECKING, INSPECT),
    Move("corrected", "认定已改正", {CorrectionState.RECHECKING}, CorrectionState.CORRECTED, REVIEW,
         clocks=(_stop(RECHECK_WITHIN),)),
    Move("failed", "认定逾期未改正", {CorrectionState.RECHECKING}, CorrectionState.FAILED, REVIEW,
         asks_reason=True, clocks=(_stop(RECHECK_WITHIN),)),
    Move("revoke", "撤销", {CorrectionState.DRAFT, *_CORRECTING}, CorrectionState.REVOKED, REVIEW,
         asks_reason=True, clocks=(_stop(RECHECK_WITHIN),)),
    duties={
        CorrectionState.DRAFT: "送达责令改正通知书", CorrectionState.SERVED: "跟踪改正",
        CorrectionState.ANSWERED: "复查", CorrectionState.RECHECKING: "复查并认定",
    },
)  # fmt: skip


class ClueState(TextChoices):
    """Where a clue stands with the unit responsible."""

    SENT = "sent", "待处理"
    TAKEN = "taken", "处理中"
    DONE = "done", "已处理"
    DECLINED = "declined", "不予处理"


CLUE_LIFE = Machine(
    ClueState,
    Move("take", "受理线索", {ClueState.SENT}, ClueState.TAKEN, FOLLOW),
    Move("close", "登记处理结果", {ClueState.SENT, ClueState.TAKEN}, ClueState.DONE, FOLLOW,
         clocks=(_stop(CLUE_WITHIN),)),
    Move("decline", "不予处理", {ClueState.SENT, ClueState.TAKEN}, ClueState.DECLINED, FOLLOW,
         asks_reason=True, clocks=(_stop(CLUE_WITHIN),)),
    duties={ClueState.SENT: "受理后续处置线索", ClueState.TAKEN: "处理线索并登记结果"},
)  # fmt: skip

RANDOM_BASIS = "国发〔2019〕5号：双随机、一公开；优化营商环境条例第五十四条"
PLAN_KIND = Kind("inspection-plan", "抽查计划", "CJ", PLAN_LIFE, SEE, basis=RANDOM_BASIS)
TASK_KIND = Kind(
    "inspection-task", "抽查任务", "CR", TASK_LIFE, SEE, basis=RANDOM_BASIS,
    over_children=task_over_parts,
)  # fmt: skip
PART_KIND = Kind(
    "inspection-part", "部门检查", "CC", PART_LIFE, SEE, starts=(CONFIRM_WITHIN,),
    basis="行政处罚法第四十二条：执法人员不得少于两人；国办发〔2024〕54号",
)  # fmt: skip
REPLACEMENT_KIND = Kind(
    "inspection-replacement", "备选递补", "DB", REPLACEMENT_LIFE, SEE, starts=(REPLACE_WITHIN,),
    basis="平台约定：抽中对象不在抽查范围内的，按次序从备选中递补，须有证据并经审核",
)  # fmt: skip
MERGING_KIND = Kind(
    "inspection-merging", "合并入企建议", "HB", MERGING_LIFE, SEE, starts=(MERGE_WITHIN,),
    basis="优化营商环境条例第五十四条：对同一监管对象的多项检查，应当合并进行",
)  # fmt: skip
CORRECTION_KIND = Kind(
    "correction", "责令改正", "ZG", CORRECTION_LIFE, SEE,
    extensions=(Extension(RECHECK_WITHIN, CORRECT_LONGER, REVIEW, "延长复查期限"),),
    basis="行政处罚法第二十八条：应当责令当事人改正或者限期改正违法行为",
)  # fmt: skip
CLUE_KIND = Kind(
    "inspection-clue", "后续处置线索", "XS", CLUE_LIFE, SEE, starts=(CLUE_WITHIN,),
    basis="国市监信〔2019〕38号：抽查检查结果的后续处置",
)  # fmt: skip
KINDS = (
    PLAN_KIND, TASK_KIND, PART_KIND, REPLACEMENT_KIND, MERGING_KIND, CORRECTION_KIND, CLUE_KIND,
)  # fmt: skip
