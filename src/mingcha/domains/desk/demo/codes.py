"""Made-up codes that pass every check and can belong to nobody, whole columns at a time.

Credit codes have division 99…, a province that was never assigned, and organisation codes of the
block DM, which has not been given out; resident ids begin with 99 as well.
"""

from itertools import combinations, product

import numpy as np
import numpy.typing as npt
import polars as pl

from mingcha.standards.identifiers import (
    ORGANISATION_WEIGHTS,
    RESIDENT_CHECKS,
    RESIDENT_WEIGHTS,
    USCC_ALPHABET,
    USCC_WEIGHTS,
    uscc_problem,
    uscc_warning,
)

PROVINCE = "99"
BLOCK = "DM"
ORGANISATION_AT = 8  # where the organisation code begins
PLACES = 6  # of the organisation code, behind the block
ROOM = len(USCC_ALPHABET) ** PLACES
STRIDE = 472_882_027  # odd and prime to 31: consecutive numbers look unlike each other
ORGANISATION_CHECKS = "0123456789X0"
IDS_PER_DAY = 999

Bytes = npt.NDArray[np.uint8]
_ALPHABET = np.frombuffer(USCC_ALPHABET.encode(), np.uint8)
_VALUE = np.zeros(256, np.int64)
_VALUE[_ALPHABET] = np.arange(len(USCC_ALPHABET))
_ORGANISATION_VALUE = np.zeros(256, np.int64)
for _byte in USCC_ALPHABET:
    _ORGANISATION_VALUE[ord(_byte)] = int(_byte, 36)


def area(division: str) -> str:
    """The division part of a code: 990115 for 310115."""
    return PROVINCE + division[2:]


def credit_codes(
    kinds: pl.Series, divisions: pl.Series, numbers: npt.NDArray[np.int64]
) -> pl.Series:
    """统一社会信用代码: kind (91 enterprise, 92 …), division of the seat, running number.

    Raises ValueError when the numbers no longer fit the block.
    """
    if len(numbers) and int(numbers.max()) >= ROOM:
        raise ValueError(f"no code left for number {int(numbers.max())}")
    rest, digits = numbers * STRIDE % ROOM, []
    for _ in range(PLACES):
        digits.append(_ALPHABET[rest % len(USCC_ALPHABET)])
        rest = rest // len(USCC_ALPHABET)
    organisation = np.column_stack(
        [*(np.full(len(numbers), ord(c), np.uint8) for c in BLOCK), *digits]
    )
    total = _ORGANISATION_VALUE[organisation] @ np.array(ORGANISATION_WEIGHTS)
    check = _letters(ORGANISATION_CHECKS)[11 - total % 11]
    head = _matrix(kinds + PROVINCE + divisions.str.slice(2), 8)
    body = np.column_stack([head, organisation, check])
    last = _ALPHABET[-(_VALUE[body] @ np.array(USCC_WEIGHTS)) % len(USCC_ALPHABET)]
    return _texts(np.column_stack([body, last]))


def resident_ids(
    divisions: pl.Series, births: pl.Series, numbers: npt.NDArray[np.int64]
) -> pl.Series:
    """公民身份号码: division, day of birth (Date), running number of which the last digit is the sex."""
    order = pl.Series(numbers % IDS_PER_DAY).cast(pl.String).str.zfill(3)
    body = _matrix(PROVINCE + divisions.str.slice(2) + births.dt.strftime("%Y%m%d") + order, 17)
    total = (body.astype(np.int64) - ord("0")) @ np.array(RESIDENT_WEIGHTS)
    return _texts(np.column_stack([body, _letters(RESIDENT_CHECKS)[total % 11]]))


def with_wrong_character(codes: pl.Series, shifts: npt.NDArray[np.int64]) -> pl.Series:
    """The codes with their fifteenth character replaced by another one."""
    whole, at = _matrix(codes, 18).copy(), 14
    shifted = _VALUE[whole[:, at]] + 1 + shifts % (len(USCC_ALPHABET) - 1)
    whole[:, at] = _ALPHABET[shifted % len(USCC_ALPHABET)]
    return _texts(whole)


def with_neighbours_exchanged(codes: pl.Series) -> pl.Series:
    """The codes with the first two different neighbours from the eleventh place on exchanged."""
    whole = _matrix(codes, 18).copy()
    rows = np.arange(len(whole))
    at = 10 + (whole[:, 10:17] != whole[:, 11:18]).argmax(axis=1)
    whole[rows, at], whole[rows, at + 1] = whole[rows, at + 1].copy(), whole[rows, at].copy()
    return _texts(whole)


def rival_of(code: str) -> tuple[str, str]:
    """Another right code, and a wrong one that is one slip away from both.

    Two characters of the organisation code are others in the rival, so that both its check
    characters stay; the wrong one has the first of them. Raises LookupError if there is none.
    """
    places = range(ORGANISATION_AT + len(BLOCK), ORGANISATION_AT + len(BLOCK) + PLACES)
    for i, j in combinations(places, 2):
        for one, two in product(USCC_ALPHABET, repeat=2):
            if one == code[i] or two == code[j]:
                continue
            wrong = code[:i] + one + code[i + 1 :]
            rival = wrong[:j] + two + wrong[j + 1 :]
            if not uscc_problem(rival) and not uscc_warning(rival):
                return rival, wrong
    raise LookupError(code)


def _letters(text: str) -> Bytes:
    return np.frombuffer(text.encode(), np.uint8)


def _matrix(texts: pl.Series, width: int) -> Bytes:
    """Texts of one width as a matrix of ASCII bytes."""
    joined = "".join(texts.to_list()).encode("ascii")
    return np.frombuffer(joined, np.uint8).reshape(-1, width)


def _texts(matrix: Bytes) -> pl.Series:
    width = matrix.shape[1]
    joined = np.ascontiguousarray(matrix, np.uint8).tobytes().decode("ascii")
    return pl.Series(
        [joined[at : at + width] for at in range(0, len(joined), width)], dtype=pl.String
    )
