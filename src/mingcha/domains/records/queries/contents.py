"""What chunks and consents hold now, for `mingcha verify`: every fact hashed again from its columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mingcha.base.ledger.canonical import Json, canonical, digest_of, moment_text
from mingcha.base.ledger.hashing import sm3
from mingcha.base.ledger.tree import root_of
from mingcha.domains.records.models import Chunk, Consent, Fact, LinkQuestion
from mingcha.domains.records.rules import Said, content, content_hash, versions_digest
from mingcha.standards import loader

COLUMNS = (
    "row", "version", "operation", "provider__code", "dataset", "source_key", "occurred_on",
    "subject__scheme", "subject__value", "item", "payload", "content_hash",
)  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """One fact as it stands in the database."""

    row: int
    version: int
    operation: str
    provider: str
    dataset: str
    key: str
    occurred_on: date
    scheme: str | None
    value: str | None
    item: str
    payload: dict[str, str]
    stored_hash: bytes

    def said_on(self) -> str:
        """The day as the record says it; "" where another stands in for it."""
        field = loader.current().table(self.dataset).day_field
        return self.occurred_on.isoformat() if field is not None and field in self.payload else ""

    def hashed_again(self) -> bytes:
        """The content hash that the columns give now."""
        subject = (self.scheme, self.value) if self.scheme and self.value else None
        said = Said(
            self.provider, self.dataset, self.key, self.said_on(), subject, self.item,
            self.operation, self.payload,
        )  # fmt: skip
        return content_hash(content(said))


def chunk_digests() -> Iterator[tuple[str, bytes]]:
    """(chunk id, digest of what it holds now) of every chunk, in order.

    Facts that name a chunk which is not there come last, under that chunk's id.
    """
    for chunk in Chunk.objects.select_related("batch").order_by("pk").iterator(chunk_size=500):
        facts = facts_of(chunk.pk)
        said: dict[str, Json] = {
            "batch": chunk.batch.public_id if chunk.batch else "",
            "dataset": chunk.dataset,
            "rows": len(facts),
            "root": root_of([fact.hashed_again() for fact in facts]).hex(),
            "versions": versions_digest(
                "\n".join(f"{f.row} {f.version} {f.operation}" for f in facts)
            ),
        }
        yield str(chunk.pk), sm3(canonical(said))
    strays = Fact.objects.exclude(chunk__in=Chunk.objects.all()).values_list("chunk_id", flat=True)
    for chunk_id in strays.distinct().order_by("chunk_id"):
        yield str(chunk_id), sm3(b"")


def asking_content(case: int) -> Mapping[str, Json]:
    """What the data centre keeps of a case in which a provider is asked; nothing while it is opened."""
    asked = LinkQuestion.objects.filter(pk=case).first()
    if asked is None:
        return {}
    shown: list[Json] = [int(party) for party in asked.shown]
    return {
        "subject": asked.subject_id, "fact": asked.fact_id or 0, "shown": shown,
        "answer": asked.answer, "party": asked.party_id or 0,
    }  # fmt: skip


def facts_of(chunk: int) -> Sequence[Stored]:
    """The facts of a chunk in the order in which they were hashed."""
    rows = Fact.objects.filter(chunk=chunk).order_by("row", "version").values_list(*COLUMNS)
    return [Stored(*(*row[:-1], bytes(row[-1]))) for row in rows]


def first_altered(chunk: str) -> str:
    """Which row of a chunk no longer gives its hash, as a sentence; "" when none stands out."""
    for fact in facts_of(int(chunk)):
        if fact.hashed_again() != fact.stored_hash:
            return f"其中 {fact.dataset} 的记录“{fact.key}”第 {fact.version} 版（文件第 {fact.row} 行）内容与入库时不符。"
    return "逐行内容未见改动，但行数、顺序或版本与入库时不符：有行被删除、插入或改了版本。"


def of_consent(consent: Consent) -> dict[str, str]:
    """A consent, as every act on it leaves it: who, what, for whom, from when to when, why."""
    return {
        "provider": consent.provider.code,
        "dataset": consent.dataset,
        "recipient": consent.recipient.code if consent.recipient else "",
        "since": consent.since.isoformat(),
        "until": consent.until.isoformat() if consent.until else "",
        "basis": consent.basis,
        "purpose": consent.purpose,
        "given_by": consent.given_by.login if consent.given_by else "",
        "given_at": moment_text(consent.given_at),
        "ends_on": consent.ends_on.isoformat() if consent.ends_on else "",
        "withdrawn_at": moment_text(consent.withdrawn_at) if consent.withdrawn_at else "",
        "withdrawn_by": consent.withdrawn_by.login if consent.withdrawn_by else "",
        "withdrawn_because": consent.withdrawn_because,
    }


def consent_digests() -> Iterator[tuple[str, bytes]]:
    """(primary key, digest of the content) of every consent."""
    rows = Consent.objects.select_related("provider", "recipient", "given_by", "withdrawn_by")
    for consent in rows.iterator(2000):
        yield str(consent.pk), digest_of(of_consent(consent))
