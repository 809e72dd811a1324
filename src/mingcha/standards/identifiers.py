"""Identifiers with check characters: what is wrong with one, and what it may have been.

统一社会信用代码 (GB 32100-2015), 组织机构代码 (GB 11714-1997), 公民身份号码 (GB 11643-1999).
Scalars for forms, tests and single look-ups; a million rows are checked by expressions that these
functions are the measure of. Nothing here knows which codes have been issued.
"""

import re
import unicodedata
from datetime import date

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I O Z S V
USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))  # 1, 3, 9, 27, 19, …, 28
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = "10X98765432"

_VALUE = {character: value for value, character in enumerate(USCC_ALPHABET)}
_USCC_LENGTH = 18
_ID_LENGTH = 18
_OLD_ID_LENGTH = 15
_EARLIEST = 1900  # years of birth
_SEPARATORS = re.compile(r"[\s\-‐-―·.,，]+")
_MISREAD = str.maketrans(
    "OIZS", "0125"
)  # letters that no USCC may hold, and the digits they look like


def tidied(code: str) -> str:
    """The code as it was meant to be typed: half width, upper case, without spaces and hyphens."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", code)).upper()


def uscc_problem(code: str) -> str:
    """Why `code` is not a 统一社会信用代码, as the rest of a sentence; "" if it is one.

    Letters may stand wherever the alphabet allows them: codes of 农村集体经济组织 begin with N2.
    """
    if len(code) != _USCC_LENGTH:
        return f"应为18位，现为{len(code)}位"
    strange = sorted(set(code) - set(USCC_ALPHABET))
    if code.startswith("0"):  # no registering department bears it; eighteen zeros have a right sum
        return "第1位（登记管理部门）不能是“0”"
    if strange:
        return (
            f"含有不允许的字符“{'、'.join(strange)}”（只能是数字和除 I、O、Z、S、V 以外的大写字母）"
        )
    right = uscc_check_character(code[:17])
    return "" if code[17] == right else f"校验码不符：第18位应为“{right}”，现为“{code[17]}”"


def uscc_check_character(body: str) -> str:
    """The eighteenth character for the first seventeen (GB 32100-2015).

    C18 = (31 − Σ Ci·Wi mod 31) mod 31; without the outer mod a sum of 0 has no character.
    Raises KeyError for a character outside the alphabet.
    """
    total = sum(
        _VALUE[character] * weight for character, weight in zip(body, USCC_WEIGHTS, strict=True)
    )
    return USCC_ALPHABET[-total % 31]


def uscc_warning(code: str) -> str:
    """What is odd about a valid code without making it wrong; "" if nothing is.

    Places 9 to 17 are an organisation code with a check character of its own (GB 11714). Some
    issued codes do not keep to it, so this is told and never refused.
    """
    right = organisation_check_character(code[8:16])
    if code[16] == right:
        return ""
    return f"第9至17位作为组织机构代码的校验码不符：应为“{right}”，现为“{code[16]}”"


def organisation_check_character(body: str) -> str:
    """The ninth character of an 组织机构代码 for the first eight (GB 11714-1997): 0–9 or X.

    Letters count 10 (A) to 35 (Z). Raises ValueError for anything but eight letters and digits.
    """
    values = [int(character, 36) for character in body]
    total = sum(value * weight for value, weight in zip(values, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def repairs(code: str) -> tuple[str, ...]:
    """Valid codes that one slip of the hand turns into `code`, the likelier first; () if it is valid.

    One slip is: letters for the digits they look like (O I Z S, any number of them), one other
    character, or two neighbours exchanged. Candidates whose organisation code is right as well
    come first. A candidate counts only if exactly one of them is registered and the names agree
    (architecture.md 5.2): that is for the caller to find out.
    """
    typed = tidied(code)
    if len(typed) != _USCC_LENGTH or not uscc_problem(typed):
        return ()
    read = typed.translate(_MISREAD)
    if not uscc_problem(read):
        return (read,)
    candidates = dict.fromkeys((*_exchanged(read), *_substituted(read)))
    return tuple(sorted(candidates, key=lambda candidate: bool(uscc_warning(candidate))))


def _exchanged(code: str) -> list[str]:
    turned = (code[:i] + code[i + 1] + code[i] + code[i + 2 :] for i in range(len(code) - 1))
    return [candidate for candidate in turned if not uscc_problem(candidate)]


def _substituted(code: str) -> list[str]:
    """At each place the one character that makes the sum right: 31 is prime, so there is just one.

    A single illegal character is known to be the slip.
    """
    strange = [place for place, character in enumerate(code) if character not in _VALUE]
    if len(strange) > 1:
        return []
    weights = (*USCC_WEIGHTS, 1)
    values = [_VALUE.get(character, 0) for character in code]
    total = sum(value * weight for value, weight in zip(values, weights, strict=True))
    found = []
    for place in strange or range(len(code)):
        right = (values[place] - total * pow(weights[place], -1, 31)) % 31
        found.append(code[:place] + USCC_ALPHABET[right] + code[place + 1 :])
    return [candidate for candidate in found if not candidate.startswith("0")]


def resident_id_problem(number: str, *, on: date | None = None) -> str:
    """Why `number` is not an 18-place 公民身份号码, as the rest of a sentence; "" if it is one.

    `on` is the day on which it must have been possible to be born; None asks nothing of it. The
    division code is not looked up: identity numbers keep abolished ones.
    """
    if len(number) == _OLD_ID_LENGTH and number.isdecimal():
        return f"是15位旧号码，现行号码应为18位：可能是 {upgraded_resident_id(number)}"
    if len(number) != _ID_LENGTH:
        return f"应为18位，现为{len(number)}位"
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        return "前17位应为数字，第18位应为数字或大写 X"
    born = _day(number[6:14])
    if born is None or born.year < _EARLIEST:
        return f"出生日期“{number[6:14]}”不是真实的出生日期"
    if on is not None and born > on:
        return f"出生日期“{number[6:14]}”晚于{on.isoformat()}"
    right = resident_check_character(number[:17])
    return "" if number[17] == right else f"校验码不符：第18位应为“{right}”，现为“{number[17]}”"


def resident_check_character(body: str) -> str:
    """The eighteenth character for the first seventeen digits (GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, RESIDENT_WEIGHTS, strict=True))
    return RESIDENT_CHECKS[total % 11]


def upgraded_resident_id(old: str) -> str:
    """The 18-place number for a 15-place one of the years 1984 to 1999 (born 19yy)."""
    body = old[:6] + "19" + old[6:]
    return body + resident_check_character(body)


def born_on(number: str) -> date | None:
    """The birthday in an 18-place number; None if its digits are no date."""
    return _day(number[6:14])


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
