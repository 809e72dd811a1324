"""Row by row: what the files say must be there against what is in the database and in the lake."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
from tests.kill.driver import Provider
from tests.kill.sources import KEY, LABELS, Counts, Expected, digest

SHOWN = 8
FACTS = """
    SELECT f.source_key, f.version, f.operation, b.public_id, f.row, f.payload::text
    FROM records_fact f JOIN records_chunk c ON c.id = f.chunk_id
    JOIN records_batch b ON b.id = c.batch_id WHERE b.public_id = ANY(%s)
"""
REFUSALS = """
    SELECT b.public_id, r.row, r.state, r.raw->>%s FROM records_refusal r
    JOIN records_batch b ON b.id = r.batch_id WHERE b.public_id = ANY(%s)
"""
COUNTS = """
    SELECT public_id, read_count, accepted_count, refused_count, waiting_count, doubled_count,
           replaced_count, withdrawn_count
    FROM records_batch WHERE public_id = ANY(%s)
"""
IN_ALL = """
    SELECT (SELECT count(*) FROM records_fact f WHERE f.provider_id = o.id),
           (SELECT count(*) FROM records_refusal r JOIN records_batch b ON b.id = r.batch_id
            WHERE b.provider_id = o.id)
    FROM people_organisation o WHERE o.code = %s
"""
CHUNKS = """
    SELECT c.id, c.rows, (SELECT count(*) FROM records_fact f WHERE f.chunk_id = c.id)
    FROM records_chunk c
"""
FILES = """
    SELECT file, chunk_ids, rows, digest FROM records_manifest
    WHERE file NOT IN (SELECT unnest(replaces) FROM records_manifest)
"""
LAKE_FACTS = """
    SELECT id, chunk_id, provider_id, subject_id, version, operation, occurred_on, source_key, item,
           payload->>'check_date', payload->>'check_result', payload->>'administrative_cp_ui_code'
    FROM records_fact WHERE chunk_id = ANY(%s)
"""
LAKE_COLUMNS = [
    "_fact", "_chunk", "_provider", "_subject", "_version", "_operation", "_occurred_on", "_key",
    "_item", "check_date", "check_result", "administrative_cp_ui_code",
]  # fmt: skip
# Each gives the number of rows that should not be.
NEVER = {
    "任务没有做完": "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'",
    "任务失败": "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('failed', 'aborted')"
    " AND queueing_lock IS NULL",  # the next turn of a periodic job makes good what failed
    "主体没有关联": "SELECT count(*) FROM records_untied",
    "主体没有唯一的确定关联": "SELECT count(*) FROM records_subject s WHERE 1 <> (SELECT count(*)"
    " FROM records_tie t WHERE t.subject_id = s.id AND t.until IS NULL AND NOT t.is_doubtful)",
}


def differences(
    connection: psycopg.Connection, provider: Provider, *, rows: int | None = None
) -> list[str]:
    """What of one provider's files is not as they demand, in words; empty when nothing was lost
    or doubled. `rows`: only so many of each file were to be taken in.
    """
    expected = Expected()
    for path in provider.handed_in.values():
        expected.read(path, rows=rows)
    found = [
        *_facts(connection, provider, expected),
        *_refusals(connection, provider, expected),
        *_counts(connection, provider, expected),
    ]
    versions = sum(map(len, expected.facts.values())) + provider.facts_before
    wanted = (versions, len(expected.refusals) + provider.refusals_before)
    in_all = connection.execute(IN_ALL, [provider.code]).fetchone()
    if in_all != wanted:
        found.append(f"{provider.code} 共应有事实、退回行 {wanted}，实有 {in_all}")
    return found


def forget(provider: Provider, connection: psycopg.Connection) -> None:
    """Take what is there as given, and compare only what comes after."""
    provider.handed_in.clear()
    before = connection.execute(IN_ALL, [provider.code]).fetchone()
    provider.facts_before, provider.refusals_before = before


def disorder(connection: psycopg.Connection) -> list[str]:
    """What is wrong whatever was handed in."""
    found = [
        f"入库块 {chunk} 记 {said} 行，实有 {there} 行"
        for chunk, said, there in connection.execute(CHUNKS)
        if said != there
    ]
    for what, query in NEVER.items():
        (number,) = connection.execute(query).fetchone()
        found += [f"{what}：{number}"] if number else []
    return found


def _facts(connection: psycopg.Connection, provider: Provider, expected: Expected) -> Iterator[str]:
    wanted = Counter(
        (key, version, fact.operation, fact.file, fact.row, fact.content)
        for key, versions in expected.facts.items()
        for version, fact in enumerate(versions, start=1)
    )
    there: Counter[tuple[object, ...]] = Counter()
    with connection.transaction(), connection.cursor("facts") as cursor:
        cursor.itersize = 5_000
        for key, version, operation, batch, row, payload in cursor.execute(
            FACTS, [list(provider.handed_in)]
        ):
            content = digest(json.loads(payload))
            there[key, version, operation, provider.handed_in[batch].name, row, content] += 1
    yield from _told(f"{provider.code} 事实", wanted, there)


def _refusals(
    connection: psycopg.Connection, provider: Provider, expected: Expected
) -> Iterator[str]:
    wanted = Counter(
        (file, row, state, key) for (file, row), (state, key) in expected.refusals.items()
    )
    label = next(label for label, key in LABELS.items() if key == KEY)
    rows = connection.execute(REFUSALS, [label, list(provider.handed_in)])
    there = Counter(
        (provider.handed_in[batch].name, row, state, key) for batch, row, state, key in rows
    )
    yield from _told(f"{provider.code} 退回", wanted, there)


def _counts(
    connection: psycopg.Connection, provider: Provider, expected: Expected
) -> Iterator[str]:
    for batch, *numbers in connection.execute(COUNTS, [list(provider.handed_in)]):
        file = provider.handed_in[batch].name
        if expected.counts[file] != (found := Counts(*numbers)):
            yield f"{file} 回执应为 {expected.counts[file]}，实为 {found}"


def lake_differences(connection: psycopg.Connection, lake: Path, compared: set[str]) -> list[str]:
    """Whether the manifest covers every chunk once and the files hold exactly their facts.

    Files named in `compared` are not read again; those that are read are added.
    """
    chunks = Counter(chunk for (chunk,) in connection.execute("SELECT id FROM records_chunk"))
    files = connection.execute(FILES).fetchall()
    listed = Counter(chunk for _, ids, _, _ in files for chunk in ids)
    found = list(_told("湖文件清单", chunks, listed))
    for file, ids, rows, said in files:
        if file not in compared:
            found += _file(connection, lake / file, ids, (rows, said))
            compared.add(file)
    return found


def _file(
    connection: psycopg.Connection, path: Path, chunks: list[int], said: tuple[int, str]
) -> Iterator[str]:
    table = pq.read_table(path, columns=LAKE_COLUMNS)
    is_so = (table.num_rows, hashlib.new("sm3", path.read_bytes()).hexdigest())
    if is_so != said:
        yield f"{path.name} 应为 {said}，实为 {is_so}"
    facts = Counter(
        (*row[:9], row[9] and date.fromisoformat(row[9]), *row[10:])
        for row in connection.execute(LAKE_FACTS, [chunks])
    )
    there = Counter(zip(*(column.to_pylist() for column in table.columns), strict=True))
    yield from _told(path.name, facts, there)


def _told(what: str, wanted: Counter, there: Counter) -> Iterator[str]:
    for word, rows in (("缺少", wanted - there), ("多出", there - wanted)):
        if rows:
            shown = "\n    ".join(map(str, sorted(rows.items(), key=str)[:SHOWN]))
            yield f"{what} {word} {rows.total()} 行，例如\n    {shown}"
