"""The face of a change of the book on its case page: what it says and does, and how it is moved."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse

from mingcha.base.cases.faces import Face, Facts, MoveFace
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said as SaidOf
from mingcha.base.days import local_today
from mingcha.base.errors import MingchaError
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.catalog import services
from mingcha.domains.catalog.models import Change, Draft, Kind, Version
from mingcha.domains.catalog.queries import plans, record, reviews, uniform
from mingcha.domains.catalog.queries.shelves import Said
from mingcha.domains.catalog.states import CHECKLIST_REVIEW, ITEM_REVIEW, Stage
from mingcha.domains.catalog.views import days_in_words, url_of
from mingcha.domains.catalog.views.forms import DateInput, Whose, among
from mingcha.standards import loader

OPEN = {Stage.DRAFT, Stage.RETURNED}


class SubmitFacts(Facts):
    """To which body a draft goes."""

    to = Whose(label="送审单位", queryset=Organisation.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = reviews.reviewing_bodies(self.case.opener)
        among(self, "to", bodies)
        if bodies:
            self.fields["to"].initial = bodies[0].pk


class PublishFacts(Facts):
    """From which day a change holds."""

    since = forms.DateField(
        label="生效日期",
        widget=DateInput(),
        help_text="将来的日期到期自动生效；过去的日期须写明理由。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = reviews.draft_of(self.case).since


def submitted(case: Case, facts: Mapping[str, Any], *, actor: Account, said: SaidOf) -> object:
    """The draft goes to the body of the form."""
    return services.submit(case, actor=actor, to=said.to, reason=said.reason, seen=said.seen)


def approved(case: Case, facts: Mapping[str, Any], *, actor: Account, said: SaidOf) -> object:
    """The change is in order."""
    return services.approve(case, actor=actor, reason=said.reason, seen=said.seen)


def sent_back(case: Case, facts: Mapping[str, Any], *, actor: Account, said: SaidOf) -> object:
    """The change goes back to whoever drafted it."""
    return services.send_back(case, actor=actor, reason=said.reason, seen=said.seen)


def published(case: Case, facts: Mapping[str, Any], *, actor: Account, said: SaidOf) -> object:
    """The change is in the book from the day of the form on."""
    return services.publish(
        case, actor=actor, since=facts["since"], reason=said.reason, seen=said.seen
    )


def change_of(case: Case, reader: Account) -> Mapping[str, object]:
    """What a change says and does: its text, what differs, the days afterwards, what is in the way."""
    draft = reviews.draft_of(case)
    entry, is_open = plans.entry_of(draft), case.is_open
    overtaken = is_open and plans.is_overtaken(draft)
    foreseen, trouble = _foreseen(draft) if is_open else (None, "")
    may_write = case.state in OPEN and reader.holds_over("catalog.draft", case.opener)
    return {
        "draft": draft,
        "entry": entry,
        "may_write": may_write,
        "wrong": reviews.problems_of(draft) if may_write else [],
        "is_text": draft.change in {Change.NEW, Change.REVISE},
        "changes": _changes(draft),
        "facts": _facts(draft),
        "points": _points(draft),
        "foreseen": foreseen,
        "trouble": trouble,
        "overtaken": overtaken,
        "news": reviews.news_since(draft) if overtaken else "",
        "news_changes": _news(draft) if overtaken else [],
        "doubles": _doubles(draft) if is_open else [],
        "affected_url": reverse("desk:affected", args=[case.number]),
    }


def about(case: Case) -> str:
    """The page of the entry that a change is about; "" while there is none."""
    entry = plans.entry_of(reviews.draft_of(case))
    return url_of(entry) if entry is not None else ""


def _foreseen(draft: Draft) -> tuple[dict[str, object] | None, str]:
    """The days after the change, and which of them change; or why it cannot be said."""
    try:
        foreseen = plans.forecast(draft, plans.plan_of(draft))
    except MingchaError as refusal:
        return None, f"{refusal.title} {refusal.detail}"
    today = local_today()
    return {
        "after": [(label, days_in_words(since, until)) for label, since, until in foreseen.after],
        "stretches": [days_in_words(since, until) for since, until in foreseen.stretches],
        "is_past": foreseen.since is not None and foreseen.since < today,
    }, ""


def _changes(draft: Draft) -> list[record.Compared]:
    """What a revision changes in the version it was made from."""
    base = plans.base_of(draft) if draft.change == Change.REVISE else None
    return _against(draft, base) if base is not None else []


def _against(draft: Draft, version: Version) -> list[record.Compared]:
    table = loader.current().table(draft.scheme)
    changes = record.compared(table, version.content, draft.content)
    found = reviews.point_fields(draft.kind, draft.scheme)
    if found is not None:
        before = reviews.points_of(version)
        changes += record.compared_points(found[0], before, draft.points)
    return changes


def _news(draft: Draft) -> list[record.Compared]:
    """What was changed in the meantime, against the version the draft was made from."""
    base, newest = plans.base_of(draft), reviews.newest_of(draft)
    if base is None or newest is None:
        return []
    table = loader.current().table(draft.scheme)
    return record.compared(table, base.content, newest.content)


def _facts(draft: Draft) -> list[dict[str, object]]:
    table = loader.current().table(draft.scheme)
    return [
        {"label": one.label, "value": one.value, "wide": one.is_long}
        for one in record.fields_of(table, draft.content)
    ]


def _points(draft: Draft) -> list[dict[str, str]]:
    found = reviews.point_fields(draft.kind, draft.scheme)
    if found is None:
        return []
    table, _ = found
    return [
        {name: record.readable(table, name, text) for name, text in point.items()}
        for point in draft.points
    ]


def _doubles(draft: Draft) -> list[dict[str, str]]:
    """Items in force that bear the same name: one name, one code in the whole city."""
    if draft.kind != Kind.ITEM or draft.change not in {Change.NEW, Change.REVISE}:
        return []
    name = draft.content.get(_name_field(draft), "")
    return [
        {"code": one.item.code, "name": one.name, "url": url_of(one.item)}
        for one in uniform.like(name, on=local_today(), besides=draft.code)
    ] if name else []  # fmt: skip


def _name_field(draft: Draft) -> str:
    return Said(loader.current().table(draft.scheme), {}).spec.name


FACES = [
    Face(
        kind.name,
        template="catalog/review.html",
        context=change_of,
        about=about,
        moves={
            "submit": MoveFace(SubmitFacts, submitted, "提交后由另一人审核，审核前仍可撤销。"),
            "approve": MoveFace(deed=approved, help="审核通过后还须发布才生效；起草人不能审核。"),
            "publish": MoveFace(
                PublishFacts, published, "发布后对外公开，并自生效日期起约束全市的监管行为。"
            ),
            "return": MoveFace(deed=sent_back),
            "reopen": MoveFace(deed=sent_back),
        },
    )
    for kind in (ITEM_REVIEW, CHECKLIST_REVIEW)
]
