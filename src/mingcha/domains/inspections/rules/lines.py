"""The six kinds of committed lines: F X S D O A.

Source: docs/explanation/draw.md, “Lines”. Every kind gives its line (`line()`, checked, without an
end) and is read back by `read`, strictly: a line that would not be written is not read.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import ClassVar, TypeAlias

from mingcha.domains.inspections.errors import BadField, BadLine
from mingcha.domains.inspections.rules import text

KINDS = "FXSDOA"
MOST_WEIGHT = 10**9
LEAST_TEAM = 2  # 行政处罚法 art. 42: at least two officers
METHODS = ("srs", "pps")
BATCH = 10_000
Row: TypeAlias = tuple[str, str, int, str]  # key, stratum, weight, area


@dataclass(frozen=True, slots=True)
class Unit:
    """F: an entity that takes part, with its stratum, weight (1…10⁹) and area code."""

    KIND: ClassVar[str] = "F"
    key: str
    stratum: str
    weight: int
    area: str

    def line(self) -> bytes:
        """The line. Raises BadField."""
        where = f"对象“{self.key}”"
        if not 1 <= self.weight <= MOST_WEIGHT:
            raise BadField(
                where=where, field="权重", value=self.weight, problem="应在 1 至 10 亿之间"
            )
        return text.line(
            "F",
            text.name(self.key, "代码", where),
            text.text(self.stratum, "分层", where),
            str(self.weight),
            text.text(self.area, "地区", where),
        )

    @classmethod
    def read(cls, line: bytes) -> "Unit":
        """Raises ValueError."""
        key, stratum, weight, area = text.fields(line, "F", 4)
        return cls(key, stratum, text.read_number(weight), area)


@dataclass(frozen=True, slots=True)
class Excluded:
    """X: an entity of the register that takes no part, and why; never public."""

    KIND: ClassVar[str] = "X"
    key: str
    reason: str
    salt: str

    def line(self) -> bytes:
        """The line. Raises BadField."""
        where = f"排除对象“{self.key}”"
        return text.line(
            "X",
            text.name(self.key, "代码", where),
            text.text(self.reason, "排除理由", where),
            text.salt(self.salt, "盐值", where),
        )

    @classmethod
    def read(cls, line: bytes) -> "Excluded":
        """Raises ValueError."""
        return cls(*text.fields(line, "X", 3))


@dataclass(frozen=True, slots=True)
class Stratum:
    """S: a stratum of `size` entities, of which `wanted` are drawn by `method`, and its reserves."""

    KIND: ClassVar[str] = "S"
    name: str
    size: int
    wanted: int
    reserves: int
    method: str

    def line(self) -> bytes:
        """The line. Raises BadField."""
        where = f"分层“{self.name}”"
        if self.method not in METHODS:
            raise BadField(
                where=where, field="抽取方法", value=self.method, problem="应为 srs 或 pps"
            )
        return text.line(
            "S",
            text.text(self.name, "名称", where),
            text.number(self.size, "户数", where),
            text.number(self.wanted, "抽取数", where),
            text.number(self.reserves, "备选数", where),
            self.method,
        )

    @classmethod
    def read(cls, line: bytes) -> "Stratum":
        """Raises ValueError."""
        name, size, wanted, reserves, method = text.fields(line, "S", 5)
        counts = [text.read_number(count) for count in (size, wanted, reserves)]
        return cls(name, counts[0], counts[1], counts[2], method)


@dataclass(frozen=True, slots=True)
class Demand:
    """D: each entity drawn in a stratum needs `count` (≥ 2) officers of a department and skill."""

    KIND: ClassVar[str] = "D"
    stratum: str
    dept: str
    skill: str
    count: int

    def line(self) -> bytes:
        """The line. Raises BadField."""
        where = f"分层“{self.stratum}”的人员需求"
        return text.line(
            "D",
            text.text(self.stratum, "分层", where),
            text.text(self.dept, "部门", where),
            text.text(self.skill, "专业", where),
            text.number(self.count, "人数", where, least=LEAST_TEAM),
        )

    @classmethod
    def read(cls, line: bytes) -> "Demand":
        """Raises ValueError."""
        stratum, dept, skill, count = text.fields(line, "D", 4)
        return cls(stratum, dept, skill, text.read_number(count))


@dataclass(frozen=True, slots=True)
class Officer:
    """O: an officer with areas (prefixes of area codes), skills, the days of the certificate, the
    load before this draw, and the most visits in all; a cap of 0 is off duty.
    """

    KIND: ClassVar[str] = "O"
    name: str
    dept: str
    areas: tuple[str, ...]
    skills: tuple[str, ...]
    valid_from: date
    valid_to: date
    base_load: int
    cap: int

    def line(self) -> bytes:
        """The line. Raises BadField."""
        where = f"执法人员“{self.name}”"
        return text.line(
            "O",
            text.name(self.name, "编号", where),
            text.text(self.dept, "部门", where),
            text.listed(self.areas, "地区", where),
            text.listed(self.skills, "专业", where),
            self.valid_from.isoformat(),
            self.valid_to.isoformat(),
            text.number(self.base_load, "已有任务数", where),
            text.number(self.cap, "任务上限", where),
        )

    @classmethod
    def read(cls, line: bytes) -> "Officer":
        """Raises ValueError."""
        name, dept, areas, skills, since, until, load, cap = text.fields(line, "O", 8)
        return cls(
            name,
            dept,
            tuple(text.read_list(areas)),
            tuple(text.read_list(skills)),
            text.read_day(since),
            text.read_day(until),
            text.read_number(load),
            text.read_number(cap),
        )


@dataclass(frozen=True, slots=True)
class Avoidance:
    """A: an officer who keeps away from an entity (回避), and why; never public."""

    KIND: ClassVar[str] = "A"
    officer: str
    key: str
    reason: str
    salt: str

    def line(self) -> bytes:
        """The line. Raises BadField."""
        where = f"执法人员“{self.officer}”的回避"
        return text.line(
            "A",
            text.name(self.officer, "编号", where),
            text.name(self.key, "对象代码", where),
            text.text(self.reason, "回避理由", where),
            text.salt(self.salt, "盐值", where),
        )

    @classmethod
    def read(cls, line: bytes) -> "Avoidance":
        """Raises ValueError."""
        return cls(*text.fields(line, "A", 4))


Line: TypeAlias = Unit | Excluded | Stratum | Demand | Officer | Avoidance
_CLASSES: dict[str, type[Line]] = {
    one.KIND: one for one in (Unit, Excluded, Stratum, Demand, Officer, Avoidance)
}


def read(kind: str, lines: Iterable[bytes]) -> Iterator[Line]:
    """The lines of one file. Raises BadLine with the place of the first that is not in order."""
    of_kind = _CLASSES[kind]
    for number, line in enumerate(lines, start=1):
        try:
            made = of_kind.read(line)
            is_exact = made.line() == line
        except (ValueError, BadField) as error:
            raise BadLine(file=f"{kind}.txt", number=number, problem=str(error)) from error
        if not is_exact:
            raise BadLine(file=f"{kind}.txt", number=number, problem="不是规范的写法")
        yield made


def unit_lines(rows: Sequence[Row]) -> list[bytes]:
    """F lines of many rows, in their order; checked by the batch, 10,000 at a time.

    Raises BadField that names the first row which is not in order.
    """
    made: list[bytes] = []
    rising = iter(rows)
    while batch := list(islice(rising, BATCH)):
        if _is_in_order(batch):
            whole = [
                f"F\x1f{key}\x1f{name}\x1f{weight}\x1f{area}" for key, name, weight, area in batch
            ]
            made += "\n".join(whole).encode().split(b"\n")
        else:
            made += [Unit(*row).line() for row in batch]
    return made


def _is_in_order(batch: Sequence[Row]) -> bool:
    """Whether a batch is beyond doubt; otherwise each row is looked at by itself."""
    # Column by column: transposing a batch makes so many objects that Python looks for garbage.
    keys, weights = [row[0] for row in batch], [row[2] for row in batch]
    shared = {row[1] for row in batch} | {row[3] for row in batch}
    said = "".join((*keys, *shared))
    return (
        min(weights) >= 1
        and max(weights) <= MOST_WEIGHT
        and all(keys)
        and all(shared)
        and "|" not in said
        and said.isprintable()
        and unicodedata.is_normalized("NFC", said)
    )
