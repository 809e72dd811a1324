"""Who is one and who is not: parties that went into another, that are empty, that are split off."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection

from mingcha.domains.parties.models import Party

GO_INTO = """
    UPDATE parties_party p SET merged_into_id = s.into_id
    FROM unnest(%s::bigint[], %s::bigint[]) AS s(id, into_id)
    WHERE p.id = s.id AND p.merged_into_id IS DISTINCT FROM s.into_id
"""
EMPTY = """
    UPDATE parties_party p
    SET is_void = NOT p.is_registered AND p.merged_into_id IS NULL AND NOT s.has_ties
    FROM unnest(%s::bigint[], %s::bool[]) AS s(id, has_ties)
    WHERE p.id = s.id
      AND p.is_void <> (NOT p.is_registered AND p.merged_into_id IS NULL AND NOT s.has_ties)
"""


@dataclass(frozen=True)
class Newborn:
    """A party that a person splits off, as the records that go with it name it."""

    kind: str
    name: str
    code: str = ""
    region: str = ""
    address: str = ""


def establish(said: Newborn) -> Party:
    """Make a party of its own (另立监管对象), not registered, without an identifier.

    A part of a linking service, which leaves the act.
    """
    return Party.objects.create(
        kind=said.kind, subkind="split", name=said.name[:600], code=said.code[:200],
        region=said.region[:6], address=said.address[:600], is_registered=False,
    )  # fmt: skip


def go_into(where: Mapping[int, int | None]) -> None:
    """Note which parties have gone into which; None: it stands for itself. Part of a linking service."""
    with connection.cursor() as cursor:
        cursor.execute(GO_INTO, [list(where), list(where.values())])


def note_empty(parties: Collection[int], *, with_ties: Collection[int]) -> None:
    """Note which of some parties are void: not registered, and no record means them any more."""
    ids = sorted(parties)
    with connection.cursor() as cursor:
        cursor.execute(EMPTY, [ids, [party in with_ties for party in ids]])
