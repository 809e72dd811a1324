"""Write the files of a demonstration city, and beside them what must come of each (expected.json)."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from mingcha.domains.desk.demo.doubts import Doubts
from mingcha.domains.desk.demo.files import Sheet, kind_for, suffix_of, write
from mingcha.domains.desk.demo.parcels import Maker, Parcel, expectation
from mingcha.domains.desk.demo.parties import FIRST_NUMBER, Block
from mingcha.domains.desk.demo.world import Scale, World
from mingcha.standards.loader import Catalogue, catalogue

BLOCK_PARTIES = 60_000  # made at one time, so that memory does not grow with the city
LEAST = 3  # of every kind of party
EXPECTED = "expected.json"
RECOGNISED = {"demo-fire"}  # who leaves it to the platform what table a file is of
Say = Callable[[str], None]


@dataclass(frozen=True)
class Delivery:
    """One file: who hands it in, for which table ("" = to be recognised), and the receipt expected."""

    step: int
    provider: str
    table: str
    asked: str
    file: str
    mapping: str
    expect: dict[str, object]


@dataclass
class City:
    """A city that has been written: the scale it was made to, its files in order, some figures."""

    seed: str
    parties: int
    today: str
    files: list[Delivery] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    facts: dict[str, int] = field(default_factory=dict)
    doubts: dict[str, int] = field(default_factory=dict)  # questions of linking that must wait
    median_facts: float = 0
    median_tables: float = 0


def generate(scale: Scale, folder: Path, say: Say = lambda _line: None) -> City:
    """Write the city's files to a folder. The same scale gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    world, standard = World(scale), catalogue()
    maker = Maker(world, standard)
    city = City(scale.seed, scale.parties, scale.today.isoformat())
    faults, facts = Counter[str](), Counter[str]()
    for parcels, block in _parts(maker, world):
        seen = []
        for parcel in parcels:
            city.files.append(_written(maker, parcel, folder))
            faults.update(parcel.rows["_fault"].drop_nulls())
            facts[parcel.table] += int(str(city.files[-1].expect["accepted"]))
            seen.append(_told(standard, parcel))
        if block is not None and block.number == 0:
            city.median_facts, city.median_tables = _medians(pl.concat(seen))
        say(f"已生成 {len(city.files)} 个文件")
    city.files.sort(key=lambda one: (one.step, one.file))
    city.faults, city.facts = dict(sorted(faults.items())), dict(sorted(facts.items()))
    city.doubts = Doubts(world).foretold()
    text = json.dumps(asdict(city), ensure_ascii=False, indent=1)
    (folder / EXPECTED).write_text(text, encoding="utf-8")
    return city


def read_city(folder: Path) -> City | None:
    """The city whose files lie in a folder, if there is one whole."""
    path = folder / EXPECTED
    if not path.exists():
        return None
    said = json.loads(path.read_text(encoding="utf-8"))
    files = [Delivery(**one) for one in said.pop("files")]
    return City(**said, files=files)


def scale_of(city: City) -> Scale:
    """The scale a written city was made to."""
    return Scale(city.seed, city.parties, date.fromisoformat(city.today))


def _parts(maker: Maker, world: World) -> Iterator[tuple[Iterator[Parcel], Block | None]]:
    yield maker.basics(), None
    for block in blocks(world):
        yield maker.block(block), block


def blocks(world: World) -> Iterator[Block]:
    """The city in parts of at most BLOCK_PARTIES parties."""
    left, number, start = world.scale.parties, 0, FIRST_NUMBER
    while left > 0:
        here = min(left, BLOCK_PARTIES)
        counts = {
            kind: max(LEAST, int(here * share)) for kind, share in world.city["shares"].items()
        }
        counts["enterprise"] = max(LEAST, here - sum(counts.values()))
        yield Block(number, counts, start)
        left, number, start = left - here, number + 1, start + here + sum(counts.values())


def _written(maker: Maker, parcel: Parcel, folder: Path) -> Delivery:
    world, standard, ledger = maker.world, maker.catalogue, maker.ledger
    table, body = standard.table(parcel.table), world.by_code[parcel.provider]
    own = parcel.provider == ledger.provider and parcel.table == ledger.table
    number = body.number + list(standard.tables).index(table.name)
    kind = "csv-gbk" if own else kind_for(parcel.rows.height, number)
    rows = _enveloped(parcel.rows, parcel, kind, table.key.fields[0], world)
    rows = rows.select(name for name in rows.columns if not name.startswith("_"))
    name = f"{parcel.step}-{body.short_name}-{table.label}{parcel.note}.{suffix_of(kind)}"
    sheet = Sheet(table, ledger.columns(rows) if own else rows, f"{body.name}{table.label}", kind,
                  ledger.headers if own else None)  # fmt: skip
    write(sheet, folder / name)
    asked = "" if parcel.provider in RECOGNISED else parcel.table
    mapping = ledger.name if own else ""
    return Delivery(
        parcel.step, parcel.provider, parcel.table, asked, name, mapping, expectation(parcel)
    )


def _enveloped(
    rows: pl.DataFrame, parcel: Parcel, kind: str, key: str, world: World
) -> pl.DataFrame:
    """The transport columns of the national envelope, where the sender uses it."""
    if not parcel.enveloped and kind != "parquet":
        return rows
    day = world.scale.last.isoformat()
    if "cd_operation" not in rows.columns:
        rows = rows.with_columns(cd_operation=pl.lit("i"))
    return rows.with_columns(
        cd_id=key,
        cd_time=pl.lit(f"{day} 18:00:00"),
        cd_source=pl.lit(parcel.provider),
        cd_batch=pl.lit(day.replace("-", "") + "00001"),
    )


def _told(standard: Catalogue, parcel: Parcel) -> pl.DataFrame:
    """(code of the subject, table) of every row that will be a fact."""
    subject = standard.table(parcel.table).subject
    value = subject.code if subject else None
    kept = parcel.rows.filter(pl.col("_outcome").is_in(["accepted", "settled"]))
    if value is None or parcel.replaces:
        return pl.DataFrame(schema={"code": pl.String, "table": pl.String})
    return kept.select(code=value, table=pl.lit(parcel.table)).drop_nulls()


def _medians(told: pl.DataFrame) -> tuple[float, float]:
    """Facts and tables of the median registered enterprise."""
    registered = told.filter(pl.col("table") == "object_enterprise").select("code").unique()
    counted = told.join(registered, on="code", how="semi").group_by("code")
    figures = counted.agg(facts=pl.len(), tables=pl.col("table").n_unique())
    return float(str(figures["facts"].median())), float(str(figures["tables"].median()))
