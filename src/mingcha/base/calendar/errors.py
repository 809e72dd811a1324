"""What the calendar refuses, in words."""

from mingcha.base.errors import MingchaError


class DayNotSet(MingchaError):
    """A day that was never set by hand cannot be reset."""

    code = "calendar/day-not-set"
    status = 404
    message = "{day} 没有人工设置，无从撤销。"
    remedy = "请在工作日历中核对日期；未设置的日期按国务院放假通知或周末计算。"


class NoBasis(MingchaError):
    """A day is set without saying on which ground."""

    code = "calendar/no-basis"
    message = "设置 {day} 需要写明名称和依据。"
    remedy = "请填写节日名称和依据文件，例如“国办发明电〔2025〕7 号”。"
