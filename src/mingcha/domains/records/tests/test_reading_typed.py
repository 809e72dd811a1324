"""JSON lines, JSON arrays and Parquet become the same text as everything else."""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from mingcha.domains.records.reading import errors
from mingcha.domains.records.reading.door import chunks, open_source
from mingcha.domains.records.reading.model import Limits
from mingcha.domains.records.tests.reading_files import Read, expecting


def lines(tmp_path, text, *, limits=None):
    path = tmp_path / "a.jsonl"
    path.write_bytes(text.encode())
    return Read(path, limits=limits)


def test_numbers_stay_as_they_were_written(tmp_path):
    found = lines(tmp_path, '{"a": 1.10, "b": 913100001234567890123}\n{"a": true, "b": null}\n')

    assert found.rows == [("1.10", "913100001234567890123"), ("true", None)]


def test_a_malformed_line_comes_back_raw_and_the_rest_goes_on(tmp_path):
    found = lines(tmp_path, '{"a": "1"}\n{"a": \n\n[1]\n{"a": "2"}\n{"a": 1, "a": 2}\n')

    assert found.rows == [("1",), ("2",)]
    assert found.numbers == [1, 5]
    assert [(row, raw) for row, raw, _ in found.broken] == [
        (2, '{"a": '),
        (4, "[1]"),
        (6, '{"a": 1, "a": 2}'),
    ]


def test_nested_values_and_late_fields_are_pointed_out(tmp_path):
    found = lines(
        tmp_path, '{"a": {"b": 1.10}}\n' + '{"a": "x"}\n' * 2100 + '{"a": "y", "late": 1}\n'
    )

    assert found.rows[0] == ('{"b":1.10}',)
    assert [flaw[:2] for flaw in found.flaws] == [(1, "a"), (2102, "")]


def test_an_array_is_read_like_lines(tmp_path):
    found = lines(tmp_path, '[\n {"a": "1", "b": 2.50},\n {"a": "3"}, 4]')

    assert found.rows == [("1", "2.50"), ("3", None)]
    assert found.broken[0][:2] == (3, "4")


def test_an_array_that_breaks_off_says_where(tmp_path):
    found = lines(tmp_path, '[{"a": "1"}, {"a": ')

    assert found.rows == [("1",)]
    assert [row for row, _, _ in found.broken] == [2]


def test_what_is_no_list_of_objects_is_refused(tmp_path):
    with pytest.raises(errors.NotObjects):
        lines(tmp_path, '{"data":\n [1,\n 2]}\n')
    with pytest.raises(errors.LineTooLong):
        lines(tmp_path, '{"a": "' + "x" * 20_000_000, limits=Limits(record_bytes=1024**2))


def test_parquet_becomes_plain_text(tmp_path):
    path = tmp_path / "a.parquet"
    pl.DataFrame(
        {
            "日": [date(2026, 1, 2)],
            "时": [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)],
            "元": [Decimal("12.50")],
            "数": [0.1 + 0.2],
            "大": [1e20],
            "码": ["0012"],
            "类": pl.Series(["x"], dtype=pl.Categorical),
            "列": [[1, 2]],
            "套": [[[1], [2]]],
        }
    ).write_parquet(path)
    found = Read(path)

    assert found.rows == [
        ("2026-01-02", "2026-01-02 11:04:05", "12.50", "0.3", "100000000000000000000", "0012", "x",
         "1、2", "[[1], [2]]")
    ]  # fmt: skip
    assert [flaw[:2] for flaw in found.flaws] == [(1, "套")]


def test_parquet_goes_on_after_any_chunk_whatever_its_row_groups(tmp_path):
    path = tmp_path / "a.parquet"
    frame = pl.DataFrame({"a": [str(i) for i in range(250)]})
    frame.write_parquet(path, row_group_size=33)
    source = open_source(path, "a.parquet", choose=expecting())
    whole = list(chunks(source, size=100))

    assert [(chunk.start, chunk.stop) for chunk in whole] == [(0, 100), (100, 200), (200, 250)]
    assert pl.concat([chunk.rows for chunk in whole])["a"].to_list() == frame["a"].to_list()
    assert next(chunks(source, size=100, start_row=200)).rows.equals(whole[2].rows)


def test_a_corrupt_page_is_refused_in_words(tmp_path):
    path = tmp_path / "a.parquet"
    pl.DataFrame({"a": [f"row {i}" for i in range(5000)]}).write_parquet(path)
    content = bytearray(path.read_bytes())
    content[40:1200] = bytes(1160)
    path.write_bytes(content)
    with pytest.raises(errors.DamagedFile):
        Read(path)
