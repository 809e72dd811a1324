"""What a cancelled draw would have drawn, as far as its level lets it be seen on a day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from zipfile import ZipFile

from django.db.models import Q

from mingcha.domains.inspections.models import Draw
from mingcha.domains.inspections.queries.public import draws, notices
from mingcha.domains.inspections.rules.commitment import OPEN, Commitment
from mingcha.domains.inspections.rules.text import SEPARATOR
from mingcha.domains.parties.queries import Party

AT_ONCE = 2_000


@dataclass(frozen=True)
class Would:
    """An entity that would have been drawn: its stratum, its place there, its key, whether in reserve;
    `name` where the level names it.
    """

    stratum: str
    place: int
    key: str
    is_reserve: bool
    name: str = ""


def would_have_drawn(draw: Draw, said: Commitment, on: date) -> list[Would] | None:
    """The objects, then the reserves, in the order of the draw; None while nothing is to be seen."""
    path = draws.bundle_of(draw, said, on) if draw.cancelled_at is not None else None
    if path is None or draws.is_closed(said, on):
        return None
    with ZipFile(path) as archive:
        rows = archive.read("drawn.txt").decode().split("\n")[:-1]
    fields = [row.split(SEPARATOR) for row in rows]
    found = [
        Would(one[1], int(one[2]), one[3], one[0] == "R") for one in fields if one[0] in ("W", "R")
    ]
    return sorted(found, key=lambda one: one.is_reserve)


def named(rows: Sequence[Would], level: str) -> Iterator[Would]:
    """The same with names, of an open draw. One query for 2,000."""
    if level != OPEN:
        yield from rows
        return
    left = iter(rows)
    while batch := list(islice(left, AT_ONCE)):
        keys = [one.key for one in batch]
        parties = Party.objects.filter(Q(code__in=keys) | Q(public_id__in=keys))
        names = {}
        for code, public_id, kind, name in parties.values_list("code", "public_id", "kind", "name"):
            names[code] = names[public_id] = notices.name_of(kind, name)
        yield from (replace(one, name=names.get(one.key, "")) for one in batch)
