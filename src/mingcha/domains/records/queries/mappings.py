"""Saved mappings of providers' columns, for whoever maps for them."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from mingcha.base.errors import NotFound
from mingcha.base.people.models import Account
from mingcha.domains.records.models import SourceMapping
from mingcha.domains.records.queries.batches import providers_for
from mingcha.standards import loader
from mingcha.standards.mapping import Mapping, describe

MAPPING = "records.mapping"


def visible_to(account: Account) -> QuerySet[SourceMapping]:
    """Every version of the mappings of the organisations the account maps for."""
    mine = SourceMapping.objects.filter(provider__in=providers_for(account, MAPPING))
    return mine.select_related("provider", "made_by")


def latest(account: Account, words: str = "", provider: str = "") -> QuerySet[SourceMapping]:
    """The newest version of each mapping; `words` are part of its name, `provider` a code."""
    newer = SourceMapping.objects.filter(
        provider=OuterRef("provider"),
        table=OuterRef("table"),
        name=OuterRef("name"),
        version__gt=OuterRef("version"),
    )
    found = visible_to(account).filter(~Exists(newer))
    if words:
        tables = [t.name for t in loader.current().tables.values() if words in t.label]
        found = found.filter(Q(name__icontains=words) | Q(table__in=tables))
    return found.filter(provider__code=provider) if provider else found


def mapping_for(account: Account, number: int) -> SourceMapping:
    """The one door to a version of a mapping. Raises NotFound for missing and hidden alike."""
    found = visible_to(account).filter(pk=number).first()
    if found is None:
        there = SourceMapping.objects.filter(pk=number).exists()
        raise NotFound(what="字段对应", key=number, exists=there)
    return found


def versions(account: Account, mapping: SourceMapping) -> list[SourceMapping]:
    """Every version of a mapping, newest first."""
    same = {"provider": mapping.provider, "table": mapping.table, "name": mapping.name}
    return list(visible_to(account).filter(**same).order_by("-version"))


def sentences(mapping: SourceMapping) -> list[str]:
    """What a saved mapping does, one sentence a step."""
    spec = Mapping.model_validate(mapping.spec)
    return describe(spec, loader.current().table(mapping.table))


@dataclass(frozen=True)
class Difference:
    """What a version of a mapping does that the one before it did not, and the other way round."""

    added: list[str]
    removed: list[str]


def difference(mapping: SourceMapping, before: SourceMapping) -> Difference:
    """The steps in which two versions differ, as sentences."""
    new, old = sentences(mapping), sentences(before)
    return Difference([s for s in new if s not in old], [s for s in old if s not in new])
