"""The commitment: what binds a draw before its seed exists.

Source: docs/explanation/draw.md, “Commitment”: a UTF-8 file of `name=value` lines, each ended by LF,
in one order. Its digest is the hash of the file's bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NoReturn

from mingcha.base.ledger.hashing import HASHINGS, Hashing
from mingcha.domains.inspections.errors import BadCommitment, CommitmentIncomplete, LevelNotAllowed
from mingcha.domains.inspections.rules import seeds, text
from mingcha.domains.inspections.rules.eligible import Window
from mingcha.domains.inspections.rules.lines import KINDS
from mingcha.domains.inspections.rules.seeds import LEAST_PARTIES, SPEC, Nonce, Source

OPEN, KEYED, EMBARGOED = "open", "keyed", "embargoed"
LEVELS = (OPEN, KEYED, EMBARGOED)
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Commitment:
    """What is committed. Moments are in UTC with whole seconds; `roots` is kind → (size, root in hex);
    `embargo` is the day from which lines may be published, of an embargoed draw only.
    """

    draw_id: str
    alg: str
    roots: Mapping[str, tuple[int, str]]
    window: Window
    code: str
    level: str
    embargo: date | None
    sources: Sequence[Source]
    nonces: Sequence[Nonce]
    reveal_by: datetime
    time: datetime

    @property
    def by(self) -> Hashing:
        """The hash of the draw."""
        return HASHINGS[self.alg]

    def check(self, *, has_internal_weights: bool = False) -> None:
        """Whether it binds. Raises CommitmentIncomplete, LevelNotAllowed or BadField."""
        seeds.check(self.sources, self.nonces)
        text.name(self.draw_id, "抽取编号", "抽取承诺")
        if has_internal_weights and self.level == OPEN:
            raise LevelNotAllowed
        for problem, is_found in _problems(self):
            if is_found:
                raise CommitmentIncomplete(problem=problem)

    def file(self) -> bytes:
        """The bytes that are published and digested."""
        return "".join(f"{name}={value}\n" for name, value in self.entries()).encode()

    def digest(self) -> bytes:
        """The hash of the file."""
        return self.by.digest(self.file())

    def entries(self) -> list[tuple[str, str]]:
        """Names and values in the order of the file."""
        made = [("spec", SPEC), ("draw_id", self.draw_id), ("alg", self.alg)]
        for kind in KINDS:
            size, root = self.roots[kind]
            made += [(f"{kind}.size", str(size)), (f"{kind}.root", root)]
        made += [
            ("window.first", self.window.first.isoformat()),
            ("window.last", self.window.last.isoformat()),
            ("code", self.code),
            ("level", self.level),
            ("embargo", self.embargo.isoformat() if self.embargo else ""),
        ]
        for number, source in enumerate(self.sources, start=1):
            made += [
                (f"source.{number}", f"{source.id}@{source.occasion}"),
                (f"source.{number}.pattern", source.pattern),
                (f"source.{number}.at", _moment(source.at)),
                (f"source.{number}.fallback", source.fallback),
                (f"source.{number}.fallback_at", _moment(source.fallback_at)),
            ]
        made += [(f"nonce.{one.party}", one.commitment) for one in self.nonces]
        return [*made, ("reveal_by", _moment(self.reveal_by)), ("time", _moment(self.time))]


def _problems(said: Commitment) -> list[tuple[str, bool]]:
    names = [one.id for one in said.sources] + [one.party for one in said.nonces]
    few = not said.sources and len(said.nonces) < LEAST_PARTIES
    late = [one.id for one in said.sources if one.at <= said.reveal_by]
    early = [one.id for one in said.sources if one.fallback_at <= one.at]
    return [
        (f"不认识的公开方式“{said.level}”", said.level not in LEVELS),
        (f"不认识的摘要算法“{said.alg}”", said.alg not in HASHINGS),
        ("检查期间的末日早于首日", said.window.last < said.window.first),
        ("延后公开须写明公开日期，其他方式不写", (said.level == EMBARGOED) != bool(said.embargo)),
        (f"没有公共来源时至少要有 {LEAST_PARTIES} 方提交随机数承诺", few),
        ("来源或提供方重名", len(names) != len(set(names))),
        ("随机数的最迟公开时间早于承诺时间", said.reveal_by <= said.time),
        (f"来源“{'、'.join(late)}”在随机数最迟公开时间之前就可能有结果", bool(late)),
        (f"来源“{'、'.join(early)}”的备用场次不晚于原场次", bool(early)),
    ]


def read(file: bytes) -> Commitment:
    """The inverse of `Commitment.file`, strictly. Raises BadCommitment naming the line."""
    return _Reader(file).commitment()


class _Reader:
    """Takes a commitment's lines one after another."""

    def __init__(self, file: bytes) -> None:
        try:
            self._lines = file.decode("utf-8").split("\n")
        except UnicodeDecodeError:
            self._lines = [""]
        self._at = 0
        self._file = file

    def commitment(self) -> Commitment:
        self._exactly("spec", SPEC)
        draw_id, alg = self._value("draw_id"), self._value("alg")
        if alg not in HASHINGS:
            self._refuse("alg=sm3", back=1)
        roots = {
            kind: (self._number(f"{kind}.size"), self._value(f"{kind}.root")) for kind in KINDS
        }
        window = Window(self._day("window.first"), self._day("window.last"))
        code, level = self._value("code"), self._value("level")
        embargo = None if self._peek() == "embargo=" else self._day("embargo")
        if embargo is None:
            self._exactly("embargo", "")
        made = Commitment(
            draw_id, alg, roots, window, code, level, embargo,
            list(self._sources()), list(self._nonces()),
            self._moment("reveal_by"), self._moment("time"),
        )  # fmt: skip
        if made.file() != self._file:
            self._refuse("文件结束")
        return made

    def _sources(self) -> list[Source]:
        found: list[Source] = []
        while self._peek().startswith(name := f"source.{len(found) + 1}="):
            named = name[:-1]
            id_, _, occasion = self._value(named).partition("@")
            found.append(
                Source(
                    id_, occasion, self._value(f"{named}.pattern"), self._moment(f"{named}.at"),
                    self._value(f"{named}.fallback"), self._moment(f"{named}.fallback_at"),
                )
            )  # fmt: skip
        return found

    def _nonces(self) -> list[Nonce]:
        found = []
        while self._peek().startswith("nonce."):
            name, _, value = self._peek().partition("=")
            self._at += 1
            found.append(Nonce(name.removeprefix("nonce."), value))
        return found

    def _peek(self) -> str:
        return self._lines[self._at] if self._at < len(self._lines) else ""

    def _value(self, name: str) -> str:
        line = self._peek()
        if not line.startswith(f"{name}="):
            self._refuse(f"{name}=…")
        self._at += 1
        return line.removeprefix(f"{name}=")

    def _exactly(self, name: str, value: str) -> None:
        if self._value(name) != value:
            self._refuse(f"{name}={value}", back=1)

    def _number(self, name: str) -> int:
        try:
            return text.read_number(self._value(name))
        except ValueError:
            self._refuse(f"{name}=<整数>", back=1)

    def _day(self, name: str) -> date:
        try:
            return text.read_day(self._value(name))
        except ValueError:
            self._refuse(f"{name}=YYYY-MM-DD", back=1)

    def _moment(self, name: str) -> datetime:
        try:
            return datetime.strptime(self._value(name), _MOMENT).replace(tzinfo=UTC)
        except ValueError:
            self._refuse(f"{name}=YYYY-MM-DDThh:mm:ssZ", back=1)

    def _refuse(self, expected: str, back: int = 0) -> NoReturn:
        self._at -= back
        raise BadCommitment(number=self._at + 1, expected=expected, found=self._peek())


def _moment(moment: datetime) -> str:
    if moment.tzinfo is None or moment.microsecond:
        raise ValueError(f"a moment needs its time zone and whole seconds: {moment}")
    return moment.astimezone(UTC).strftime(_MOMENT)
