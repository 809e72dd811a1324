"""Check digits over whole columns: credit codes (GB 32100-2015) and resident ids (GB 11643-1999).

The common libraries demand digits in the first eight places of a credit code and so refuse legal
ones (N2…, Y1…, A1…), or forget the last "mod 31"; hence our own.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

USCC_LENGTH = 18

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z
_ILLEGAL = 100_000  # one illegal character lifts a sum above any legal one (at most 30 · 30 · 18)
_BLOCK = 1 << 14  # codes summed at a time: what fits into the processor's cache
_Numbers = npt.NDArray[np.float32]  # holds these small integers exactly, and multiplies fast


class _Scheme(NamedTuple):
    """A check: the sum of `values` by `weights` leaves `rest` when divided by `modulus`."""

    values: _Numbers  # by byte
    weights: _Numbers  # by place
    modulus: int
    rest: int


def _scheme(alphabet: str, weights: list[int], modulus: int, rest: int) -> _Scheme:
    values = np.full(256, _ILLEGAL, np.float32)
    values[list(alphabet.encode())] = np.arange(len(alphabet))
    return _Scheme(values, np.array(weights, np.float32), modulus, rest)


_USCC = _scheme(_ALPHABET, [pow(3, place, 31) for place in range(17)] + [1], 31, 0)
_RESIDENT_ID = _scheme("0123456789X", [pow(2, 17 - place, 11) for place in range(18)], 11, 1)
_ID_DIGITS = pl.Series(list("10X98765432"))  # by the sum of the first 17 places mod 11


def uscc_valid(codes: pl.Series) -> pl.Series:
    """Whether each text is a credit code with the right check character; null is not. Row-aligned.

    C18 = (31 − Σ Ci·3^(i−1) mod 31) mod 31, that is: the weighted sum with C18 is 0 mod 31. No
    registering department is numbered 0, so a code of zeros, whose sum fits, is refused.
    """
    shaped = (codes.str.len_bytes() == USCC_LENGTH) & ~codes.str.starts_with("0")
    return _where(shaped, codes, _USCC)


def resident_id_valid(ids: pl.Series) -> pl.Series:
    """Whether each text is an 18-place resident id with a real day of birth and the right check.

    Only the last place may be X, and the weighted sum with it is 1 mod 11. Row-aligned.
    """
    shaped = ids.str.contains(r"^[0-9]{17}[0-9X]$") & born_on(ids).is_not_null()
    return _where(shaped, ids, _RESIDENT_ID)


def born_on(ids: pl.Series) -> pl.Series:
    """The day of birth in places 7–14 of 18-place ids, from 1900 on; null where there is none."""
    days = ids.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
    return days.set(days.dt.year() < 1900, None)


def lengthened(old: pl.Series) -> pl.Series:
    """15-place resident ids as 18-place ones: the century 19 goes in, the check digit on."""
    if old.is_empty():
        return old
    body = old.str.slice(0, 6) + pl.Series(["19"]) + old.str.slice(6, 9)
    sums = _RESIDENT_ID.values[_bytes(body, 17)] @ _RESIDENT_ID.weights[:17]
    return body + _ID_DIGITS.gather(pl.Series((sums % 11).astype(np.uint32)))


def _where(shaped: pl.Series, codes: pl.Series, scheme: "_Scheme") -> pl.Series:
    """Whether the codes of the right shape have the right sum; the others do not."""
    fits = shaped.fill_null(False).to_numpy().copy()
    if fits.any():
        places = _bytes(codes.filter(pl.Series(fits)), 18)
        blocks = (places[at : at + _BLOCK] for at in range(0, len(places), _BLOCK))
        sums = np.concatenate([scheme.values[block] @ scheme.weights for block in blocks])
        fits[fits] = (sums < _ILLEGAL) & (sums.astype(np.int32) % scheme.modulus == scheme.rest)
    return pl.Series(codes.name, fits)


def _bytes(codes: pl.Series, width: int) -> npt.NDArray[np.uint8]:
    """The bytes of codes that are all `width` bytes long: one row per code."""
    joined: str = codes.str.join("").item()
    return np.frombuffer(joined.encode(), np.uint8).reshape(-1, width)
