"""What the rule table refuses, in words."""

from mingcha.base.errors import MingchaError


class NoRule(MingchaError):
    """No value of a rule is in force on the day."""

    code = "rules/no-rule"
    status = 409
    message = "规则“{key}”在 {on} 没有有效的取值。"
    remedy = "请系统管理员在规则表中补充该日期有效的取值及依据。"


class NoBasis(MingchaError):
    """A rule is changed without saying on which ground."""

    code = "rules/no-basis"
    message = "修改规则“{label}”需要写明依据。"
    remedy = "请填写法律、法规或文件的名称、文号和条款。"


class ValueOutOfRange(MingchaError):
    """A value that makes no sense in its unit."""

    code = "rules/value-out-of-range"
    message = "规则“{label}”的数值 {value} 不合理。"
    remedy = "请填写 0 至 {most} 之间的整数。"


class OutOfOrder(MingchaError):
    """A new value from a day on which a later one is in force already."""

    code = "rules/out-of-order"
    status = 409
    message = "规则“{label}”自 {since} 起已有取值，新取值的生效日期 {asked} 不晚于它。"
    remedy = "请把生效日期设在 {since} 之后；要更正已生效的取值，请从今天或以后起设新的取值。"
