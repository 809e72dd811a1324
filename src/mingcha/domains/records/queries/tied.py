"""By which ties records mean a party, now or as believed at any moment of the past."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from mingcha.domains.parties.queries import Party
from mingcha.domains.records.models import Tie
from mingcha.domains.records.queries import then


@dataclass(frozen=True)
class Tied:
    """The firm and the doubtful ties of a party, and the condition on facts that the firm ones make.

    A record means the party by the tie of its subject, unless one of its own says otherwise.
    """

    firm: Sequence[Tie]
    doubtful: Sequence[Tie]
    means: Q

    @property
    def by_subject(self) -> Mapping[int, Tie]:
        """Subject → the tie by which it is the party, that of the subject before those of records."""
        return {tie.subject_id: tie for tie in self.firm}


def tied(party: Party, as_of: datetime | None = None) -> Tied:
    """The ties of a party, as of T those believed at T. Two queries, however many there are."""
    ties = then.believed(Tie.objects.filter(party=party), as_of).select_related("subject")
    rows = list(ties.order_by(F("fact_id").desc(nulls_last=True)))
    firm = [tie for tie in rows if not tie.is_doubtful]
    general = [tie.subject_id for tie in firm if tie.fact_id is None]
    own = [tie.fact_id for tie in firm if tie.fact_id is not None]
    means = Q(subject__in=general)
    elsewhere = _elsewhere(party, as_of)
    if general and elsewhere.filter(subject__in=general).exists():
        means &= ~Q(Exists(elsewhere.filter(fact_id=OuterRef("pk"))))
    return Tied(
        firm=firm,
        doubtful=[tie for tie in rows if tie.is_doubtful],
        means=means | Q(pk__in=own) if own else means,
    )


def _elsewhere(party: Party, as_of: datetime | None) -> QuerySet[Tie]:
    """The ties by which single records mean another party, whatever their subject means."""
    apart = Tie.objects.filter(is_doubtful=False, fact_id__isnull=False).exclude(party=party)
    return then.believed(apart, as_of)
