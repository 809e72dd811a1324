"""Who hands the city's files in, how their columns are read, and what became of them."""

import csv
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import yaml
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count

from mingcha.base.ledger.services import act
from mingcha.base.people import contents
from mingcha.base.people import services as people
from mingcha.base.people.models import Account, Organisation, Region, Role
from mingcha.base.runs.models import RunState
from mingcha.domains.parties.models import Party
from mingcha.domains.records.management.commands.intake import as_text
from mingcha.domains.records.models import Batch, SourceMapping, Tie
from mingcha.domains.records.queries import batches, dossier, sharing
from mingcha.domains.records.services import Delivery, mappings, receive
from mingcha.standards.mapping import Mapping

HERE = Path(__file__).resolve().parent
SCHEME = "sf-business"
FILES = {"sf_business": "businesses", "sf_inspection": "inspections", "sf_violation": "violations"}

# No division of China: GB/T 2260 has digits only, so a code with letters can never be one of its.
REGION = Region(
    code="SF0000", name="旧金山市", full_name="美国加利福尼亚州旧金山市", level=2, is_edited=True,
    note="示例用的境外地区，不属于 GB/T 2260",
)  # fmt: skip
BODY = people.Body(
    code="sfdph", name="San Francisco Department of Public Health", short_name="旧金山卫生局",
    kind="department", level="3", region=REGION.code,
)  # fmt: skip
CLERK = people.Person(login="sfdph", real_name="旧金山数据专员", post="数据专员")


def take_in(folder: Path, *, work: bool) -> None:
    """Hand the item list and the city's three files in, print each receipt and some dossiers."""
    actor = clerk()
    items = hand_in(HERE / "items.csv", Delivery("items.csv", actor.organisation, "sf_item"), actor)
    taken = [finish(items, work=work)]
    for table, name in FILES.items():
        path = folder / f"{name}.csv"
        mapping = keep_mapping(table, path, actor)
        delivery = Delivery(path.name, actor.organisation, table, mapping, channel="cli")
        taken.append(finish(hand_in(path, delivery, actor), work=work))
    say("\n\n".join(as_text(batches.receipt(batch)) for batch in taken))
    say("\n" + "\n".join(figures(actor)))


@transaction.atomic
def clerk() -> Account:
    """The department's own account; made, with its department and region, when it is not there."""
    found = Account.objects.filter(login=CLERK.login).select_related("organisation").first()
    if found is not None:
        return found
    if not Region.objects.filter(code=REGION.code).exists():
        REGION.save(force_insert=True)
        act(None, "新增区划", REGION, content=contents.of_region(REGION))
    organisation = people.found(BODY)
    made, password = people.open_first_account(CLERK, organisation=organisation)
    role = Role.objects.get(key="data-bureau")
    people.appoint(made, role, scope=organisation, reason="旧金山示例")
    say(f"已开通账号 {made.login}，一次性密码 {password}（首次登录时须修改）\n")
    return made


def keep_mapping(table: str, path: Path, actor: Account) -> SourceMapping:
    """The declared mapping of a table, saved for this provider."""
    declared = yaml.safe_load((HERE / "mappings" / f"{table}.yaml").read_text(encoding="utf-8"))
    with path.open(encoding="utf-8", newline="") as lines:
        headers = next(csv.reader(lines))
    spec = Mapping.model_validate(declared)
    provider: Organisation = actor.organisation
    return mappings.keep(provider, spec, name="LIVES", headers=headers, actor=actor)


def hand_in(path: Path, delivery: Delivery, actor: Account) -> Batch:
    """The batch of a file; the earlier one if it was handed in before."""
    return receive([path.read_bytes()], delivery, actor=actor)


def finish(batch: Batch, *, work: bool) -> Batch:
    """The batch when nothing is left to do for it; the jobs are ours to do when nobody else is."""
    if work:
        for queue in ("intake", "default", "intake"):
            call_command("work", queue=queue, once=True)
    while batch.run.state in {RunState.QUEUED, RunState.RUNNING}:
        time.sleep(0.1)
        batch.run.refresh_from_db()
    batch.refresh_from_db()
    if batch.run.error:
        sys.exit(f"{batch.file_name}：{batch.run.error}")
    return batch


def figures(actor: Account) -> Sequence[str]:
    """What the dossiers hold now: parties, facts, ties, and the one with most violations."""
    facts = sharing.visible_to(actor).filter(provider=actor.organisation)
    by_table = facts.values("dataset").annotate(n=Count("pk")).order_by("dataset")
    parties = Party.objects.filter(identifiers__scheme=SCHEME)
    ties = Tie.objects.filter(subject__scheme=SCHEME, until__isnull=True)
    busiest = facts.filter(dataset="sf_violation").values("subject__value", "subject")
    worst = busiest.annotate(n=Count("pk")).order_by("-n", "subject__value").first()
    lines = [
        f"对象 {parties.count()}　关联 {ties.count()}（存疑 {ties.filter(is_doubtful=True).count()}）"
    ]
    lines += [f"记录 {row['dataset']} {row['n']}" for row in by_table]
    if worst is None:
        return lines
    party = parties.get(identifiers__value=worst["subject__value"])
    said = dossier.counts(actor, party)
    held = "，".join(f"{family.value} {number}" for family, number in said.items())
    lines.append(
        f"违规最多的档案：{party.name}（{worst['subject__value']}，{party.address}）：{held}"
    )
    latest = dossier.dossier(actor, party).entries[:5]
    return [*lines, *(f"  {entry.occurred_on}　{entry.headline}" for entry in latest)]


def say(text: str) -> None:
    """One line or several on stdout."""
    sys.stdout.write(f"{text}\n")
