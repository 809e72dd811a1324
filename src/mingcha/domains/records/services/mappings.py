"""Make, try and save the mapping of a provider's columns (字段映射)."""

from django.db import transaction
from django.db.models import Max

from mingcha.base.jobs import defer
from mingcha.base.ledger import services as ledger
from mingcha.base.people.models import Account
from mingcha.base.people.queries import require
from mingcha.domains.records.errors import BadMapping
from mingcha.domains.records.models import Batch, MappingDraft, SourceMapping
from mingcha.domains.records.services import intake, vault
from mingcha.standards import loader
from mingcha.standards.mapping import Mapping, validate

MAPPING = "records.mapping"


@transaction.atomic
def draft(batch: Batch, spec: Mapping, *, name: str, actor: Account) -> MappingDraft:
    """Keep what has been chosen so far and have it tried on the file's first rows by a job."""
    require(actor, MAPPING, batch.provider)
    said = {"table": spec.table, "name": name, "spec": spec.model_dump(mode="json"), "preview": {}}
    kept, _ = MappingDraft.objects.update_or_create(batch=batch, defaults=said)
    defer("records.preview", batch=batch.pk)
    return kept


@transaction.atomic
def save(batch: Batch, spec: Mapping, *, name: str, actor: Account) -> Batch:
    """Save a new version of a mapping and take the file in with it. Leaves one act for each.

    Raises NotAllowed, or BadMapping naming every fault.
    """
    require(actor, MAPPING, batch.provider)
    table = loader.current().table(spec.table)
    problems = validate(spec, table, batch.sample["headers"])
    if not name.strip():
        problems.append("请给这份对应起一个名称。")
    if problems:
        raise BadMapping(problems="".join(problems))
    saved = SourceMapping.objects.create(
        provider=batch.provider,
        table=spec.table,
        name=name.strip(),
        version=_next_version(batch, spec.table, name.strip()),
        spec=spec.model_dump(mode="json"),
        made_by=actor,
    )
    said = {"table": saved.table, "name": saved.name, "version": saved.version, "spec": saved.spec}
    ledger.act(actor, "保存字段对应", ("mapping", str(saved.pk)), content=said)
    MappingDraft.objects.filter(batch=batch).delete()
    kept = vault.Kept(batch.file_id, batch.file.size)
    delivery = intake.Delivery(
        batch.file_name, batch.provider, table=spec.table, mapping=saved, channel=batch.channel
    )
    return intake.open_batch(kept, delivery, actor=actor)


def _next_version(batch: Batch, table: str, name: str) -> int:
    same = SourceMapping.objects.filter(provider=batch.provider, table=table, name=name)
    return int(same.aggregate(last=Max("version"))["last"] or 0) + 1
