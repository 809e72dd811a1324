"""What the register of parties can refuse, in words."""

from mingcha.base.errors import MingchaError


class AuthorityWithoutBasis(MingchaError):
    """A source may not be given its place without saying why."""

    code = "parties/authority-without-basis"
    status = 422
    message = "没有写明依据，不能设定“{label}”的权威来源。"
    remedy = "请写明法律、法规、规章或文件的名称和条款。"


class AuthorityOutOfOrder(MingchaError):
    """A new place may not begin before the present one."""

    code = "parties/authority-out-of-order"
    status = 409
    message = "这个来源现行的次序自 {since} 起生效，新次序不能从 {asked} 起。"
    remedy = "请选择更晚的生效日期。"


class NoSource(MingchaError):
    """The table says nothing of that attribute."""

    code = "parties/no-source"
    status = 422
    message = "数据表“{table}”中没有“{label}”，不能作为它的来源。"
    remedy = "请选择含有该属性的数据表。"


class RelationRefused(MingchaError):
    """Two parties cannot stand in that relation."""

    code = "parties/relation-refused"
    status = 422
    message = "不能登记这项主体关系：{why}。"
    remedy = "请核对两个对象、关系种类和日期。"
