"""Who hands the city's files in, how their columns are read, and what became of them."""

import csv
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import yaml
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count

from mingcha.base.ledger.services import act
from mingcha.base.people import contents
from mingcha.base.people import services as people
from mingcha.base.people.models import Account, Region, Role
from mingcha.base.runs.models import RunState
from mingcha.domains.parties.models import Identifier
from mingcha.domains.records.management.commands.intake import as_text
from mingcha.domains.records.models import Batch, SourceMapping, Tie
from mingcha.domains.records.queries import batches, dossier, sharing
from mingcha.domains.records.services import Delivery, mappings, receive
from mingcha.standards import loader
from mingcha.standards.mapping import Mapping

HERE = Path(__file__).resolve().parent
FILES = {"sf_business": "businesses", "sf_inspection": "inspections", "sf_violation": "violations"}

# No division of China: GB/T 2260 has digits only, so a code with letters is never one of its.
REGION = {
    "code": "SF0000", "name": "旧金山市", "full_name": "美国加利福尼亚州旧金山市", "level": 2,
    "is_edited": True, "note": "示例用的境外地区，不属于 GB/T 2260",
}  # fmt: skip
BODY = people.Body(
    code="sfdph", name="San Francisco Department of Public Health", short_name="旧金山卫生局",
    kind="department", level="3", region="SF0000",
)  # fmt: skip
CLERK = people.Person(login="sfdph", real_name="旧金山数据专员", post="数据专员")


def take_in(folder: Path, *, work: bool) -> None:
    """Hand in the item list and the city's three files; print the receipts and some dossiers.

    `work`: nobody else does the jobs, so do them here.
    """
    actor = clerk()
    taken = [hand_in(HERE / "items.csv", "sf_item", None, actor=actor, work=work)]
    for table, name in FILES.items():
        path = folder / f"{name}.csv"
        taken.append(hand_in(path, table, kept(table, path, actor), actor=actor, work=work))
    say(*(f"{as_text(batches.receipt(batch))}\n" for batch in taken), *figures(actor))


@transaction.atomic
def clerk() -> Account:
    """The department's account; made, with department and region, when it is not there."""
    found = Account.objects.filter(login=CLERK.login).select_related("organisation").first()
    if found is not None:
        return found
    region, is_new = Region.objects.get_or_create(code=REGION["code"], defaults=REGION)
    if is_new:
        act(None, "新增区划", region, content=contents.of_region(region))
    organisation = people.found(BODY)
    made, password = people.open_first_account(CLERK, organisation=organisation)
    role = Role.objects.get(key="data-bureau")
    people.appoint(made, role, scope=organisation, reason="旧金山示例")
    say(f"已开通账号 {made.login}，一次性密码 {password}（首次登录时须修改）\n")
    return made


def kept(table: str, path: Path, actor: Account) -> SourceMapping:
    """The declared mapping of a table, saved for the department."""
    declared = yaml.safe_load((HERE / "mappings" / f"{table}.yaml").read_text(encoding="utf-8"))
    with path.open(encoding="utf-8", newline="") as lines:
        headers = next(csv.reader(lines))
    spec = Mapping.model_validate(declared)
    return mappings.keep(actor.organisation, spec, name="LIVES", headers=headers, actor=actor)


def hand_in(
    path: Path, table: str, mapping: SourceMapping | None, *, actor: Account, work: bool
) -> Batch:
    """The batch of a file, when nothing is left to do for it."""
    delivery = Delivery(path.name, actor.organisation, table, mapping, channel="cli")
    batch = receive([path.read_bytes()], delivery, actor=actor)
    for queue in ("intake", "default", "intake") if work else ():
        call_command("work", queue=queue, once=True)
    batch.run.refresh_from_db()
    while batch.run.state in {RunState.QUEUED, RunState.RUNNING}:
        time.sleep(0.1)
        batch.run.refresh_from_db()
    if batch.run.error:
        sys.exit(f"{path.name}：{batch.run.error}")
    batch.refresh_from_db()
    return batch


def figures(actor: Account) -> Iterator[str]:
    """What the dossiers hold: parties, facts, ties, and the one with most violations."""
    known = Identifier.objects.filter(scheme="sf-business")
    ties = Tie.objects.filter(subject__scheme="sf-business", until__isnull=True)
    doubtful = ties.filter(is_doubtful=True).count()
    yield f"监管对象 {known.count()}　关联 {ties.count()}（其中存疑 {doubtful}）"
    facts = sharing.visible_to(actor).filter(provider=actor.organisation).order_by()
    for dataset, number in facts.values_list("dataset").annotate(n=Count("pk")).order_by("dataset"):
        yield f"{loader.current().table(dataset).label} {number}"
    found = facts.filter(dataset="sf_violation").values_list("subject__value")
    most = found.annotate(n=Count("pk")).order_by("-n", "subject__value")[:1]
    for business, number in most:
        party = known.select_related("party").get(value=business).party
        yield f"违规最多的档案：{party.name}（{business}，{party.address}）{number} 项，例如"
        for entry in dossier.opened(actor, party).page().entries[1:6]:
            yield f"  {entry.occurred_on}　{entry.headline}"


def say(*lines: str) -> None:
    """Lines on stdout."""
    sys.stdout.write("\n".join(lines) + "\n")
