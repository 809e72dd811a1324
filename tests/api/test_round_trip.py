"""What goes out comes in again unchanged, of every table; what was masked does not."""

import pytest
from tests.api.handing_in import Program

from mingcha.base.ledger import sealer
from mingcha.base.people.testing import make_account
from mingcha.domains.records.models import Fact
from mingcha.domains.records.testing import as_lines, do_jobs, in_order, lawful, make_catalogue
from mingcha.standards import loader
from mingcha.standards.model import FieldType, Share

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FORMS = ("csv", "xlsx", "jsonl")  # and Parquet, which alone is typed, for every table
# Cells that are easily altered on the way: formulas, quotes, breaks, zeros, signs, marks.
AWKWARD = (
    "=1+1",
    '他说"好"，\n换行',
    "00123",
    "-5.50",
    "'引号",
    "２０２５",
    "a|b；c",
    "1E3",
    "无为县",
)


@pytest.fixture(name="program")
def _program(city, settings, tmp_path):
    """Somebody in the line of the providers whose files these are."""
    settings.HOME, settings.KEYS, settings.LAKE = tmp_path, tmp_path / "keys", tmp_path / "lake"
    settings.EXPORTS = tmp_path / "exports"
    settings.ANALYTICS = settings.ANALYTICS | {"folder": tmp_path / "analytics"}
    for folder in (settings.LAKE, settings.EXPORTS):
        folder.mkdir()
    make_catalogue()
    return Program(make_account("data-bureau", "head", organisation=city.market))


def rows_of(table):
    """Lawful rows whose free texts are awkward; nothing in what would be masked."""
    declared = loader.current().table(table)
    told = {r.field for r in declared.references} | {*declared.key.fields}
    told |= set(declared.subject.value) if declared.subject else set()
    free = [
        name for name, spec in declared.fields.items()
        if spec.type is FieldType.TEXT and spec.codes is None and name not in told
        and not spec.exact and (spec.max or 99) >= 12 and name not in SETTLED
    ]  # fmt: skip
    sensitive = [n for n, s in declared.fields.items() if s.share is Share.SENSITIVE]
    found = []
    for number in (1, 2):
        row = lawful(table, number)
        row |= {name: AWKWARD[(n + number) % len(AWKWARD)] for n, name in enumerate(free)}
        row |= {name: "" for name in sensitive if not declared.fields[name].required}
        found.append(row)
    return found


SETTLED = {"implement_institution_code", "entrust_dept_code"}  # credit codes, though untyped


def exports(program, tables):
    """Ask for every table as Parquet and in one format of text, have them made, and fetch them."""
    asked = {}
    for number, table in enumerate(tables):
        for form in (FORMS[number % len(FORMS)], "parquet"):
            body = {"table": table, "form": form}
            answer = program.client.post("/api/v1/exports", body, content_type="application/json")
            assert answer.status_code == 202, answer.content.decode()
            asked[table, form] = answer.json()["number"]
    do_jobs()
    for (table, form), number in asked.items():
        file = program.client.get(f"/api/v1/exports/{number}/file")
        told = program.client.get(f"/api/v1/exports/{number}").json()
        assert file.status_code == 200, (table, form, told["error"])
        yield table, form, b"".join(file.streaming_content)


def hides(table):
    """Whether a row of ours has a value that nobody exports unmasked."""
    fields = loader.current().table(table).fields
    return any(fields[name].share is Share.SENSITIVE and fields[name].required for name in fields)


@pytest.mark.row("DAT-2")
@pytest.mark.row("BEY-12")
def test_every_export_of_every_table_is_taken_in_again_unchanged(program):
    numbers = {
        table: program.post(as_lines(rows_of(table)), f"{table}.jsonl", table=table)
        for table in in_order()
    }
    do_jobs()
    for table, number in numbers.items():
        first = program.receipt(number)
        assert first["accepted"] == 2, (table, first["error"], program.reasons(number))
    sealer.seal_once(sealer.file_signer())
    kept = list(Fact.objects.order_by("pk").values_list("source_key", "version", "payload"))

    handed_in = {
        (table, form): program.post(data, f"导出.{form}", table=table)
        for table, form, data in exports(program, in_order())
    }
    do_jobs()
    wrong = {}
    for (table, form), number in handed_in.items():
        again, said = program.receipt(number), program.reasons(number)
        counts = (again["doubled"], again["accepted"], again["refused"])
        if hides(table):
            if counts != (0, 0, 2) or not all("遮盖" in why for why in said.values()):
                wrong[table, form] = counts, said
        elif counts != (2, 0, 0):
            wrong[table, form] = counts, again["error"], said

    assert wrong == {}
    assert list(Fact.objects.order_by("pk").values_list("source_key", "version", "payload")) == kept
