"""The frozen files of a draw on disk (冻结文件): for this user alone, held to the commitment when read.

HOME/draws/<draw_id>/
    F.txt X.txt S.txt D.txt O.txt A.txt   committed lines, sorted by bytes
    F.tiles X.tiles                       roots over each 1,024 lines, in hexadecimal
    keys.txt                              key ␟ party: whose key it is; never public
    secret                                the frame's secret, in hexadecimal
    F.index X.index                       where each 1,024 lines begin, and their roots
    <digest>.zip simulated.jsonl          what is published (PublishedDraw), and pairs drawn again
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from django.conf import settings

from mingcha.base.ledger.hashing import HASHINGS, sm3
from mingcha.domains.inspections.errors import FrozenFilesAltered
from mingcha.domains.inspections.models import Draw
from mingcha.domains.inspections.queries.frozen import SECRET, folder_of
from mingcha.domains.inspections.rules.frame import Frozen
from mingcha.domains.inspections.rules.keyed import SECRET_BYTES
from mingcha.domains.inspections.rules.lines import KINDS
from mingcha.domains.inspections.rules.roots import rooted
from mingcha.domains.inspections.rules.text import SEPARATOR

ALG = "sm3"
TILED = "FX"


def new_secret() -> bytes:
    """A frame's secret: 32 random bytes."""
    return secrets.token_bytes(SECRET_BYTES)


def write(frozen: Frozen, keys: Iterable[tuple[str, int]], secret: bytes) -> Path:
    """Write a frozen frame to a folder of its own, which `settle` puts in its place."""
    folder = Path(tempfile.mkdtemp(dir=settings.DRAWS, prefix="freezing-"))
    for kind in KINDS:
        _put(folder / f"{kind}.txt", b"".join(line + b"\n" for line in frozen.lines[kind]))
    for kind in TILED:
        tiles = "".join(f"{tile.hex()}\n" for tile in frozen.rooted[kind].tiles)
        _put(folder / f"{kind}.tiles", tiles.encode())
    _put(
        folder / "keys.txt",
        "".join(f"{key}{SEPARATOR}{party}\n" for key, party in sorted(keys)).encode(),
    )
    _put(folder / SECRET, secret.hex().encode())
    return folder


def settle(folder: Path, draw_id: str) -> None:
    """Put a folder in its place. What a freeze that never committed left there gives way."""
    place = folder_of(draw_id)
    shutil.rmtree(place, ignore_errors=True)
    os.replace(folder, place)


def summary(frozen: Frozen, folder: Path) -> dict[str, list[str | int]]:
    """kind → [lines, root, SM3 of the file], as `Draw.files` keeps it."""
    return {
        kind: [
            frozen.rooted[kind].size,
            frozen.rooted[kind].root.hex(),
            sm3((folder / f"{kind}.txt").read_bytes()).hex(),
        ]
        for kind in KINDS
    }


def read(draw: Draw) -> Frozen:
    """The frozen frame of a draw. Raises FrozenFilesAltered naming the first file that is not as
    committed.
    """
    by, lines, roots = HASHINGS[ALG], {}, {}
    for kind in KINDS:
        lines[kind] = lines_of(draw, kind)
        roots[kind] = rooted(lines[kind], by)
        if roots[kind].root.hex() != draw.files[kind][1]:
            raise FrozenFilesAltered(draw_id=draw.draw_id, file=f"{kind}.txt")
    return Frozen(by, lines, roots)


def lines_of(draw: Draw, kind: str) -> Sequence[bytes]:
    """The lines of one file."""
    path = folder_of(draw.draw_id) / f"{kind}.txt"
    if not path.exists():
        raise FrozenFilesAltered(draw_id=draw.draw_id, file=path.name)
    return path.read_bytes().split(b"\n")[:-1]


def parties_by_key(draw: Draw, keys: Iterable[str]) -> Mapping[str, int]:
    """key → party, of some keys."""
    wanted = {key.encode() for key in keys}
    found = {}
    for line in (folder_of(draw.draw_id) / "keys.txt").read_bytes().splitlines():
        key, _, party = line.partition(SEPARATOR.encode())
        if key in wanted:
            found[key.decode()] = int(party)
    return found


def put_beside(draw_id: str, name: str, content: bytes) -> None:
    """Keep a file beside the frame, whole or not at all. The same again is the same bytes."""
    _put(folder_of(draw_id) / name, content)


def _put(path: Path, content: bytes) -> None:
    working = path.with_name(f".{path.name}")
    handle = os.open(working, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(working, path)
