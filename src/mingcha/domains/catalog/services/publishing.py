"""Put a reviewed change into the book: versions, check items, one act, one event."""

from collections.abc import Sequence

from mingcha.base.cases.models import Case
from mingcha.base.events.services import announce
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account
from mingcha.domains.catalog.events import ChecklistPublished, ItemPublished
from mingcha.domains.catalog.models import (
    ChecklistVersion,
    CheckPoint,
    Draft,
    Kind,
    Publication,
    Version,
)
from mingcha.domains.catalog.queries.contents import content_of, record_of
from mingcha.domains.catalog.queries.plans import Plan
from mingcha.domains.catalog.queries.shelves import point_table
from mingcha.domains.catalog.services.book import take_back, write


def put_in(draft: Draft, plan: Plan, *, case: Case, actor: Account, reason: str) -> Publication:
    """Write what a plan says. Part of the transaction that moves the case."""
    publication = Publication.objects.create(
        kind=draft.kind, change=draft.change, body=case.opener, by=actor, case=case,
        reason=reason[:1000],
    )  # fmt: skip
    kind = Kind(draft.kind)
    written = write(kind, plan.said, publication, owner=case.opener)
    take_back(kind, plan.gone, publication)
    for version in written.fresh:
        if isinstance(version, ChecklistVersion):
            put_points(version, _points(draft, plan.source), publication)
    ledger.act(
        actor, f"发布{draft.get_kind_display()}{draft.get_change_display()}",
        record_of(publication), content=content_of(publication),
    )  # fmt: skip
    event = ItemPublished if kind == Kind.ITEM else ChecklistPublished
    announce(event(publication.pk, draft.change, draft.scheme, draft.code))
    return publication


def _points(draft: Draft, source: Version | None) -> Sequence[dict[str, str]]:
    """The check items that go with a text: the draft's own, or those of the version it repeats."""
    if not isinstance(source, ChecklistVersion):
        return list(draft.points)
    rows = source.points.filter(displaced_by__isnull=True).order_by("number")
    return [point.content for point in rows]


def put_points(
    version: ChecklistVersion, points: Sequence[dict[str, str]], publication: Publication
) -> None:
    """Give a new version its check items, where its list has any. In the caller's transaction."""
    found = point_table(version.checklist.scheme)
    if found is None:
        return
    _, spec = found
    rows = []
    for number, point in enumerate(points, 1):
        own = {spec.checklist: version.checklist.code, spec.since: version.since.isoformat()}
        content = {**point, **own, spec.number: str(number)}
        rows.append(
            CheckPoint(version=version, number=number, content=content, publication=publication)
        )
    CheckPoint.objects.bulk_create(rows)
