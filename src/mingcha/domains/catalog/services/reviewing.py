"""A change of the book from draft to publication (起草、审核、发布), with four eyes.

case = begin_new(table, Text(content), owner=body, actor=account)
save(case, Text(content), actor=account)
submit(case, actor=account); approve(case, actor=reviewer); publish(case, actor=reviewer)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from mingcha.base.cases.errors import NotSameHand
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Opening, Said, advance, changing, opened
from mingcha.base.days import local_today
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import require
from mingcha.domains.catalog import errors
from mingcha.domains.catalog.models import Change, Draft, Entry, Kind, Version
from mingcha.domains.catalog.queries import plans, reviews
from mingcha.domains.catalog.queries.shelves import (
    SHELVES,
    last_publication,
    shelf_of,
    standing,
)
from mingcha.domains.catalog.queries.shelves import Said as Row
from mingcha.domains.catalog.rules.differences import merged
from mingcha.domains.catalog.rules.filled import tidied
from mingcha.domains.catalog.services.publishing import put_in
from mingcha.domains.catalog.states import REVIEW, Stage
from mingcha.standards import loader
from mingcha.standards.model import Table

DRAFT, REVIEWS, PUBLISH = "catalog.draft", "catalog.review", "catalog.publish"
CASES = {Kind.ITEM: "item-review", Kind.CHECKLIST: "checklist-review"}
TEXTS = {Change.NEW, Change.REVISE}  # changes that come with a whole text


@dataclass(frozen=True)
class Text:
    """What a draft says: the fields of its table, the check items of a checklist, and why."""

    content: Mapping[str, str] = field(default_factory=dict)
    points: Sequence[Mapping[str, str]] = ()
    reason: str = ""


@dataclass(frozen=True)
class Days:
    """The first and last day of a suspension, or the first day of another change, and why."""

    since: date
    until: date | None = None
    reason: str = ""


def begin_new(table: Table, text: Text, *, owner: Organisation, actor: Account) -> Case:
    """Begin the draft of a new item or checklist, that `owner` will answer for (起草新增).

    Leaves one act. Raises NotAllowed.
    """
    require(actor, DRAFT, owner)
    kind = Kind(Row(table, {}).spec.kind)
    draft = Draft(kind=kind, change=Change.NEW, scheme=table.name)
    _fill(draft, table, text)
    return _open(draft, owner, actor)


def begin_revision(entry: Entry, *, actor: Account) -> Case:
    """Begin a revision with the text of the newest version, from today on (起草修订). Leaves one act.

    Raises NotAllowed or NothingInForce.
    """
    require(actor, DRAFT, entry.owner)
    versions = standing(entry)
    if not versions:
        raise errors.NothingInForce(key=entry.code, on=local_today(), deed="修订")
    base = versions[-1]
    draft = _about(entry, Change.REVISE, base)
    spec = Row(loader.current().table(entry.scheme), {}).spec
    draft.since = max(local_today(), base.since)
    draft.content = dict(base.content) | {spec.since: draft.since.isoformat()}
    draft.points = reviews.points_of(base)
    return _open(draft, entry.owner, actor)


def begin_change(entry: Entry, change: Change, days: Days, *, actor: Account) -> Case:
    """Begin to suspend, resume or abolish (起草暂停、恢复、取消); `days.since` is its first day.

    Leaves one act. Raises NotAllowed, NothingInForce, OtherVersionBegins or NoStatus.
    """
    require(actor, DRAFT, entry.owner)
    holding = [one for one in standing(entry) if one.since <= days.since]
    draft = _about(entry, change, holding[-1] if holding else None)
    draft.since, draft.until, draft.reason = days.since, days.until, days.reason.strip()
    plans.plan_of(draft)
    return _open(draft, entry.owner, actor)


def begin_withdrawal(version: Version, *, reason: str, actor: Account) -> Case:
    """Begin to take back a version that has not begun (起草撤回). Leaves one act.

    Raises NotAllowed or Begun.
    """
    require(actor, DRAFT, version.entry.owner)
    _refuse_begun(version)
    draft = _about(version.entry, Change.WITHDRAW, version)
    draft.since, draft.reason = version.since, reason.strip()
    return _open(draft, version.entry.owner, actor)


def save(case: Case, text: Text, *, actor: Account, seen: int | None = None) -> Case:
    """Keep what is filled in so far, complete or not (保存草稿). Leaves one act.

    Raises NotAllowed, NotUnderDraft, CodeTaken or Stale.
    """
    with changing(case, actor=actor, seen=seen) as (locked, leave):
        require(actor, DRAFT, locked.opener)
        draft = _under_draft(locked)
        before = (draft.content, draft.points, draft.reason)
        _fill(draft, loader.current().table(draft.scheme), text)
        if (draft.content, draft.points, draft.reason) == before:
            return case
        draft.save()
        locked.title, locked.about_key = title_of(draft), _key_of(draft)
        leave("修改草稿")
    return case


def submit(
    case: Case,
    *,
    actor: Account,
    to: Organisation | None = None,
    reason: str = "",
    seen: int | None = None,
) -> Case:
    """Hand a draft to whoever reviews (提交审核), by default the nearest body that may.

    Raises NotComplete, CodeTaken, PastNeedsReason, NothingChanged, Overtaken, NobodyReviews, or
    what `plan_of` refuses.
    """
    draft = reviews.draft_of(case)
    to = to or reviews.nearest_body(REVIEWS, case.opener)
    if to is None:
        raise errors.NobodyReviews(unit=case.opener.name)
    _refuse_unready(draft)
    with advance(case, "submit", actor=actor, said=Said(reason=reason, to=to, seen=seen)):
        pass
    return case


def approve(case: Case, *, actor: Account, reason: str = "", seen: int | None = None) -> Case:
    """Find a change in order (审核通过). Nobody approves what they drafted.

    It stays where it is if that body may publish, else it goes to the nearest one that may.

    Raises NotAllowed, NotSameHand, MoveRefused, Overtaken or Stale.
    """
    require(actor, REVIEWS, case.opener)
    draft = reviews.draft_of(case)
    if reviews.has_drafted(case, actor):
        raise NotSameHand(move=REVIEW.move("approve").label)
    _refuse_overtaken(draft)
    bodies = reviews.reviewing_bodies(case.opener, PUBLISH)
    to = case.unit if case.unit in bodies else next(iter(bodies), case.unit)
    with advance(case, "approve", actor=actor, said=Said(reason=reason, to=to, seen=seen)):
        pass
    return case


def send_back(case: Case, *, actor: Account, reason: str, seen: int | None = None) -> Case:
    """Give a change back to whoever drafted it (退回), before or after the review.

    Raises NotAllowed, MoveRefused, ReasonMissing or Stale.
    """
    name = "reopen" if case.state == Stage.APPROVED else "return"
    said = Said(reason=reason, to=case.opener, person=reviews.drafter_of(case), seen=seen)
    with advance(case, name, actor=actor, said=said):
        pass
    return case


def publish(
    case: Case,
    *,
    actor: Account,
    since: date | None = None,
    reason: str = "",
    seen: int | None = None,
) -> Case:
    """Put a change into the book (发布): for a later day, today, or a past day with a reason.

    `since` puts another first day in place of the draft's. The second of two who publish about one
    entry is refused and told what the first did. Leaves the case's act and the publication's, and
    announces ItemPublished or ChecklistPublished.
    Raises NotAllowed, MoveRefused, Stale, Overtaken, PastNeedsReason, CodeTaken, or what `plan_of`
    refuses.
    """
    require(actor, PUBLISH, case.opener)
    said = Said(reason=reason, seen=seen)
    with advance(case, "publish", actor=actor, said=said) as locked:
        draft = Draft.objects.select_for_update().get(case=locked)
        _hold(draft)
        _refuse_overtaken(draft)
        plan = plans.plan_of(draft, since=since)
        first = plans.forecast(draft, plan).since
        why = "；".join(text for text in (draft.reason, reason.strip()) if text)
        if first is not None and first < local_today() and not why:
            raise errors.PastNeedsReason(deed=draft.get_change_display(), since=first)
        put_in(draft, plan, case=locked, actor=actor, reason=why)
    return case


def catch_up(case: Case, *, actor: Account, seen: int | None = None) -> Sequence[str]:
    """Bring a draft onto the newest version (合并到最新版本): what the draft changed, stays changed.

    Returns the fields that both changed, and differently; the draft's words stand in them. Leaves
    one act. Raises NotAllowed, NotUnderDraft or Stale.
    """
    with changing(case, actor=actor, seen=seen) as (locked, leave):
        require(actor, DRAFT, locked.opener)
        draft = _under_draft(locked)
        entry, base = plans.entry_of(draft), plans.base_of(draft)
        if entry is None:
            return []
        newest = standing(entry)[-1]
        clashes: Sequence[str] = []
        if draft.change in TEXTS and base is not None:
            joined = merged(base.content, draft.content, newest.content)
            draft.content, clashes = dict(joined.content), joined.clashes
        draft.base, draft.seen = newest.number, last_publication(entry)
        draft.save()
        leave("合并到最新版本", reason=f"第 {newest.number} 版")
    return clashes


def title_of(draft: Draft) -> str:
    """The title of a draft's case, such as “修订监管事项：对……的监督检查”."""
    spec = Row(loader.current().table(draft.scheme), {}).spec
    name = draft.content.get(spec.name) or reviews.name_of(draft) or "（未命名）"
    return f"{draft.get_change_display()}{draft.get_kind_display()}：{name}"[:300]


def _about(entry: Entry, change: Change, base: Version | None) -> Draft:
    return Draft(
        kind=shelf_of(entry).kind, change=change, scheme=entry.scheme, code=entry.code,
        base=base.number if base is not None else 0, seen=last_publication(entry),
    )  # fmt: skip


def _open(draft: Draft, owner: Organisation, actor: Account) -> Case:
    about = (f"catalog.{draft.kind}", _key_of(draft))
    opening = Opening(
        CASES[Kind(draft.kind)], title_of(draft), owner, opener=owner, about=about, handler=actor
    )
    with opened(opening, actor=actor) as case:
        draft.case = case
        draft.save(force_insert=True)
    return case


def _key_of(draft: Draft) -> str:
    """The entry as cases name it; "" while it has no code."""
    return f"{draft.scheme}:{draft.code}"[:120] if draft.code else ""


def _fill(draft: Draft, table: Table, text: Text) -> None:
    """Put a text into a draft; a code that is another's is refused at once."""
    spec = Row(table, {}).spec
    draft.reason = text.reason.strip()
    if draft.change not in TEXTS:
        return
    content = tidied(table, text.content)
    if draft.change == Change.REVISE:
        content[spec.code] = draft.code
    draft.content, draft.points = content, _points(draft, text)
    draft.code = content.get(spec.code, "")[:100]
    since = content.get(spec.since, "")
    draft.since = _day(since)
    if draft.change == Change.NEW:
        _refuse_taken(draft)


def _points(draft: Draft, text: Text) -> list[dict[str, str]]:
    found = reviews.point_fields(draft.kind, draft.scheme)
    if found is None:
        return []
    table, own = found
    rows = [tidied(table, point) for point in text.points]
    return [{name: row[name] for name in own if name in row} for row in rows if row]


def _under_draft(case: Case) -> Draft:
    if case.state not in {Stage.DRAFT, Stage.RETURNED}:
        raise errors.NotUnderDraft(number=case.number, state=case.get_state_display())
    return Draft.objects.select_for_update().get(case=case)


def _refuse_unready(draft: Draft) -> None:
    """Everything that stands in the way of handing a draft in."""
    wrong = reviews.problems_of(draft)
    if wrong:
        told = "；".join(f"{label}{said}" for label, said in wrong[:3])
        raise errors.NotComplete(count=len(wrong), problems=told)
    if draft.change == Change.NEW:
        _refuse_taken(draft)
    _refuse_overtaken(draft)
    plan = plans.plan_of(draft)
    foreseen = plans.forecast(draft, plan)
    base = plans.base_of(draft)
    if draft.change == Change.REVISE and base is not None and _is_same(draft, base):
        raise errors.NothingChanged(number=base.number)
    first = foreseen.since
    if first is not None and first < local_today() and not draft.reason:
        raise errors.PastNeedsReason(deed=draft.get_change_display(), since=first)


def _is_same(draft: Draft, base: Version) -> bool:
    """Whether a revision says what its base says, whatever its first day."""
    spec = Row(loader.current().table(draft.scheme), {}).spec
    dated = dict(base.content) | {spec.since: draft.content.get(spec.since, "")}
    return bool(dated == draft.content and reviews.points_of(base) == draft.points)


def _refuse_taken(draft: Draft) -> None:
    rows = SHELVES[Kind(draft.kind)].entry._default_manager
    if draft.code and rows.filter(scheme=draft.scheme, code=draft.code).exists():
        raise errors.CodeTaken(key=draft.code, name=reviews.name_of(draft) or draft.code)


def _refuse_overtaken(draft: Draft) -> None:
    if plans.is_overtaken(draft):
        raise errors.Overtaken(key=draft.code, news=reviews.news_since(draft))


def _refuse_begun(version: Version) -> None:
    if version.since <= local_today():
        raise errors.Begun(number=version.number, since=version.since)


def _hold(draft: Draft) -> None:
    """Keep everybody else from publishing about the entry until this transaction ends."""
    rows = SHELVES[Kind(draft.kind)].entry._default_manager.select_for_update()
    list(rows.filter(scheme=draft.scheme, code=draft.code))
    if draft.change == Change.NEW:
        _refuse_taken(draft)
    base = plans.base_of(draft)
    if draft.change == Change.WITHDRAW and base is not None:
        _refuse_begun(base)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
