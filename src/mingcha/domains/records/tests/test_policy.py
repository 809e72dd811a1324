"""One policy, two compilations: Django and Ibis let out the same rows with the same values."""

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingcha.base.analytics import hold, open_engine
from mingcha.base.days import local_today, utc_now
from mingcha.base.ledger import sealer
from mingcha.base.ledger.services import act
from mingcha.base.people.testing import make_account
from mingcha.domains.records.jobs.exports import guarded
from mingcha.domains.records.models import Chunk, Consent, Fact
from mingcha.domains.records.queries.lake import Reader, masked
from mingcha.domains.records.queries.sharing import policy_of, shown, visible_to
from mingcha.domains.records.reading.guard import guard
from mingcha.standards import loader
from mingcha.standards.masking import mask
from mingcha.standards.model import FieldSpec, FieldType, Table

TABLES = ("penalty_publicity", "check_action", "complaint", "object_individual", "object_person")
WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("演示＊\"\n,'="),
    min_size=1,
    max_size=14,
)
DAYS = st.dates(date(1990, 1, 1), date(2030, 1, 1)).map(str)
NUMBERS = st.integers(-(10**9), 10**9).map(lambda n: f"{n / 8:.3f}".rstrip("0").rstrip("."))
VALUES = {
    FieldType.DATE: DAYS,
    FieldType.YEAR: st.integers(1000, 9999).map(str),
    FieldType.NUMBER: NUMBERS,
    FieldType.RATIO: st.sampled_from(["0", "0.05", "1"]),
    FieldType.BOOLEAN: st.sampled_from(["是", "否"]),
    FieldType.LIST: st.lists(WORDS.filter(lambda w: "、" not in w), min_size=1, max_size=3).map(
        "、".join
    ),
    FieldType.CODE: st.sampled_from(["001", "099", "111", "1", "2"]),
}


def value_of(spec: FieldSpec):
    return VALUES.get(spec.type, WORDS)


def payload_of(table: Table):
    """Some of a table's fields, filled."""
    optional = {name: value_of(spec) for name, spec in table.fields.items()}
    return st.fixed_dictionaries({}, optional=optional)


@st.composite
def facts(draw):
    """(provider no, table, key, operations with payloads): one record with its versions."""
    table = loader.current().table(draw(st.sampled_from(TABLES)))
    versions = draw(
        st.lists(st.tuples(st.sampled_from("uud"), payload_of(table)), min_size=1, max_size=3)
    )
    return draw(st.integers(0, 3)), table.name, versions


# provider, table, first day, days beyond it, recipient, day on which it was withdrawn; from today
CONSENTS = st.tuples(
    st.integers(0, 3),
    st.sampled_from(TABLES),
    st.integers(-2, 1),
    st.none() | st.integers(0, 2),
    st.none() | st.integers(0, 3),
    st.none() | st.integers(-1, 1),
)


@pytest.fixture
def world(city, settings, tmp_path):
    """Providers, viewers of every kind, and one sealed act per table to hang facts on."""
    settings.HOME, settings.KEYS, settings.LAKE = tmp_path, tmp_path / "keys", tmp_path
    settings.ANALYTICS = settings.ANALYTICS | {"folder": tmp_path / "analytics"}
    with transaction.atomic():
        acts = {name: act(None, "数据入库", ("chunk", name), content={}) for name in TABLES}
    sealer.seal_once(sealer.file_signer())
    providers = [city.market, city.market_district, city.fire, city.bureau]
    viewers = [
        make_account(organisation=city.fire),
        make_account("clerk", organisation=city.market),
        make_account("clerk", organisation=city.market_district),
        make_account("head", organisation=city.fire),
        make_account("data-bureau", organisation=city.bureau, scope=city.government),
    ]
    return providers, viewers, {name: act.pk for name, act in acts.items()}


@pytest.mark.django_db
@pytest.mark.row("SEC-2")
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    viewer=st.integers(0, 4),
    consents=st.lists(CONSENTS, max_size=4, unique_by=lambda c: c[:5]),
    records=st.lists(facts(), min_size=1, max_size=6),
)
def test_django_and_ibis_let_out_the_same(world, viewer, consents, records):
    providers, viewers, acts = world
    account = viewers[viewer]
    today = local_today()
    with transaction.atomic():
        Consent.objects.bulk_create(_consent(providers, today, *said) for said in consents)
        _land(records, providers, acts)

        reader = Reader(account)
        for name in {table for _, table, _ in records}:
            assert from_lake(reader, name) == from_django(account, name)

        transaction.set_rollback(True)


def _consent(providers, today, no, table, since, length, recipient, gone) -> Consent:
    return Consent(
        provider=providers[no],
        dataset=table,
        recipient=None if recipient is None else providers[recipient],
        since=today + timedelta(days=since),
        until=None if length is None else today + timedelta(days=since + length),
        ends_on=None if gone is None else today + timedelta(days=gone),
        withdrawn_at=None if gone is None else utc_now(),
        withdrawn_because="" if gone is None else "演示",
    )


def _land(records, providers, acts) -> None:
    chunks = {
        name: Chunk.objects.create(dataset=name, act_id=number, rows=0, root=b"")
        for name, number in acts.items()
    }
    Fact.objects.bulk_create(
        Fact(
            chunk=chunks[table],
            row=0,
            provider=providers[no],
            dataset=table,
            occurred_on=date(2025, 1, place + 1),
            source_key=f"键{place}",
            version=version,
            operation="i" if version == 1 else operation,
            payload={} if operation == "d" and version > 1 else payload,
            content_hash=b"",
        )
        for place, (no, table, versions) in enumerate(records)
        for version, (operation, payload) in enumerate(versions, start=1)
    )


def from_lake(reader: Reader, name: str) -> list[tuple[object, ...]]:
    """(provider, day, version, what is shown) by day."""
    rows = reader.table(name, as_text=True).to_pyarrow().to_pylist()
    fields = loader.current().table(name).fields
    return sorted(
        (
            row["_provider"],
            row["_occurred_on"],
            row["_version"],
            sorted((field, row[field]) for field in fields if row[field] is not None),
        )
        for row in rows
    )


def from_django(account, name: str) -> list[tuple[object, ...]]:
    """The same, the way a page does it: visible rows, current versions, `shown`."""
    current: Mapping[tuple[int, str], Fact] = {
        (fact.provider_id, fact.source_key): fact
        for fact in visible_to(account).filter(dataset=name).order_by("version")
    }
    table, policy = loader.current().table(name), policy_of(account)
    return sorted(
        (
            fact.provider_id,
            fact.occurred_on,
            fact.version,
            sorted(
                (one.field, one.value)
                for one in shown(table, fact.payload, policy.near(fact.provider_id))
            ),
        )
        for fact in current.values()
        if fact.operation != "d"
    )


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.text(
            st.characters(exclude_categories=["Cs"], exclude_characters="\0")
            | st.sampled_from("=+-@＝＋－＠\t\r\n' 0123")
        ),
        min_size=1,
        max_size=30,
    )
)
def test_masks_and_guard_are_the_same_in_both(texts):
    column = hold(_engine(), "texts", pl.DataFrame({"text": texts}).to_arrow())["text"]

    for how in ("name", "id", "phone", "address", "all", None):
        assert masked(column, how).to_pyarrow().to_pylist() == [mask(text, how) for text in texts]
    expected = pl.DataFrame({"text": texts}).select(guard(pl.col("text")))["text"].to_list()
    assert guarded(column).to_pyarrow().to_pylist() == expected


def _engine():
    """One engine for all examples."""
    if not ENGINES:
        ENGINES.append(open_engine())
    return ENGINES[0]


ENGINES: list[object] = []
