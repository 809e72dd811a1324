"""A list page: a hundred batches of a million, with their count, filters and links.

Server time of the whole page in one process, no network. One client: a clerk, who may see half of
the batches. First pages, other pages, and sorted by other columns, by turns; cache warm. Beside the bare
query of the same page.
"""

import statistics
from collections.abc import Iterator

from bench import dossier, pages, rig
from bench.rig import Asked, Row, Target

PAGES = 200
MIDDLE_MS = 50
ASKED = ("", "&page=2", "&page=50", "&sort=-read", "&sort=file")
BARE = "SELECT * FROM records_batch WHERE provider_id = %s ORDER BY received_at DESC LIMIT 100"


def measure(asked: Asked) -> Iterator[Row]:
    """As many batches as the largest size."""
    batches = max(asked.sizes)
    ours, bare, took = rig.apart(look, database=dossier.database(batches))
    yield rig.row(
        f"list page, 100 of {batches:,} batches",
        f"{pages.told(ours)} (CPU {took.cpu / len(ours) * 1000:.1f})",
        [Target(" ms p50", statistics.median(ours), MIDDLE_MS)],
        limit=f"bare query {pages.told(bare)}",
        ratio=f"{statistics.median(ours) / statistics.median(bare):.1f}",
        memory=f"{took.peak_mb} MB",
    )


def look() -> tuple[list[float], list[float], rig.Took]:
    """Milliseconds of the pages, of the bare queries, and what the pages took."""
    from django.db import connection
    from django.urls import reverse

    from mingcha.base.people.models import Account

    clerk = Account.objects.order_by("pk")[1]
    address = reverse("records:batches")
    addresses = [f"{address}?size=100{ASKED[n % len(ASKED)]}" for n in range(PAGES)]
    ours, took = pages.timed(clerk.login, addresses)
    with pages.statements() as bare:
        for _ in range(PAGES):
            with connection.cursor() as cursor:
                cursor.execute(BARE, [clerk.organisation_id])
                cursor.fetchall()
    return ours, bare, took
