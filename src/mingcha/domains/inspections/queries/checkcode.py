"""What anybody sees who scans the check code of a visit (扫码入企、亮码)."""

from mingcha.base.errors import NotFound
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import Rating, Visit
from mingcha.domains.inspections.queries.parts import is_shown, made_in, parts_of_visit


def visit_by(token: str) -> Visit:
    """The visit of a check code, once it may be shown.

    Raises NotFound for a code that there is not, and CodeNotShownYet before its day, which says
    nothing of the visit.
    """
    found = Visit.objects.select_related(
        "party", "task__line__plan__case", "merged_into__party", "merged_into__task",
    ).filter(token=token).first()  # fmt: skip
    if found is None:
        raise NotFound(what="检查码", key=token)
    visit = made_in(found)
    if not is_shown(visit):
        raise errors.CodeNotShownYet
    return visit


def has_begun(visit: Visit) -> bool:
    """Whether any department has begun."""
    return any(part.started_at for part in parts_of_visit(visit))


def is_off(visit: Visit) -> bool:
    """Whether no department comes any more."""
    return not parts_of_visit(visit)


def rating_of(visit: Visit) -> Rating | None:
    """How the visit was rated, if it was."""
    return Rating.objects.filter(visit=visit).first()
