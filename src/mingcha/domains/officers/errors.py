"""What the register of officers refuses, in words."""

from mingcha.base.errors import MingchaError


class AbsenceOverlaps(MingchaError):
    """The officer is away on some of the days already."""

    code = "officers/absence-overlaps"
    status = 409
    message = "{name}在这段时间已登记离岗（{since} 起）。"
    remedy = "请先结束原有的离岗登记，或改填不重叠的日期。"


class AbsenceNotLegible(MingchaError):
    """An absence without a reason, or that ends before it begins."""

    code = "officers/absence-not-legible"
    message = "离岗登记不完整：{problem}。"
    remedy = "请填写原因，结束日期不能早于开始日期。"


class AbsenceOver(MingchaError):
    """An absence that has ended is ended again."""

    code = "officers/absence-over"
    status = 409
    message = "{name}的这次离岗已于 {until} 结束。"
    remedy = "请刷新页面核对。"


class HolderTaken(MingchaError):
    """A certificate belongs to one account, and an account to one certificate."""

    code = "officers/holder-taken"
    status = 409
    message = "执法证“{certificate}”或账号“{login}”已与其他账号或执法证对应。"
    remedy = "请先解除原来的对应关系。"


class NotKeptYet(MingchaError):
    """A day is asked for of which the register keeps nothing."""

    code = "officers/not-kept-yet"
    status = 404
    message = "执法人员名册没有 {on} 的记录，只有 {since} 以来的。"
    remedy = "请改查有记录的日期；更早的名单请向发证机关或司法行政部门查询。"
