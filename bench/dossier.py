"""The dossier page, for the head of the department that provided the facts.

Server time of the whole page in one process: middleware, session, rights, queries, template; no
network. One client, one page after the other, parties picked at random and never twice, so that
the database's own cache is mostly cold and the operating system's warm. Ten facts to a party of
four tables on average, in one hundredth of the parties a hundred more. Beside the bare query of
the same parties' facts. The smaller city has a tenth of the parties and of the facts.
"""

import statistics
import time
from collections.abc import Iterator, Sequence

import numpy as np
from bench import city, pages, rig
from bench.rig import Asked, Row, Target, Took

PAGES = 300
FACTS_EACH = 10
TAIL_MS = 50
GROWTH = 1.3
BARE = """
    SELECT f.payload FROM records_tie t JOIN records_fact f ON f.subject_id = t.subject_id
    WHERE t.party_id = %s AND t.until IS NULL AND NOT t.is_doubtful ORDER BY f.occurred_on DESC LIMIT 200
"""

Measured = tuple[list[float], Took, list[float], Took]


def measure(asked: Asked) -> Iterator[Row]:
    """A tenth of the largest size, then all of it."""
    parties = max(asked.sizes)
    small = _look(parties // 10, asked.runs)
    large = _look(parties, asked.runs)
    yield _row(parties // 10, small, [])
    growth = statistics.median(large[0]) / statistics.median(small[0])
    yield _row(parties, large, [Target(" × the time at a tenth of it", growth, GROWTH)])


def database(parties: int) -> str:
    """The city that dossiers, names and lists are measured on."""
    return rig.prepared(f"bench_city_{parties}", city.fill, parties, FACTS_EACH * parties, parties)


def _look(parties: int, runs: int) -> Measured:
    found = [rig.apart(look, parties, run, database=database(parties)) for run in range(runs)]
    return min(found, key=lambda one: rig.percentile(one[0], 0.99))


def _row(parties: int, found: Measured, also: Sequence[Target]) -> Row:
    ours, took, bare, bare_took = found
    return rig.row(
        f"dossier page, {parties:,} parties, {parties * FACTS_EACH:,} facts",
        f"{pages.told(ours)} (CPU {took.cpu / len(ours) * 1000:.1f})",
        [Target(" ms p99", rig.percentile(ours, 0.99), TAIL_MS), *also],
        limit=f"bare query {pages.told(bare)} (CPU {bare_took.cpu / len(bare) * 1000:.1f})",
        ratio=f"{statistics.median(ours) / statistics.median(bare):.1f}",
        memory=f"{took.peak_mb} MB",
    )


def look(parties: int, run: int) -> Measured:
    """Look at some dossiers, and ask for the bare facts of as many others."""
    from django.urls import reverse

    from mingcha.base.people.models import Account
    from mingcha.domains.parties.models import Party

    chosen = (1 + np.random.default_rng(run).permutation(parties)[: 2 * PAGES]).tolist()
    ids = dict(Party.objects.filter(pk__in=chosen[:PAGES]).values_list("pk", "public_id"))
    head = Account.objects.order_by("pk").values_list("login", flat=True).first()
    addresses = [reverse("insight:dossier", args=[ids[pk]]) for pk in chosen[:PAGES]]
    ours, took = pages.timed(head, addresses)
    bare, bare_took = _bare(chosen[PAGES:])
    return ours, took, bare, bare_took


def _bare(parties: Sequence[int]) -> tuple[list[float], Took]:
    from django.db import connection

    times: list[float] = []

    def work() -> None:
        for party in parties:
            begun = time.perf_counter()
            with connection.cursor() as cursor:
                cursor.execute(BARE, [party])
                cursor.fetchall()
            times.append((time.perf_counter() - begun) * 1000)

    connection.ensure_connection()
    return times, rig.watched(work)
