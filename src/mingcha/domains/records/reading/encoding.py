"""In which encoding a text file is, and its content as UTF-8 in blocks, whatever its size."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from charset_normalizer import from_bytes

BLOCK = 8 * 1024**2
SAMPLE = 64 * 1024

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Lead bytes of punctuation and of the characters in daily use (GB 2312 level 1, Big5 level 1).
# The other's text read by the wrong table falls mostly outside.
DAILY = {"gb18030": ("gb2312", 0xB0, 0xD7), "big5": ("big5", 0xA4, 0xC6)}
# What charset-normalizer may say of a doubtful file; anything else is a guess not worth taking.
PLAUSIBLE = {"cp1252", "latin_1", "iso8859_15", "shift_jis", "cp932", "euc_kr", "cp949"}


@dataclass(frozen=True)
class Encoding:
    """How bytes become text.

    `name` is Python's name of the codec; `bom` how many bytes to leave out at the start; `exact`
    says that the whole file was seen to be valid UTF-8, so that blocks pass through untouched;
    `cr_only` that lines end with a bare CR (old Macintosh).
    """

    name: str
    bom: int = 0
    exact: bool = False
    cr_only: bool = False


UTF8 = Encoding("utf-8", exact=True)


def detect(path: Path) -> Encoding | None:
    """The encoding of a text file, or None if there is no telling.

    UTF-8 is proved over the whole file; the others are judged by a sample from where that fails.
    """
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, marked in BOMS:
        if head.startswith(mark):
            exact = marked == "utf-8" and _not_utf8(path) is None
            return Encoding(marked, len(mark), exact, _cr_only(head, marked))
    name = utf16(head)
    if name:
        return Encoding(name, cr_only=_cr_only(head, name))
    sample = _not_utf8(path)
    name = "utf-8" if sample is None else _judge(sample)
    return Encoding(name, 0, sample is None, _cr_only(head, name)) if name else None


def blocks(path: Path, encoding: Encoding, *, size: int = BLOCK) -> Iterator[tuple[bytes, int]]:
    """(UTF-8 bytes, bytes of the file read so far), cut between characters.

    A byte that means nothing in the encoding becomes U+FFFD; the row that holds it is refused.
    """
    decoder = None if encoding.exact else codecs.getincrementaldecoder(encoding.name)("replace")
    with path.open("rb") as file:
        file.seek(encoding.bom)
        rest = b""
        while data := file.read(size):
            if decoder is None:
                whole = _whole(rest + data)
                text, rest = whole, (rest + data)[len(whole) :]
            else:
                text = decoder.decode(data).encode()
            yield _with_lf(text, encoding), file.tell()
        tail = rest if decoder is None else decoder.decode(b"", final=True).encode()
        if tail:
            yield _with_lf(tail, encoding), file.tell()


def _with_lf(text: bytes, encoding: Encoding) -> bytes:
    return text.replace(b"\r", b"\n") if encoding.cr_only else text


def _whole(data: bytes) -> bytes:
    """`data` without the bytes of a character cut off at its end."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return data if back >= length else data[:-back]
    return data


def _not_utf8(path: Path) -> bytes | None:
    """None if the file is valid UTF-8, else a sample from where it is not."""
    rest = b""
    with path.open("rb") as file:
        while data := file.read(BLOCK):
            data = rest + data
            whole = _whole(data)
            if not _is_utf8(whole):
                return _from_first_fault(whole)
            rest = data[len(whole) :]
    return rest or None


def _is_utf8(data: bytes) -> bool:
    """Arrow's check is several times faster than decoding."""
    offsets = pa.py_buffer(np.array([0, len(data)], dtype=np.int32))
    try:
        pa.StringArray.from_buffers(1, offsets, pa.py_buffer(data)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _from_first_fault(data: bytes) -> bytes:
    try:
        data.decode()
    except UnicodeDecodeError as fault:
        return data[fault.start : fault.start + SAMPLE]
    return data[:SAMPLE]


def utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: line ends and commas leave zeros in every other byte only."""
    pairs = np.frombuffer(head[: len(head) // 2 * 2], dtype=np.uint8).reshape(-1, 2)
    if not len(pairs):
        return None
    first, second = (pairs == 0).mean(axis=0)
    if max(first, second) < 0.02 or min(first, second) > max(first, second) / 20:
        return None
    name = "utf-16-le" if second > first else "utf-16-be"
    bad = head.decode(name, "replace").count("\ufffd")
    return name if bad <= 1 else None


def _judge(sample: bytes) -> str | None:
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    if sum(char > "\x7f" for char in text) - bad > 5 * bad:
        return "utf-8"
    shares = {name: _daily_share(sample, name) for name in DAILY}
    likely = max(shares, key=lambda name: shares[name])
    if shares[likely] >= 0.6:
        return likely
    best = from_bytes(sample).best()
    return best.encoding if best and best.encoding in PLAUSIBLE else None


def _daily_share(sample: bytes, name: str) -> float:
    """Share of the characters beyond ASCII that are in daily use, read as `name`."""
    table, low, high = DAILY[name]
    wide = [char for char in sample.decode(name, "replace") if char > "\x7f"]
    leads = (char.encode(table, "replace")[0] for char in wide)
    return sum(low <= lead <= high or 0xA1 <= lead <= 0xA3 for lead in leads) / max(len(wide), 1)


def _cr_only(head: bytes, name: str) -> bool:
    text = head.decode(name, "replace")
    return "\r" in text[:-1] and "\n" not in text
