"""What the ledger holds a publication to: the versions it wrote, and the days it left versions.

A version's last day moves only with a later publication. So the newest term of a version must be
what the version itself says, and is read from there: whoever moves a day or a word past the
application is found out.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Exists, OuterRef

from mingcha.base.ledger.canonical import Json, digest_of
from mingcha.base.ledger.tree import root_of
from mingcha.domains.catalog.models import (
    ChecklistTerm,
    ChecklistVersion,
    CheckPoint,
    Draft,
    ItemException,
    ItemTerm,
    ItemVersion,
    Kind,
    Publication,
    Version,
)

RECORD = "catalog.publication"


def record_of(publication: Publication) -> tuple[str, str]:
    """The publication as the ledger names it."""
    return RECORD, str(publication.pk)


def content_of(publication: Publication) -> Mapping[str, Json]:
    """What an act says a publication did. At most five queries."""
    versions, terms = _leaves(publication)
    return {
        "kind": publication.kind,
        "change": publication.change,
        "body": publication.body.code,
        "by": publication.by_id or 0,
        "case": publication.case_id or 0,
        "batch": publication.batch,
        "reason": publication.reason,
        "versions": [len(versions), root_of(versions).hex()],
        "terms": [len(terms), root_of(terms).hex()],
        "points": _points(publication),
    }


def draft_content(case: int) -> Mapping[str, Json]:
    """What the ledger holds a draft to."""
    draft = Draft.objects.filter(case=case).first()
    if draft is None:
        return {}
    return {
        "change": draft.change,
        "entry": [draft.kind, draft.scheme, draft.code],
        "base": [draft.base, draft.seen],
        "content": draft.content,
        "points": draft.points,
        "days": [day.isoformat() if day else "" for day in (draft.since, draft.until)],
        "reason": draft.reason,
    }


def exception_content(case: int) -> Mapping[str, Json]:
    """What the ledger holds an exception to."""
    found = ItemException.objects.select_related("body").filter(case=case).first()
    if found is None:
        return {}
    return {
        "item": [found.scheme, found.code, found.name],
        "body": found.body.code,
        "days": [found.since.isoformat(), found.until.isoformat()],
        "reason": found.reason,
        "is_allowed": found.is_allowed,
    }


def digests() -> Iterator[tuple[str, bytes]]:
    """Every publication, for `verify`."""
    rows = Publication.objects.select_related("body").order_by("pk")
    for publication in rows.iterator(500):
        yield str(publication.pk), digest_of(content_of(publication))


def _leaves(publication: Publication) -> tuple[list[bytes], list[bytes]]:
    if publication.kind == Kind.ITEM:
        return _digests(publication, ItemVersion, ItemTerm, "item")
    return _digests(publication, ChecklistVersion, ChecklistTerm, "checklist")


def _digests(
    publication: Publication, versions: Any, terms: Any, of: str
) -> tuple[list[bytes], list[bytes]]:
    written = versions.objects.filter(publication=publication).select_related(of).order_by("pk")
    newer = terms.objects.filter(version=OuterRef("version"), pk__gt=OuterRef("pk"))
    left = terms.objects.filter(publication=publication).annotate(is_past=Exists(newer))
    return (
        [digest_of(_version(version, getattr(version, of))) for version in written],
        [digest_of(_term(term)) for term in left.select_related("version").order_by("pk")],
    )


def _version(version: Version, entry: Any) -> Json:
    columns = ["name", "status", "body", "region", "action_kind", "department", "item_code"]
    return {
        "entry": [entry.scheme, entry.code, version.number],
        "since": version.since.isoformat(),
        "said_until": version.said_until.isoformat() if version.said_until else "",
        "levels": list(version.levels),
        "fact": version.fact_id or 0,
        "columns": [str(getattr(version, column, "")) for column in columns],
        "content": version.content,
    }


def _term(term: Any) -> Json:
    """A term; the newest one of a version as the version itself says it."""
    until, is_void = term.until, term.is_void
    if not term.is_past:
        until, is_void = term.version.until, term.version.displaced_by_id is not None
    return [term.version_id, term.since.isoformat(), until.isoformat() if until else "", is_void]


def _points(publication: Publication) -> Json:
    """The check items that it brought, and those it displaced."""
    brought = CheckPoint.objects.filter(publication=publication).order_by("pk")
    leaves = [digest_of([p.version_id, p.number, p.fact_id or 0, p.content]) for p in brought]
    gone = CheckPoint.objects.filter(displaced_by=publication).order_by("pk")
    return [len(leaves), root_of(leaves).hex(), list(gone.values_list("pk", flat=True))]
