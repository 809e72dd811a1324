"""The lake's one door: a table's current facts, filtered and masked for one viewer, as of a moment.

Imported by jobs only: it brings the engines along. What a viewer may see is `sharing.Policy`; here it
is compiled to Ibis, in sharing.py to Django.
"""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import ibis
import polars as pl
import pyarrow as pa
from django.conf import settings
from django.db.models import F, Func, QuerySet
from ibis.expr import types as ir

from mingcha.base.analytics import hold, open_engine, read_files
from mingcha.base.ledger import queries as ledger
from mingcha.base.people.models import Account
from mingcha.domains.records.models import Chunk, Manifest
from mingcha.domains.records.queries.copying import copied_out
from mingcha.domains.records.queries.sharing import (
    Policy,
    Relation,
    is_open,
    person_rule,
    policy_of,
)
from mingcha.standards import loader
from mingcha.standards.arrow import arrow_schema
from mingcha.standards.frames.typed import typed
from mingcha.standards.model import FieldSpec, FieldType, Table

META: dict[str, type[pl.DataType]] = {
    "_fact": pl.Int64,
    "_chunk": pl.Int64,
    "_provider": pl.Int64,
    "_subject": pl.Int64,
    "_version": pl.Int32,
    "_operation": pl.String,
    "_occurred_on": pl.Date,
    "_key": pl.String,
    "_item": pl.String,
}
META_SCHEMA = pl.DataFrame(schema=META).to_arrow().schema
SHOWN = ("_provider", "_occurred_on", "_version", "_learnt")
STAR = "＊"
NOBODY = Policy(frozenset(), frozenset(), frozenset(), is_official=False)

FACTS = """
    COPY (SELECT id, chunk_id, provider_id, subject_id, version, operation, occurred_on, source_key,
                 item, payload::text
          FROM records_fact WHERE chunk_id = ANY(%s) ORDER BY id) TO STDOUT (FORMAT csv)
"""
TIES = """
    COPY (SELECT subject_id, fact_id, party_id FROM records_tie
          WHERE NOT is_doubtful AND until IS NULL) TO STDOUT (FORMAT csv)
"""
# What a seal holds: learnt by then, and not known by then to have ended.
TIES_THEN = """
    COPY (WITH learnt AS (
              SELECT w.id FROM records_writing w JOIN ledger_act a ON a.id = w.act_id
              WHERE a.leaf_no < %(size)s)
          SELECT subject_id, fact_id, party_id FROM records_tie
          WHERE NOT is_doubtful AND writing_id IN (SELECT id FROM learnt)
            AND (closed_by_id IS NULL OR closed_by_id NOT IN (SELECT id FROM learnt))
         ) TO STDOUT (FORMAT csv)
"""


def lake(account: Account, table: str, as_of: datetime | None = None) -> ir.Table:
    """The current facts of a table that the account may see, one row per record.

    Columns: every declared field, typed as `arrow_schema` says and masked as `sharing.shown` does
    (what is not text and may not be shown is null); `_provider` (organisation id), `_occurred_on`,
    `_version`, `_learnt` (time of the seal that holds it), `_party` (party id, by the ties of the
    moment; null when untied). As of T: learnt by T, no higher version learnt by then; None is the
    last seal, and today's ties. Rights are always today's. Raises UnknownTable.
    """
    return Reader(account, as_of=as_of).table(table)


def whole_rows(name: str, columns: Sequence[str], *, since: date) -> pl.DataFrame:
    """Some columns of a table's current facts since a day, of every provider and unmasked.

    For what the platform itself counts; no viewer is asked, so nothing of it is shown as it is.
    Columns besides: `_fact`, `_provider`, `_occurred_on`. Lists are joined by "、".
    """
    table = loader.current().table(name)
    rows = Reader(policy=NOBODY).current(table)
    rows = rows.filter(rows["_occurred_on"] >= since)
    fields = {field: text_of(rows[field], table.fields[field]) for field in columns}
    known = {field: rows[field] for field in ("_fact", "_provider", "_occurred_on")}
    return pl.DataFrame(rows.select(**known, **fields).to_pyarrow())


class Reader:
    """One viewer, one seal, one engine: tables read through it belong together and may be joined."""

    def __init__(
        self,
        account: Account | None = None,
        *,
        as_of: datetime | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.policy = policy_of(account) if account is not None else policy or NOBODY
        self.seal = ledger.last_seal() if as_of is None else ledger.seal_at(as_of)
        self._is_past = as_of is not None
        self._engine = open_engine()

    def table(self, name: str, *, as_text: bool = False, with_party: bool = True) -> ir.Table:
        """As `lake`; `as_text` gives every field as its canonical text, masked like on a page.

        Without `_party` the ties stay in the database, which saves reading them.
        """
        table = loader.current().table(name)
        rows = self.current(table)
        allowed = self.policy.providers_of(name)
        if allowed is not None:
            rows = rows.filter(_among(rows["_provider"], allowed))
        shown = {field: rows[field] for field in SHOWN}
        if with_party:
            rows = self._with_party(rows)
            shown["_party"] = rows["_party"]
        return rows.select(**shown_fields(self.policy, table, rows, as_text=as_text), **shown)

    def current(self, table: Table) -> ir.Table:
        """Known facts of the records that stand: the highest version of each, unless it withdraws."""
        known = self._known(table)
        corrections = known.filter(known["_version"] > 1)  # few; files without any are skipped
        newest = corrections.group_by("_provider", "_key").agg(
            _newest=corrections["_version"].max()
        )
        joined = known.left_join(newest, ["_provider", "_key"])
        stands = joined["_newest"].isnull() | (joined["_version"] == joined["_newest"])
        return joined.filter(stands & (joined["_operation"] != "d"))

    def _known(self, table: Table) -> ir.Table:
        """The facts whose chunk the pinned seal holds, from the files and what no file holds yet."""
        learnt = self._learnt(table.name)
        files = live(table.name).filter(chunk_ids__overlap=list(learnt)) if learnt else live("")
        found = list(files.values_list("file", "chunk_ids"))
        loose = sorted(learnt.keys() - {chunk for _, chunks in found for chunk in chunks})
        parts = []
        if found:
            paths = [Path(settings.LAKE) / file for file, _ in found]
            parts.append(_fitted(read_files(self._engine, paths), table))
        if loose or not found:
            held = hold(
                self._engine, f"loose_{table.name}", facts_of_chunks(table, loose).to_arrow()
            )
            parts.append(_fitted(held, table))
        seals = pa.table(
            {"_chunk": list(learnt.keys()), "_learnt": list(learnt.values())},
            schema=pa.schema({"_chunk": pa.int64(), "_learnt": pa.timestamp("us", "UTC")}),
        )
        chunks = hold(self._engine, f"chunks_{table.name}", seals)
        rows = parts[0] if len(parts) == 1 else ibis.union(*parts)
        return rows.join(chunks, "_chunk")

    def _learnt(self, dataset: str) -> dict[int, datetime]:
        """The chunks that the pinned seal holds, and when each was learnt."""
        if self.seal is None:
            return {}
        acts = ledger.learnt_by(self.seal.time).values("pk")
        chunks = Chunk.objects.filter(dataset=dataset, act_id__in=acts)
        act_of = dict(chunks.values_list("pk", "act_id"))
        times = ledger.learnt_times(act_of.values())
        return {chunk: times[act] for chunk, act in act_of.items()}

    def _with_party(self, rows: ir.Table) -> ir.Table:
        size = (self.seal.size if self.seal else 0) if self._is_past else None
        ties = hold(self._engine, "ties", _ties(size))
        general = ties.filter(ties["fact"].isnull()).select(
            _subject=ties["subject"], _general=ties["party"]
        )
        for_one = ties.filter(ties["fact"].notnull()).select(_fact=ties["fact"], _own=ties["party"])
        joined = rows.left_join(general, "_subject").drop("_subject_right")
        joined = joined.left_join(for_one, "_fact")
        return joined.mutate(_party=ibis.coalesce(joined["_own"], joined["_general"]))


def live(dataset: str) -> QuerySet[Manifest]:
    """The files of a table that no other file has replaced."""
    listed = Manifest.objects.filter(dataset=dataset)
    replaced = listed.annotate(gone=Func(F("replaces"), function="unnest")).values("gone")
    return listed.exclude(file__in=replaced)


def facts_of_chunks(table: Table, chunk_ids: Sequence[int]) -> pl.DataFrame:
    """The facts of some chunks from the database, as the lake holds them: META and typed fields."""
    texts = dict.fromkeys([*META, "payload"], pl.String)
    rows = copied_out(FACTS, [list(chunk_ids)], texts)
    fields = pl.Struct([pl.Field(name, pl.String) for name in table.fields])
    whole = rows.with_columns(pl.col("payload").str.json_decode(fields)).unnest("payload")
    return lake_columns(whole, table)


def lake_columns(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """META and the fields, canonical text, as the columns of a lake file."""
    meta = rows.select(_meta(rows, name, kind) for name, kind in META.items())
    return meta.hstack(typed(rows, table))


def _meta(rows: pl.DataFrame, name: str, kind: type[pl.DataType]) -> pl.Expr:
    if kind is pl.Date and rows.schema[name] == pl.String:
        return pl.col(name).str.to_date("%Y-%m-%d")
    return pl.col(name).cast(kind)


def _ties(size: int | None) -> pa.Table:
    """(subject, fact, party) of every firm tie that stands, or that a seal of so many acts held.

    fact null: for all facts of the subject.
    """
    statement = TIES if size is None else TIES_THEN
    numbers = dict.fromkeys(["subject", "fact", "party"], pl.Int64)
    return copied_out(statement, {"size": size}, numbers).to_arrow()


def _fitted(rows: ir.Table, table: Table) -> ir.Table:
    """Rows with exactly the columns that META and the standard in force say, each of its type."""
    wanted = ibis.Schema.from_pyarrow(pa.schema([*META_SCHEMA, *arrow_schema(table)]))
    present = rows.schema()
    columns = {}
    for name, kind in wanted.items():
        if name not in present:
            columns[name] = ibis.null(kind)
        else:
            columns[name] = rows[name] if present[name] == kind else rows[name].cast(kind)
    return rows.select(**columns)


def _among(provider: ir.IntegerColumn, allowed: frozenset[int]) -> ir.BooleanValue:
    return provider.isin(sorted(allowed)) if allowed else ibis.literal(False)


def shown_fields(
    policy: Policy, table: Table, rows: ir.Table, *, as_text: bool
) -> dict[str, ir.Value]:
    """Every declared field on the way out: the same rule as `sharing.shown`, as expressions."""
    in_line = _among(rows["_provider"], policy.line) if policy.line else False
    rule = person_rule(table)
    if isinstance(rule, bool):
        about_person: bool | ir.BooleanValue = rule
    else:
        said = rows[rule.field]
        among = said.isin(sorted(rule.values))
        about_person = said.notnull() & (among if rule.is_among else ~among)
    fields = {}
    for name, spec in table.fields.items():
        near, far = (
            _either(
                about_person,
                is_open(table, spec, level, about_person=True),
                is_open(table, spec, level, about_person=False),
            )
            for level in (Relation.LINE, policy.far)
        )
        value = text_of(rows[name], spec) if as_text else rows[name]
        fields[name] = _shown(value, spec, _either(in_line, near, far))
    return fields


def _either(
    condition: bool | ir.BooleanValue, yes: bool | ir.BooleanValue, no: bool | ir.BooleanValue
) -> bool | ir.BooleanValue:
    """The condition's choice, worked out at once as far as it does not depend on the row."""
    if isinstance(condition, bool):
        return yes if condition else no
    if isinstance(yes, bool) and yes is no:
        return yes
    return condition.ifelse(yes, no)


def _shown(value: ir.Value, spec: FieldSpec, is_open: bool | ir.BooleanValue) -> ir.Value:
    if is_open is True:
        return value
    hidden = _hidden(value, spec)
    return hidden if is_open is False else is_open.ifelse(value, hidden)


def _hidden(value: ir.Value, spec: FieldSpec) -> ir.Value:
    """What stands for a value that may not be shown: masked text, else null."""
    kind = value.type()
    if kind.is_string():
        return masked(value, spec.mask)
    if kind.is_array():
        return value.notnull().ifelse(ibis.array([masked(value.join("、"), spec.mask)]), None)
    return ibis.null(kind)


def masked(text: ir.StringValue, how: str | None) -> ir.StringValue:
    """`standards.masking.mask` as an expression; null stays null."""
    length = text.length()
    match how:
        case "name":
            return text.left(1) + _stars(ibis.greatest(length - 1, 1))
        case "id":
            long = text.left(6) + STAR * 8 + text.right(4)
            return (length > 10).ifelse(long, _stars(length))
        case "phone":
            long = text.left(3) + STAR * 4 + text.right(4)
            return (length > 7).ifelse(long, _stars(length))
        case "address":
            return (length > 9).ifelse(text.left(9) + STAR * 3, _all_hidden(text))
        case _:
            return _all_hidden(text)


def _stars(count: ir.IntegerValue) -> ir.StringValue:
    return ibis.literal(STAR).repeat(count)


def _all_hidden(text: ir.StringValue) -> ir.StringValue:
    return text.notnull().ifelse(STAR * 3, ibis.null(str))


def text_of(value: ir.Value, spec: FieldSpec) -> ir.StringValue:
    """A typed value as canonical text (standards/model.py FieldType)."""
    match spec.type:
        case FieldType.DATE:
            return value.cast(str)
        case FieldType.YEAR:
            return value.cast(str).lpad(4, "0")
        case FieldType.NUMBER | FieldType.RATIO:
            return value.cast(str).re_replace(r"\.?0+$", "")
        case FieldType.BOOLEAN:
            return value.notnull().ifelse(value.ifelse("是", "否"), ibis.null(str))
        case FieldType.LIST:
            return value.join("、")
        case _:
            return value
