"""What a person may take out of the data centre, and what they have taken (数据导出)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from mingcha.base.errors import NotAllowed, NotFound
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account, Organisation
from mingcha.base.runs.queries import Progress, progress
from mingcha.domains.records.models import Chunk, Export
from mingcha.domains.records.queries.sharing import Policy, Relation, is_open, policy_of
from mingcha.standards import loader
from mingcha.standards.model import FieldType, Share, Table

EXPORT = "insight.export"
NOTHING_YET = {
    Share.PUBLIC: "公开数据，目前还没有单位报送。",
    Share.SHARED: "共享数据，只能导出您授权范围内单位报送的，以及其他单位同意共享的；目前都没有。",
    Share.INTERNAL: "内部数据，只有报送单位及其上级可以导出；您授权范围内的单位没有报送。",
    Share.SENSITIVE: "敏感数据，只有报送单位及其上级可以导出；您授权范围内的单位没有报送。",
}


@dataclass(frozen=True)
class Offer:
    """A table as one person may take it out: `rows` counts every version of every record."""

    table: Table
    rows: int
    scope: str  # whose rows, or why none, as a sentence

    @property
    def is_open(self) -> bool:
        """Whether there is anything to take out."""
        return self.rows > 0


@dataclass(frozen=True)
class Progressed:
    """An export with how far it is."""

    export: Export
    label: str
    progress: Progress
    conditions: Sequence[tuple[str, str]]


def offers(account: Account) -> list[Offer]:
    """Every table, those with something to take out first. Three queries."""
    policy = policy_of(account)
    mine = Chunk.objects.filter(policy.as_q(provider="batch__provider"))
    rows = dict(mine.values_list("dataset").annotate(Sum("rows")).order_by())
    tables = loader.current().tables.values()
    found = [_offer(policy, table, rows.get(table.name, 0)) for table in tables]
    return sorted(found, key=lambda offer: not offer.is_open)


def offer_for(account: Account, name: str) -> Offer:
    """The one door to a table to be taken out. Raises NotFound for missing and empty alike."""
    for offer in offers(account):
        if offer.table.name == name and offer.is_open:
            return offer
    there = Chunk.objects.filter(dataset=name).exists()
    raise NotFound(what="可导出的数据表", key=name, exists=there)


def providers_for(account: Account, table: str) -> QuerySet[Organisation]:
    """The organisations whose rows of a table the account may take out, in tree order."""
    allowed = policy_of(account).providers_of(table)
    found = Organisation.objects.order_by("path")
    return found if allowed is None else found.filter(pk__in=allowed)


def require_provider(account: Account, table: str, code: str) -> None:
    """Pass if the account may take out a provider's rows of a table. Raises NotAllowed, or NotFound
    for a body that is not there.
    """
    provider = people.named(code)
    if provider is None:
        raise NotFound(what="报送单位", key=code)
    if not providers_for(account, table).filter(pk=provider.pk).exists():
        raise NotAllowed(right=EXPORT, where=provider.name, organisation=provider.code)


def closed_since(export: Export, account: Account) -> list[Organisation]:
    """The organisations whose rows an export holds, and which the account may no longer see."""
    allowed = policy_of(account).providers_of(export.table)
    if allowed is None:
        return []
    gone = set(export.providers) - allowed
    return list(Organisation.objects.filter(pk__in=gone).order_by("path"))


def masked_fields(account: Account, table: Table) -> list[str]:
    """The labels of the fields that are masked in some row or other, for this viewer."""
    policy = policy_of(account)
    only_mine = (
        not (policy.public & {table.name}) and policy.providers_of(table.name) == policy.line
    )
    near = Relation.LINE if only_mine else policy.far
    return [
        spec.label
        for spec in table.fields.values()
        if not all(is_open(table, spec, near, about_person=person) for person in (True, False))
    ]


def region_field(table: Table) -> str | None:
    """The field by which an export is limited to a division, if the table has one."""
    if table.subject is not None and table.subject.region is not None:
        return table.subject.region
    of_type = (name for name, spec in table.fields.items() if spec.type is FieldType.REGION)
    return next(of_type, None)


def exports_of(account: Account) -> QuerySet[Export]:
    """What the account has asked for, newest first."""
    return Export.objects.filter(asked_by=account).select_related("run").order_by("-pk")


def export_for(account: Account, public_id: str) -> Export:
    """The one door to an export: the asker's own. Raises NotFound for missing and others' alike."""
    export = exports_of(account).filter(public_id=public_id).first()
    if export is None:
        there = Export.objects.filter(public_id=public_id).exists()
        raise NotFound(what="导出", key=public_id, exists=there)
    return export


def progressed(export: Export) -> Progressed:
    """How far an export is, and its conditions in words."""
    label = loader.current().table(export.table).label
    return Progressed(export, label, progress(export.run), conditions(export))


CONDITIONS = {
    "provider": "报送单位", "region": "行政区划", "since": "发生日期起", "until": "发生日期止",
    "item": "监管事项",
}  # fmt: skip


def conditions(export: Export) -> list[tuple[str, str]]:
    """The filter as (label, value)."""
    return [(label, export.spec[key]) for key, label in CONDITIONS.items() if key in export.spec]


def _offer(policy: Policy, table: Table, rows: int) -> Offer:
    allowed = policy.providers_of(table.name)
    if not rows:
        scope = NOTHING_YET[table.share]
    elif allowed is None:
        scope = "公开数据，全部报送单位。"
    else:
        others = len(allowed - policy.line)
        shared = f"，以及同意共享的 {others} 个单位" if others else ""
        scope = f"您授权范围内的单位{shared}。"
    return Offer(table, rows, scope)
