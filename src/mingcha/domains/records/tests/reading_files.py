"""What the tests of reading share: a scorer of headers, and a file read to its end."""

from collections.abc import Callable, Sequence
from pathlib import Path

from mingcha.domains.records.reading.door import chunks, open_source
from mingcha.domains.records.reading.model import Limits, Source

HEADERS = ["行政检查编号", "检查对象名称", "统一社会信用代码"]


def expecting(*known: str) -> Callable[[Sequence[str]], float]:
    """A scorer that counts the titles it knows."""
    return lambda titles: float(len(set(titles) & set(known or HEADERS)))


class Read:
    """A file read to its end: its source, rows without `_row`, numbers, broken rows, flaws."""

    def __init__(
        self, path: Path, *known: str, name: str = "", limits: Limits | None = None
    ) -> None:
        self.source: Source = open_source(
            path, name or path.name, choose=expecting(*known), limits=limits
        )
        found = list(chunks(self.source, size=1000))
        frames = [chunk.rows for chunk in found]
        self.numbers = [number for frame in frames for number in frame["_row"]]
        self.rows = [row for frame in frames for row in frame.drop("_row").rows()]
        self.broken = [row for chunk in found for row in chunk.broken.rows()]
        self.flaws = [flaw for chunk in found for flaw in chunk.flaws.rows()]
        self.notes = "".join(self.source.notes)
