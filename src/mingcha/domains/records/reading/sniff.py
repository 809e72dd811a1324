"""What a file really is, by its content, and whether it may be read at all."""

import re
from pathlib import Path

from mingcha.domains.records.errors import FileTooLarge
from mingcha.domains.records.reading import archive
from mingcha.domains.records.reading.encoding import BOMS, utf16
from mingcha.domains.records.reading.errors import (
    DamagedFile,
    EmptyFile,
    EncryptedFile,
    UnsupportedFile,
    WrongContent,
)
from mingcha.domains.records.reading.model import MIB, Kind, Limits

HEAD = 64 * 1024

AS_XLSX = "请用表格软件打开它，选择“另存为 → Excel 工作簿（*.xlsx）”，再报送另存的文件。"
AS_CSV = "请导出为 xlsx 或 CSV 后重新报送。"
UNPACK = "请先解压，再逐个报送里面的表格文件。"

# Signatures of what people attach by mistake, and what to do about each.
OTHERS = (
    (b"%PDF", "PDF 文档", AS_CSV),
    (b"\x1f\x8b", "gzip 压缩文件", UNPACK),
    (b"Rar!", "RAR 压缩包", UNPACK),
    (b"7z\xbc\xaf", "7z 压缩包", UNPACK),
    (b"{\\rtf", "RTF 文档", AS_CSV),
    (b"\x89PNG", "PNG 图片", AS_CSV),
    (b"\xff\xd8\xff", "JPEG 图片", AS_CSV),
    (b"GIF8", "GIF 图片", AS_CSV),
    (b"SQLite format 3", "SQLite 数据库", AS_CSV),
    (b"ARROW1", "Arrow 文件", "请改存为 Parquet 或 CSV 后重新报送。"),
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HTML = re.compile(
    r"\A\s*(<\?xml[^>]*>)?\s*(<!--.*?-->\s*)?<(!doctype html|html|head|meta|table|style|div)",
    re.I | re.S,
)
XML = re.compile(r"\A\s*<\?xml|\A\s*<[A-Za-z][\w:]*[\s>]")
OBJECT = re.compile(r'\A\s*\{\s*["}]')
ARRAY = re.compile(r"\A\s*\[\s*[\[{\]]")
ARRAY_OF_OBJECTS = re.compile(r'\A\s*\[\s*\{\s*"')  # what no CSV begins with

NAMED = {
    Kind.XLSX: (".xlsx", ".xlsm"),
    Kind.TEXT: (".csv", ".tsv", ".txt", ".tab"),
    Kind.JSON_LINES: (".jsonl", ".ndjson", ".json"),
    Kind.JSON_ARRAY: (".jsonl", ".ndjson", ".json"),
    Kind.PARQUET: (".parquet", ".pq"),
}
LABELS = {
    Kind.XLSX: "电子表格（xlsx）",
    Kind.TEXT: "文本表格（CSV）",
    Kind.JSON_LINES: "JSON Lines",
    Kind.JSON_ARRAY: "JSON 数组",
    Kind.PARQUET: "Parquet",
}
SAID = {".xls": "旧版电子表格（xls）", ".et": "WPS 表格（et）", ".xlsb": "二进制电子表格（xlsb）"}


def examine(path: Path, name: str, limits: Limits) -> Kind:
    """What kind of table a file is. `name` is what its sender called it.

    Reads its head and tail only, and for an archive its directory. Raises a MingchaError that says
    what the file really is and what to do: FileTooLarge, EmptyFile, WrongContent, UnsupportedFile,
    EncryptedFile, DamagedFile or ZipBomb.
    """
    size = path.stat().st_size
    _within(size, limits.file_bytes, name)
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(max(0, size - 8))
        tail = file.read(8)
    kind = _by_signature(path, name, head, tail, limits) or _by_text(name, head)
    if kind is Kind.XLSX:
        _within(size, limits.sheet_bytes, name)
    if kind is Kind.JSON_ARRAY:
        _within(size, limits.array_bytes, name)
    suffix = Path(name).suffix.lower()
    said = _claim(name)
    if said is not None and suffix not in NAMED[kind]:
        todo = f"请把扩展名改成 {NAMED[kind][0]} 后重新报送；{_how_to(suffix)}"
        raise WrongContent(name=name, said=said, found=LABELS[kind], todo=todo)
    return kind


def _how_to(suffix: str) -> str:
    ends = {**SAID, **dict.fromkeys(NAMED[Kind.XLSX], "")}
    return "或用表格软件打开，另存为真正的 xlsx。" if suffix in ends else "或重新导出为所需的格式。"


def _within(size: int, limit: int, name: str) -> None:
    if size > limit:
        raise FileTooLarge(name=name, size_mb=-(-size // MIB), limit_mb=limit // MIB)


def _by_signature(path: Path, name: str, head: bytes, tail: bytes, limits: Limits) -> Kind | None:
    if not head:
        raise EmptyFile(name=name)
    if head.startswith(b"PK"):
        archive.examine(path, name, limits)
        return Kind.XLSX
    if head.startswith(OLE):
        _refuse_ole(path, name)
    if head.startswith((b"PAR1", b"PARE")):
        _examine_parquet(name, head, tail)
        return Kind.PARQUET
    for mark, found, todo in OTHERS:
        if head.startswith(mark):
            raise UnsupportedFile(name=name, found=found, todo=todo)
    return None


def _refuse_ole(path: Path, name: str) -> None:
    """Old xls, Word, and modern workbooks under a password share one container (MS-CFB)."""
    with path.open("rb") as file:
        content = file.read(4 * MIB)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise EncryptedFile(name=name)
    if any(stream.encode("utf-16-le") in content for stream in ("Workbook", "Book")):
        raise UnsupportedFile(name=name, found="旧版电子表格（xls）", todo=AS_XLSX)
    raise UnsupportedFile(name=name, found="旧版 Office 文档", todo=AS_CSV)


def _examine_parquet(name: str, head: bytes, tail: bytes) -> None:
    if head.startswith(b"PARE") or tail.endswith(b"PARE"):
        raise EncryptedFile(name=name)
    if not tail.endswith(b"PAR1") or len(head) < 12:
        raise DamagedFile(name=name, problem="Parquet 文件缺少结尾")


def _by_text(name: str, head: bytes) -> Kind:
    text = _as_text(head)
    if not text.strip("\ufeff \t\r\n\x00,;|\u3000"):
        raise EmptyFile(name=name)
    if HTML.search(text):
        found = "网页（HTML），很多业务系统“导出 Excel”时得到的就是这种文件"
        _refuse_other(name, found, AS_XLSX)
    if XML.search(text):
        sheet = "urn:schemas-microsoft-com:office:spreadsheet" in text
        found = "XML 表格（Excel 2003 XML）" if sheet else "XML 文件"
        _refuse_other(name, found, AS_XLSX if sheet else AS_CSV)
    controls = sum(char < " " and char not in "\t\r\n\f\x1a\x1f" for char in text)
    if controls > max(100, len(text) // 20):
        _refuse_other(name, "无法识别的二进制数据", AS_CSV)
    if OBJECT.search(text):
        return Kind.JSON_LINES
    is_array = ARRAY if Path(name).suffix.lower() not in NAMED[Kind.TEXT] else ARRAY_OF_OBJECTS
    return Kind.JSON_ARRAY if is_array.search(text) else Kind.TEXT


def _as_text(head: bytes) -> str:
    """Good enough to see what it is: by its mark or its zeros, else byte by byte."""
    marked = next((codec for mark, codec in BOMS if head.startswith(mark)), None)
    codec = marked or utf16(head) or "latin-1"
    return head.decode(codec, "ignore").lstrip("\ufeff")


def _claim(name: str) -> str | None:
    """What the extension says the file is; None for an extension that says nothing."""
    suffix = Path(name).suffix.lower()
    return SAID.get(suffix) or next(
        (LABELS[k] for k, ends in NAMED.items() if suffix in ends), None
    )


def _refuse_other(name: str, found: str, todo: str) -> None:
    said = _claim(name)
    if said is None:
        raise UnsupportedFile(name=name, found=found, todo=todo)
    raise WrongContent(name=name, said=said, found=found, todo=todo)
