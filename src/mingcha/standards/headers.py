"""How a column header is read: what two headers may differ in and still mean the same field."""

import re
import unicodedata

_MARKS = re.compile(
    r"[(\[【<][^()\[\]【】<>]*(?:必填|选填|必录|非必填|可空)[^()\[\]【】<>]*[)\]】>]"
)
_NOISE = re.compile(r"[\s\u200b-\u200d\ufeff_*★※:\"'“”‘’]+")
_NUMBER = re.compile(r"^\d{1,3}[.、)]")
_DASH = re.compile(r"[-‐-―−─━ー]+")


def plain(header: str) -> str:
    """The header without what carries no meaning.

    Full width becomes half width, case is levelled; spaces, line breaks, quotes, underscores,
    asterisks, a leading running number and marks such as （必填） go. Other brackets stay: a unit
    such as （万元） changes what the column means.
    """
    text = unicodedata.normalize("NFKC", header).casefold()
    text = _NOISE.sub("", _MARKS.sub("", text))
    return _DASH.sub("-", _NUMBER.sub("", text)).strip("-")
