"""JSON: one object per line, or one array of objects. Numbers stay as they were written."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, cast

import orjson

from mingcha.domains.records.reading import encoding as encodings
from mingcha.domains.records.reading import headers
from mingcha.domains.records.reading.errors import (
    EmptyFile,
    LineTooLong,
    NotObjects,
    UnknownEncoding,
)
from mingcha.domains.records.reading.model import OWN_COLUMNS, Kind, Limits, Source
from mingcha.domains.records.reading.pieces import Broken, Flaw, Piece, frame

SAMPLE = 2_000  # rows from which the columns are taken
SAMPLE_BYTES = 256 * 1024
RAW = 2_000  # characters of an unreadable rest that go into the refusal
BETWEEN = re.compile(r"[\s,]*")

NESTED = "字段“{name}”的值是嵌套结构，应为单个值，或由单个值组成的列表"
UNEXPECTED = "字段“{name}”在文件前 {rows} 行中都没有出现，未能读取；请让第一行写全所有字段"
DOUBLED = "同一个对象里字段“{name}”出现了两次"
NOT_JSON = "这一行不是完整的 JSON"
NOT_OBJECT = "这一行不是 JSON 对象（花括号括起的“字段: 值”）"
BROKEN_ARRAY = "从这里起不是完整的 JSON，后面的内容都没有读取"
BROKEN_OFF = "数组没有结束符“]”，文件可能不完整"

TEXT_TYPES = {str, type(None)}
PLAIN_TYPES = {*TEXT_TYPES, int, bool}


class _Doubled(ValueError):
    """A name occurs twice in one object."""


class _Number(str):
    """A number as it was written."""


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Doubled(DOUBLED.format(name=name))
        found[name] = value
    return found


LOOSE = json.JSONDecoder()
# Keeps the digits of every number and sees names that occur twice; several times slower than orjson.
EXACT = json.JSONDecoder(
    parse_float=_Number, parse_int=_Number, parse_constant=_Number, object_pairs_hook=_object
)


@dataclass(frozen=True)
class _Record:
    """One record: its cells, or its raw text with the reason why it has none; blank: neither."""

    cells: Mapping[str, str | None] | None = None
    nested: tuple[str, ...] = ()  # fields that hold more than one value
    raw: str = ""
    reason: str = ""


def open_lines(path: Path, name: str, *, kind: Kind, limits: Limits) -> Source:
    """Understand a JSON file. Raises UnknownEncoding, EmptyFile or NotObjects."""
    encoding = encodings.detect(path)
    if encoding is None:
        raise UnknownEncoding(name=name)
    size = path.stat().st_size
    source = Source(path, name, kind, (), 0, (), 0, size, limits, encoding=encoding)
    first = [record for record, _ in islice(_records(source), SAMPLE)]
    if not any(record.cells is not None or record.raw for record in first):
        raise EmptyFile(name=name)
    known = dict.fromkeys(key for record in first for key in record.cells or ())
    if not known:
        raise NotObjects(name=name, problem="没有一行是完整的对象")
    names, picks, notes = headers.name_columns(list(known))
    keys = tuple(list(known)[place] for place in picks)
    short = len(first) < SAMPLE
    total = (
        len(first) if short else _count(source) if kind is Kind.JSON_ARRAY else _estimate(source)
    )
    return replace(source, headers=names, keys=keys, notes=notes, total_rows=total)


def pieces(source: Source, *, size: int, start: int) -> Iterator[Piece]:
    """Rows of data from row `start`, `size` at a time. Raises LineTooLong."""
    records = islice(_records(source), start, None)
    while held := list(islice(records, size)):
        yield _piece(source, held, start)
        start += len(held)


def _piece(source: Source, held: Sequence[tuple[_Record, int]], start: int) -> Piece:
    rows: list[Mapping[str, str | None]] = []
    at: list[int] = []
    flaws: list[Flaw] = []
    broken: list[Broken] = []
    known = {*source.keys, *OWN_COLUMNS}
    titles = dict(zip(source.keys, source.headers, strict=True))
    for number, (record, _) in enumerate(held, start + 1):
        if record.cells is not None:
            rows.append(record.cells)
            at.append(number)
            names = [titles.get(key, "") for key in record.nested]
            flaws += [(number, name, NESTED.format(name=name)) for name in names]
            if not record.cells.keys() <= known:
                late = [key for key in record.cells if key not in known]
                flaws += [(number, "", UNEXPECTED.format(rows=SAMPLE, name=key)) for key in late]
        elif record.raw:
            broken.append((number, record.raw, record.reason))
    columns = [[cells.get(key) for cells in rows] for key in source.keys]
    return Piece(len(held), frame(source, columns, at), broken, flaws, held[-1][1])


def _record(value: Mapping[str, object]) -> _Record:
    """Every value as text."""
    if set(map(type, value.values())) <= TEXT_TYPES:
        return _Record(cast("Mapping[str, str | None]", value))
    nested = tuple(name for name, cell in value.items() if _is_nested(cell))
    return _Record({name: _text(cell) for name, cell in value.items()}, nested)


def _is_nested(cell: object) -> bool:
    """Whether a value is neither single nor a list of single values."""
    parts = cell if isinstance(cell, list) else [cell]
    return any(isinstance(part, dict | list) for part in parts)


def _text(value: object) -> str | None:
    """One value as text; a list of single values as the standard writes lists, joined by "、"."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and not _is_nested(value):
        return "、".join(text for part in value if (text := _text(part)))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return orjson.dumps(value, _verbatim, orjson.OPT_PASSTHROUGH_SUBCLASS).decode()


def _verbatim(number: object) -> orjson.Fragment:
    return orjson.Fragment(str(number))


def _records(source: Source) -> Iterator[tuple[_Record, int]]:
    """Records in the order of the file, and the position in it."""
    return _array(source) if source.kind is Kind.JSON_ARRAY else _lines(source)


def _lines(source: Source) -> Iterator[tuple[_Record, int]]:
    rest, row, position = b"", 0, 0
    for block, position in encodings.blocks(source.path, source.encoding):
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        for line in lines:
            yield _line(line), position
        row += len(lines)
        if len(rest) > source.limits.record_bytes:
            limit = source.limits.record_bytes // 1024
            raise LineTooLong(name=source.name, row=row + 1, limit_kb=limit)
    if rest:
        yield _line(rest), position


def _line(line: bytes) -> _Record:
    if not line.strip():
        return _Record()
    try:
        value = orjson.loads(line)
        if not isinstance(value, dict):
            return _Record(raw=line.decode("utf-8", "replace"), reason=NOT_OBJECT)
        if set(map(type, value.values())) <= PLAIN_TYPES and line.count(b'":') == len(value):
            return _record(value)
        return _record(EXACT.decode(line.decode()))
    except _Doubled as fault:
        return _Record(raw=line.decode("utf-8", "replace"), reason=str(fault))
    except ValueError:
        return _Record(raw=line.decode("utf-8", "replace"), reason=NOT_JSON)


def _array(source: Source) -> Iterator[tuple[_Record, int]]:
    text = b"".join(block for block, _ in encodings.blocks(source.path, source.encoding)).decode()
    at = text.index("[") + 1
    while True:
        at = _after_comma(text, at)
        position = source.total_bytes * at // len(text)
        if text.startswith("]", at):
            return
        record, at = _element(text, at)
        yield record, position
        if at < 0:
            return


def _after_comma(text: str, at: int) -> int:
    found = BETWEEN.match(text, at)
    return found.end() if found else at


def _element(text: str, at: int) -> tuple[_Record, int]:
    """The record at `at` and where it ends; -1 if no telling."""
    if at == len(text):
        return _Record(raw=text[-RAW:], reason=BROKEN_OFF), -1
    try:
        value, end = EXACT.raw_decode(text, at)
    except _Doubled as fault:
        end = LOOSE.raw_decode(text, at)[1]
        return _Record(raw=text[at:end], reason=str(fault)), end
    except ValueError:
        return _Record(raw=text[at : at + RAW], reason=BROKEN_ARRAY), -1
    if not isinstance(value, dict):
        return _Record(raw=text[at:end], reason=NOT_OBJECT), end
    return _record(value), end


def _count(source: Source) -> int:
    return sum(1 for _ in _records(source))


def _estimate(source: Source) -> int:
    block, used = next(encodings.blocks(source.path, source.encoding, size=SAMPLE_BYTES))
    return block.count(b"\n") * source.total_bytes // used
