"""What tests of any domain need of the catalogue: items and checklists in force, in one line."""

from mingcha.base.people.models import Organisation
from mingcha.base.people.testing import make_organisation
from mingcha.domains.catalog.models import ChecklistVersion, ItemVersion
from mingcha.domains.catalog.services import Row, Sender, land_list
from mingcha.standards import loader

SINCE = "2025-01-01"
NAME = "对演示事项的监督检查"
BASIS = "《中华人民共和国食品安全法》第一百一十条第一款"


def put_item(code: str, *, owner: Organisation | None = None, **changes: str) -> ItemVersion | None:
    """Land one row of the national list; `changes` by field key, "" leaves a field out."""
    usual = {
        "item_code": code, "item_name": NAME, "main_or_sub": "2", "action_kind": "01",
        "basis": BASIS, "effective_from": SINCE, "item_status": "01",
    }  # fmt: skip
    content = _land("item", usual | changes, owner)
    found = ItemVersion.objects.filter(
        item__scheme="item", item__code=code, since=content["effective_from"],
        displaced_by__isnull=True,
    )  # fmt: skip
    return found.first()


def put_checklist(
    code: str, item: str, *, body: str, owner: Organisation | None = None, **changes: str
) -> ChecklistVersion | None:
    """Land one row of the list of checklists."""
    usual = {
        "checklist_code": code, "checklist_name": NAME, "item_code": item,
        "implement_institution": "演示浦东市场监管局", "implement_institution_code": body,
        "check_contents": "证照；进货查验记录", "effective_from": SINCE, "checklist_status": "01",
    }  # fmt: skip
    content = _land("checklist", usual | changes, owner)
    found = ChecklistVersion.objects.filter(
        checklist__scheme="checklist", checklist__code=code, since=content["effective_from"],
        displaced_by__isnull=True,
    )  # fmt: skip
    return found.first()


def _land(table: str, said: dict[str, str], owner: Organisation | None) -> dict[str, str]:
    content = {key: text for key, text in said.items() if text}
    sender = Sender(owner or Organisation.objects.first() or make_organisation())
    land_list(loader.current().table(table), [Row(content, fact_id=0)], sender)
    return content
