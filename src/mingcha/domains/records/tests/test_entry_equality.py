"""One row alone and the same row among many get the same verdict, in every table."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from mingcha.base.days import local_today
from mingcha.base.jobs import import_jobs
from mingcha.domains.records.jobs.entering import judged
from mingcha.domains.records.jobs.prepare import Checker, Numbers
from mingcha.domains.records.jobs.references import references_for
from mingcha.domains.records.testing import (
    BODY,
    CERTIFICATES,
    CHECKLIST,
    ITEM,
    make_catalogue,
    uscc,
)
from mingcha.standards import loader
from mingcha.standards.frames.catalogue import DOUBLED, KEY_CONFLICT
from mingcha.standards.mapping import Mapping
from mingcha.standards.model import FieldType

pl = pytest.importorskip("polars")
pytestmark = pytest.mark.django_db
import_jobs("mingcha.domains.records.jobs")

TABLES = sorted(loader.current().tables)
AMONG_OTHERS = {DOUBLED, KEY_CONFLICT}  # what only a row with its twin can have
ODD = ["", " ", "无", "——", "１２３", "x" * 60, "99", "2026-02-30", "张、李", "1e5", "是", "０１"]
RIGHT = {
    FieldType.DATE: ["2026-01-02", "2026/1/3", "20250630", "46023", "2099-01-01"],
    FieldType.YEAR: ["2026", "2026年"],
    FieldType.NUMBER: ["0", "12.50", "-1", "1,000"],
    FieldType.RATIO: ["0.05", "5%", "1.5"],
    FieldType.BOOLEAN: ["是", "否", "1"],
    FieldType.REGION: ["310115", "310115000000", "310199"],
    FieldType.USCC: [uscc(7), uscc(7)[:-1] + "I", BODY],
    FieldType.RESIDENT_ID: ["11010519491231002X", "110105491231002", "110105194902310021"],
    FieldType.USCC_OR_ID: [uscc(7), "11010519491231002X", "E1"],
    FieldType.ITEM: [ITEM, "99999999999999", "1310000000001"],
    FieldType.CHECKLIST: [CHECKLIST, f"{CHECKLIST}9", "短"],
    FieldType.LIST: ["、".join(CERTIFICATES), CERTIFICATES[0], "甲，乙", "B9、B8"],
}


def cells(spec):
    """Texts that a field may come with: right, nearly right, odd, empty."""
    known = list(RIGHT.get(spec.type, ["演示", "演示　文字", "A-1"]))
    if spec.codes is not None:
        codes = loader.current().code_table(spec.codes).codes[:3]
        known += [text for code in codes for text in (code.code, code.label)]
    return some.sampled_from([*known, *known, *ODD])


def rows_of(table):
    row = some.fixed_dictionaries({name: cells(spec) for name, spec in table.fields.items()})
    return some.lists(row, min_size=2, max_size=4)


def verdict(row):
    said = {(f["check"], f["field"], f["reason"]) for f in row["failures"]}
    return row["texts"], {one for one in said if one[0] not in AMONG_OTHERS}


@pytest.mark.parametrize("name", TABLES)
def test_a_row_alone_is_judged_as_it_is_among_others(name, city):
    make_catalogue()
    table = loader.current().table(name)

    @settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rows_of(table))
    def alike(rows):
        together = judged(table, city.market, rows, "u")
        alone = [judged(table, city.market, [row], "u")[0] for row in rows]
        assert [verdict(row) for row in together] == [verdict(row) for row in alone]
        assert [sorted(verdict(row)[1]) for row in alone] == intake(table, city.market, rows)

    alike()


def intake(table, provider, rows):
    """What the checker of files says of the same rows, with everything there is to refer to."""
    checker = Checker(
        table=table, provider=provider, catalogue=loader.current(),
        references=references_for(table), mapping=Mapping(table=table.name, steps=()),
        on=local_today(), numbers=Numbers(table),
    )  # fmt: skip
    frame = pl.DataFrame(
        {name: [row[name] or None for row in rows] for name in table.fields}
        | {"_row": list(range(1, len(rows) + 1))},
        schema=dict.fromkeys(table.fields, pl.String) | {"_row": pl.Int64},
    )
    failures = checker.judge(frame).failures.filter(~pl.col("check").is_in(list(AMONG_OTHERS)))
    kept = "本行暂存待核，所引用的内容入库或更正后自动重新核对。"
    strict = {r.name for r in table.references if r.to in {"item", "checklist"}}
    found = [[] for _ in rows]
    for one in failures.iter_rows(named=True):
        reason = one["reason"].removesuffix(kept) if one["check"] in strict else one["reason"]
        found[one["_row"] - 1].append((one["check"], one["field"], reason))
    return [sorted(set(said)) for said in found]
