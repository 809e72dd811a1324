"""Check and land records that people type in: the same rules and the same landing as for files.

Works on fields that are texts already; what the short ways of a keyboard mean was spelt out before
(standards/meant.py). Item and checklist must be in force at once: an act without an item is refused
online (XA21 art. 8), where a file's row waits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
import polars as pl
from django.db import transaction

from mingcha.base.days import local_today
from mingcha.base.people.models import Organisation
from mingcha.domains.records.jobs import headers
from mingcha.domains.records.jobs.chunks import finish, land_chunk
from mingcha.domains.records.jobs.prepare import Checker, Numbers
from mingcha.domains.records.jobs.references import Named, references_for
from mingcha.domains.records.models import Batch
from mingcha.domains.records.queries.entry.standing import standing_keys
from mingcha.domains.records.reading.model import BROKEN, FLAWS, Chunk
from mingcha.domains.records.services import entry as entering
from mingcha.domains.records.services import landing, vault
from mingcha.standards import loader
from mingcha.standards.frames.checking import ACCEPTED, REFUSED, WAITING
from mingcha.standards.meant import parts_of
from mingcha.standards.model import CATALOGUES, Severity, Table

Row = Mapping[str, str]
Judged = dict[str, Any]
OPERATION = "cd_operation"
WITHDRAW = "d"
INSERT = "i"
TAKEN = "entry.taken"


def judged(
    table: Table, provider: Organisation, rows: Sequence[Row], operation: str
) -> list[Judged]:
    """What the checks say of each row, in order.

    Per row: `texts` (canonical, by field), `key`, `state` (accepted, refused, waiting) and
    `failures` (check, national, severity, field, reason).
    """
    checked = _checker(table, provider, rows).judge(_frame(table, rows, operation))
    failures: dict[int, list[dict[str, str]]] = {}
    for failure in checked.failures.iter_rows(named=True):
        failures.setdefault(failure.pop("_row"), []).append(failure)
    found = [
        {
            "texts": {name: row[name] for name in table.fields if row[name] is not None},
            "key": row["_key"] or "",
            "state": row["_state"],
            "failures": failures.get(row["_row"], []),
        }
        for row in checked.frame.iter_rows(named=True)
    ]
    if operation == INSERT:
        _refuse_taken(table, provider, found)
    return found


@transaction.atomic
def enter(handing: "entering.Handing", rows: Sequence[Row]) -> dict[str, Any]:
    """Land typed records as one batch (在线录入), or say why not; then nothing is left behind.

    `state`: landed, refused (something must be corrected first), warned (to be accepted first) or
    known (this draft was handed in before). With `handing.only_good` the good rows land and the
    others stay in the draft.
    """
    earlier = entering.earlier(handing)
    if earlier is not None:
        entering.keep_rest(handing, [])
        return {"state": "known", "batch": earlier.public_id, "rows": []}
    table, provider = handing.table, handing.provider
    landing.lock_table(provider.pk, table.name)
    whole = entering.numbered(handing, rows)
    found = judged(table, provider, whole, handing.operation)
    good = [n for n, one in enumerate(found) if one["state"] != REFUSED]
    if not good or (len(good) < len(found) and not handing.only_good):
        return {"state": "refused", "batch": "", "rows": found}
    if not handing.accepts and any(_warned(found[n]) for n in good):
        return {"state": "warned", "batch": "", "rows": found}
    bad = [n for n, one in enumerate(found) if one["state"] == REFUSED]
    if bad:  # what lands is numbered as if the others were not there
        given = set(handing.numbered)
        mine = replace(handing, numbered=tuple(n for n, at in enumerate(good) if at in given))
        batch = _landed(mine, entering.numbered(mine, [rows[n] for n in good]))
    else:
        batch = _landed(handing, whole, found)
    entering.keep_rest(handing, bad)
    return {"state": "landed", "batch": batch.public_id, "rows": found}


def _landed(
    handing: "entering.Handing", rows: Sequence[Row], found: Sequence[Judged] | None = None
) -> Batch:
    """The batch of good rows, landed like a file's. `found` is what the checks said of them."""
    table = handing.table
    found = found or judged(table, handing.provider, rows, handing.operation)
    columns = [name for name in table.fields if any(row.get(name) for row in rows)]
    columns += [OPERATION] if handing.operation == WITHDRAW else []
    lines = [{name: row[name] for name in columns if row.get(name)} for row in rows]
    if handing.operation == WITHDRAW:
        lines = [line | {OPERATION: WITHDRAW} for line in lines]
    body = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    kept = vault.keep([body], name=handing.file_name, provider=handing.provider)
    batch = entering.opened(handing, kept, _sample(table, columns))
    frame = _frame(table, rows, handing.operation).select("_row", *columns)
    empty = pl.DataFrame(schema=BROKEN), pl.DataFrame(schema=FLAWS)
    chunk = Chunk(frame, *empty, start=0, stop=len(rows), bytes_done=len(body))
    checker = _checker(table, handing.provider, rows, columns)
    land_chunk(batch, checker, checker.prepare(chunk), total=len(rows))
    finish(batch)
    entering.count(handing, rows)
    entering.note(handing, batch, found)
    return batch


def _checker(
    table: Table, provider: Organisation, rows: Sequence[Row], columns: Sequence[str] = ()
) -> Checker:
    strict = _strict(table)
    return Checker(
        table=strict,
        provider=provider,
        catalogue=loader.current(),
        references=references_for(strict, _named(table, rows)),
        mapping=headers.at_their_word(strict, columns),
        on=local_today(),
        numbers=Numbers(strict),
    )


def _strict(table: Table) -> Table:
    """The table, refusing at once what its files may wait for: an act without an item in force."""
    references = tuple(
        reference.model_copy(update={"severity": Severity.REFUSE})
        if reference.to in CATALOGUES and reference.severity is Severity.WAIT
        else reference
        for reference in table.references
    )
    return table.model_copy(update={"references": references})


def _named(table: Table, rows: Sequence[Row]) -> Named:
    """The codes that the rows name, by what they point at."""
    found: dict[str, set[str]] = {}
    for reference in table.references:
        texts = (row.get(reference.field, "") for row in rows)
        found.setdefault(reference.to, set()).update(
            part for text in texts for part in parts_of(text)
        )
    return found


def _frame(table: Table, rows: Sequence[Row], operation: str) -> pl.DataFrame:
    """The rows as intake holds them: text columns, empty cells null, numbered from 1."""
    columns = {name: [row.get(name) or None for row in rows] for name in table.fields}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    frame = frame.with_columns(_row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    if operation == WITHDRAW:
        frame = frame.with_columns(pl.lit(WITHDRAW).alias(OPERATION))
    return frame


def _sample(table: Table, columns: Sequence[str]) -> dict[str, Any]:
    """What the pages of a batch and the re-check need to know of a file."""
    fields = {name: name for name in columns if name in table.fields}
    return {"kind": "jsonl", "headers": list(columns), "table": table.name, "fields": fields}


def _refuse_taken(table: Table, provider: Organisation, found: Sequence[Judged]) -> None:
    """A new record must not silently become a correction of one that is there."""
    if table.key.counted:
        return
    taken = standing_keys(provider, table, {one["key"] for one in found if one["key"]})
    label = "、".join(table.fields[name].label for name in table.key.fields)
    field = table.key.fields[0] if len(table.key.fields) == 1 else ""
    for one in found:
        if one["key"] in taken:
            reason = (
                f"{label}“{one['key']}”的记录已经入库，不能再新增。"
                "如要改它，请打开那条记录选“更正”；如是另一条，请换一个编号。"
            )
            one["state"] = REFUSED
            one["failures"].append(
                {"check": TAKEN, "national": "09", "severity": "refuse", "field": field,
                 "reason": reason}
            )  # fmt: skip


def _warned(row: Judged) -> bool:
    """Whether somebody must still say that a row is right as it is."""
    severities = {failure["severity"] for failure in row["failures"]}
    return row["state"] in {ACCEPTED, WAITING} and bool(severities & {"warn", "wait"})
