"""A law is amended or repealed (立改废释): what rests on it is reviewed, and what rests on nothing else falls.

    case = enter(Entered("食品安全法", LawDeed.REPEALED, day, "国务院令第 1 号"), actor=drafter)
    confirm(case, actor=publisher)     # another person; from now on the date does the rest

Falling is a version of the book, suspended from the day on: no job and no hand is needed on the day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Opening, advance, opened
from mingcha.base.cases.services import Said as Move
from mingcha.base.days import local_today
from mingcha.base.errors import BadInput, NotAllowed
from mingcha.base.events.services import announce
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require
from mingcha.domains.catalog import errors
from mingcha.domains.catalog.events import ItemPublished
from mingcha.domains.catalog.models import (
    Change,
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
from mingcha.domains.catalog.services.reviewing import CASES, title_of
from mingcha.standards import loader

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
    law = said.law.strip().strip("《》")
    if not law or not said.document.strip():
        raise BadInput(problem="请填写法律名称和公布文件")
    same = LawChange.objects.filter(law=law, deed=said.deed, since=said.since)
    if (twin := same.exclude(case__state="dropped").select_related("case").first()) is not None:
        raise errors.LawEntered(law=law, since=said.since, number=twin.case.number)
    unit = reviews.nearest_body(CONFIRM, actor.organisation)
    if unit is None:
        raise errors.NobodyReviews(unit=actor.organisation.name)
    opening = Opening(
        "law-change", f"《{law}》自 {said.since} 起{said.deed.label}"[:300], unit,
        opener=actor.organisation, about=("catalog.law", law[:120]), reason=said.reason,
    )  # fmt: skip
    with opened(opening, actor=actor) as case:
        LawChange.objects.create(
            case=case, law=law, deed=said.deed, since=said.since, document=said.document.strip(),
            successor=said.successor.strip().strip("《》"), reason=said.reason.strip(),
        )  # fmt: skip
    return case


def confirm(case: Case, *, actor: Account, said: Move | None = None) -> Done:
    """Confirm a change of a law (核定). Nobody confirms what they entered.

    A repealed law suspends the items that rest on it alone, from its day to the day before their
    next version begins. Every item and checklist that rests on the law gets a draft with its owner,
    unless one is open. Leaves the acts of the case, of the publications and of the drafts, and
    announces ItemPublished. Raises NotAllowed, NotSameHand, MoveRefused or Stale.
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
    """One publication per table: the items are suspended from the day on."""
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
        publication = Publication.objects.create(
            kind=Kind.ITEM, change=Change.SUSPEND, body=case.opener, by=actor, case=case,
            reason=_why(change)[:1000],
        )  # fmt: skip
        write(Kind.ITEM, said, publication, owner=case.opener)
        ledger.act(
            actor, "法律废止暂停监管事项", record_of(publication), content=content_of(publication)
        )
        code = rows[0].entry.code if len(rows) == 1 else ""
        announce(ItemPublished(publication.pk, Change.SUSPEND, scheme, code))


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
