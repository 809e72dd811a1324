"""The root that commits a file, and the proof that a line stands in it.

Source: RFC 6962 section 2.1 over the file's lines, without their ends and sorted by bytes
(docs/explanation/draw.md, “Root”). The hash is the commitment's.

A file's *tiles* are the roots over each 1,024 of its lines (the last over what is left). Kept beside
the file they prove any line from its own tile: 3.4 million lines have 3,321 of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mingcha.base.ledger import tree
from mingcha.base.ledger.hashing import Hashing

TILE = 1024


@dataclass(frozen=True)
class Rooted:
    """A committed file: how many lines, its root, and its tiles."""

    size: int
    root: bytes
    tiles: Sequence[bytes]


def rooted(lines: Sequence[bytes], by: Hashing) -> Rooted:
    """Commit sorted lines. Memory is that of the tiles."""
    tiles = [
        tree.root_of(by.leaves(lines[start : start + TILE]), by)
        for start in range(0, len(lines), TILE)
    ]
    return Rooted(len(lines), tree.root_of(tiles, by), tiles)


def path_to(index: int, tile_lines: Sequence[bytes], file: Rooted, by: Hashing) -> list[bytes]:
    """The audit path of line `index`, from the lines of its tile (index // TILE) alone.

    Raises ValueError when the lines are not those of the tile.
    """
    tile, place = divmod(index, TILE)
    leaves = by.leaves(tile_lines)
    if tile >= len(file.tiles) or tree.root_of(leaves, by) != file.tiles[tile]:
        raise ValueError(f"these are not the lines of tile {tile}")
    return tree.path_of(place, leaves, by) + tree.path_of(tile, file.tiles, by)


def proves(
    line: bytes, place: tuple[int, int], path: Sequence[bytes], root: bytes, by: Hashing
) -> bool:
    """Whether `path` shows that `line` has its `place` (index, size) in the file with `root`."""
    return tree.proves_inclusion(by.leaf(line), place, path, root, by)
