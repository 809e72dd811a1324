"""What is refused of a key, in words."""

from mingcha.base.errors import MingchaError


class KeyUnfit(MingchaError):
    """The header does not hold a key."""

    code = "once/key-unfit"
    message = "请求头 Idempotency-Key 应为 1 至 255 个可见的 ASCII 字符。"
    remedy = "请为每一次新的请求生成一个随机的键，如 UUID；重发同一请求时沿用原来的键。"


class KeyTaken(MingchaError):
    """The key stands for another request already."""

    code = "once/key-taken"
    message = "幂等键“{key}”已经用于另一个请求，这次的内容与那次不同，没有执行。"
    remedy = "如果是新的请求，请换一个键再发；如果是重发，请保持地址、参数和内容与第一次完全一样。"


class StillAnswering(MingchaError):
    """The first request under the key is not answered yet."""

    code = "once/still-answering"
    status = 409
    message = "幂等键“{key}”的第一次请求还在办理，尚无结果。"
    remedy = "请过几秒以同样的键和内容重发，将得到第一次的结果；不会重复办理。"
