"""An enterprise rates a visit through its check code (入企评价): anybody who has the code, once."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from mingcha.base.days import minute_text
from mingcha.base.ledger import services as ledger
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import Rating, Visit
from mingcha.domains.inspections.queries import checkcode
from mingcha.domains.inspections.queries.contents import row

RECORD = "inspections.rating"


@dataclass(frozen=True)
class Rated:
    """What is said of a visit: 1 to 5, whether the people were those announced, and words."""

    score: int
    matched: bool | None
    text: str = ""


def rate(visit: Visit, said: Rated) -> Rating:
    """Rate a visit (评价). Nobody needs to be signed in. Leaves one act.

    Raises NothingToRate before anybody came and RatedAlready the second time.
    """
    if not checkcode.has_begun(visit):
        raise errors.NothingToRate
    try:
        with transaction.atomic():
            made = Rating.objects.create(
                visit=visit, score=said.score, matched=said.matched, text=said.text.strip()[:500]
            )
            ledger.act(None, "企业评价入企检查", (RECORD, str(made.pk)), content=row(made))
    except IntegrityError as error:
        before = Rating.objects.get(visit=visit)
        raise errors.RatedAlready(at=minute_text(before.at)) from error
    return made
