"""What the XML of an xlsx says that its reader does not: lost digits, formulas without result.

Spreadsheets keep 15 digits of a number. A credit code, card or account number that was typed as a
number has lost the rest, and once read as text it looks like any other. So the raw XML is looked
through for numbers of 16 digits and more, which also counts what the archive really unpacks to.
"""

import html
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import join, normpath

BLOCK = 1024**2
DIGITS_LOST_FROM = 1e15
TO_ZERO = bytes.maketrans(b"123456789e", b"000000000E")
# In a block with all digits made zero: a number of 16 digits or with an exponent of two.
LONG_MARKS = (b"v>" + b"0" * 16, b"v>-" + b"0" * 16, b"E+00</v", b"E00</v", b":v>")

P = rb"(?:\w+:)?"  # some writers put a namespace prefix before every tag
FORMULA = rb"<" + P + rb"f\b(?:[^>]*/>|[^>]*>[^<]*</" + P + rb"f>)"
NUMBER = rb"(-?[0-9.]+(?:[eE][+-]?[0-9]+)?)"
LONG_CELL = re.compile(
    rb"<" + P + rb"c\b([^>]*)>\s*(?:" + FORMULA + rb")?\s*<" + P + rb"v>" + NUMBER + rb"</"
)
FORMULA_CELL = re.compile(
    rb"<"
    + P
    + rb"c\b([^>]*)>\s*"
    + FORMULA
    + rb"\s*(<"
    + P
    + rb"v\s*/>|<"
    + P
    + rb"v></"
    + P
    + rb"v>)?\s*</"
    + P
    + rb"c>"
)
MERGED = re.compile(rb"<" + P + rb'mergeCell\b[^>]*?\bref="[A-Z]+(\d+):[A-Z]+(\d+)"')
ROW_END = b"row>"
ROW = re.compile(rb"<" + P + rb"row\b([^>]*)>")

HIDDEN = {b"1", b"true"}
SHEET = re.compile(rb"<" + P + rb"sheet\b([^>]*)>")
RELATION = re.compile(rb"<" + P + rb"Relationship\b([^>]*)>")
ATTRIBUTE = re.compile(rb'([\w:]+)\s*=\s*["\']([^"\']*)["\']')


class UnpacksTooLarge(Exception):
    """The archive holds more than the limit, whatever its directory says."""


class Damaged(Exception):
    """The archive cannot be unpacked whole."""


@dataclass
class Survey:
    """What was noticed in one sheet. Rows count from 1, 0 = the cell does not say where it is."""

    long_numbers: set[tuple[int, str]] = field(default_factory=set)  # (row, digits as read)
    bare_formulas: list[tuple[int, str]] = field(default_factory=list)  # (row, "C12")
    has_formulas: bool = False
    merged: list[tuple[int, int]] = field(default_factory=list)  # first and last row
    hidden: list[int] = field(default_factory=list)  # rows that are hidden or filtered away


def survey(path: Path, *, limit: int) -> list[Survey]:
    """Unpack everything once; what was noticed, per sheet in the workbook's order.

    `limit` is in bytes. Raises UnpacksTooLarge or Damaged.
    """
    found: dict[str, Survey] = {}
    unpacked = 0
    try:
        with zipfile.ZipFile(path) as archive:
            parts = _parts(archive)
            for entry in archive.infolist():
                look = found[entry.filename] = Survey()
                blocks = _blocks(archive, entry)
                is_sheet = entry.filename in parts
                for block in _by_rows(blocks) if is_sheet else blocks:
                    unpacked += len(block)
                    if unpacked > limit:
                        raise UnpacksTooLarge
                    if is_sheet:
                        _look(block, look)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError) as fault:
        raise Damaged from fault
    return [found.get(part, Survey()) for part in parts]


def _parts(archive: zipfile.ZipFile) -> list[str]:
    """The sheets' parts in the order of the workbook."""
    relations = {}
    for match in RELATION.finditer(archive.read("xl/_rels/workbook.xml.rels")):
        known = dict(ATTRIBUTE.findall(match[1]))
        target = html.unescape(known.get(b"Target", b"").decode())
        relations[known.get(b"Id")] = normpath(join("xl", target)).lstrip("/")
    parts = []
    for match in SHEET.finditer(archive.read("xl/workbook.xml")):
        ids = [value for name, value in ATTRIBUTE.findall(match[1]) if name.endswith(b":id")]
        parts.append(relations.get(ids[0], "") if ids else "")
    return parts


def _blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as part:
        while block := part.read(BLOCK):
            yield block


def _by_rows(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes cut after a row's end, so that no cell lies across two blocks."""
    rest = b""
    for block in blocks:
        data = rest + block
        cut = data.rfind(ROW_END) + len(ROW_END)
        if cut < len(ROW_END):
            cut = 0 if len(data) < 8 * BLOCK else len(data)
        if cut:
            yield data[:cut]
        rest = data[cut:]
    if rest:
        yield rest


def _look(block: bytes, look: Survey) -> None:
    zeros = block.translate(TO_ZERO)
    if any(mark in zeros for mark in LONG_MARKS):
        for attributes, number in LONG_CELL.findall(block):
            _note_long(attributes, number, look)
    look.has_formulas = (
        look.has_formulas or b"f>" in block
    )  # one is written out before others share it
    if look.has_formulas:
        for attributes, value in FORMULA_CELL.findall(block):
            known = dict(ATTRIBUTE.findall(attributes))
            if not (value and known.get(b"t") == b"str"):  # text "" is a result
                place = known.get(b"r", b"").decode()
                look.bare_formulas.append((_row(place), place))
    if b"hidden=" in block:
        rows = (dict(ATTRIBUTE.findall(match[1])) for match in ROW.finditer(block))
        hidden = (known.get(b"r", b"") for known in rows if known.get(b"hidden") in HIDDEN)
        look.hidden += [int(number) for number in hidden if number.isdigit()]
    if b"mergeCell" in block:
        look.merged += [(int(first), int(last)) for first, last in MERGED.findall(block)]


def _note_long(attributes: bytes, number: bytes, look: Survey) -> None:
    known = dict(ATTRIBUTE.findall(attributes))
    if known.get(b"t", b"n") != b"n":
        return
    try:
        value = float(number)
    except ValueError:
        return  # the reader of the sheet will say so
    if abs(value) >= DIGITS_LOST_FROM and value == value // 1:
        look.long_numbers.add((_row(known.get(b"r", b"").decode()), f"{value:.0f}"))


def _row(place: str) -> int:
    digits = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ$")
    return int(digits) if digits.isdigit() else 0
