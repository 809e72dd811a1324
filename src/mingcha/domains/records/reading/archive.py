"""Whether a zip archive is an xlsx that may be unpacked, by its directory alone."""

import struct
import zipfile
from pathlib import Path

from mingcha.domains.records.reading.errors import (
    DamagedFile,
    EncryptedFile,
    UnsupportedFile,
    ZipBomb,
)
from mingcha.domains.records.reading.model import GIB, MIB, Limits

DIRECTORY_END = b"PK\x05\x06"
ENTRY_BYTES = 512  # more than a directory entry of any real workbook takes
SMALL = 64 * MIB  # below this, a high ratio is harmless

SAVE_AS = "请用表格软件打开它，另存为 xlsx 后重新报送。"
NOT_A_TABLE = "请把其中的表格另存为 xlsx 或 CSV 后重新报送。"
# What a zip archive also can be: a part that tells, what it is, and what to do.
OTHERS = (
    ("xl/workbook.bin", "二进制电子表格（xlsb）", SAVE_AS),
    ("word/document.xml", "Word 文档", NOT_A_TABLE),
    ("ppt/presentation.xml", "演示文稿", NOT_A_TABLE),
    ("content.xml", "OpenDocument 文件", SAVE_AS),
    ("OFD.xml", "OFD 版式文件", NOT_A_TABLE),
)


def examine(path: Path, name: str, limits: Limits) -> None:
    """Return if the archive is an xlsx within the limits.

    Raises DamagedFile, ZipBomb (sizes and ratio as the directory states them; the reader counts
    again while unpacking), EncryptedFile or UnsupportedFile.
    """
    _examine_end(path, name, limits)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, struct.error, OSError, ValueError) as fault:
        raise DamagedFile(name=name, problem="压缩目录无法读取") from fault
    _examine_sizes(path, name, entries, limits)
    if any(entry.flag_bits & 1 for entry in entries):
        raise EncryptedFile(name=name)
    names = {entry.filename.replace("\\", "/") for entry in entries}
    if "xl/workbook.xml" in names:
        return
    for part, found, todo in OTHERS:
        if part in names:
            raise UnsupportedFile(name=name, found=found, todo=todo)
    inside = "、".join(sorted(names)[:3])
    todo = "请先解压，再逐个报送里面的表格文件。"
    raise UnsupportedFile(
        name=name, found=f"压缩包（内有 {inside} 等 {len(names)} 个文件）", todo=todo
    )


def _examine_end(path: Path, name: str, limits: Limits) -> None:
    """Refuse a directory that would itself be costly to read, before it is read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 65_557))
        tail = file.read()
    at = tail.rfind(DIRECTORY_END)
    if at < 0 or len(tail) < at + 22:
        raise DamagedFile(name=name, problem="文件在中途被截断，缺少压缩目录")
    count, directory = struct.unpack_from("<HI", tail, at + 10)
    if count > limits.entries or directory > limits.entries * ENTRY_BYTES:
        raise ZipBomb(name=name, problem=f"有 {limits.entries} 个以上的文件")


def _examine_sizes(path: Path, name: str, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        raise ZipBomb(name=name, problem=f"有 {unpacked / GIB:.1f} GB")
    if unpacked > SMALL and unpacked > limits.ratio * path.stat().st_size:
        times = unpacked // path.stat().st_size
        raise ZipBomb(name=name, problem=f"是原来的 {times} 倍")
