"""What may be asked of the ledger: acts for an auditor, seals, and proofs."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.apps import apps
from django.db.models import OuterRef, Q, QuerySet, Subquery

from mingcha.base.days import day_moment
from mingcha.base.ledger import journal, tree
from mingcha.base.ledger.hashing import HASH_BYTES
from mingcha.base.ledger.models import Act, Content, Node, Origin, Seal
from mingcha.base.ledger.rules import seal_line
from mingcha.base.ledger.sealer import GROUP, GROUP_LEVEL

SEARCH = "audit.search"
COUNT_LIMIT = 10_000


class Holder(Protocol):
    """An account with its rights: right → paths of organisations ("/1/7/")."""

    @property
    def held(self) -> "Held": ...


class Held(Protocol):
    """The rights an account holds now."""

    def paths(self, right: str) -> set[str]:
        """The organisations over which the right is held, as path prefixes."""


@dataclass(frozen=True)
class Sought:
    """What an auditor looks for; what is left out does not limit. `until` is exclusive."""

    account: int | None = None
    record_kind: str = ""
    record_key: str = ""
    verb: str = ""
    organisation: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def condition(self) -> Q:
        """As a condition on acts."""
        wanted: Mapping[str, object] = {
            "actor_id": self.account,
            "record_kind": self.record_kind or None,
            "record_key": self.record_key or None,
            "verb": self.verb or None,
            "organisation": self.organisation or None,
            "at__gte": self.since,
            "at__lt": self.until,
        }
        return Q(**{name: value for name, value in wanted.items() if value is not None})


def visible_to(account: Holder) -> QuerySet[Act]:
    """The acts of accounts in the organisations over which `account` holds "audit.search".

    The system's own acts belong to no organisation; whoever may search from a root of the tree
    of organisations sees them.
    """
    paths = account.held.paths(SEARCH)
    below = Q(pk__in=[])
    for path in paths:
        below |= Q(path__startswith=path)
    # Organisations live above the ledger, which knows them by their code only.
    organisations = apps.get_model("people", "Organisation")._default_manager
    # Named one by one, so that the database knows from its statistics whether they are many acts
    # or few, and reads the index that is the shorter way.
    reach = Q(organisation__in=list(organisations.filter(below).values_list("code", flat=True)))
    if any(path.count("/") == 2 for path in paths):
        reach |= Q(organisation="")
    return Act.objects.filter(reach)


def acts(account: Holder, sought: Sought) -> QuerySet[Act]:
    """The acts that `account` may see and looks for, latest first."""
    return visible_to(account).filter(sought.condition()).order_by("-at", "-id")


def stretches(found: QuerySet[Act], size: int) -> Iterator[list[Act]]:
    """All acts of `acts`, latest first, at most `size` at a time, each asked for by itself.

    However many there are, no single statement grows with them, nor does memory.
    """
    rest = found
    while here := list(rest[:size]):
        yield here
        last = here[-1]
        earlier = Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk)
        rest = found.filter(earlier, at__lte=last.at)


def count(found: QuerySet[Act]) -> int:
    """How many, up to `COUNT_LIMIT` + 1, which stands for "more than `COUNT_LIMIT`"."""
    return found.order_by()[: COUNT_LIMIT + 1].count()


def history(kind: str, key: str) -> QuerySet[Act]:
    """All acts on one record, latest first. Not limited to a viewer: ask who may see the record."""
    return Act.objects.filter(record_kind=kind, record_key=key).order_by("-id")


def content_of(act: Act) -> str:
    """The canonical JSON an act left its record as; "" where only a digest was given."""
    return Content.objects.filter(pk=act.pk).values_list("text", flat=True).first() or ""


def origin_of(act: Act) -> Origin | None:
    """Address and device behind an act; None when unknown or destroyed by law."""
    return Origin.objects.filter(pk=act.origin).first() if act.origin else None


def open_acts() -> QuerySet[Act]:
    """The acts that no seal holds yet. Not limited to a viewer: for counts and ages only."""
    return Act.objects.filter(leaf_no__isnull=True)


def last_seal() -> Seal | None:
    """The latest seal."""
    return Seal.objects.last()


def seals(number: str = "", first: str = "", last: str = "") -> QuerySet[Seal]:
    """The seals with a number, or of some days (both included, Asia/Shanghai); all when empty.

    What cannot be read does not limit.
    """
    found = Seal.objects.all()
    if number.isdigit() and len(number) < 19:
        found = found.filter(no=int(number))
    since, until = (day_moment(first), day_moment(last, end=True))
    if since is not None:
        found = found.filter(time__gte=since)
    return found if until is None else found.filter(time__lte=until)


def seals_after(number: int, size: int = 2000) -> Iterator[Seal]:
    """The seals after a number, in order, `size` asked for at a time."""
    while here := list(Seal.objects.filter(no__gt=number).order_by("no")[:size]):
        yield from here
        number = here[-1].no


def seal_numbered(number: int) -> Seal | None:
    """The seal with a number."""
    return Seal.objects.filter(no=number).first()


def line_of(seal: Seal) -> str:
    """A seal as the published file has it, signature included."""
    return seal_line(seal.body, bytes(seal.signature))


def public_key(fingerprint: str) -> str | None:
    """The published public key with this fingerprint, as PEM."""
    path = journal.public_key_file(fingerprint)
    return path.read_text() if path.is_file() else None


def seal_at(moment: datetime) -> Seal | None:
    """The last seal not later than `moment`: what was learnt by then are its first `size` acts."""
    return Seal.objects.filter(time__lte=moment).order_by("-time").first()


def seal_of(act: Act) -> Seal | None:
    """The seal that took the act in: when it was learnt. None while the act is open."""
    if act.leaf_no is None:
        return None
    return Seal.objects.filter(size__gt=act.leaf_no).order_by("size").first()


def learnt_by(moment: datetime) -> QuerySet[Act]:
    """The acts learnt by `moment`. Their leaf numbers are those below `seal_at(moment).size`."""
    seal = seal_at(moment)
    return Act.objects.filter(leaf_no__lt=seal.size if seal else 0)


def inclusion_proof(act: Act, seal: Seal) -> list[bytes]:
    """The path from the act's leaf to the seal's root (`tree.proves_inclusion`).

    Raises ValueError when the seal does not hold the act.
    """
    leaf = -1 if act.leaf_no is None else act.leaf_no
    return tree.inclusion(leaf, seal.size, _Stored(seal.size))


def consistency_proof(first: Seal, second: Seal) -> list[bytes]:
    """That `second` only added to `first` (`tree.proves_consistency`)."""
    return tree.consistency(first.size, second.size, _Stored(second.size))


class _Stored:
    """Complete subtrees from the stored nodes, and from leaves below their level."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._groups: dict[int, list[list[bytes]]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        if level >= GROUP_LEVEL:
            return bytes(Node.objects.values_list("hash", flat=True).get(level=level, index=index))
        group = index >> GROUP_LEVEL - level
        if group not in self._groups:
            self._groups[group] = tree.levels(self._leaves(group))
        return self._groups[group][level][index - (group << GROUP_LEVEL - level)]

    def _leaves(self, group: int) -> list[bytes]:
        stored = Node.objects.filter(level=GROUP_LEVEL, index=group)
        packed = stored.values_list("leaves", flat=True).first()
        if packed is not None:
            data = bytes(packed)
            return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
        low = group * GROUP
        loose = Act.objects.filter(leaf_no__gte=low, leaf_no__lt=min(low + GROUP, self._size))
        return [bytes(h) for h in loose.order_by("leaf_no").values_list("hash", flat=True)]


def first_seal() -> Seal | None:
    """The earliest seal: no past before it can be asked for."""
    return Seal.objects.first()


def learnt_times(acts: Iterable[int]) -> dict[int, datetime]:
    """When each act was learnt, that is the time of the seal that took it in; open acts are absent."""
    return _of_seals(acts, "time")


def seal_numbers(acts: Iterable[int]) -> dict[int, int]:
    """The number of the seal that took each act in; open acts are absent."""
    return _of_seals(acts, "no")


def _of_seals(acts: Iterable[int], column: str) -> dict[int, Any]:
    """What the seal that took each act in says in a column. Sizes and times of seals ascend."""
    rows = Act.objects.filter(pk__in=list(acts), leaf_no__isnull=False)
    seal = Seal.objects.filter(size__gt=OuterRef("leaf_no")).order_by("size").values(column)[:1]
    return dict(rows.values_list("pk", Subquery(seal)))


def contents_at(
    kind: str, moment: datetime, keys: Iterable[str] | None = None
) -> dict[str, Mapping[str, Any]]:
    """What the records of a kind were at a moment: key → the content their last act had left by then.

    Of all records, or of those named; one that was not there yet, or no longer, is absent. The
    same for any moment up to the last seal, whatever is done later. Three queries.
    """
    acts = learnt_by(moment).filter(record_kind=kind)
    if keys is not None:
        acts = acts.filter(record_key__in=list(keys))
    last = acts.order_by("record_key", "-id").distinct("record_key")
    record = dict(last.values_list("pk", "record_key"))
    texts = Content.objects.filter(pk__in=list(record)).values_list("act", "text")
    said = {record[act]: json.loads(text) for act, text in texts}
    return {key: content for key, content in said.items() if content}
