"""A city as large as asked for, written straight into the tables: parties, subjects, ties, facts of
four kinds with their sealed chunks, and batches. The same for the same numbers.

Names come from the words of dirt.yaml, so that pairs of characters are as common as in life. Nine
facts in ten are spread evenly; the tenth goes to one party in a hundred.
"""

import json
from collections.abc import Sequence

from bench.dirty_names import STANDARD_DIRT, told_in

CHUNK = 50_000
BUSY_EVERY = 100  # one party in so many has many more facts than the others
KINDS = ("check_action", "check_action", "check_action", "check_action", "check_action",
         "check_action", "punish_action", "licence", "complaint", "complaint")  # fmt: skip
CODE = "'91310115' || lpad(({n})::text, 10, '0')"
DICE = "mod(hashint8extended({n}, {seed}) & 1073741823, {count})"  # 0 to count - 1


def fill(parties: int, facts: int, batches: int) -> None:
    """The city, and three people in it: head, clerk, and a head of another department."""
    from bench.filling import without_indexes
    from django.core.management import call_command

    from mingcha.base.people.testing import City, make_account
    from mingcha.base.rules import services as rules

    rules.load_shipped()
    city = City()
    call_command("load_regions", verbosity=0)
    for role, organisation in (("head", city.market), ("clerk", city.market), ("head", city.fire)):
        make_account(role, organisation=organisation)
    with without_indexes("parties_party", "records_fact", "records_tie", "parties_identifier"):
        _parties(parties)
        _facts(city.market.pk, parties, facts)
    _seal()
    _batches(city, batches)


def names_sql(n: str) -> str:
    """SQL for the name of party `n`: city, trade, industry, form."""
    told = told_in(STANDARD_DIRT)
    forms = [form for form, weight in told["forms"].items() for _ in range(weight)]
    characters = list(told["trade_characters"])
    cities = ["上海", "上海市", "上海市浦东新区", "", "苏州", "杭州", "成都"]
    parts = [cities, characters, characters, told["industries"], forms]
    return " || ".join(_pick(words, n, seed) for seed, words in enumerate(parts, start=1))


def _pick(words: Sequence[str], n: str, seed: int) -> str:
    listed = json.dumps(list(words), ensure_ascii=False).replace("'", "''").replace('"', "'")
    return f"(ARRAY{listed})[1 + {DICE.format(n=n, seed=seed, count=len(words))}]"


def _parties(count: int) -> None:
    from bench.filling import insert

    from mingcha.domains.parties.models import Identifier, Party
    from mingcha.domains.records.models import Subject, Tie

    for first in range(1, count + 1, 100_000):
        source = f"generate_series({first}, {min(first + 99_999, count)}) AS n"
        code = CODE.format(n="n")
        insert(
            Party, source, id="n", kind="'1'", name=names_sql("n"), code=code, region="'310115'",
            region_by="'stated'", industry="'I6210'", status="'存续'", is_registered="true",
            address="'上海市浦东新区演示路' || mod(n, 5000) || '号' || mod(n, 31) || '室'",
        )  # fmt: skip
        insert(Identifier, source, scheme="'uscc'", value=code, party_id="n")
        insert(Subject, source, id="n", scheme="'uscc'", value=code, name="''", region="'310115'")
    insert(
        Tie, f"generate_series(1, {count}) AS n", subject_id="n", party_id="n", since="now()",
        how="'code'", weight="1000", writing_id=str(_writing(count)),
        reasons="'[\"代码一致\"]'::jsonb",
    )  # fmt: skip
    _catch_up("parties_party", "records_subject")


def _writing(ties: int) -> int:
    from django.db import transaction

    from mingcha.base.days import utc_now
    from mingcha.base.ledger.services import act
    from mingcha.domains.records.models import Writing

    with transaction.atomic():
        left = act(None, "写入关联", ("ties", "1"), content={})
        return Writing.objects.create(act_id=left.pk, at=utc_now(), written=ties, closed=0).pk


def _facts(provider: int, parties: int, count: int) -> None:
    from bench.filling import insert
    from django.db import transaction

    from mingcha.base.ledger.services import act
    from mingcha.domains.records.models import Chunk, Fact

    templates = {kind: _template(kind) for kind in set(KINDS)}
    busy = max(1, parties // BUSY_EVERY)
    one, other = (DICE.format(n="n", seed=7, count=busy), DICE.format(n="n", seed=8, count=parties))
    whose = f"1 + CASE WHEN mod(n, 10) = 0 THEN {one} ELSE {other} END"
    size = max(1_000, min(CHUNK, count // 20))
    for first in range(1, count + 1, size):
        last = min(first + size, count + 1) - 1
        kind = KINDS[first // size % len(KINDS)]
        template, key = templates[kind]
        with transaction.atomic():
            left = act(None, "数据入库", ("chunk", str(first)), content={})
            chunk = Chunk.objects.create(
                dataset=kind, act_id=left.pk, rows=last - first + 1, root=b""
            )
            source = (
                f"(SELECT n, party, {CODE.format(n='party')} AS code, %s::text AS template,"
                f" date '2024-11-01' + mod(n, 730) AS day"
                f" FROM (SELECT n, {whose} AS party FROM generate_series({first}, {last}) AS n) AS w)"
                " AS rows"
            )
            payload = "replace(replace(replace(template, '@key', n::text), '@code', code), '@day', day::text)::jsonb"
            insert(
                Fact, source, [template], chunk_id=str(chunk.pk), row="n", subject_id="party",
                provider_id=str(provider), dataset=f"'{kind}'", occurred_on="day", version="1",
                source_key=f"'{key}' || n", operation="'i'", payload=payload,
                content_hash="sha256(n::text::bytea)",
            )  # fmt: skip


def _template(kind: str) -> tuple[str, str]:
    """A lawful row of a table as JSON with @key, @code and @day in it; the prefix of its keys."""
    from mingcha.domains.records.testing import lawful
    from mingcha.standards import loader

    table = loader.current().table(kind)
    row = lawful(kind)
    row[table.key.fields[0]] = f"{kind}-@key"
    if table.subject is not None:
        row |= dict.fromkeys(table.subject.value, "@code")
    if table.occurred_on is not None:
        row[table.occurred_on] = "@day"
    text = json.dumps({key: value for key, value in row.items() if value}, ensure_ascii=False)
    return text, f"{kind}-"


def _seal() -> None:
    from mingcha.base.ledger import sealer
    from mingcha.base.ledger.management.commands.seal import drain

    drain(sealer.file_signer())


def _batches(city: object, count: int) -> None:
    """Batches, half of them of the viewer's department."""
    from bench.filling import insert

    from mingcha.base.people.models import Account
    from mingcha.base.runs.models import Run
    from mingcha.domains.records.models import Batch, VaultFile

    if not count:
        return
    clerk = Account.objects.order_by("pk").first()
    file = VaultFile.objects.create(digest="0" * 64, size=1)
    source = f"generate_series(1, {count}) AS n"
    first = Run.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    insert(
        Run, source, id=f"{first} + n", kind="'records.intake'", label="'检查.csv'", state="'done'"
    )
    insert(
        Batch, source, run_id=f"{first} + n", file_id=f"'{file.pk}'", table_asked="''",
        provider_id=f"CASE WHEN mod(n, 2) = 0 THEN {city.market.pk} ELSE {city.fire.pk} END",
        table="'check_action'", file_name="'检查-' || n || '.csv'", channel="'api'",
        submitted_by_id=str(clerk.pk), state="'landed'", read_count="mod(n, 5000)",
        accepted_count="mod(n, 5000)", received_at="now() - n * interval '1 minute'",
    )  # fmt: skip
    _catch_up("runs_run")


def _catch_up(*tables: str) -> None:
    """Let the numbers of tables go on where theirs were given."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )
