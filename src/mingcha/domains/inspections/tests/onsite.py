"""A visit that stands ready: one department or two, an item with its checklist, officers with accounts."""

from datetime import timedelta
from types import SimpleNamespace

from mingcha.base.cases.services import Opening, opened
from mingcha.base.days import local_today
from mingcha.base.people.models import Organisation
from mingcha.base.people.testing import make_account
from mingcha.domains.catalog.models import ChecklistVersion
from mingcha.domains.inspections.models import (
    Assignment,
    AssignmentItem,
    Part,
    Place,
    RandomItem,
    RandomItemVersion,
    Task,
    Visit,
)
from mingcha.domains.officers.models import CertificateHolder, Officer
from mingcha.domains.parties.models import Party
from mingcha.domains.records.testing import BODY, ITEM, make_catalogue, uscc

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15"
    b"\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00"
    b"\x00\x00IEND\xaeB`\x82"
)


def stage(city, **task_columns):
    """A city whose market bureau has a visit to make with two officers, and its people."""
    make_catalogue()
    Organisation.objects.filter(pk=city.market.pk).update(uscc=BODY)
    city.market.refresh_from_db()
    Officer.objects.update(organisation=city.market)
    scene = SimpleNamespace(city=city, body=city.market)
    scene.party = Party.objects.create(
        kind="1",
        name="演示康达饮品店",
        code=uscc(7),
        region="310115",
        address="浦东新区演示路 7 号",
    )
    scene.officers, scene.accounts = [], []
    for officer in Officer.objects.order_by("certificate"):
        account = make_account("officer", organisation=city.market, real_name=officer.name)
        CertificateHolder.objects.create(officer=officer, account=account)
        scene.officers.append(officer)
        scene.accounts.append(account)
    scene.one, scene.two = scene.accounts
    scene.head = make_account("head", organisation=city.market)
    scene.task = a_task(city.market, **task_columns)
    scene.assignment = an_assignment(scene.task, city.market)
    scene.part = a_part(scene.task, scene.assignment, scene.party, scene.officers)
    scene.case = scene.part.case
    return scene


def a_task(body, **columns):
    """A task under way."""
    today = local_today()
    usual = {
        "name": "食品经营者双随机抽查", "ground": "年度计划外的演示任务", "first_on": today,
        "last_on": today + timedelta(days=20), "mode": "random",
    }  # fmt: skip
    opening = Opening("inspection-task", "演示任务", body)
    with opened(opening, actor=None) as case:
        return Task.objects.create(case=case, body=body, **usual | columns)


def an_assignment(task, body, *, checklist=True):
    """What a department does in a task: the one item, by its checklist."""
    version = RandomItemVersion.objects.create(
        item=RandomItem.objects.create(body=body), number=1, category="食品安全",
        name="食品经营者监督检查", scheme="item", code=ITEM, object_kinds=["1"],
        objects_in_words="食品经营者", methods=["site"], basis="食品安全法第一百零九条",
        since=local_today() - timedelta(days=100),
    )  # fmt: skip
    found = Assignment.objects.create(task=task, body=body)
    list_ = ChecklistVersion.objects.first() if checklist else None
    AssignmentItem.objects.create(assignment=found, item=version, checklist=list_)
    return found


def a_part(task, assignment, party, officers, *, visit=None):
    """A department's part of a visit, with its team."""
    visit = visit or Visit.objects.create(task=task, party=party)
    opening = Opening(
        "inspection-part", f"检查：{party.name}", assignment.body, party_id=party.pk,
        parent=task.case,
    )  # fmt: skip
    with opened(opening, actor=None) as case:
        part = Part.objects.create(
            case=case, visit=visit, assignment=assignment, body=assignment.body
        )
        for number, officer in enumerate(officers, 1):
            Place.objects.create(
                part=part, number=number, officer=officer, certificate=officer.certificate,
                name=officer.name,
            )  # fmt: skip
    return part
