"""What the catalogue refuses, in words."""

from mingcha.base.errors import MingchaError


class NotComplete(MingchaError):
    """A draft is handed in before it holds together."""

    code = "catalog/not-complete"
    message = "还有 {count} 处没有填好：{problems}"
    remedy = "请按提示补全或更正后再提交；已填的内容都已保存。"


class CodeTaken(MingchaError):
    """A code names another entry already."""

    code = "catalog/code-taken"
    status = 409
    message = "编码 {key} 已由“{name}”使用。"
    remedy = "请改用系统建议的编码，或改为修订已有的事项。"


class NothingInForce(MingchaError):
    """There is nothing that could be suspended, resumed or abolished on the day."""

    code = "catalog/nothing-in-force"
    status = 409
    message = "{key} 在 {on} 没有可以{deed}的版本。"
    remedy = "请核对日期和各版的效力期间。"


class OtherVersionBegins(MingchaError):
    """A version that is published already begins within the days of a change."""

    code = "catalog/other-version-begins"
    status = 409
    message = "第 {number} 版自 {since} 起生效，落在{deed}的期间之内，会使{deed}提前结束。"
    remedy = "请缩短期间，或先撤回第 {number} 版。"


class Overtaken(MingchaError):
    """Somebody else has published about the entry since the draft was begun."""

    code = "catalog/overtaken"
    status = 409
    message = "您起草之后，{key} 又有新的发布：{news}。"
    remedy = "请查看差异，退回后合并到最新版本并重新送审；本次操作没有生效。"


class PastNeedsReason(MingchaError):
    """A change that reaches into the past comes without its reason."""

    code = "catalog/past-needs-reason"
    message = "{deed}自 {since} 起，早于今天，会影响已经做出的监管行为，需要写明理由。"
    remedy = "请写明追溯的理由和依据，或改用今天以后的日期。"


class NobodyReviews(MingchaError):
    """Nobody may look the change over."""

    code = "catalog/nobody-reviews"
    status = 409
    message = "{unit}及其上级没有人持有“审核监管事项”权限。"
    remedy = "请联系数据局管理员指定事项审核员。"


class NothingChanged(MingchaError):
    """A revision says what the book says already."""

    code = "catalog/nothing-changed"
    status = 409
    message = "修订稿与第 {number} 版的内容和日期完全相同。"
    remedy = "请修改后再提交，或撤销本件。"


class NoStatus(MingchaError):
    """The table has no field for a status, so nothing of it can be suspended or abolished here."""

    code = "catalog/no-status"
    message = "数据表“{table}”没有状态字段，不能在此{deed}。"
    remedy = "请以修订方式写明失效日期，或在数据标准中增加状态字段。"


class NotUnderDraft(MingchaError):
    """The text of a case is changed that is not being drafted."""

    code = "catalog/not-under-draft"
    status = 409
    message = "{number} 当前状态为“{state}”，不能修改内容。"
    remedy = "请先由审核人退回修改。"


class Begun(MingchaError):
    """A version is taken back that has begun to hold."""

    code = "catalog/begun"
    status = 409
    message = "第 {number} 版已自 {since} 起生效，不能撤回。"
    remedy = "请改用修订、暂停或取消。"


class TooLong(MingchaError):
    """An exception is asked for longer than the rule allows."""

    code = "catalog/too-long"
    message = "例外自 {since} 至 {until} 共 {days} 天，超过 {most} 天的上限（{basis}）。"
    remedy = "请缩短期限；确需更久的，请尽快补充梳理该事项。"


class NoExceptionNeeded(MingchaError):
    """The item is in force on every day of the exception."""

    code = "catalog/no-exception-needed"
    status = 409
    message = "{key} 自 {since} 至 {until} 一直在用，不需要例外。"
    remedy = "请直接按该事项实施。"


class NoCodeLeft(MingchaError):
    """No number is free under a prefix."""

    code = "catalog/no-code-left"
    status = 409
    message = "{prefix} 之下已没有可用的编码。"
    remedy = "请新建主项，或由数据局调整编码规则。"


class NoCreditCode(MingchaError):
    """A body is named that acts cannot be told apart by."""

    code = "catalog/no-credit-code"
    message = "{body}没有登记统一社会信用代码，监管行为无法对应到它。"
    remedy = "请先在组织机构中补录该单位的统一社会信用代码。"


class NobodyAllows(MingchaError):
    """Nobody may approve an exception."""

    code = "catalog/nobody-allows"
    status = 409
    message = "{unit}及其上级没有人持有“批准监管例外”权限。"
    remedy = "请联系数据局管理员指定批准人。"


class NobodyToClaim(MingchaError):
    """There is nothing to be laid out: every body that an item fits has been asked."""

    code = "catalog/nobody-to-claim"
    status = 409
    message = "没有需要布置的：所选事项没有适用的下级单位，或都已布置。"
    remedy = "请放宽事项范围，或核对下级单位的监管部门、层级和行政区划。"


class NotLaidOut(MingchaError):
    """An item is answered of that is not among those laid out."""

    code = "catalog/not-laid-out"
    message = "所选事项不在 {number} 布置的范围之内。"
    remedy = "请刷新页面，从列表中选择事项。"


class DeclineNeedsReason(MingchaError):
    """A body says that an item is not its own, and not why."""

    code = "catalog/decline-needs-reason"
    message = "认为事项不属本单位，需要写明理由。"
    remedy = "请写明依据，例如三定规定或权责清单中的划分。"


class ClaimsClosed(MingchaError):
    """A claim is made in a case that is closed."""

    code = "catalog/claims-closed"
    status = 409
    message = "{number} 当前状态为“{state}”，不能再答复。"
    remedy = "需要更正的，请布置单位再次布置。"


class FiledAlready(MingchaError):
    """A form that anybody may send came a second time."""

    code = "catalog/filed-already"
    status = 409
    message = "这份表单已经提交过，没有重复登记。"
    remedy = "请用提交后显示的编号和查询码查询进展。没有看到的，一小时内把同样的内容原样再提交一次就会显示；否则请重新打开页面另行提出。"


class NotYours(MingchaError):
    """Somebody wants to know who objects, and does not handle the case."""

    code = "catalog/not-yours"
    status = 403
    message = "您不办理 {number}，不能查看异议人的信息。"
    remedy = "异议人信息只对承办单位中有权处理异议、且与该例外无关的人员开放。"


class LawEntered(MingchaError):
    """The same change of the same law has been entered before."""

    code = "catalog/law-entered"
    status = 409
    message = "《{law}》自 {since} 起的这一变动已经登记（{number}）。"
    remedy = "请查看已登记的办件。"
