"""Try a mapping on the first rows of a file, for the page on which it is made."""

import polars as pl
from procrastinate.contrib.django import app

from mingcha.base.days import local_today
from mingcha.base.errors import MingchaError
from mingcha.base.jobs import AGAIN
from mingcha.domains.records.jobs.references import references_for
from mingcha.domains.records.models import MappingDraft
from mingcha.standards import loader
from mingcha.standards.frames.checking import check, refuse
from mingcha.standards.frames.mapped import apply
from mingcha.standards.mapping import Mapping, validate

Cell = dict[str, str | None]


@app.task(name="records.preview", retry=AGAIN)
def preview(batch: int) -> None:
    """Fill the draft's preview; a draft that went meanwhile is left alone."""
    draft = MappingDraft.objects.select_related("batch").filter(pk=batch).first()
    if draft is None:
        return
    spec = Mapping.model_validate(draft.spec)
    problems = validate(spec, loader.current().table(spec.table), draft.batch.sample["headers"])
    try:
        made = tried(spec, draft.batch.sample)
    except MingchaError as error:
        made = {"headers": [], "rows": [], "bad": 0}
        problems.append(error.title)
    MappingDraft.objects.filter(pk=batch, spec=draft.spec).update(
        preview=made | {"problems": problems}
    )


def tried(spec: Mapping, sample: dict[str, list[str]]) -> dict[str, object]:
    """The first rows as they would land, each cell with what is wrong with it."""
    table = loader.current().table(spec.table)
    headers = sample["headers"]
    raw = pl.DataFrame(sample["rows"], schema=dict.fromkeys(headers, pl.String), orient="row")
    mapped, failures = apply(
        spec, raw.with_row_index("_row").with_columns(pl.col("_row").cast(pl.Int64))
    )
    alone = table.model_copy(update={"references": ()})  # what rows point at is not looked up here
    checked = refuse(
        check(
            alone,
            mapped,
            codes=loader.current().code_tables,
            references=references_for(alone),
            on=local_today(),
        ),
        failures,
    )
    here = [name for name in table.fields if name in mapped.columns]
    wrong = _reasons(checked.failures)
    rows = [
        [_cell(row, name, wrong) for name in here]
        for row in checked.frame.select("_row", *here).iter_rows(named=True)
    ]
    bad = sum(any(cell["bad"] for cell in row) for row in rows)
    return {"headers": [table.fields[name].label for name in here], "rows": rows, "bad": bad}


def _reasons(failures: pl.DataFrame) -> dict[tuple[int, str], str]:
    """What is wrong with each cell."""
    told = failures.filter(pl.col("severity") == "refuse")
    return {(row["_row"], row["field"]): row["reason"] for row in told.iter_rows(named=True)}


def _cell(row: dict[str, str | None], name: str, wrong: dict[tuple[int, str], str]) -> Cell:
    return {"text": row[name] or "", "bad": wrong.get((int(row["_row"] or 0), name))}
