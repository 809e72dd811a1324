"""Who is affected by a change of the catalogue, as the data centre knows it.

Counts and rows are of facts that the asker may see, in their current version.
"""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT

from mingcha.base.people.models import Account
from mingcha.domains.catalog.queries.affected import Affected, Changed
from mingcha.domains.parties import queries as register
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.models import Fact, Operation, Refusal, RefusalState, Tie
from mingcha.domains.records.queries.batches import visible_to as visible_batches
from mingcha.domains.records.queries.sharing import visible_to
from mingcha.standards import loader
from mingcha.standards.model import FieldType

PARTIES, OFFICERS, PAST, WAITING = "parties", "officers", "past", "waiting"


def affected_by(account: Account, changed: Changed) -> list[Affected]:
    """Entities and officers of the last two years, acts of past days that change, waiting rows."""
    found = [
        Affected(PARTIES, "近两年依此实施过监管的对象", parties(account, changed).count()),
        Affected(OFFICERS, "近两年依此执法的人员", len(certificates(account, changed))),
        Affected(WAITING, "正在等待此编码的待核记录", waiting(account, changed).count()),
    ]
    if changed.past:
        acts = past_acts(account, changed).count()
        note = "发布后逐条重新核对，失去依据的作出标记，不改动记录"
        found.insert(0, Affected(PAST, "追溯期间已做出的监管行为", acts, note, is_grave=acts > 0))
    return found


def acts(account: Account, changed: Changed, since: date, until: date) -> QuerySet[Fact]:
    """The current facts that cite the item or checklist, on some days."""
    newer = Fact.objects.filter(
        provider=OuterRef("provider"), dataset=OuterRef("dataset"),
        source_key=OuterRef("source_key"), version__gt=OuterRef("version"),
    )  # fmt: skip
    facts = visible_to(account).filter(
        _cites(changed), ~Exists(newer), item=changed.item_code,
        occurred_on__range=(since, until),
    )  # fmt: skip
    return facts.exclude(operation=Operation.DELETE)


def past_acts(account: Account, changed: Changed) -> QuerySet[Fact]:
    """The acts of days that are over and that the change touches, newest first."""
    days = Q(pk__in=[])
    for since, until in changed.past:
        days |= Q(occurred_on__range=(since, until))
    first = min((since for since, _ in changed.past), default=changed.today)
    found = acts(account, changed, first, changed.today).filter(days)
    return found.select_related("provider", "subject").order_by("-occurred_on", "-pk")


def parties(account: Account, changed: Changed) -> QuerySet[Party]:
    """The entities on which acts were done under the item since `changed.since`."""
    subjects = acts(account, changed, changed.since, changed.today).values("subject")
    ties = Tie.objects.filter(
        subject__in=subjects, until__isnull=True, is_doubtful=False, fact_id__isnull=True
    )
    return register.visible_to(account).filter(pk__in=ties.values("party")).order_by("name", "pk")


def certificates(account: Account, changed: Changed) -> list[str]:
    """The certificates of the officers who acted under the item since `changed.since`."""
    found: set[str] = set()
    by_table = acts(account, changed, changed.since, changed.today)
    for name, field in _officer_fields():
        values = by_table.filter(dataset=name).annotate(by=KT(f"payload__{field}"))
        for said in values.order_by().values_list("by", flat=True).distinct():
            found |= {part for part in (said or "").split("、") if part}
    return sorted(found)


def waiting(account: Account, changed: Changed) -> QuerySet[Refusal]:
    """The rows that wait and name the item's or checklist's code."""
    code = changed.code or changed.item_code
    rows = Refusal.objects.filter(
        state=RefusalState.WAITING, batch__in=visible_batches(account).values("pk"),
        reasons__icontains=code,
    )  # fmt: skip
    return rows.select_related("batch__provider").order_by("-batch", "row")


def _cites(changed: Changed) -> Q:
    """The tables whose items are of the scheme; of a checklist, the acts that name it."""
    condition = Q(pk__in=[])
    for table in loader.current().tables.values():
        spec = table.item
        if spec is None or spec.scheme != changed.item_scheme:
            continue
        if changed.kind == "item":
            condition |= Q(dataset=table.name)
        elif spec.checklist is not None:
            condition |= Q(dataset=table.name, **{f"payload__{spec.checklist}": changed.code})
    return condition


def _officer_fields() -> list[tuple[str, str]]:
    """(table, field) wherever acts name the certificates of officers."""
    return [
        (table.name, reference.field)
        for table in loader.current().tables.values()
        for reference in table.references
        if reference.to == "officer" and table.fields[reference.field].type is FieldType.LIST
    ]
