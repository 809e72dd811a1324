"""Every table of the standard by the same door: its files are taken in, shown and given out again."""

import pytest
from tests.api.handing_in import Program

from mingcha.base.people.testing import make_account
from mingcha.domains.records.testing import as_csv, lawful, make_catalogue
from mingcha.standards import loader

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = sorted(loader.catalogue().tables)
REGISTERS = sorted(name for name, t in loader.catalogue().tables.items() if t.register_as)


@pytest.fixture(name="program")
def _program(city):
    """The program of the office that may hand in every table."""
    make_catalogue()
    return Program(make_account("data-bureau", organisation=city.market))


def give(program, table, rows):
    """Hand rows in after what they refer to."""
    for reference in loader.current().table(table).references:
        to = reference.to.partition(".")[0]
        if "." in reference.to and to != table:
            number = int("".join(c for c in rows[0][reference.field] if c.isdigit())[:1])
            give(program, to, [lawful(to, number)])
    return program.hand_in(as_csv(rows, table=table), f"{table}.csv", table=table)


@pytest.mark.row("DAT-1")
@pytest.mark.parametrize("table", TABLES)
def test_a_lawful_row_of_every_table_is_taken_in_under_all_ten_checks(program, table):
    receipt = give(program, table, [lawful(table, 1)])

    assert (receipt["accepted"], receipt["refused"], receipt["waiting"]) == (1, 0, 0), (
        receipt["error"],
        program.reasons(receipt["number"]),
    )
    assert [line["national"] for line in receipt["national"]] == [f"{n:02}" for n in range(1, 11)]
