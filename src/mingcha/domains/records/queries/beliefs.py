"""What is known of some subjects, from which their ties follow: findings, pins, bars (see rules.beliefs)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Q

from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.rules import parse_name
from mingcha.domains.records.models import Bar, DecisionKind, Join, Pin
from mingcha.domains.records.rules.beliefs import (
    BY_PERSON,
    BY_SPLIT,
    Belief,
    Finding,
    Pinned,
    believed,
    plain,
    set_apart,
)
from mingcha.standards import loader

FINDINGS = """
    SELECT subject_id, fact_id, writing_id, party_id, how, weight, reasons::text, is_doubtful
    FROM records_tie WHERE subject_id = ANY(%s) AND decision_id IS NULL ORDER BY id
"""
# The records of some subjects with the name that each bears, whichever field of its table holds it.
NAMED = """
    SELECT f.id, f.subject_id, f.provider_id, f.dataset, f.source_key,
           coalesce(f.payload ->> n.field, '')
    FROM records_fact f
    LEFT JOIN unnest(%(tables)s::text[], %(fields)s::text[]) AS n(dataset, field)
      ON n.dataset = f.dataset
    WHERE f.subject_id = ANY(%(subjects)s) ORDER BY f.id
"""
Record = tuple[int, str, str]  # provider, table, source key


@dataclass
class Known:
    """What is known of one subject. Pins come in the order of their decisions."""

    findings: list[Finding] = field(default_factory=list)
    of_facts: dict[int, list[Finding]] = field(default_factory=dict)
    pins: list[Pinned] = field(default_factory=list)
    bars: dict[int, int] = field(default_factory=dict)  # party → decision
    of_records: list[tuple[Record, Pinned]] = field(default_factory=list)
    of_names: list[tuple[str, Pinned]] = field(default_factory=list)

    @property
    def has_parts(self) -> bool:
        """Whether some of its records may be tied otherwise than the subject."""
        return bool(self.of_facts or self.of_records or self.of_names)

    def because(self) -> int | None:
        """The last decision about it; None where there is none."""
        pinned = [*self.pins, *(p for _, p in (*self.of_records, *self.of_names))]
        return max([*(pin.decision for pin in pinned), *self.bars.values()], default=None)


def known_of(subjects: Collection[int], *, without: int = 0) -> dict[int, Known]:
    """What is known of some subjects; `without` leaves one decision out. Three queries."""
    ids = sorted(subjects)
    found: dict[int, Known] = defaultdict(Known)
    with connection.cursor() as cursor:
        cursor.execute(FINDINGS, [ids])
        for subject, fact, *said in cursor.fetchall():
            known, finding = found[subject], Finding(*said)
            (known.findings if fact is None else known.of_facts.setdefault(fact, [])).append(
                finding
            )
    for pin in _standing_pins(ids, without):
        how = BY_SPLIT if pin.decision.kind == DecisionKind.SPLIT else BY_PERSON
        said = Pinned(pin.decision_id, pin.decision.writing_id, pin.party_id, how)
        known = found[pin.subject_id]
        if pin.source_key:
            known.of_records.append(((pin.provider_id or 0, pin.dataset, pin.source_key), said))
        elif pin.says:
            known.of_names.append((pin.says, said))
        else:
            known.pins.append(said)
    bars = Bar.objects.filter(subject__in=ids, decision__undone__isnull=True)
    bars = bars.exclude(decision=without)
    for subject, party, decision in bars.values_list("subject", "party", "decision"):
        found[subject].bars[party] = decision
    return found


def _standing_pins(subjects: Sequence[int], without: int) -> Iterable[Pin]:
    pins = Pin.objects.filter(subject__in=subjects, decision__undone__isnull=True)
    pins = pins.exclude(decision=without)
    return pins.select_related("decision").order_by("decision", "pk")


@dataclass(frozen=True)
class Wanted:
    """One tie as it should stand: of a subject (`fact` None) or of one record of it."""

    subject: int
    fact: int | None
    belief: Belief
    because: int | None  # the decision it rests on; None: it is as the machine found it


def wanted_of(
    subjects: Collection[int],
    *,
    without: int = 0,
    gone: Mapping[int, int] | None = None,
    around: Collection[int] = (),
) -> list[Wanted]:
    """The ties that findings and standing decisions ask for. A fixed number of queries.

    `without` leaves one decision out; of the parties `around` it, `gone` says where they would be.
    """
    known = known_of(subjects, without=without)
    gone = {
        party: into
        for party, into in parties.gone_into(_parties_in(known.values())).items()
        if party not in around
    } | {party: into for party, into in (gone or {}).items() if party in around}

    def root(party: int) -> int:
        return gone.get(party, party)

    joined = joined_by(gone)
    records = _records_of([subject for subject, one in known.items() if one.has_parts])
    wanted = []
    for subject in subjects:
        one = known[subject]
        beliefs = believed(one.findings, one.pins, one.bars, root)
        because = one.because() or next(
            (joined[f.party] for f in reversed(one.findings) if f.party in joined), None
        )
        wanted += [Wanted(subject, None, belief, because) for belief in beliefs]
        firm = beliefs[0].party if beliefs else None
        for fact, record, name in records.get(subject, ()):
            pins = _pins_of(one, record, name)
            for belief in set_apart(one.of_facts.get(fact, ()), pins, firm, root):
                wanted.append(Wanted(subject, fact, belief, because))
    return wanted


def _parties_in(known: Iterable[Known]) -> set[int]:
    found: set[int] = set()
    for one in known:
        pinned = [*one.pins, *(p for _, p in (*one.of_records, *one.of_names))]
        findings = [*one.findings, *(f for several in one.of_facts.values() for f in several)]
        found.update(pin.party for pin in pinned)
        found.update(finding.party for finding in findings)
    return found


def component(ends: set[int]) -> tuple[set[int], list[Join]]:
    """The parties that standing joins connect with some, and these joins in order."""
    around, frontier, found = set(ends), set(ends), dict[int, Join]()
    standing = Join.objects.filter(decision__undone__isnull=True)
    while frontier:
        touching = standing.filter(Q(loser__in=frontier) | Q(winner__in=frontier))
        fresh = {join.pk: join for join in touching if join.pk not in found}
        found |= fresh
        frontier = {p for j in fresh.values() for p in (j.loser_id, j.winner_id)} - around
        around |= frontier
    return around, [found[pk] for pk in sorted(found)]


def joined_by(gone: Mapping[int, int]) -> dict[int, int]:
    """party → the last standing decision that made one of it and another, for parties that went."""
    if not gone:
        return {}
    standing = Join.objects.filter(decision__undone__isnull=True)
    touching = standing.filter(Q(loser__in=gone) | Q(winner__in=gone)).order_by("decision")
    last: dict[int, int] = {}
    for loser, winner, decision in touching.values_list("loser", "winner", "decision"):
        last |= {party: decision for party in (loser, winner) if party in gone}
    return last


def _records_of(subjects: Sequence[int]) -> dict[int, list[tuple[int, Record, str]]]:
    if not subjects:
        return {}
    names = name_fields()
    asked: dict[str, Any] = {
        "subjects": subjects,
        "tables": list(names),
        "fields": list(names.values()),
    }
    found: dict[int, list[tuple[int, Record, str]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(NAMED, asked)
        for fact, subject, provider, dataset, key, name in cursor.fetchall():
            found[subject].append((fact, (provider, dataset, key), name))
    return found


def name_fields() -> dict[str, str]:
    """table → its field with the name of whom a record concerns."""
    tables = loader.current().tables.values()
    return {t.name: t.subject.name for t in tables if t.subject is not None and t.subject.name}


def _pins_of(known: Known, record: Record, name: str) -> list[Pinned]:
    """The pins that mean one record, in the order of their decisions."""
    meant = [pin for told, pin in known.of_records if told == record]
    if known.of_names:
        spelt = one_spelling(name)
        meant += [pin for says, pin in known.of_names if says == spelt]
    return sorted(meant, key=lambda pin: pin.decision)


@lru_cache(maxsize=10_000)
def one_spelling(name: str) -> str:
    """A name in the one spelling that all spellings of it share."""
    return parse_name(name).canonical


STANDING = """
    SELECT id, subject_id, fact_id, party_id, rank, how, weight, reasons::text
    FROM records_tie WHERE subject_id = ANY(%s) AND until IS NULL
"""
Said = tuple[int, int | None, int, int, str, int, str]  # STANDING without the id


def standing_of(subjects: Collection[int]) -> dict[Said, int]:
    """What each tie that stands now says → its id."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [sorted(subjects)])
        return {(*row[1:-1], plain(row[-1])): row[0] for row in cursor.fetchall()}


def said_by(wanted: Wanted) -> Said:
    """What a wanted tie says, to be held against those that stand."""
    one = wanted.belief
    return (
        wanted.subject, wanted.fact, one.party, one.rank, one.how, one.weight, one.reasons
    )  # fmt: skip
