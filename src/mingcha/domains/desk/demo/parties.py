"""Who lives and trades in the city: entities with name, code, seat and an activity of their own."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from mingcha.domains.desk.demo.codes import credit_codes, resident_ids
from mingcha.domains.desk.demo.dice import Dice, Ints
from mingcha.domains.desk.demo.world import MARK, World

FIRST_NUMBER = 1000  # below are the city's own bodies
EPOCH = np.datetime64("1970-01-01", "D")
KINDS = ("enterprise", "individual", "organization", "person")
YOUNGEST, YOUNGEST_SINCE = "310151", "2017-01-01"  # a district since 2016: nothing in it is older
COOPERATIVE_SHARE, RURAL_SHARE = 0.01, 0.004
SCOPE = "（演示）{}；依法须经批准的项目，经相关部门批准后方可开展经营活动"


@dataclass(frozen=True)
class Block:
    """A part of the city that is made at one time: its number and how many parties of each kind."""

    number: int
    counts: dict[str, int]
    start: int  # running number of its first party

    @property
    def key(self) -> str:
        """How its files and records are told from those of other blocks."""
        return f"{self.number:02d}"


def days(series: Ints) -> pl.Series:
    """Days since 1970 as dates."""
    return pl.Series(EPOCH + series.astype("timedelta64[D]"), dtype=pl.Date)


def number_of(day: object) -> int:
    """A date as days since 1970."""
    return int((np.datetime64(str(day), "D") - EPOCH).astype(int))


def iso(series: pl.Series) -> pl.Series:
    """Dates as canonical text."""
    return series.dt.strftime("%Y-%m-%d")


def people(dice: Dice, world: World, n: int) -> pl.Series:
    """Names of persons, marked."""
    given = list(world.city["given"])
    second = dice.one_of(given, n)
    second = second.zip_with(pl.Series(dice.under(0.45, n)), pl.repeat("", n, eager=True))
    return "演示" + dice.one_of(list(world.city["surnames"]), n) + dice.one_of(given, n) + second


def phones(dice: Dice, n: int) -> pl.Series:
    """Numbers that cannot be dialled."""
    return "000" + pl.Series(dice.below(10**8, n)).cast(pl.String).str.zfill(8)


def entities(world: World, block: Block) -> pl.DataFrame:
    """All whom acts concern, one row each: the register's truth, before any dirt.

    Columns: number, kind, code, name, person (who answers for it), district (place in
    world.districts), division, address, longitude, latitude, sector (place; -1 none), word and
    industry, activity, founded (days since 1970), id (of the person).
    """
    return pl.concat(_of_kind(world, block, kind) for kind in KINDS)


def _of_kind(world: World, block: Block, kind: str) -> pl.DataFrame:
    n, before = block.counts[kind], sum(block.counts[k] for k in KINDS[: KINDS.index(kind)])
    dice = Dice(world.scale.seed, "entities", block.number, kind)
    numbers = block.start + before + np.arange(n)
    district = dice.weighted([d["share"] for d in world.city["districts"].values()], n)
    sector = dice.weighted([s["weight"] for s in world.sectors.values()], n)
    division = pl.Series(world.districts, dtype=pl.String).gather(district)
    first, last = number_of(world.scale.first), number_of(world.scale.last)
    founded = np.where(
        dice.under(0.85, n),
        first - 30 - dice.below(5000, n),
        first + dice.below(last - first - 40, n),
    )
    founded = np.where(
        division == YOUNGEST, np.maximum(founded, number_of(YOUNGEST_SINCE)), founded
    )
    words = _words(dice, world, kind, sector)
    person = people(dice, world, n)
    births = days(first - 365 * 22 - dice.below(365 * 40, n))
    ids = resident_ids(division, births, numbers)
    here = world.district_names().gather(district)
    code = ids if kind == "person" else _codes(dice, kind, division, numbers)
    return pl.DataFrame(
        {
            "number": numbers,
            "kind": [kind] * n,
            "code": code,
            "name": person + MARK
            if kind == "person"
            else _names(dice, world, kind, here, words["word"], code),
            "person": person,
            "district": district,
            "division": division,
            "address": _addresses(dice, world, here),
            "longitude": _between(dice, world, district, 0),
            "latitude": _between(dice, world, district, 2),
            "sector": sector if kind in {"enterprise", "individual"} else np.full(n, -1),
            **words,
            "activity": dice.stream.lognormal(0, world.city["activity_sigma"], n),
            "founded": founded,
            "id": ids,
        }
    )


def _words(dice: Dice, world: World, kind: str, sector: Ints) -> dict[str, pl.Series]:
    """The word of the trade in the name and its industry code."""
    n = len(sector)
    if kind == "organization":
        word = dice.one_of(world.city["organization_names"], n)
        return {"word": word, "industry": pl.repeat("95", n, eager=True)}
    if kind == "person":
        return {"word": pl.repeat("", n, eager=True), "industry": pl.repeat("", n, eager=True)}
    lists = [s["industries"] for s in world.sectors.values()]
    sizes = np.array([len(each) for each in lists])
    place = np.concatenate([[0], sizes.cumsum()[:-1]])[sector] + dice.below(sizes[sector], n)
    flat = [pair for each in lists for pair in each]
    word = pl.Series([pair[0] for pair in flat]).gather(place)
    if kind == "individual":
        shops = [s["shops"] for s in world.sectors.values()]
        many = np.array([len(each) for each in shops])
        at = np.concatenate([[0], many.cumsum()[:-1]])[sector] + dice.below(many[sector], n)
        word = pl.Series([shop for each in shops for shop in each]).gather(at)
    return {"word": word, "industry": pl.Series([pair[1] for pair in flat]).gather(place)}


def _codes(dice: Dice, kind: str, division: pl.Series, numbers: Ints) -> pl.Series:
    prefixes = {
        "enterprise": {
            "91": 1 - COOPERATIVE_SHARE - RURAL_SHARE,
            "93": COOPERATIVE_SHARE,
            "N2": RURAL_SHARE,
        },
        "individual": {"92": 1.0},
        "organization": {"12": 0.4, "51": 0.3, "52": 0.25, "53": 0.05},
    }[kind]
    return credit_codes(dice.by_weight(prefixes, len(numbers)), division, numbers)


def _names(
    dice: Dice, world: World, kind: str, here: pl.Series, word: pl.Series, code: pl.Series
) -> pl.Series:
    n, trades = len(here), list(world.city["trades"])
    third = dice.one_of(trades, n).zip_with(
        pl.Series(dice.under(0.4, n)), pl.repeat("", n, eager=True)
    )
    trade = dice.one_of(trades, n) + dice.one_of(trades, n) + third
    parts = pl.DataFrame(
        {"here": here, "trade": trade, "word": word, "how": dice.stream.random(n), "code": code}
    )
    how, marked = pl.col("how"), pl.lit(MARK)
    if kind == "individual":
        whole = pl.when(how < 0.7).then(pl.lit("上海市") + pl.col("here")).otherwise("here")
        return parts.select(name=whole + pl.col("trade") + pl.col("word") + marked).to_series()
    if kind == "organization":
        return parts.select(
            name=pl.concat_str(pl.lit("上海市"), "here", "trade", "word") + marked
        ).to_series()
    form = (
        pl.when(pl.col("code").str.starts_with("93"))
        .then(pl.lit("专业合作社"))
        .when(pl.col("code").str.starts_with("N2"))
        .then(pl.lit("股份经济合作社"))
        .when(how < 0.82)
        .then(pl.lit("有限公司"))
        .when(how < 0.92)
        .then(pl.lit("有限责任公司"))
        .when(how < 0.97)
        .then(pl.lit("股份有限公司"))
        .otherwise(pl.lit("集团有限公司"))
    )
    plain = pl.concat_str(pl.lit("上海"), "trade", "word")
    bracket = pl.concat_str("trade", pl.lit("（上海）"), "word")
    name = pl.when((how * 1000) % 10 < 1).then(bracket).otherwise(plain) + form + marked
    return parts.select(name=name).to_series()


def _addresses(dice: Dice, world: World, here: pl.Series) -> pl.Series:
    n, roads = len(here), list(world.city["roads"])
    road = dice.one_of(roads, n) + dice.one_of(roads, n) + dice.one_of(world.city["road_kinds"], n)
    door = pl.Series(1 + dice.below(1999, n)).cast(pl.String)
    room = pl.Series(101 + dice.below(1900, n)).cast(pl.String)
    suite = ("号" + room + "室").zip_with(
        pl.Series(dice.under(0.6, n)), pl.repeat("号", n, eager=True)
    )
    return "上海市" + here + road + door + suite


def _between(dice: Dice, world: World, district: Ints, at: int) -> pl.Series:
    """Degrees within the district's box, to five places."""
    boxes = np.array([d["box"] for d in world.city["districts"].values()], dtype=np.float64)
    low, high = boxes[district, at], boxes[district, at + 1]
    micro = np.round((low + dice.stream.random(len(district)) * (high - low)) * 100_000).astype(
        np.int64
    )
    return _decimal(micro, 5)


def _decimal(scaled: npt.NDArray[np.int64], places: int) -> pl.Series:
    """Whole numbers as decimals with so many places."""
    whole = pl.Series(scaled // 10**places).cast(pl.String)
    return whole + "." + pl.Series(scaled % 10**places).cast(pl.String).str.zfill(places)
