"""A file is what it is, not what its name says; what cannot be read is refused in words."""

import io
import struct
import zipfile

import polars as pl
import pytest
import xlsxwriter

from mingcha.base.errors import MingchaError
from mingcha.domains.records.errors import FileTooLarge
from mingcha.domains.records.reading import errors
from mingcha.domains.records.reading.model import Kind, Limits
from mingcha.domains.records.reading.sniff import examine
from mingcha.domains.records.tests.reading_files import Read

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def kind_of(tmp_path, name, content, limits=None):
    path = tmp_path / "kept"
    path.write_bytes(content)
    return examine(path, name, limits or Limits())


def workbook() -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.add_worksheet().write(0, 0, "行政检查编号")
    return content.getvalue()


def parquet() -> bytes:
    content = io.BytesIO()
    pl.DataFrame({"a": ["1"]}).write_parquet(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.csv", "编号,名称\n1,二\n".encode(), Kind.TEXT),
        ("a.csv", "编号,名称\n1,二\n".encode("gbk"), Kind.TEXT),
        ("a.txt", "编号\t名称\n".encode("utf-16"), Kind.TEXT),
        ("a.csv", b"[id],name\n1,2\n", Kind.TEXT),
        ("a.jsonl", b'{"a": 1}\n', Kind.JSON_LINES),
        ("a.json", b'\xef\xbb\xbf[\n {"a": 1}]', Kind.JSON_ARRAY),
        ("upload", workbook(), Kind.XLSX),
        ("a.xlsx", workbook(), Kind.XLSX),
        ("a.parquet", parquet(), Kind.PARQUET),
    ],
)
def test_content_decides_what_a_file_is(tmp_path, name, content, kind):
    assert kind_of(tmp_path, name, content) is kind


@pytest.mark.parametrize(
    ("name", "content", "refusal", "words"),
    [
        ("a.csv", b"", errors.EmptyFile, "空的"),
        ("a.csv", b"\xef\xbb\xbf\r\n,,\r\n", errors.EmptyFile, "空的"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table>", errors.WrongContent, "网页"),
        ("a.xlsx", "\n<meta charset=gbk><table>".encode("gbk"), errors.WrongContent, "网页"),
        ("a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:'
         b'spreadsheet">', errors.WrongContent, "Excel 2003 XML"),
        ("a.xlsx", "编号,名称\n1,2\n".encode(), errors.WrongContent, "文本表格"),
        ("a.xls", workbook(), errors.WrongContent, "实际内容却是电子表格"),
        ("a.csv", workbook(), errors.WrongContent, "实际内容却是电子表格"),
        ("a.csv", parquet(), errors.WrongContent, "Parquet"),
        ("a.xls", OLE + "Workbook".encode("utf-16-le"), errors.UnsupportedFile, "旧版电子表格"),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), errors.EncryptedFile, "密码"),
        ("a.xlsx", workbook()[:-30], errors.DamagedFile, "截断"),
        ("a.parquet", parquet()[:-9], errors.DamagedFile, "缺少结尾"),
        ("a.parquet", b"PARE" + bytes(20) + b"PARE", errors.EncryptedFile, "密码"),
        ("a.pdf", b"%PDF-1.7", errors.UnsupportedFile, "PDF"),
        ("a.csv", bytes(range(1, 32)) * 40, errors.WrongContent, "二进制"),
        ("a.csv", b"\x1f\x8b\x08\x00rest", errors.UnsupportedFile, "gzip"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_words(tmp_path, name, content, refusal, words):
    with pytest.raises(refusal, match=words) as refused:
        kind_of(tmp_path, name, content)
    assert refused.value.detail


def zipped(**parts: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), part)
    return content.getvalue()


def test_an_archive_of_tables_is_to_be_unpacked_first(tmp_path):
    with pytest.raises(errors.UnsupportedFile, match="压缩包") as refused:
        kind_of(tmp_path, "a.zip", zipped(data_dot_csv=b"a,b"))
    assert "解压" in refused.value.detail


def test_a_bomb_is_seen_by_its_directory(tmp_path):
    bomb = zipped(xl__workbook_dot_xml=b"", xl__sheet_dot_xml=bytes(80 * 1024**2))
    with pytest.raises(errors.ZipBomb, match="倍"):
        kind_of(tmp_path, "a.xlsx", bomb)


def test_an_archive_of_very_many_files_is_refused_before_its_directory_is_read(tmp_path):
    many = zipped(**{f"f{i}": b"" for i in range(50)})
    with pytest.raises(errors.ZipBomb, match="10 个以上"):
        kind_of(tmp_path, "a.xlsx", many, Limits(entries=10))


def test_a_bomb_whose_directory_lies_is_refused_while_unpacking(tmp_path):
    content = bytearray(workbook())
    at = content.index(b"PK\x01\x02")
    while at >= 0:  # every entry claims to unpack to nothing
        struct.pack_into("<I", content, at + 24, 1)
        at = content.find(b"PK\x01\x02", at + 4)
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(errors.DamagedFile):
        Read(path)


def test_two_gigabytes_over_the_limit_are_refused_at_once(tmp_path):
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)
    with pytest.raises(FileTooLarge):
        examine(path, "big.csv", Limits(file_bytes=1024**3))


@pytest.mark.parametrize("cut", range(0, 4000, 333))
def test_a_workbook_cut_anywhere_is_refused_never_a_crash(tmp_path, cut):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook()[:cut])
    with pytest.raises(MingchaError):
        Read(path)
