"""Linking of dirty Chinese company records: ours beside Splink on the same rows, in one run.

    python bench/linking.py 100000 260000 1000000 --seed 2026

Each engine runs in a process of its own (time and peak memory are its own; CPU includes the
imports); rows are written first and not timed. Splink runs twice: on cleaned raw columns, as its users would begin, and on
our parsed pieces, so that parsing and matching can be told apart. The figures are pairwise: a
pair is right when both records mean the same company; per kind of dirt, pairs with at least
one record of that kind are counted. Prints Markdown tables.
"""

import argparse
import json
import logging
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import polars as pl
import splink.comparison_library as cl
import yaml
from dirty_names import STANDARD_DIRT, dirty_records, told_in
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from mingcha.domains.parties import linking
from mingcha.domains.parties.rules import standard_weights

BENCH_SEED = 2026  # development used another
SHIFT = 1.25  # every rate of dirt is this much higher than what it was developed on
THRESHOLD = 0.5  # the best for Splink of seven from 0.5 to 0.999999, tried on the bench rows


def ours(records: pl.DataFrame) -> pl.DataFrame:
    """(id, cluster) by mingcha."""
    return linking.link(records, standard_weights())


def splink_raw(records: pl.DataFrame) -> pl.DataFrame:
    """(id, cluster) by Splink on half-width capitals without spaces."""
    texts = pl.col("name", "code", "address").str.normalize("NFKC").str.to_uppercase()
    clean = records.with_columns(texts.str.replace_all(r"\s", ""))
    comparisons = [
        cl.DamerauLevenshteinAtThresholds("code", [1, 2]),
        cl.JaroWinklerAtThresholds("name", [0.95, 0.88, 0.8]),
        cl.JaroWinklerAtThresholds("address", [0.97, 0.92, 0.85]),
    ]
    blocks = [
        block_on("code"),
        block_on("name"),
        block_on("address"),
        block_on("substr(name, -9)", "substr(address, 1, 6)"),
        block_on("substr(name, 1, 8)", "substr(address, -7)"),
        block_on("substr(address, -9)"),
    ]
    return _splink(clean, comparisons, blocks, [block_on("code"), block_on("name")])


def splink_parsed(records: pl.DataFrame) -> pl.DataFrame:
    """(id, cluster) by Splink on our pieces of names and addresses."""
    pieces = ["code", "trade", "industry", "form", "branch", "area", "road", "door", "room", "core"]
    parsed = linking.prepare(records).with_columns(
        pl.when(pl.col(pieces) != "").then(pl.col(pieces)), street=pl.concat_str("road", "door")
    )
    comparisons = [
        cl.DamerauLevenshteinAtThresholds("code", [1]),
        cl.DamerauLevenshteinAtThresholds("core", [1]),
        cl.ExactMatch("trade"),
        cl.ExactMatch("branch"),
        cl.ExactMatch("area"),
        cl.ExactMatch("street"),
        cl.ExactMatch("room"),
    ]
    blocks = [
        block_on("code"),
        block_on("core", "area"),
        block_on("core", "road"),
        block_on("trade", "road"),
        block_on("street", "substr(trade, 1, 1)"),
        block_on("street", "substr(trade, -1)"),
    ]
    return _splink(parsed, comparisons, blocks, [block_on("code"), block_on("core", "area")])


def _splink(
    rows: pl.DataFrame, comparisons: list[object], blocks: list[object], training: list[object]
) -> pl.DataFrame:
    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(duckdb.connect())
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=blocks,
        retain_matching_columns=False,
    )
    linker = Linker(api.register(rows.to_arrow()), settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match([blocks[0]], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for block in training:
        linker.training.estimate_parameters_using_expectation_maximisation(block)
    pairs = linker.inference.predict(threshold_match_probability=THRESHOLD)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, THRESHOLD)
    found = pl.from_arrow(clusters.as_duckdbpyrelation().to_arrow_table())
    return found.select("id", cluster="cluster_id")


ENGINES: Mapping[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "Mingcha": ours,
    "Splink 5, raw columns": splink_raw,
    "Splink 5, our pieces": splink_parsed,
}


def scores(rows: pl.DataFrame) -> tuple[int, int, int]:
    """Pairs that are right, that were made, and that there are."""
    return tuple(_pairs(rows, by) for by in (["entity", "cluster"], ["cluster"], ["entity"]))


def _pairs(rows: pl.DataFrame, by: list[str]) -> int:
    size = pl.col("len").cast(pl.Int64)
    return rows.group_by(by).len().select((size * (size - 1) // 2).sum()).item()


def _rates(right: int, made: int, there: int) -> tuple[float, float, float]:
    """Precision, recall, F1; 1 where there was nothing to find or to make."""
    return (
        right / made if made else 1.0,
        right / there if there else 1.0,
        2 * right / (made + there) if made + there else 1.0,
    )


def by_kind(rows: pl.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Rates per kind of dirt: all pairs less those between records without it."""
    whole = scores(rows)
    kinds = rows.select(pl.col("kinds").str.split(" ").explode().unique().sort()).to_series()
    return {
        kind: _rates(*(a - b for a, b in zip(whole, scores(_without(rows, kind)), strict=True)))
        for kind in kinds
    }


def _without(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    return rows.filter(~pl.col("kinds").str.split(" ").list.contains(kind))


def work(engine: str, folder: Path) -> None:
    """Run one engine over the rows in the folder; leave its clusters, print its figures."""
    records = pl.read_parquet(folder / "records.parquet", columns=["id", "name", "code", "address"])
    begin = time.perf_counter()
    ENGINES[engine](records).write_parquet(folder / "clusters.parquet")
    seconds = time.perf_counter() - begin
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": peak}))


def run(engine: str, folder: Path) -> tuple[dict[str, float], pl.DataFrame]:
    """The engine's figures, and the records with its clusters, from a process of its own."""
    command = [sys.executable, __file__, "--work", engine, "--folder", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    records = pl.read_parquet(folder / "records.parquet")
    clusters = pl.read_parquet(folder / "clusters.parquet")
    return json.loads(done.stdout.splitlines()[-1]), records.join(clusters, on="id")


def compare(count: int, told: Mapping[str, object], seed: int, engines: list[str]) -> None:
    """Print the tables for one size."""
    print(f"\n### {count:,} records (seed {seed})\n")
    print("| engine | seconds | CPU s | peak MB | precision | recall | F1 |\n|---|" + "--:|" * 6)
    kinds = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dirty_records(count, seed=seed, told=told).write_parquet(folder / "records.parquet")
        for engine in engines:
            figures, rows = run(engine, folder)
            precision, recall, f1 = _rates(*scores(rows))
            print(
                f"| {engine} | {figures['seconds']:.1f} | {figures['cpu']:.1f} "
                f"| {figures['peak_mb']:.0f} "
                f"| {precision:.4f} | {recall:.4f} | {f1:.4f} |",
                flush=True,
            )
            kinds[engine] = by_kind(rows)
    print("\n| kind of dirt (precision / recall) | " + " | ".join(kinds) + " |")
    print("|---|" + "--:|" * len(kinds))
    for kind in next(iter(kinds.values())):
        cells = (f"{k[kind][0]:.3f} / {k[kind][1]:.3f}" for k in kinds.values())
        print(f"| {kind} | " + " | ".join(cells) + " |")


def shifted(told: Mapping[str, object], by: float) -> Mapping[str, object]:
    """The parameters with every rate of dirt multiplied."""
    return {**told, "dirt": {kind: rate * by for kind, rate in told["dirt"].items()}}


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", type=int, nargs="*", default=[100_000, 260_000])
    parser.add_argument("--seed", type=int, default=BENCH_SEED)
    parser.add_argument("--dirt", type=Path, default=STANDARD_DIRT)
    parser.add_argument("--shift", type=float, default=SHIFT, help="factor on every rate of dirt")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="one or more of them")
    parser.add_argument("--work", choices=ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work(asked.work, asked.folder)
        return
    told = shifted(told_in(asked.dirt), asked.shift)
    print(f"dirt ×{asked.shift}: {yaml.safe_dump(told['dirt'], default_flow_style=True).strip()}")
    for count in asked.counts:
        compare(count, told, asked.seed, asked.engine or list(ENGINES))


if __name__ == "__main__":
    main()
