"""Make, try and save the mapping of a provider's columns (字段映射)."""

from collections.abc import Sequence

from django.db import transaction

from mingcha.base.jobs import defer
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.canonical import Json
from mingcha.base.people.models import Account, Organisation
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
    """Save a mapping and take the file in with it. Leaves one act for each.

    Raises NotAllowed, or BadMapping naming every fault.
    """
    saved = keep(batch.provider, spec, name=name, headers=batch.sample["headers"], actor=actor)
    MappingDraft.objects.filter(batch=batch).delete()
    kept = vault.Kept(batch.file_id, batch.file.size)
    delivery = intake.Delivery(
        batch.file_name, batch.provider, table=spec.table, mapping=saved, channel=batch.channel
    )
    return intake.open_batch(kept, delivery, actor=actor)


@transaction.atomic
def keep(
    provider: Organisation, spec: Mapping, *, name: str, headers: Sequence[str], actor: Account
) -> SourceMapping:
    """Save a new version of a mapping for files with these headers (保存字段对应).

    What the newest version says already is not saved again. Leaves one act.
    Raises NotAllowed, or BadMapping naming every fault.
    """
    require(actor, MAPPING, provider)
    problems = validate(spec, loader.current().table(spec.table), headers)
    if not name.strip():
        problems.append("请给这份对应起一个名称。")
    if problems:
        raise BadMapping(problems="".join(problems))
    content = spec.model_dump(mode="json", exclude_none=True)  # the ledger knows no null
    named = {"table": spec.table, "name": name.strip()}
    newest = SourceMapping.objects.filter(provider=provider, **named).order_by("-version").first()
    if newest is not None and newest.spec == content:
        return newest
    version = newest.version + 1 if newest is not None else 1
    saved = SourceMapping.objects.create(
        provider=provider, **named, version=version, spec=content, made_by=actor
    )
    said: dict[str, Json] = {**named, "version": version, "spec": content}
    ledger.act(actor, "保存字段对应", ("mapping", str(saved.pk)), content=said)
    return saved
