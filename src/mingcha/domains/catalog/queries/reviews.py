"""Drafts under review: who may act, what is missing, what has happened since."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from mingcha.base.cases.models import Case
from mingcha.base.cases.queries import case_for, visible_to
from mingcha.base.days import minute_text
from mingcha.base.errors import NotFound
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import holders_of
from mingcha.domains.catalog.models import (
    Change,
    ChecklistVersion,
    Draft,
    Kind,
    Publication,
    Version,
)
from mingcha.domains.catalog.queries import plans
from mingcha.domains.catalog.queries.shelves import (
    SHELVES,
    Said,
    point_table,
    shelf_of,
    standing,
)
from mingcha.domains.catalog.rules.filled import problems
from mingcha.standards import loader
from mingcha.standards.model import Table

REVIEWS = ("item-review", "checklist-review")
JUDGING = ("approve", "return", "reopen", "publish")


def draft_of(case: Case) -> Draft:
    """What a review is about. Raises NotFound for a case of another kind."""
    draft = Draft.objects.filter(case=case).first()
    if draft is None:
        raise NotFound(what="修订稿", key=case.number)
    return draft


def draft_for(account: Account, number: str) -> tuple[Case, Draft]:
    """The one door to a draft and its case. Raises NotFound for missing and hidden alike."""
    case = case_for(account, number)
    return case, draft_of(case)


def drafts(account: Account) -> QuerySet[Draft]:
    """The drafts that an account may see, with their cases."""
    cases = visible_to(account).filter(kind__in=REVIEWS)
    return Draft.objects.filter(case__in=cases.values("pk")).select_related(
        "case__unit", "case__opener", "case__handler"
    )


def reviewing_bodies(owner: Organisation, right: str = "catalog.review") -> list[Organisation]:
    """The bodies whose people hold a right over `owner`, those nearest to it first."""
    people = holders_of(right, owner).select_related("organisation")
    bodies = {one.organisation.pk: one.organisation for one in people}
    return sorted(bodies.values(), key=lambda body: (body.pk != owner.pk, -len(body.path)))


def nearest_body(right: str, owner: Organisation) -> Organisation | None:
    """The body to which something goes that needs a right over `owner`, unless one is chosen."""
    bodies = reviewing_bodies(owner, right)
    return bodies[0] if bodies else None


def has_drafted(case: Case, account: Account) -> bool:
    """Whether somebody had a hand in the text."""
    steps = case.steps.filter(by=account).exclude(move__in=JUDGING)
    return steps.exclude(label__in=("认领", "转交", "催办", "关联办件", "延长期限")).exists()


def drafter_of(case: Case) -> Account | None:
    """Who handed the draft in last, else who opened it."""
    step = case.steps.filter(move="submit").select_related("by").order_by("-pk").first()
    return step.by if step is not None else case.opened_by


def name_of(draft: Draft) -> str:
    """The name of the entry as the book has it; "" for what is new."""
    shelf = SHELVES[Kind(draft.kind)]
    rows = shelf.version._default_manager.filter(
        **{f"{shelf.link}__scheme": draft.scheme, f"{shelf.link}__code": draft.code},
        displaced_by__isnull=True,
    )
    return rows.order_by("-since").values_list("name", flat=True).first() or ""


def point_fields(kind: str, scheme: str) -> tuple[Table, list[str]] | None:
    """The table of the check items of a list and the fields that are their own; None: it has none."""
    found = point_table(scheme) if kind == Kind.CHECKLIST else None
    if found is None:
        return None
    table, spec = found
    placed = {spec.checklist, spec.since, spec.number}
    return table, [name for name in table.fields if name not in placed]


def points_of(version: Version) -> list[dict[str, str]]:
    """The check items of a version in their own fields, as drafts hold them; of an item, none."""
    if not isinstance(version, ChecklistVersion):
        return []
    found = point_fields(Kind.CHECKLIST, version.checklist.scheme)
    own = found[1] if found is not None else []
    rows = version.points.filter(displaced_by__isnull=True).order_by("number")
    return [{name: row.content[name] for name in own if name in row.content} for row in rows]


def problems_of(draft: Draft) -> list[tuple[str, str]]:
    """What is missing or wrong in a draft's text: (label of the field, sentence)."""
    if draft.change not in {Change.NEW, Change.REVISE}:
        return []
    table, codes = loader.current().table(draft.scheme), loader.current().code_tables
    wrong = problems(table, draft.content, codes)
    found = [(_label(table, name), said) for name, said in wrong.items()]
    points = point_fields(draft.kind, draft.scheme)
    for number, point in enumerate(draft.points if points else (), 1):
        own, names = points  # type: ignore[misc]  # draft.points is empty without them
        for name, said in problems(own, point, codes).items():
            if name in names:
                found.append((f"第 {number} 条检查内容的{_label(own, name)}", said))
    return found


def news_since(draft: Draft) -> str:
    """What was published about the entry since the draft was begun, in words."""
    entry = plans.entry_of(draft)
    if entry is None:
        return ""
    said = [
        f"{minute_text(one.at)} {one.body.name} {one.get_change_display()}"
        for one in publications_about(entry).filter(pk__gt=draft.seen)
    ]
    return "；".join(said)


def publications_about(entry: object) -> QuerySet[Publication]:
    """Every publication that touched an entry, newest first."""
    shelf = shelf_of(entry)  # type: ignore[arg-type]  # an Entry
    terms = f"{shelf.term._meta.model_name}s"
    mine = Q(**{f"{terms}__version__{shelf.link}": entry})
    found = Publication.objects.filter(mine).distinct().select_related("body", "by", "case")
    return found.order_by("-pk")


def newest_of(draft: Draft) -> Version | None:
    """The last standing version of the entry that a draft is about."""
    entry = plans.entry_of(draft)
    versions: Sequence[Version] = standing(entry) if entry is not None else []
    return versions[-1] if versions else None


def _label(table: Table, name: str) -> str:
    spec = table.fields.get(name)
    return spec.label if spec is not None else name


def said_of(draft: Draft) -> Said:
    """A draft's text with its table."""
    return Said(loader.current().table(draft.scheme), draft.content)
