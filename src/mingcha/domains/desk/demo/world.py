"""What the demonstration city consists of before anything happens: districts, bodies, items."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import yaml

from mingcha.domains.desk.demo.codes import credit_codes

DATA = Path(__file__).parent / "data"
CITY_REGION = "310000"
CITY_LEVEL, DISTRICT_LEVEL = "3", "4"
GOVERNMENT_BODY = "11"  # a credit code that begins so is one of a 机关
YEARS_OF_FACTS = 2
MARK = "（演示）"
OFFICE = re.compile("(委员会|局)$")  # 市场监督管理局 enforces 市场监督管理

Settings = dict[str, Any]  # a data file, as YAML gives it


def read(name: str) -> Settings:
    """A data file of this package."""
    settings: Settings = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return settings


@dataclass(frozen=True)
class Scale:
    """What is asked for: the seed, how many parties, and today, the day after the last fact."""

    seed: str
    parties: int
    today: date

    @property
    def last(self) -> date:
        """The last day on which something happened."""
        return self.today - timedelta(days=1)

    @property
    def first(self) -> date:
        """The first day on which something happened."""
        return self.today - timedelta(days=365 * YEARS_OF_FACTS)


@dataclass(frozen=True)
class Item:
    """A thing to be supervised (监管事项).

    `turned`: first day of its second version, `coming`: first day of a version that is still to
    come, `stopped`: the days on which it is suspended, `abolished`: the first day without it.
    """

    code: str
    name: str
    field: str
    action: str  # 行为类型: 01 检查 02 处罚 03 强制 99 其他
    object: str
    basis: str
    contents: tuple[str, ...]
    since: date
    turned: date | None = None
    until: date | None = None
    is_late: bool = False
    coming: date | None = None
    stopped: tuple[date, date] | None = None
    abolished: date | None = None

    @property
    def main(self) -> str:
        """The code of its main item (主项)."""
        return f"{self.code[:-3]}000"

    @property
    def is_steady(self) -> bool:
        """Whether acts may be done under it on every day of the two years of facts."""
        return not (self.until or self.is_late or self.stopped or self.abolished)


@dataclass(frozen=True)
class Field:
    """A field of supervision with what is done in it."""

    key: str
    bureau: str
    department: str
    problem: str
    law: str
    licence: str
    licence_kind: str
    faults: tuple[str, ...]
    districts: tuple[str, ...]
    checks: tuple[Item, ...]
    punish: Item
    other: Item
    force: Item | None


@dataclass(frozen=True)
class Body:
    """An organisation of the city."""

    number: int
    code: str
    name: str
    short_name: str
    uscc: str
    kind: str
    department: str
    level: str
    region: str
    parent: str
    field: str = ""


class World:
    """The city of one seed on one day."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.city = read("city.yaml")
        self.dirt = read("dirt.yaml")
        self.districts: list[str] = list(self.city["districts"])
        self.fields = {
            key: _field(number, key, said, self)
            for number, (key, said) in enumerate(read("fields.yaml").items())
        }
        self.bodies = list(_bodies(self))

    @property
    def sectors(self) -> Mapping[str, Settings]:
        """The sectors of business."""
        sectors: Mapping[str, Settings] = self.city["sectors"]
        return sectors

    def district_names(self) -> pl.Series:
        """Names of the districts, in their order."""
        return pl.Series([self.city["districts"][code]["name"] for code in self.districts])

    def day(self, before_last: int) -> date:
        """A day so many days before the last day of facts."""
        return self.scale.last - timedelta(days=before_last)

    def items(self) -> Iterator[Item]:
        """All items, field by field."""
        for field in self.fields.values():
            yield from (*field.checks, field.punish, field.other)
            if field.force is not None:
                yield field.force

    @cached_property
    def by_code(self) -> Mapping[str, Body]:
        """Bodies by their code."""
        return {body.code: body for body in self.bodies}

    @cached_property
    def enforcing(self) -> list[Body]:
        """The bodies that inspect and punish."""
        return [body for body in self.bodies if body.field]

    @cached_property
    def body_of(self) -> npt.NDArray[np.int64]:
        """[field, district] → number of the body in charge."""
        table = np.zeros((len(self.fields), len(self.districts)), np.int64)
        place = {key: number for number, key in enumerate(self.fields)}
        for body in self.enforcing:  # the city's bureau comes before those of its districts
            row = place[body.field]
            if body.region == CITY_REGION:
                table[row, :] = body.number
            else:
                table[row, self.districts.index(body.region)] = body.number
        return table

    def enforcement_kinds(self) -> pl.Series:
        """The kind of enforcement (执法类别) of all bodies, in order of their numbers; "" for none."""
        kinds = {key: OFFICE.sub("", one.bureau) for key, one in self.fields.items()}
        return pl.Series([kinds.get(body.field, "") for body in self.bodies], dtype=pl.String)

    def texts(self, name: str) -> pl.Series:
        """An attribute of all bodies, in order of their numbers."""
        return pl.Series([getattr(body, name) for body in self.bodies], dtype=pl.String)


def own_law(bureau: str) -> str:
    """The city's own regulation of a field: made up, so it may be cited by article."""
    return f"《演示市{bureau}监管办法{MARK}》"


def _field(number: int, key: str, said: Settings, world: World) -> Field:
    def item(place: int, action: str, about: Mapping[str, Any]) -> Item:
        return Item(
            code=f"{'3' if about.get('late') else '0'}{said['department']}{number + 1:08d}{place:03d}",
            name=about["name"] + MARK,
            field=key,
            action=action,
            object=about.get("object", "行政相对人"),
            basis=f"{about.get('basis') or said['law']}；{own_law(said['bureau'])}第{place}条第一款",
            contents=tuple(about.get("contents", ())),
            since=world.day(90)
            if about.get("late")
            else date(2020, 1, 1) + timedelta(days=31 * number),
            turned=world.day(about["turned"]) if "turned" in about else None,
            until=world.day(about["ended"]) if "ended" in about else None,
            is_late=about.get("late", False),
            coming=world.day(-about["coming"]) if "coming" in about else None,
            stopped=(world.day(about["stopped"][0]), world.day(-about["stopped"][1]))
            if "stopped" in about
            else None,
            abolished=world.day(-about["abolished"]) if "abolished" in about else None,
        )

    short = said["bureau"].removesuffix("局").removesuffix("委员会")
    names = [world.city["districts"][code]["name"] for code in world.districts]
    wanted = names if said["districts"] == "all" else said["districts"]
    return Field(
        key=key,
        bureau=said["bureau"],
        department=said["department"],
        problem=said["problem"],
        law=said["law"],
        licence=said["licence"]["name"],
        licence_kind=said["licence"]["kind"],
        faults=tuple(said["faults"]),
        districts=tuple(world.districts[names.index(name)] for name in wanted),
        checks=tuple(item(place, "01", about) for place, about in enumerate(said["items"], 1)),
        punish=item(50, "02", {"name": f"{short}领域行政处罚"}),
        other=item(70, "99", {"name": f"{short}领域行政指导与责令改正"}),
        force=item(60, "03", {"name": f"{short}领域行政强制措施"}) if said["force"] else None,
    )


def _bodies(world: World) -> Iterator[Body]:
    said = list(_said(world))
    kinds = pl.Series([GOVERNMENT_BODY] * len(said))
    regions = pl.Series([each["region"] for each in said])
    codes = credit_codes(kinds, regions, np.arange(1, len(said) + 1))
    for number, (each, code) in enumerate(zip(said, codes, strict=True)):
        yield Body(number=number, uscc=code, **each)


def _said(world: World) -> Iterator[dict[str, str]]:
    top = {"department": "", "level": CITY_LEVEL, "region": CITY_REGION}
    yield {**top, **world.city["government"], "parent": ""}
    for code, unit in world.city["units"].items():
        yield {**top, "code": code, **unit}
    for field in world.fields.values():
        yield {
            "code": f"demo-{field.key}",
            "name": f"演示市{field.bureau}",
            "short_name": f"市{field.bureau}",
            "kind": "department",
            "department": field.department,
            "level": CITY_LEVEL,
            "region": CITY_REGION,
            "parent": "demo-gov",
            "field": field.key,
        }
    for field in world.fields.values():
        for region in field.districts:
            name = world.city["districts"][region]["name"]
            yield {
                "code": f"demo-{field.key}-{region}",
                "name": f"{name}{field.bureau}{MARK}",
                "short_name": f"{name}{field.bureau}",
                "kind": "department",
                "department": field.department,
                "level": DISTRICT_LEVEL,
                "region": region,
                "parent": f"demo-{field.key}",
                "field": field.key,
            }
