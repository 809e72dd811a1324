"""A law is amended or repealed (立改废释): what rests on it is reviewed, and what rests on nothing else falls.

    case = enter(Entered("食品安全法", LawDeed.REPEALED, day, "国务院令第 1 号"), actor=drafter)
    confirm(case, actor=publisher)     # another person; from now on the date does the rest

Falling is a version of the book, suspended from the day on: no job and no hand is needed on the day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Opening, advance, opened
from mingcha.base.cases.services import Said as Move
from mingcha.base.days import local_today
from mingcha.base.errors import BadInput, NotAllowed
from mingcha.base.events.services import announce
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import require
from mingcha.domains.catalog import errors
from mingcha.domains.catalog.events import ChecklistPublished, ItemPublished
from mingcha.domains.catalog.models import (
    Change,
    ChecklistVersion,
    Draft,
    Kind,
    LawChange,
    LawDeed,
    Publication,
)
from mingcha.domains.catalog.queries import laws as queries
from mingcha.domains.catalog.queries import reviews
from mingcha.domains.catalog.queries.contents import content_of, record_of
from mingcha.domains.catalog.queries.laws import Resting
from mingcha.domains.catalog.queries.shelves import Said, last_publication, standing
from mingcha.domains.catalog.rules.keys import IN_USE, SUSPENDED
from mingcha.domains.catalog.services.book import write
from mingcha.domains.catalog.services.lists import Row, Sender
from mingcha.domains.catalog.services.publishing import put_points
from mingcha.domains.catalog.services.reviewing import CASES, title_of
from mingcha.domains.catalog.states import LawState
from mingcha.standards import loader
from mingcha.standards.shelving import LawSpec

__all__ = ["Done", "Entered", "LawDeed", "confirm", "enter", "propose"]
ENTER, CONFIRM = "catalog.draft", "catalog.publish"


@dataclass(frozen=True)
class Entered:
    """What is known of the change: of which law, what, from which day, by which document."""

    law: str
    deed: LawDeed
    since: date
    document: str
    successor: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Done:
    """What confirming did: items that fall, reviews that were opened, entries under review already."""

    fallen: int
    opened: int
    under_review: int


def enter(said: Entered, *, actor: Account) -> Case:
    """Enter that a law is amended or repealed (登记法律变动). Nothing changes before it is confirmed.

    Leaves one act. Raises NotAllowed, NobodyReviews, LawEntered or BadInput.
    """
    require(actor, ENTER, actor.organisation)
    said = _tidied(said)
    law = said.law
    if not law or not said.document:
        raise BadInput(problem="请填写法律名称和公布文件")
    same = LawChange.objects.filter(law=law, deed=said.deed, since=said.since)
    if (twin := same.exclude(case__state="dropped").select_related("case").first()) is not None:
        raise errors.LawEntered(law=law, since=said.since, number=twin.case.number)
    unit = reviews.nearest_body(CONFIRM, actor.organisation)
    if unit is None:
        raise errors.NobodyReviews(unit=actor.organisation.name)
    return _open(said, unit, actor.organisation, actor)


def propose(spec: LawSpec, rows: Sequence[Row], sender: Sender) -> list[Case]:
    """Enter what the records of a table of laws say of amended and repealed ones (登记法律变动).

    Nothing changes before another person than the sender confirms it. What was entered before, by
    hand or by an earlier record, is not entered again, not even where it was turned down; a record
    that is withdrawn takes back what it entered and nobody has confirmed. Leaves one act each.
    """
    gone = [row.content.get(spec.law, "") for row in rows if row.withdraws]
    made = [_propose(spec, row, sender) for row in rows if not row.withdraws]
    _take_back(gone)
    return [case for case in made if case is not None]


def _propose(spec: LawSpec, row: Row, sender: Sender) -> Case | None:
    def of(field: str | None) -> str:
        return row.content.get(field, "") if field else ""

    deed = spec.deeds.get(of(spec.status))
    if deed is None or not of(spec.since):
        return None
    said = _tidied(
        Entered(
            of(spec.law), LawDeed(deed), date.fromisoformat(of(spec.since)),
            of(spec.document) or of(spec.number), of(spec.successor), "法律法规库的记录写明",
        )
    )  # fmt: skip
    if LawChange.objects.filter(law=said.law, deed=said.deed, since=said.since).exists():
        return None
    body = sender.provider
    unit = reviews.nearest_body(CONFIRM, body) or body
    return _open(said, unit, body, sender.actor, fact=row.fact_id)


def _take_back(names: Sequence[str]) -> None:
    """Drop what withdrawn records entered of some laws and nobody has confirmed."""
    told = LawChange.objects.filter(fact_id__isnull=False, case__state=LawState.ENTERED)
    open_ = told.filter(law__in=[name.strip().strip("《》") for name in names if name])
    for change in open_.select_related("case"):
        with advance(change.case, "drop", actor=None, said=Move(reason="来源记录已撤回")):
            pass


def _open(
    said: Entered, unit: Organisation, body: Organisation, actor: Account | None,
    fact: int | None = None,
) -> Case:  # fmt: skip
    opening = Opening(
        "law-change", f"《{said.law}》自 {said.since} 起{said.deed.label}"[:300], unit,
        opener=body, about=("catalog.law", said.law[:120]), reason=said.reason,
    )  # fmt: skip
    with opened(opening, actor=actor) as case:
        LawChange.objects.create(case=case, fact_id=fact, **vars(said))
    return case


def _tidied(said: Entered) -> Entered:
    """The same as it is kept: names without their brackets, no longer than their columns."""
    return replace(
        said, law=said.law.strip().strip("《》")[:300], document=said.document.strip()[:300],
        successor=said.successor.strip().strip("《》")[:300], reason=said.reason.strip()[:1000],
    )  # fmt: skip


def confirm(case: Case, *, actor: Account, said: Move | None = None) -> Done:
    """Confirm a change of a law (核定). Nobody confirms what they entered.

    A repealed law suspends the items and checklists that rest on it alone, from its day to the day
    before their next version begins. Every item and checklist that rests on the law gets a draft with its owner,
    unless one is open. Leaves the acts of the case, of the publications and of the drafts, and
    announces ItemPublished and ChecklistPublished. Raises NotAllowed, NotSameHand, MoveRefused or Stale.
    """
    require(actor, CONFIRM, case.opener)
    with advance(case, "confirm", actor=actor, said=said or Move()) as locked:
        change = LawChange.objects.select_for_update().get(case=locked)
        change.is_confirmed = True
        change.save(update_fields=["is_confirmed"])
        resting = queries.resting_on(change.law, change.since)
        beyond = queries.may_confirm(actor, [one.entry.owner for one in resting])
        if beyond:
            raise NotAllowed(right=CONFIRM, where=beyond[0].name)
        fallen: Sequence[Resting] = ()
        if change.deed == LawDeed.REPEALED:
            fallen = queries.falling(resting, change.since)
            _suspend(fallen, change, locked, actor)
        open_already = [one for one in resting if queries.under_review(one.entry)]
        to_review = [one for one in resting if one not in open_already]
        for one in to_review:
            _open_review(one, change, locked)
    return Done(len(fallen), len(to_review), len(open_already))


def _suspend(fallen: Sequence[Resting], change: LawChange, case: Case, actor: Account) -> None:
    """One publication per table: the items and checklists are suspended from the day on."""
    for scheme, group in groupby(fallen, key=lambda one: one.entry.scheme):
        rows = list(group)
        table = loader.current().table(scheme)
        spec = Said(table, {}).spec
        if spec.status is None:
            raise errors.NoStatus(table=table.label, deed="暂停")
        days = {spec.since: change.since.isoformat(), spec.status: SUSPENDED}
        said = []
        for one in rows:
            text = {k: v for k, v in one.version.content.items() if k != spec.until}
            said.append(Said(table, text | days))
        kind = queries.kind_of(rows[0].entry)
        publication = Publication.objects.create(
            kind=kind, change=Change.SUSPEND, body=case.opener, by=actor, case=case,
            reason=_why(change)[:1000],
        )  # fmt: skip
        written = write(kind, said, publication, owner=case.opener)
        points = {one.entry.code: reviews.points_of(one.version) for one in rows}
        for version in written.fresh:
            if isinstance(version, ChecklistVersion):
                put_points(version, points[version.entry.code], publication)
        ledger.act(
            actor,
            f"法律废止暂停{kind.label}",
            record_of(publication),
            content=content_of(publication),
        )
        code = rows[0].entry.code if len(rows) == 1 else ""
        event = ItemPublished if kind == Kind.ITEM else ChecklistPublished
        announce(event(publication.pk, Change.SUSPEND, scheme, code))


def _open_review(one: Resting, change: LawChange, parent: Case) -> None:
    """A draft for the owner, with the text that was in use, to be brought in line with the law."""
    versions = standing(one.entry)
    newest = versions[-1]
    used = [v for v in versions if v.status == IN_USE] or [newest]
    table = loader.current().table(one.entry.scheme)
    spec = Said(table, {}).spec
    since = max(local_today(), change.since)
    draft = Draft(
        kind=queries.kind_of(one.entry), change=Change.REVISE, scheme=one.entry.scheme,
        code=one.entry.code, base=newest.number, seen=last_publication(one.entry), since=since,
        content=dict(used[-1].content) | {spec.since: since.isoformat()},
        points=reviews.points_of(used[-1]), reason=_why(change)[:1000],
    )  # fmt: skip
    about = (f"catalog.{draft.kind}", f"{draft.scheme}:{draft.code}"[:120])
    owner = one.entry.owner
    opening = Opening(
        CASES[Kind(draft.kind)], title_of(draft), owner, opener=owner, about=about, parent=parent,
        reason=_why(change),
    )  # fmt: skip
    with opened(opening, actor=None) as case:
        draft.case = case
        draft.save(force_insert=True)


def _why(change: LawChange) -> str:
    told = f"《{change.law}》自 {change.since} 起{change.get_deed_display()}（{change.document}）"
    return f"{told}，由《{change.successor}》替代" if change.successor else told
