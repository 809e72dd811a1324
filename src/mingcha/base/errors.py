"""Refusals as sentences: a code, what happened and why, and what to do now (RFC 9457).

A refusal is not a bug. Everything else that is raised is a bug and may crash loudly.
"""

from typing import ClassVar


class MingchaError(Exception):
    """A refusal in words. Subclasses give `code`, `status`, `message` and `remedy`.

    Keyword arguments fill the braces of the sentences and travel as members of the problem.
    """

    code: ClassVar[str] = ""
    status: ClassVar[int] = 422
    message: ClassVar[str] = ""
    remedy: ClassVar[str] = ""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.title)

    @property
    def title(self) -> str:
        """What happened and why, in one sentence."""
        return self.message.format(**self.facts)

    @property
    def detail(self) -> str:
        """What to do now."""
        return self.remedy.format(**self.facts)

    def as_problem(self) -> dict[str, object]:
        """Problem details (RFC 9457); the facts are extension members."""
        known = {"type": f"urn:mingcha:error:{self.code}", "title": self.title}
        known |= {"status": str(self.status), "detail": self.detail}
        return self.plain_facts() | known | {"status": self.status}

    def plain_facts(self) -> dict[str, object]:
        """The facts as JSON holds them."""
        return {name: _plain(value) for name, value in self.facts.items()}

    def as_line(self) -> str:
        """One line for a terminal."""
        return f"{self.title} {self.detail}（{self.code}）"


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | bool | None | list | dict) else str(value)


class NotFound(MingchaError):
    """Missing, or not yours to see: the two look the same to whoever asks.

    With `exists` the attempt is an act (base/http.py), which alone says whether it was there.
    """

    code = "base/not-found"
    status = 404
    message = "没有找到{what}“{key}”，或者您无权查看。"
    remedy = "请核对编号；如确需查看，可在“为什么看不到”页面了解由谁决定、向谁申请。"

    def __init__(self, *, what: str, key: object, exists: bool | None = None) -> None:
        self.exists = exists
        super().__init__(what=what, key=key)


# Right → its Chinese name; base/people fills it at start from config/rights.yaml.
RIGHT_LABELS: dict[str, str] = {}


class NotAllowed(MingchaError):
    """The account lacks the right for this act.

    Raised with the right's key, `where` (an organisation's name) when it is held elsewhere, and
    the organisation's code; says the right's name.
    """

    code = "base/not-allowed"
    status = 403
    message = "您的账号没有“{right}”权限，不能执行此操作。"
    remedy = "请向本部门的账号管理员申请；本次尝试已记录。"

    def __init__(self, *, right: str, where: str = "", organisation: str = "") -> None:
        label = RIGHT_LABELS.get(right, right)
        said = f"{label}（{where}）" if where else label
        super().__init__(right=said, key=right, organisation=organisation)


class NotSignedIn(MingchaError):
    """Nobody is signed in."""

    code = "base/not-signed-in"
    status = 401
    message = "您尚未登录，或登录已过期。"
    remedy = "请登录后重试；系统对接请使用接口令牌。"


class BadInput(MingchaError):
    """What was sent cannot be read as what was asked for."""

    code = "base/bad-input"
    status = 422
    message = "提交的内容有误：{problem}。"
    remedy = "请按提示修改后重新提交。"


class TooBusy(MingchaError):
    """A limit on statements, memory or rate was reached."""

    code = "base/too-busy"
    status = 503
    message = "系统在规定时间内没有完成这项操作。"
    remedy = "请缩小查询范围后重试；如仍出现，请联系运维人员并提供请求编号。"
