"""What a case refuses, in words."""

from mingcha.base.errors import MingchaError


class MoveRefused(MingchaError):
    """The move does not lead away from where the case stands."""

    code = "cases/move-refused"
    status = 409
    message = "{number} 当前状态为“{state}”，不能{move}。"
    remedy = "请刷新页面，按当前状态可以办理的事项办理。"


class Stale(MingchaError):
    """Somebody else has changed the case since the form was opened."""

    code = "cases/stale"
    status = 409
    message = "您打开 {number} 之后，它已有变动：{changes}。"
    remedy = "请先查看最新情况，再决定是否继续办理；您的操作没有生效。"


class NotSameHand(MingchaError):
    """Two steps that two people must make (四眼原则)."""

    code = "cases/not-same-hand"
    status = 403
    message = "上一步由您本人办理，{move}须由另一人办理。"
    remedy = "请转给本单位其他有权限的人员办理。"


class Barred(MingchaError):
    """Somebody has had a part in what the case is about (回避)."""

    code = "cases/barred"
    status = 403
    message = "{why}"
    remedy = "请转给本单位其他有权限的人员办理。"


class ReasonMissing(MingchaError):
    """A move that needs its reason came without one."""

    code = "cases/reason-missing"
    message = "{move}需要写明意见或理由。"
    remedy = "请填写意见后重新提交。"


class AlreadyClaimed(MingchaError):
    """Somebody of the unit has taken it on already."""

    code = "cases/already-claimed"
    status = 409
    message = "{number} 已由{handler}认领。"
    remedy = "如需由您办理，请与其联系转交。"


class NotOpen(MingchaError):
    """Nothing more can be done on a case that is closed."""

    code = "cases/not-open"
    status = 409
    message = "{number} 已办结，不能{deed}。"
    remedy = "如需继续，请另行发起，并与原办件关联。"


class NotOfTheUnit(MingchaError):
    """Work is handed to somebody who may not do it."""

    code = "cases/not-of-the-unit"
    status = 409
    message = "{name}不能办理“{unit}”的此类事项。"
    remedy = "请选择在该单位有相应权限的人员，或先由管理员授权。"


class NoClock(MingchaError):
    """A clock is paused, resumed or extended that does not run."""

    code = "cases/no-clock"
    status = 409
    message = "{number} 没有可以{deed}的办理期限。"
    remedy = "请刷新页面，核对期限是否已停止或处于中止。"


class UrgedLately(MingchaError):
    """The same was urged a moment ago."""

    code = "cases/urged-lately"
    status = 409
    message = "此件今天已经催办过{times}次。"
    remedy = "请改日再催，或提请主管部门督办。"


class ExtendedAlready(MingchaError):
    """A period has been extended as often as its kind allows."""

    code = "cases/extended-already"
    status = 409
    message = "{number} 的期限已延长过，最多可延长 {times} 次。"
    remedy = "请在现有期限内办结；确需更多时间的，请报请有权机关决定。"


class LinkedToItself(MingchaError):
    """A case has to do with itself."""

    code = "cases/linked-to-itself"
    message = "{number} 不能与自己关联。"
    remedy = "请填写另一办件的编号。"


class FactsWrong(MingchaError):
    """What a move requires is missing or cannot be read."""

    code = "cases/facts-wrong"
    message = "{move}所需的内容有误：{problems}"
    remedy = "请按说明补正后重新提交。"


class NoSuchMove(MingchaError):
    """A move that this kind of case does not know."""

    code = "cases/no-such-move"
    status = 404
    message = "{kind}没有“{move}”这一办理动作。"
    remedy = "请刷新页面，按页面上列出的事项办理。"
