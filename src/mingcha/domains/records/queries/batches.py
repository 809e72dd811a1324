"""Batches and their receipts, for the providers' people and their line above."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from mingcha.base.errors import NotFound
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account, Organisation
from mingcha.base.runs.queries import Progress, progress
from mingcha.domains.records.models import Batch, BatchState, Refusal, RefusalState, SourceMapping
from mingcha.standards import loader
from mingcha.standards.frames.catalogue import checks
from mingcha.standards.model import Family, Severity

RECEIPTS = "records.receipts"
INTAKE = "records.intake"
RIGHT_OF_FAMILY = {Family.CATALOG: "catalog.import", Family.OFFICER: "officers.import"}
MAPPING_STEP = "mapping."
OPEN = "open"
OPEN_STATES = (BatchState.RECEIVED, BatchState.CHECKING)
FLAWS = ("refused", "waiting", "doubled")
EXTRA = {"broken": ("行结构", ""), "key": ("业务主键前后矛盾", "09")}  # label, national number


def providers_for(account: Account, right: str = INTAKE) -> QuerySet[Organisation]:
    """The organisations for which the account holds a right, in tree order."""
    within = Q(pk__in=[])
    for path in account.held.paths(right):
        within |= Q(path__startswith=path)
    return Organisation.objects.filter(within, closed_on__isnull=True).order_by("path")


def provider_for(account: Account, code: str, right: str = INTAKE) -> Organisation:
    """The one door to a provider for which the account acts.

    Raises NotAllowed for one out of reach: names of bodies are no secret, and the attempt is
    recorded. Raises NotFound for one that is not there, or closed.
    """
    named = people.named(code)
    if named is not None:
        people.require(account, right, named)
    if named is None or named.closed_on is not None:
        raise NotFound(what="报送单位", key=code)
    return named


def visible_to(account: Account) -> QuerySet[Batch]:
    """The batches of the organisations over which the account may read receipts."""
    mine = Batch.objects.filter(provider__in=account.held.bodies(RECEIPTS))
    return mine.select_related("provider", "submitted_by", "run", "mapping")


def batch_for(account: Account, public_id: str) -> Batch:
    """The one door to a batch. Raises NotFound for missing and hidden alike."""
    batch = visible_to(account).filter(public_id=public_id).first()
    if batch is None:
        there = Batch.objects.filter(public_id=public_id).exists()
        raise NotFound(what="批次", key=public_id, exists=there)
    return batch


def file_names(account: Account, public_ids: Sequence[str]) -> dict[str, str]:
    """What the files of some batches are called; of visible ones only. One query."""
    found = visible_to(account).filter(public_id__in=public_ids).order_by()
    return dict(found.values_list("public_id", "file_name"))


@dataclass(frozen=True)
class Filter:
    """What the list of batches was asked for."""

    words: str = ""
    table: str = ""
    provider: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None
    flaw: str = ""  # "refused", "waiting" or "doubled": only batches with such rows


def batches(account: Account, asked: Filter) -> QuerySet[Batch]:
    """The visible batches that fit a filter, newest first."""
    found = visible_to(account)
    if asked.words:
        found = found.filter(Q(file_name__icontains=asked.words) | Q(public_id=asked.words))
    for column, value in (
        ("table", asked.table),
        ("provider__code", asked.provider),
    ):
        if value:
            found = found.filter(**{column: value})
    found = found.filter(_standing(asked))
    if asked.since:
        found = found.filter(received_at__date__gte=asked.since)
    if asked.until:
        found = found.filter(received_at__date__lte=asked.until)
    return found


def _standing(asked: Filter) -> Q:
    """The condition on state and on rows that were not taken in."""
    state = Q(state__in=OPEN_STATES if asked.state == OPEN else [asked.state])
    flaw = Q(**{f"{asked.flaw}_count__gt": 0}) if asked.flaw in FLAWS else Q()
    return flaw & state if asked.state else flaw


@dataclass(frozen=True)
class CheckLine:
    """One line of a receipt: a named check, its national number, and how many rows failed it."""

    name: str
    label: str
    national: str
    severity: Severity | None
    failed: int


@dataclass(frozen=True)
class Receipt:
    """The receipt of a batch: `national` always holds the ten checks of 数据检核类型 (norms 1.7)."""

    batch: Batch
    progress: Progress
    national: Sequence[CheckLine]
    checks: Sequence[CheckLine]
    pass_per_mille: int

    @property
    def failed(self) -> list[CheckLine]:
        """The checks that some row failed, most rows first."""
        return sorted((c for c in self.checks if c.failed), key=lambda c: -c.failed)

    @property
    def passed(self) -> list[CheckLine]:
        """The checks that every row passed."""
        return [check for check in self.checks if not check.failed]


def receipt(batch: Batch) -> Receipt:
    """The receipt as it stands; during the run it grows with every chunk."""
    infos = checks(loader.current().table(batch.table)) if batch.table else []
    lines = [
        CheckLine(
            info.name, info.label, info.national, info.severity, batch.counts.get(info.name, 0)
        )
        for info in infos
    ]
    known = {line.name for line in lines}
    lines += [
        CheckLine(name, *_extra(name), Severity.REFUSE, failed)
        for name, failed in batch.counts.items()
        if name not in known
    ]
    named = loader.current().code_table("data_check").codes
    national = [
        CheckLine(
            code.code, code.label, code.code, None,
            sum(line.failed for line in lines if line.national == code.code),
        )
        for code in named
    ]  # fmt: skip
    good = batch.accepted_count + batch.doubled_count
    share = good * 1000 // batch.read_count if batch.read_count else 0
    return Receipt(batch, progress(batch.run), national, lines, share)


def _extra(name: str) -> tuple[str, str]:
    """Label and national number of a check that no declaration names."""
    if name.startswith(MAPPING_STEP):
        return f"列映射第 {name.removeprefix(MAPPING_STEP)} 步", "01"
    return EXTRA.get(name, (name, ""))


def refusals(batch: Batch, *, state: str = "", check: str = "") -> QuerySet[Refusal]:
    """The rows of a batch that were not taken in, by row."""
    rows = Refusal.objects.filter(batch=batch)
    if state:
        rows = rows.filter(state=state)
    if check:
        rows = rows.filter(reasons__contains=[{"check": check}])
    return rows.order_by("row")


def returned(batch: Batch) -> QuerySet[Refusal]:
    """What goes back to the provider: refused at once, or waited in vain."""
    return Refusal.objects.filter(
        batch=batch, state__in=[RefusalState.REFUSED, RefusalState.EXPIRED]
    ).order_by("row")


def mappings(account: Account) -> QuerySet[SourceMapping]:
    """The latest version of every mapping of the organisations the account maps for."""
    newer = SourceMapping.objects.filter(
        provider=OuterRef("provider"),
        table=OuterRef("table"),
        name=OuterRef("name"),
        version__gt=OuterRef("version"),
    )
    mine = SourceMapping.objects.filter(provider__in=providers_for(account, "records.mapping"))
    return mine.filter(~Exists(newer)).select_related("provider", "made_by")
