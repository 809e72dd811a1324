"""What tests of the data centre share: lawful rows of every table, and doing the jobs."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import date

from mingcha.base import testing
from mingcha.base.jobs import import_jobs
from mingcha.base.people.models import Account, Organisation
from mingcha.base.rules import services as rules
from mingcha.domains.catalog.testing import put_checklist, put_item
from mingcha.domains.officers.models import Officer
from mingcha.domains.parties.services import load_authorities
from mingcha.domains.records import services
from mingcha.domains.records.models import Batch
from mingcha.standards import loader
from mingcha.standards.identifiers import resident_check_character, uscc_check_character
from mingcha.standards.model import FieldType, Table

ITEM = "01310000000001"
DAY = date(2025, 1, 1)


def uscc(number: int) -> str:
    """A made-up credit code with a right check digit; the same number gives the same code."""
    body = f"91310115{number:09d}"
    return body + uscc_check_character(body)


BODY = uscc(1)
CHECKLIST = f"{BODY}4{ITEM}001"
CERTIFICATES = ("31150001", "31150002")


def make_catalogue() -> None:
    """One item, its checklist and two officers, all in force since `DAY`."""
    rules.load_shipped()
    load_authorities()
    put_item(ITEM)
    put_checklist(CHECKLIST, ITEM, body=BODY)
    for certificate in CERTIFICATES:
        Officer.objects.create(
            certificate=certificate,
            name=f"演示{certificate}",
            body="演示局",
            valid_to=date(2030, 1, 1),
            fact_id=0,
        )


def inspection(number: int, **changes: str) -> dict[str, str]:
    """One lawful row of 行政检查行为 by field key, with changes."""
    row = {
        "supervise_item_implement_code": ITEM,
        "supervise_item_check_icode": CHECKLIST,
        "check_action_name": "演示检查",
        "check_action_code": f"JC{number:06d}",
        "implement_institution": "演示浦东市场监管局",
        "implement_institution_code": BODY,
        "supervise_object_type": "1",
        "supervise_object": f"演示{number}号有限公司",
        "administrative_cp": f"演示{number}号有限公司",
        "administrative_cp_na": "02",
        "administrative_cp_ce_type": "001",
        "administrative_cp_ui_code": uscc(1000 + number),
        "address_registered": f"浦东新区演示路{number}号",
        "area_number": "310115",
        "check_form": "01",
        "check_type": "01",
        "check_mode": "1",
        "check_result": "01",
        "check_date": "2025-03-04",
        "check_personnel": "张演示、李演示",
        "check_personnel_code": "、".join(CERTIFICATES),
        "submitted_date": "2025-03-05",
        "submitted_personnel": "王演示",
    }
    return row | changes


def lawful(table: str, number: int = 1, **changes: str) -> dict[str, str]:
    """A lawful row of any declared table, every field filled, by its declaration alone.

    What it refers to is what `make_catalogue` makes, or the row of the same number of the table
    that it points at.
    """
    declared = loader.current().table(table)
    row = {name: _value(declared, name, number) for name in declared.fields}
    for reference in declared.references:
        if "." in reference.to:
            to, _, field = reference.to.partition(".")
            row[reference.field] = lawful(to, number)[field]
    return row | changes


def _value(table: Table, name: str, number: int) -> str:
    spec = table.fields[name]
    if spec.codes is not None:
        known = loader.current().code_table(spec.codes).codes
        return next(one.code for one in known if not one.since and not one.until)
    texts = {
        FieldType.REGION: "310115", FieldType.DATE: "2025-03-04", FieldType.YEAR: "2025",
        FieldType.NUMBER: "1", FieldType.RATIO: "0.5", FieldType.BOOLEAN: "是",
        FieldType.USCC: uscc(1000 + number), FieldType.USCC_OR_ID: uscc(1000 + number),
        FieldType.RESIDENT_ID: resident_id(number), FieldType.LIST: "、".join(CERTIFICATES),
        FieldType.ITEM: ITEM, FieldType.CHECKLIST: CHECKLIST,
        FieldType.TEXT: f"{number}号演示{spec.label}"[: spec.max],
    }  # fmt: skip
    if spec.type is FieldType.NUMBER and name in table.key.fields:
        return str(number)
    lists = table.catalog_as.kind if table.catalog_as else ""
    if spec.type is FieldType.ITEM and (lists == "item" or name in table.key.fields):
        return f"0131{100 + number:010d}"  # none of those of `make_catalogue`
    if spec.type is FieldType.CHECKLIST and lists == "checklist":
        return f"{BODY}4{ITEM}{number:03d}"
    bodies = {table.item.body if table.item else None, "implement_institution_code"}
    return BODY if name in bodies else texts[spec.type]


def in_order() -> list[str]:
    """The tables, each after those it refers to."""
    found: list[str] = []

    def add(name: str) -> None:
        for reference in loader.current().table(name).references:
            to = reference.to.partition(".")[0]
            if "." in reference.to and to != name and to not in found:
                add(to)
        if name not in found:
            found.append(name)

    for name in loader.current().tables:
        add(name)
    return found


def resident_id(number: int) -> str:
    """A made-up identity number with a right check digit."""
    body = f"31011519900101{number % 1000:03d}"
    return body + resident_check_character(body)


def as_csv(
    rows: Sequence[dict[str, str]], *, table: str = "check_action", encoding: str = "utf-8"
) -> bytes:
    """Rows as a CSV with the Chinese headers of the standard."""
    fields = loader.current().table(table).fields
    keys = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([fields[key].label if key in fields else key for key in keys])
    writer.writerows([[row.get(key, "") for key in keys] for row in rows])
    return text.getvalue().encode(encoding)


def as_lines(rows: Sequence[dict[str, str]]) -> bytes:
    """Rows as JSON-lines with the English keys."""
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def hand_in(
    data: bytes, *, provider: Organisation, actor: Account, name: str = "检查.csv", table: str = ""
) -> Batch:
    """Hand in a file and do all the work; needs a test with committed transactions."""
    delivery = services.Delivery(name=name, provider=provider, table=table, channel="api")
    batch = services.receive([data], delivery, actor=actor)
    do_jobs()
    batch.refresh_from_db()
    return batch


def do_jobs(queues: Iterable[str] = ("intake", "default", "exports")) -> None:
    """Do every waiting job in this process, as the workers would."""
    import_jobs("mingcha.domains.records.jobs")
    testing.do_jobs(queues)
