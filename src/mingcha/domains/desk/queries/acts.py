"""Acts as lines a person can read, and what an auditor may look for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from mingcha.base.days import day_moment
from mingcha.base.ledger import queries as ledger
from mingcha.base.ledger.models import Act, Content, Origin
from mingcha.base.people import queries as people
from mingcha.base.people.contents import LEDGERED
from mingcha.base.people.models import Account, Grant, Organisation
from mingcha.domains.desk.queries.words import Words, kind_label

# Browser and system by the words of a User-Agent, the telling ones first.
BROWSERS = {
    "Edg/": "Edge",
    "360SE": "360",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


@dataclass(frozen=True)
class Line:
    """One act in words, for a list or its own page."""

    pk: int
    at: datetime
    actor: str
    organisation: str
    verb: str
    record: str
    text: str
    address: str
    device: str  # browser and system in two words
    hash: str
    leaf_no: int | None
    seal_no: int | None
    facts: list[dict[str, str]]
    record_url: str = ""


def sought_by(account: Account, asked: Mapping[str, str]) -> QuerySet[Act]:
    """The acts `account` may see and asks for.

    `asked` may hold person (login or real name), kind (of record), record (its key), verb, from and
    to (days, both included), organisation (code). What cannot be read does not limit.
    """
    first, last = day_moment(asked.get("from", "")), day_moment(asked.get("to", ""), end=True)
    sought = ledger.Sought(
        record_kind=asked.get("kind", ""), record_key=asked.get("record", ""),
        verb=asked.get("verb", ""), organisation=asked.get("organisation", ""),
        since=first, until=last,
    )  # fmt: skip
    found = ledger.acts(account, sought)
    person = asked.get("person", "").strip()
    if person:
        named = Account.objects.filter(Q(login=person) | Q(real_name=person))
        found = found.filter(actor_id__in=list(named.values_list("pk", flat=True)))
    return found


def kinds() -> list[tuple[str, str]]:
    """The kinds of record that occur, with their names. Jumps through the index, kind by kind."""
    sql = """
        WITH RECURSIVE kinds(kind) AS (
            SELECT min(record_kind) FROM ledger_act
            UNION ALL
            SELECT (SELECT min(record_kind) FROM ledger_act WHERE record_kind > kind)
            FROM kinds WHERE kind IS NOT NULL
        ) SELECT kind FROM kinds WHERE kind IS NOT NULL"""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [(kind, kind_label(kind)) for (kind,) in cursor.fetchall()]


def changes_seen_by(account: Account) -> QuerySet[Act]:
    """Acts on the accounts, grants and credentials of the people `account` manages (报备)."""
    mine = people.accounts_visible_to(account).order_by()
    grants = Grant.objects.filter(account__in=mine.values("pk"))
    return Act.objects.filter(
        Q(record_kind="people.account", record_key__in=_keys(mine))
        | Q(record_kind="people.grant", record_key__in=_keys(grants))
        | Q(record_kind="credentials", record_key__in=mine.values("login"))
    )


def _keys(found: QuerySet[Any]) -> QuerySet[Any]:
    """Primary keys as the ledger writes them."""
    keys: QuerySet[Any] = found.order_by().annotate(key=Cast("pk", CharField())).values("key")
    return keys


def lines(acts: Iterable[Act]) -> list[Line]:
    """Acts in words. A handful of queries however many there are."""
    acts = list(acts)
    known = _Known(acts)
    return [known.line(act) for act in acts]


class _Known:
    """What the acts of one page refer to, read in bulk."""

    def __init__(self, acts: list[Act]) -> None:
        self.names = dict(
            Account.objects.filter(pk__in={a.actor_id for a in acts}).values_list("pk", "real_name")
        )
        codes = {act.organisation for act in acts}
        self.bodies = dict(Organisation.objects.filter(code__in=codes).values_list("code", "name"))
        self.origins = Origin.objects.in_bulk({act.origin for act in acts if act.origin})
        self.contents = dict(
            Content.objects.filter(pk__in=[act.pk for act in acts]).values_list("act", "text")
        )
        self.words = Words(self.contents.values())
        self.seals = ledger.seal_numbers(act.pk for act in acts)
        self.records = _records(acts)

    def line(self, act: Act) -> Line:
        """One act in words."""
        origin = self.origins.get(act.origin)
        actor = (
            "系统" if act.actor_id == 0 else self.names.get(act.actor_id, f"账号 {act.actor_id}")
        )
        return Line(
            pk=act.pk, at=act.at, actor=actor,
            organisation=self.bodies.get(act.organisation, act.organisation), verb=act.verb,
            record=f"{act.record_kind}/{act.record_key}", text=self._record(act),
            address=origin.address if origin else "", device=device_label(origin.device) if origin else "",
            hash=bytes(act.hash).hex(), leaf_no=act.leaf_no,
            seal_no=self.seals.get(act.pk),
            facts=self.words.facts(act.record_kind, self.contents.get(act.pk, "")),
        )  # fmt: skip

    def _record(self, act: Act) -> str:
        name = self.records.get((act.record_kind, act.record_key), act.record_key)
        return f"{kind_label(act.record_kind)} {name}"


def _records(acts: list[Act]) -> dict[tuple[str, str], str]:
    """What people, organisations, regions and grants are called; other records keep their keys.

    An auditor sees what was done, not what a department's record says.
    """
    keys = defaultdict(set)
    for act in acts:
        if act.record_kind in LEDGERED and _is_key(act):
            keys[act.record_kind].add(act.record_key)
    return {
        (kind, str(row.pk)): str(row)
        for kind, wanted in keys.items()
        for row in apps.get_model(kind)._default_manager.select_related().filter(pk__in=wanted)
    }


def _is_key(act: Act) -> bool:
    """Whether the record's key can be one of its table; what was written past us may be anything."""
    return act.record_kind == "people.region" or act.record_key.isdecimal()


def device_label(agent: str) -> str:
    """A User-Agent in two words, e.g. "Chrome · Windows"; its beginning when it is none we know."""
    found = [
        next((label for word, label in words.items() if word in agent), "")
        for words in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(part for part in found if part) or agent[:40]
