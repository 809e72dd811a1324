"""The frozen files of a draw, as they lie in `var/draws`: one line with its proof.

Each kind of line is a file of its own, sorted by bytes, every line ended by LF; the secret of a keyed
frame lies beside them. Nobody but the freeze writes them.
"""

import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from mingcha.domains.inspections.models import Draw
from mingcha.domains.inspections.rules import commitment, roots
from mingcha.domains.inspections.rules.commitment import Commitment
from mingcha.domains.inspections.rules.roots import TILE, Rooted
from mingcha.domains.inspections.rules.text import MARK

_HASH = 32
_OFFSET = 8
SECRET = "secret"  # noqa: S105 -- the name of a file


@dataclass(frozen=True)
class Placed:
    """A line of a committed file with its place and the path that proves it, leaf upwards."""

    line: bytes
    index: int
    size: int
    path: Sequence[bytes]
    root: str


def folder_of(draw_id: str) -> Path:
    """Where the files of a draw lie."""
    return Path(settings.DRAWS) / draw_id


def commitment_of(draw: Draw) -> Commitment:
    """What was committed."""
    return commitment.read(bytes(draw.commitment))


def secret_of(draw: Draw) -> bytes | None:
    """The secret under which the keys of a frame were made; None where there is none."""
    file = folder_of(draw.draw_id) / SECRET
    return bytes.fromhex(file.read_text()) if file.exists() else None


def index_of(lines: Sequence[bytes], rooted: Rooted) -> bytes:
    """The index of a file: for each 1,024 lines where they begin and their root."""
    made, at = bytearray(), 0
    for tile, start in enumerate(range(0, len(lines), TILE)):
        made += at.to_bytes(_OFFSET) + rooted.tiles[tile]
        at += sum(len(line) + 1 for line in lines[start : start + TILE])
    return bytes(made)


def placed(draw: Draw, kind: str, key: str) -> Placed | None:
    """The F or X line of a key with its proof; None where there is none.

    Reads a few lines to find the tile, then that tile: about a thousand lines of millions.
    """
    folder, said = folder_of(draw.draw_id), commitment_of(draw)
    size, root = said.roots[kind]
    index = (folder / f"{kind}.index").read_bytes()
    width = _OFFSET + _HASH
    count = len(index) // width
    if not size:
        return None
    sought = kind.encode() + MARK + key.encode() + MARK
    starts = [int.from_bytes(index[tile * width : tile * width + _OFFSET]) for tile in range(count)]
    with (
        (folder / f"{kind}.txt").open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole,
    ):
        tile = _tile_of(whole, starts, sought)
        end = starts[tile + 1] if tile + 1 < count else len(whole)
        lines = bytes(whole[starts[tile] : end]).split(b"\n")[:-1]
    place = next((n for n, line in enumerate(lines) if line.startswith(sought)), None)
    if place is None:
        return None
    tiles = [index[n * width + _OFFSET : (n + 1) * width] for n in range(count)]
    at = tile * TILE + place
    file_root = Rooted(size, bytes.fromhex(root), tiles)
    return Placed(lines[place], at, size, roots.path_to(at, lines, file_root, said.by), root)


def _tile_of(whole: mmap.mmap, starts: Sequence[int], sought: bytes) -> int:
    """The last tile that begins with a line not after the one sought."""
    low, high = 0, len(starts) - 1
    while low < high:
        middle = (low + high + 1) // 2
        first = whole[starts[middle] : whole.find(b"\n", starts[middle])]
        if first[: len(sought)] <= sought:
            low = middle
        else:
            high = middle - 1
    return low
