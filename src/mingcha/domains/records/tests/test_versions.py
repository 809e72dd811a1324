"""Which rows become new versions: the fast judgement against one that goes row by row."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as some

from mingcha.domains.records.jobs.versions import STANDING, judged

BATCH = 7

ROWS = some.lists(
    some.tuples(some.sampled_from("abc"), some.sampled_from("iiid"), some.sampled_from("XYZ")),
    max_size=12,
)
PRESENT = some.dictionaries(
    some.sampled_from("abc"),
    some.tuples(some.integers(1, 3), some.sampled_from("XYZ"), some.sampled_from([BATCH, 1, None])),
)


@given(ROWS, PRESENT, some.booleans())
def test_rows_are_judged_as_one_by_one(rows, present, enveloped):
    incoming = pl.DataFrame(
        [(n, key, operation, content) for n, (key, operation, content) in enumerate(rows)],
        schema={
            "row": pl.Int64,
            "source_key": pl.String,
            "operation": pl.String,
            "content_hash": pl.String,
        },
        orient="row",
    )
    standing = pl.DataFrame(
        [(key, version, said, 5, "2025-01-01", 99, batch) for key, (version, said, batch) in present.items()],
        schema=STANDING,
        orient="row",
    )  # fmt: skip

    found = judged(incoming, standing, batch=BATCH, enveloped=enveloped)

    changed, contradicted, absent = one_by_one(rows, present, enveloped)
    assert found.changed.select("row", "version", "operation").rows() == changed
    assert list(found.contradicted) == contradicted
    assert list(found.absent) == absent
    assert found.doubled == len(rows) - len(changed) - len(contradicted) - len(absent)
    known = {row for row, (key, _, _) in enumerate(rows) if key in present}
    subjects = dict(found.changed.select("row", "present_subject").iter_rows())
    assert {row for row, subject in subjects.items() if subject == 5} == known & subjects.keys()


def one_by_one(rows, present, enveloped):
    """(row, version, operation) of new versions, contradicting rows, withdrawals of nothing."""
    said = {key: content for key, (_, content, _) in present.items()}
    version = {key: number for key, (number, _, _) in present.items()}
    here = {key for key, (_, _, batch) in present.items() if batch == BATCH}
    changed, contradicted, absent = [], [], []
    for row, (key, operation, content) in enumerate(rows):
        earlier = said.get(key)
        if operation != "d" and key in here and not enveloped and content != present[key][1]:
            contradicted.append((row, 99))
        elif operation == "d" and earlier is None:
            absent.append(row)
        elif content != earlier:
            version[key] = version.get(key, 0) + 1
            meant = "d" if operation == "d" else "i" if version[key] == 1 else "u"
            changed.append((row, version[key], meant))
            said[key] = content
    return changed, contradicted, absent
