"""What a row of a catalogue table says, read by its declaration."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mingcha.standards.shelving import CatalogSpec

IN_USE, CANCELLED, SUSPENDED = "01", "02", "03"  # 事项状态
MAIN = "1"  # 主项子项
EPOCH = date(1900, 1, 1)  # the first day of what names none


@dataclass(frozen=True)
class Keys:
    """The key columns of one version. `until` is the last day as stated; none is None."""

    code: str
    name: str
    since: date
    until: date | None
    status: str
    body: str
    levels: tuple[str, ...]
    region: str
    item_code: str
    is_main: bool
    main_code: str
    action_kind: str
    department: str
    origin: str


def keys_of(spec: CatalogSpec, content: Mapping[str, str]) -> Keys:
    """Read the key columns from canonical values by field.

    A list that marks an entry 取消 and says until when it held means the days until then: on these
    it was 在用. Suspended (暂停) with a last day is suspended on these days.
    """

    def of(field: str | None) -> str:
        return content.get(field, "") if field else ""

    until = _day(of(spec.until))
    status = of(spec.status) or IN_USE
    return Keys(
        code=of(spec.code),
        name=of(spec.name),
        since=_day(of(spec.since)) or EPOCH,
        until=until,
        status=IN_USE if status == CANCELLED and until is not None else status,
        body=of(spec.body),
        levels=tuple(part for part in of(spec.levels).split("、") if part),
        region=of(spec.region),
        item_code=of(spec.item),
        is_main=of(spec.is_main) == MAIN,
        main_code=of(spec.main),
        action_kind=of(spec.action),
        department=of(spec.department),
        origin=of(spec.origin),
    )


def covers(said: tuple[str, str, tuple[str, ...]], act: tuple[str, str, str]) -> str:
    """Why a version does not hold for an act: "body", "region", "level"; "" if it does.

    `said` is the version's body, region and levels, `act` the acting body, the place and the level;
    what is empty on either side sets no bound.
    """
    (body, region, levels), (acting, place, level) = said, act
    if body and acting and body != acting:
        return "body"
    if region and place and not place.startswith(stem(region)):
        return "region"
    if levels and level and level not in levels:
        return "level"
    return ""


def stem(region: str) -> str:
    """The part of a region code that all divisions within it begin with."""
    while len(region) > 2 and region.endswith("00"):
        region = region[:-2]
    return region


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
