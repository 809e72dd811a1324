"""Fill the register's rows from what sources say, and keep which source counts (一数一源)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import yaml
from django.db import connection, transaction
from pydantic import BaseModel, ConfigDict

from mingcha.base.errors import NotAllowed
from mingcha.base.events.services import announce
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json, digest_of
from mingcha.base.people.models import Account
from mingcha.domains.parties.errors import AuthorityOutOfOrder, AuthorityWithoutBasis, NoSource
from mingcha.domains.parties.events import AuthorityChanged
from mingcha.domains.parties.models import Authority
from mingcha.domains.parties.queries.authority import fields_of, label_of
from mingcha.domains.parties.rules.attributes import Attribute
from mingcha.standards import loader

MANAGE = "rules.manage"
RECORD = "parties.authority"
SHIPPED_SINCE = date(2021, 1, 1)

FILL = """
    UPDATE parties_party p SET
        name = coalesce(nullif(s.name, ''), p.name),
        address = CASE WHEN s.tells_address THEN s.address ELSE p.address END,
        legal_person = s.legal_person, status = left(s.status, 600), industry = s.industry,
        region = CASE WHEN s.region = '' THEN p.region ELSE s.region END,
        region_by = CASE WHEN s.region = '' THEN p.region_by ELSE 'stated' END,
        founded_on = nullif(s.founded_on, '')::date, also = s.also,
        is_registered = s.is_registered,
        fact_id = coalesce(s.fact_id, p.fact_id)
    FROM unnest(%(ids)s::bigint[], %(names)s::text[], %(addresses)s::text[], %(tells)s::bool[],
                %(legal_persons)s::text[], %(statuses)s::text[], %(industries)s::text[],
                %(regions)s::text[], %(founded)s::text[], %(also)s::text[], %(registered)s::bool[],
                %(facts)s::bigint[])
         AS s(id, name, address, tells_address, legal_person, status, industry, region, founded_on,
              also, is_registered, fact_id)
    WHERE p.id = s.id
"""
ALSO = """
    UPDATE parties_party p SET also = s.also, is_registered = false
    FROM unnest(%s::bigint[], %s::text[]) AS s(id, also)
    WHERE p.id = s.id AND (p.also <> s.also OR p.is_registered)
"""
SEPARATOR = "｜"
LONGEST = 4000  # characters of other names that are searched


class Shipped(BaseModel):
    """One entry of authority.yaml: a table with the attributes of which it is a source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    rank: int
    attributes: tuple[Attribute, ...]
    basis: str
    department: str = ""


@dataclass(frozen=True)
class Filling:
    """What a party's row shall say: the values that count, its other names, and from which fact.

    A party that no register names any more keeps its name and address and is unregistered.
    """

    party: int
    values: Mapping[Attribute, str]
    also: Sequence[str]
    is_registered: bool
    fact_id: int | None


def fill(rows: Iterable[Filling]) -> None:
    """Write the rows of parties anew (重算). One statement for those registered, one for the rest."""
    registered: list[Filling] = []
    others: list[Filling] = []
    for row in rows:
        (registered if row.is_registered else others).append(row)
    with connection.cursor() as cursor:
        if registered:
            cursor.execute(FILL, _columns(registered))
        if others:
            ids = [row.party for row in others]
            cursor.execute(ALSO, [ids, [_also(row.also) for row in others]])


def _columns(rows: Sequence[Filling]) -> dict[str, Any]:
    def of(attribute: Attribute) -> list[str]:
        return [row.values.get(attribute, "") for row in rows]

    return {
        "ids": [row.party for row in rows],
        "names": of(Attribute.NAME),
        "addresses": of(Attribute.ADDRESS),
        "tells": [Attribute.ADDRESS in row.values for row in rows],
        "legal_persons": of(Attribute.LEGAL_PERSON),
        "statuses": of(Attribute.STATUS),
        "industries": of(Attribute.INDUSTRY),
        "regions": of(Attribute.REGION),
        "founded": of(Attribute.FOUNDED_ON),
        "also": [_also(row.also) for row in rows],
        "registered": [True] * len(rows),
        "facts": [row.fact_id for row in rows],
    }


def _also(names: Sequence[str]) -> str:
    """Other names in one text, each after a separator that no pair of characters crosses."""
    return "".join(SEPARATOR + name.replace(SEPARATOR, " ") for name in names)[:LONGEST]


@transaction.atomic
def load_authorities() -> int:
    """Add the shipped sources of attributes that have none yet; what an official set stays."""
    text = files("mingcha.domains.parties").joinpath("authority.yaml").read_text("utf-8")
    known = set(Authority.objects.values_list("attribute", "table", "department"))
    fresh = []
    for entry in map(Shipped.model_validate, yaml.safe_load(text)):
        for attribute in entry.attributes:
            if (attribute.value, entry.table, entry.department) in known:
                continue
            if attribute not in fields_of(entry.table):
                continue
            fresh.append(
                Authority.objects.create(
                    attribute=attribute.value, table=entry.table, department=entry.department,
                    rank=entry.rank, since=SHIPPED_SINCE, basis=entry.basis,
                )
            )  # fmt: skip
    for key in {key_of(row) for row in fresh}:
        ledger.act(None, "装载权威来源", (RECORD, key), content=content_of(key))
    return len(fresh)


@dataclass(frozen=True)
class Place:
    """Where a source shall stand for an attribute, from a day on; `rank` None: it is none any more."""

    attribute: Attribute
    table: str
    department: str
    rank: int | None
    since: date
    basis: str


@transaction.atomic
def set_authority(place: Place, *, actor: Account) -> None:
    """Give a source its place from a day on (设定权威来源); the present place ends the day before.

    Leaves one act. Parties are filled anew by job. Raises NotAllowed, NoSource,
    AuthorityWithoutBasis or AuthorityOutOfOrder.
    """
    if not actor.holds(MANAGE):
        raise NotAllowed(right=MANAGE)
    if place.attribute not in fields_of(place.table):
        label = loader.current().table(place.table).label
        raise NoSource(table=label, label=label_of(place.attribute))
    if not place.basis.strip():
        raise AuthorityWithoutBasis(label=label_of(place.attribute))
    rows = Authority.objects.select_for_update().filter(
        attribute=place.attribute.value, table=place.table, department=place.department
    )
    latest = rows.order_by("-since").first()
    if latest is not None and place.since <= latest.since:
        raise AuthorityOutOfOrder(since=latest.since, asked=place.since)
    if latest is not None and (latest.until is None or latest.until >= place.since):
        latest.until = place.since - timedelta(days=1)
        latest.save(update_fields=["until"])
    if place.rank is not None:
        Authority.objects.create(
            attribute=place.attribute.value, table=place.table, department=place.department,
            rank=place.rank, since=place.since, basis=place.basis.strip()[:300],
        )  # fmt: skip
    key = "|".join((place.attribute.value, place.table, place.department))
    ledger.act(actor, "设定权威来源", (RECORD, key), content=content_of(key))
    announce(AuthorityChanged(table=place.table, attribute=place.attribute.value))


def key_of(row: Authority) -> str:
    """A source as the ledger names it: attribute, table, department."""
    return "|".join((row.attribute, row.table, row.department))


def content_of(key: str) -> Mapping[str, Json]:
    """What an act says of a source: all its places with their days."""
    attribute, table, department = key.split("|")
    rows = Authority.objects.filter(attribute=attribute, table=table, department=department)
    return {
        row.since.isoformat(): {
            "rank": row.rank,
            "until": row.until.isoformat() if row.until else "",
            "basis": row.basis,
        }
        for row in rows
    }


def digests() -> Iterator[tuple[str, bytes]]:
    """Every source, for `verify`."""
    for key in sorted({key_of(row) for row in Authority.objects.all()}):
        yield key, digest_of(content_of(key))
