"""Search the register of parties. Who is registered is open to every official on duty."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Q, QuerySet, When

from mingcha.base.access import Actor
from mingcha.base.errors import NotFound
from mingcha.base.search import PairQuery, fold, pair_query
from mingcha.domains.parties.models import Identifier, Party

__all__ = [
    "COUNTED",
    "PERSON",
    "Filter",
    "Party",
    "beginning",
    "bodies_by_code",
    "by_code",
    "called",
    "gone_into",
    "identifiers_of",
    "named",
    "names_of",
    "nearest",
    "objects_of",
    "other_names",
    "party_for",
    "search",
    "total",
    "visible_to",
]

SEARCH = "parties.search"
CODE = re.compile(r"[0-9A-Za-z\-]{6,}")
PERSON = "2"
FEW = 200  # found parties that are ranked one by one
COUNTED = 1_000  # found parties that are counted exactly


@dataclass(frozen=True)
class Filter:
    """What is looked for; every part narrows. `words` is a name, part of one, or a code."""

    words: str = ""
    kind: str = ""
    region: str = ""  # a division or the beginning of one: 31, 3101, 310115
    industry: str = ""  # GB/T 4754 code or the beginning of one
    address: str = ""
    registered: str = ""  # "yes", "no" or "" for both


def visible_to(actor: Actor) -> QuerySet[Party]:
    """The parties an account may find: all, for officials on duty with the right; else none."""
    return Party.objects.defer("search") if actor.holds(SEARCH) else Party.objects.none()


def party_for(actor: Actor, public_id: str) -> Party:
    """The one door to a party. Raises NotFound for missing and hidden alike."""
    party = visible_to(actor).filter(public_id=public_id).select_related("owner").first()
    if party is None:
        raise NotFound(what="监管对象", key=public_id)
    return party


def search(actor: Actor, asked: Filter) -> QuerySet[Party]:
    """The parties that fit, in no order; `nearest` gives those that fit some words best.

    Former names count. A party that has gone into another is found by its whole name or code only,
    and says so; one that no record means any more is not found.
    """
    found = _narrow(visible_to(actor).filter(is_void=False), asked)
    found = found.select_related("merged_into")
    words = asked.words.strip()
    if not words:
        return found.filter(merged_into__isnull=True)
    return found.filter(_about(words), Q(merged_into__isnull=True) | _is_named(words))


def beginning(actor: Actor, asked: Filter) -> QuerySet[Party]:
    """Those that `search` finds and whose names begin with the words, in no order, by their own index.

    A beginning that thousands share (上海市浦…) holds pairs that most names hold; to intersect those
    takes tens of milliseconds, to read a few hundred names that begin so takes none.
    """
    found = _narrow(visible_to(actor).filter(is_void=False, merged_into__isnull=True), asked)
    return found.filter(name__startswith=asked.words.strip())


def total(actor: Actor, asked: Filter) -> int:
    """How many `search` finds, exact up to COUNTED; one more stands for more."""
    some = slice(COUNTED + 1)
    if asked.words.strip() and (many := beginning(actor, asked)[some].count()) > COUNTED:
        return many
    return search(actor, asked).order_by()[some].count()


def nearest(
    found: QuerySet[Party], words: str, here: slice, begin: QuerySet[Party] | None = None
) -> list[Party]:
    """A stretch of what `search` found: exact name or code, then names beginning so, then the rest.

    Within each by id. Of more than a few, each part is read from its index only as far as the
    stretch goes, so that a word every name holds costs no more than a rare one; a former name that
    begins so then counts among the rest. `begin` (what `beginning` gives) tells that there are more
    than a few where it can.
    """
    words = words.strip()
    exact = _is_called(words)
    begins = Q(name__startswith=words, merged_into__isnull=True)
    is_much = begin is not None and begin[FEW : FEW + 1].exists()
    ids = [] if is_much else list(found.order_by().values_list("pk", flat=True)[: FEW + 1])
    if not is_much and len(ids) <= FEW:
        also = begins | Q(also__contains=f"｜{words}", merged_into__isnull=True)
        near = Case(When(exact, then=0), When(also, then=1), default=2)
        ranked = found.filter(pk__in=ids).annotate(near=near)
        return list(ranked.order_by("near", "pk")[here])
    ids, end = [], here.stop
    for part in (exact, begins & ~exact, ~begins & ~exact):
        part_ids = found.filter(part).order_by("pk").values_list("pk", flat=True)
        ids += part_ids[: end - len(ids)] if len(ids) < end else []
    rows = found.in_bulk(ids[here])
    return [rows[pk] for pk in ids[here]]


def called(found: QuerySet[Party], words: str) -> QuerySet[Party]:
    """Those of some parties that bear exactly this name or code, and have not gone into another."""
    return found.filter(_is_called(words.strip()))


def other_names(party: Party) -> list[str]:
    """The names a party bore before, or bears in other sources; the latest first."""
    return [name for name in party.also.split("｜") if name]


def identifiers_of(party: Party) -> list[Identifier]:
    """Every code by which the party is known."""
    return list(party.identifiers.order_by("scheme", "value"))


def by_code(scheme: str, values: Iterable[str]) -> dict[str, Party]:
    """The parties that bear codes of a scheme, by code."""
    found = Identifier.objects.filter(scheme=scheme, value__in=list(values))
    return {one.value: one.party for one in found.select_related("party")}


def objects_of(party: Party) -> QuerySet[Party]:
    """Equipment, premises and products that the party answers for."""
    return Party.objects.filter(owner=party).order_by("kind", "name")


def gone_into(ids: Iterable[int]) -> dict[int, int]:
    """Where parties have gone that a person found to be another; the others are left out."""
    gone = Party.objects.filter(pk__in=list(ids), merged_into__isnull=False)
    return {
        party: into for party, into in gone.values_list("pk", "merged_into") if into is not None
    }


def bodies_by_code(actor: Actor, codes: Iterable[str]) -> dict[str, Party]:
    """The parties that bear these credit codes, by code; natural persons are left out.

    For filling in what is known of a body: a person's particulars are not given for a number.
    """
    known = Identifier.objects.filter(scheme="uscc", value__in=set(codes))
    known = known.filter(party__in=visible_to(actor))
    known = known.exclude(party__kind=PERSON).select_related("party__merged_into")
    found = {identifier.value: identifier.party for identifier in known}
    return {code: party.merged_into or party for code, party in found.items()}


def named(actor: Actor, name: str) -> Party | None:
    """The one body of exactly this name; None when there is none, or more than one."""
    found = visible_to(actor).filter(name=name, merged_into__isnull=True, is_void=False)
    found = found.exclude(kind=PERSON)[:2]
    return found[0] if len(found) == 1 else None


def names_of(ids: Iterable[int]) -> dict[int, str]:
    """Names by id, for pages that hold ids."""
    return dict(Party.objects.filter(pk__in=list(ids)).values_list("pk", "name"))


def _about(words: str) -> Q:
    if CODE.fullmatch(words):
        code = words.upper()
        known = Identifier.objects.filter(value=code).values("party")
        return Q(pk__in=known) | Q(code__startswith=code) | _holds(words, "n")
    return _holds(words, "n")


def _is_called(words: str) -> Q:
    return (Q(name=words) | Q(code=words.upper())) & Q(merged_into__isnull=True)


def _is_named(words: str) -> Q:
    """Whether the words are a party's whole name, or one of its codes."""
    known = Identifier.objects.filter(value=words.upper()).values("party")
    return Q(name=words) | Q(code=words.upper()) | Q(pk__in=known)


def _holds(words: str, tag: str) -> Q:
    query = pair_query(words, tag)
    if not query:
        return Q(name__startswith=fold(words))
    return Q(search=PairQuery(query))


def _division(code: str) -> str:
    """The prefix that a division's code shares with those below it: 310000 → 31, 310100 → 3101."""
    return code.removesuffix("00").removesuffix("00") if len(code) == 6 else code


def _narrow(found: QuerySet[Party], asked: Filter) -> QuerySet[Party]:
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.region:
        found = found.filter(region__startswith=_division(asked.region))
    if asked.industry:
        found = found.filter(industry__startswith=asked.industry)
    if asked.address.strip():
        found = found.filter(_holds(asked.address.strip(), "a"))
    if asked.registered:
        found = found.filter(is_registered=asked.registered == "yes")
    return found
