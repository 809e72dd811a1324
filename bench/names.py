"""Name search: what the search page asks the database, a page of twenty and the count.

Half of the searches are the ten commonest pairs of characters of the register (有限, 公司, …), the others
trade names, pieces of names, whole names and beginnings of codes of parties picked at random. Time
in the database, from sending a statement to having its rows, all statements added. One client,
cache warm, the head of a department. Beside the bare index lookup of the same words: twenty rows,
neither ranked nor counted.
"""

import statistics
import time
from collections import Counter
from collections.abc import Iterator

import numpy as np
from bench import dossier, pages, rig
from bench.rig import Asked, Row, Target

SEARCHES = 400
COMMONEST = 10
SAMPLE = 20_000
TAIL_MS = 20
BARE = "SELECT id FROM parties_party WHERE search @@ %s::tsquery LIMIT 20"


def measure(asked: Asked) -> Iterator[Row]:
    """The register of the largest size."""
    parties = max(asked.sizes)
    ours, bare, memory, commonest = rig.apart(search, parties, database=dossier.database(parties))
    yield rig.row(
        f"name search, {parties:,} parties",
        pages.told(ours),
        [Target(" ms p99", rig.percentile(ours, 0.99), TAIL_MS)],
        limit=f"bare lookup {pages.told(bare)}",
        ratio=f"{statistics.median(ours) / statistics.median(bare):.1f}",
        memory=f"{memory} MB",
        more=f"The ten commonest pairs: {'、'.join(commonest)}.",
    )


def search(parties: int) -> tuple[list[float], list[float], int, list[str]]:
    """Milliseconds of ours, of the bare lookups, peak memory, and the commonest pairs."""
    from django.db import connection

    from mingcha.base.people.models import Account
    from mingcha.base.search import pair_query, pairs
    from mingcha.domains.parties import queries
    from mingcha.domains.parties.models import Party

    head = Account.objects.order_by("pk").first()
    chosen = (1 + np.random.default_rng(1).permutation(parties)[:SAMPLE]).tolist()
    known = list(Party.objects.filter(pk__in=chosen).values_list("name", "code"))
    common = [
        pair
        for pair, _ in Counter(pair for name, _ in known for pair in pairs(name)).most_common(
            COMMONEST
        )
    ]
    words = []
    for place in range(SEARCHES // 2):
        name, code = known[place % len(known)]
        words += [common[place % COMMONEST], (name[2:4], name[:4], name, code[:12])[place % 4]]
    ours: list[float] = []
    bare: list[float] = []

    def ask(word: str) -> None:
        with pages.statements() as times:
            asked = queries.Filter(words=word)
            queries.total(head, asked)
            found, begin = queries.search(head, asked), queries.beginning(head, asked)
            queries.nearest(found, word, slice(20), begin)
        ours.append(sum(times))
        begun = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(BARE, [pair_query(word, "n")])
            cursor.fetchall()
        bare.append((time.perf_counter() - begun) * 1000)

    for word in words[:40]:
        ask(word)
    ours.clear(), bare.clear()
    took = rig.watched(lambda: [ask(word) for word in words])
    return ours, bare, took.peak_mb, common
