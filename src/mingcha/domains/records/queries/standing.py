"""How the intake stands for an account: what runs, what came back, what could not be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Q, Sum
from django.db.models.functions import Coalesce

from mingcha.base.days import local_today
from mingcha.base.people.models import Account
from mingcha.domains.records.models import Batch, BatchState, VaultFile
from mingcha.domains.records.queries import batches

RECENT = timedelta(days=30)
STOPPED = (BatchState.REFUSED, BatchState.FAILED)


@dataclass(frozen=True)
class Standing:
    """Figures of the batches an account may see; all but `open` are of the last 30 days."""

    open: int
    handed_in: int
    accepted: int
    refused: int
    waiting: int
    stopped: int


def standing(account: Account) -> Standing:
    """The figures. One query."""
    mine = batches.visible_to(account)
    recent = Q(received_at__date__gt=local_today() - RECENT)
    sums = {
        name: Coalesce(Sum(f"{name}_count", filter=recent), 0)
        for name in ("accepted", "refused", "waiting")
    }
    found = mine.order_by().aggregate(
        open=Count("pk", filter=Q(state__in=batches.OPEN_STATES)),
        handed_in=Count("pk", filter=recent),
        stopped=Count("pk", filter=recent & Q(state__in=STOPPED)),
        **sums,
    )
    return Standing(**found)


@dataclass(frozen=True)
class ProviderStanding:
    """What came of one organisation's files in the last 30 days."""

    code: str
    name: str
    handed_in: int
    accepted: int
    refused: int
    waiting: int
    last_at: datetime

    @property
    def pass_per_cent(self) -> float | None:
        """Of the rows that could be taken in, the share that was; None without rows."""
        all_rows = self.accepted + self.refused + self.waiting
        return 100 * self.accepted / all_rows if all_rows else None


def by_provider(account: Account, most: int) -> Sequence[ProviderStanding]:
    """The organisations that handed in within 30 days, those with most rows to mend first.

    Only the ones whose receipts the account may read. One query.
    """
    recent = batches.visible_to(account).filter(received_at__date__gt=local_today() - RECENT)
    found = (
        recent.order_by()
        .values(code=F("provider__code"), name=F("provider__name"))
        .annotate(
            handed_in=Count("pk"),
            accepted=Sum("accepted_count"),
            refused=Sum("refused_count"),
            waiting=Sum("waiting_count"),
            last_at=Max("received_at"),
        )
        .order_by("-refused", "-waiting", "-last_at", "code")
    )
    return [ProviderStanding(**row) for row in found[:most]]


def totals() -> dict[str, int]:
    """How many batches there are in each state, of everybody: figures for the operator."""
    counts = Batch.objects.order_by().values_list("state").annotate(n=Count("pk"))
    return dict.fromkeys(BatchState.values, 0) | dict(counts)


def vault_bytes() -> int:
    """How much the original files take, of everybody: a figure for the operator."""
    return int(VaultFile.objects.aggregate(n=Coalesce(Sum("size"), 0))["n"])


def to_correct(account: Account, most: int) -> Sequence[Batch]:
    """The latest batches of the last 30 days from which something came back, for who hands in."""
    mine = batches.visible_to(account).filter(
        provider__in=batches.providers_for(account, batches.INTAKE),
        received_at__date__gt=local_today() - RECENT,
    )
    flawed = Q(refused_count__gt=0) | Q(state__in=STOPPED)
    return list(mine.filter(flawed).order_by("-received_at")[:most])
