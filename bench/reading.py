"""Measures reading files of 27 columns, each kind beside its limit in the same run.

    python bench/reading.py [--rows 1000000] [--sheet-rows 200000] [--runs 2]

CSV (UTF-8, GB18030, every tenth row broken, JSON-lines, Parquet): rows/s beside pyarrow reading
the clean CSV as text in a stream. xlsx: beside the bare fastexcel read. Every measurement runs in
a process of its own; memory is that process's peak, for xlsx its child's too. Cache: warm. Best of
the runs; read the ratio, not the seconds.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import fastexcel
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv

from mingcha.domains.records.reading.door import chunks, open_source
from mingcha.domains.records.reading.model import Kind
from mingcha.domains.records.reading.writing import write_frames

COLUMNS = [f"字段{place}" for place in range(27)]
BATCH = 50_000
SEED = 20261122


def frames(rows: int) -> Iterator[pl.DataFrame]:
    """Codes of 18 digits, names, days and short codes, in about the mix of 行政检查行为."""
    source = np.random.default_rng(SEED)
    for start in range(0, rows, BATCH):
        count = min(BATCH, rows - start)
        columns = {}
        for place, name in enumerate(COLUMNS):
            if place % 9 == 0:
                cells = source.integers(10**17, 9 * 10**17, count).astype(str).tolist()
            elif place % 9 == 1:
                cells = [f"上海演示第{start + i}餐饮管理有限公司" for i in range(count)]
            elif place % 9 == 2:
                cells = [f"2026-{i % 12 + 1:02d}-{i % 28 + 1:02d}" for i in range(count)]
            else:
                cells = [f"{code:02d}" for code in source.integers(0, 99, count).tolist()]
            columns[name] = cells
        yield pl.DataFrame(columns)


def make(folder: Path, rows: int, sheet_rows: int) -> dict[str, Path]:
    """The files to read."""
    files = {
        name: folder / file
        for name, file in {
            "CSV": "a.csv", "CSV GB18030": "g.csv", "CSV 10 % broken": "b.csv",
            "JSON-lines": "a.jsonl", "Parquet": "a.parquet", "xlsx": "a.xlsx",
        }.items()
    }  # fmt: skip
    write_frames(files["CSV"], Kind.TEXT, COLUMNS, frames(rows))
    write_frames(files["JSON-lines"], Kind.JSON_LINES, COLUMNS, frames(rows))
    write_frames(files["Parquet"], Kind.PARQUET, COLUMNS, frames(rows))
    write_frames(files["xlsx"], Kind.XLSX, COLUMNS, frames(sheet_rows))
    with (
        files["CSV"].open(encoding="utf-8-sig") as clean,
        files["CSV GB18030"].open("w", encoding="gb18030") as gb,
        files["CSV 10 % broken"].open("w", encoding="utf-8") as broken,
    ):
        for number, line in enumerate(clean):
            gb.write(line)
            broken.write(line.replace(",", ";", 3) if number % 10 == 9 else line)
    return files


def ours(path: Path) -> int:
    """Rows and broken rows that the intake's reader gives."""
    source = open_source(path, path.name, choose=lambda titles: len(set(titles) & set(COLUMNS)))
    return sum(chunk.rows.height + chunk.broken.height for chunk in chunks(source))


def arrow_csv(path: Path) -> int:
    """pyarrow's streaming reader, everything as text, nothing else done."""
    types = pa.csv.ConvertOptions(column_types=dict.fromkeys(COLUMNS, pa.string()))
    return sum(batch.num_rows for batch in pa.csv.open_csv(path, convert_options=types))


def bare_sheet(path: Path) -> int:
    """fastexcel with its defaults."""
    return fastexcel.read_excel(str(path)).load_sheet(0).to_arrow().num_rows


def measured(read: Callable[[Path], int], path: Path) -> tuple[float, int, float]:
    """Seconds, rows and peak memory in MB."""
    began = time.perf_counter()
    rows = read(path)
    took = time.perf_counter() - began
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return took, rows, max(peak(), child) / 1024


def peak() -> int:
    """This process's own peak in kB; getrusage would count what was there before its start."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


def best(read: Callable[[Path], int], path: Path, runs: int) -> tuple[float, int, float]:
    """The fastest of some runs, each in a fresh process."""
    found = []
    for _ in range(runs):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
            found.append(apart.submit(measured, read, path).result())
    return min(found)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--sheet-rows", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = make(Path(folder), asked.rows, asked.sheet_rows)
        limits = {"xlsx": best(bare_sheet, files["xlsx"], asked.runs)[0] / asked.sheet_rows}
        floor = best(arrow_csv, files["CSV"], asked.runs)[0] / asked.rows
        print("| file | rows | s | rows/s | × limit | peak MB |\n|---|---|---|---|---|---|")
        for name, path in files.items():
            took, rows, memory = best(ours, path, asked.runs)
            times = took / rows / limits.get(name, floor)
            print(
                f"| {name} | {rows:,} | {took:.2f} | {rows / took:,.0f} | {times:.2f} | {memory:.0f} |"
            )


if __name__ == "__main__":
    main()
