"""What an open door refuses, in words."""

from mingcha.base.errors import MingchaError


class TooOften(MingchaError):
    """A door that is open to all was used too often from one address, or in all."""

    code = "base/too-often"
    status = 429
    message = "一小时内的提交或查询次数已达上限。"
    remedy = "请在下一个整点之后再试；急需办理的，请直接联系办理单位。"


class NotByHand(MingchaError):
    """What was sent does not come from a person at the form."""

    code = "base/not-by-hand"
    message = "这次提交没有通过核验：{why}。"
    remedy = "请重新打开页面，手工填写后再提交。"
