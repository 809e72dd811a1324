"""What leaves a trace, and what is forgotten by law."""

import secrets
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Protocol

from django.db import connection, models, transaction

from mingcha.base.days import utc_now
from mingcha.base.ledger import journal
from mingcha.base.ledger.canonical import Json, canonical, nfc
from mingcha.base.ledger.context import here
from mingcha.base.ledger.hashing import HASH_BYTES, leaf_hash, sm3
from mingcha.base.ledger.models import SYSTEM, Act, Content, Origin, PersonKey
from mingcha.base.ledger.rules import SALT_BYTES, Deed, origin_token

AT_ONCE = 5000  # acts in one statement
WAKE = "ledger_seal"  # the channel on which the sealer is woken

# The content of a record that no longer is: its last act says so.
GONE: Mapping[str, Json] = {}


class Coded(Protocol):
    """An organisation, as far as an act names it."""

    @property
    def code(self) -> str:
        """Its mark."""


class Actor(Protocol):
    """Whoever acts: an account of an organisation."""

    @property
    def pk(self) -> int:
        """The account's number."""

    @property
    def organisation(self) -> Coded:
        """Where it belongs."""


class OutsideTransaction(RuntimeError):
    """An act outside the transaction of what it testifies to: a bug, not a refusal."""


def act(
    actor: Actor | None,
    verb: str,
    record: models.Model | tuple[str, str],
    *,
    content: Mapping[str, Json] | bytes,
    seal_now: bool = False,
) -> Act:
    """Leave an act (留痕) in the transaction of the deed itself.

    `actor` None is the system. `record` is a saved row, or (kind, key) of at most 60 and 120
    characters. `content` is what the record is after the deed, all that `verify` shall hold it
    to, or the 32 bytes of its digest; `GONE` when it is no more. `seal_now` wakes the sealer at
    commit. Other acts on the same record wait until this transaction ends.
    Raises OutsideTransaction, and TypeError or ValueError for content outside `canonical.Json`.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"{verb}: ledger.act belongs inside transaction.atomic")
    kind, key = (nfc(part) for part in _named(record))
    text = canonical(content) if isinstance(content, Mapping) else None
    digest = sm3(text) if text is not None else _checked(content)
    prev = _last_hash(kind, key)
    deed = Deed(
        at=utc_now(),
        account=actor.pk if actor else SYSTEM,
        organisation=nfc(actor.organisation.code) if actor else "",
        origin=_origin(actor.pk) if actor else "",
        verb=nfc(verb),
        record=(kind, key),
        content=digest,
        prev=prev or b"",
        salt=secrets.token_bytes(SALT_BYTES),
    )
    left = _insert(deed)
    if text is not None:
        Content.objects.create(act=left.pk, text=text.decode())
    _journal_at_commit(left)
    if seal_now:
        wake_sealer()
    return left


def acts_on_new(
    actor: Actor | None,
    verb: str,
    records: Iterable[tuple[tuple[str, str], Mapping[str, Json]]],
) -> int:
    """Leave the first act of each of many records that this transaction has made. Returns how many.

    `records` are (record, content) as in `act`. Nothing else can know a record that is not committed
    yet, so nothing is locked and nothing precedes. Three statements for some thousands.
    Raises OutsideTransaction.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"{verb}: ledger.acts_on_new belongs inside transaction.atomic")
    at, origin = utc_now(), _origin(actor.pk) if actor else ""
    who = (actor.pk if actor else SYSTEM, nfc(actor.organisation.code) if actor else "")
    made, done = iter(records), 0
    while batch := list(islice(made, AT_ONCE)):
        texts = [canonical(content) for _, content in batch]
        acts = [
            _row(
                Deed(
                    at=at, account=who[0], organisation=who[1], origin=origin, verb=nfc(verb),
                    record=(nfc(kind), nfc(key)), content=sm3(text), prev=b"",
                    salt=secrets.token_bytes(SALT_BYTES),
                )
            )
            for ((kind, key), _), text in zip(batch, texts, strict=True)
        ]  # fmt: skip
        left = Act.objects.bulk_create(acts)
        Content.objects.bulk_create(
            Content(act=one.pk, text=text.decode()) for one, text in zip(left, texts, strict=True)
        )
        _journal_at_commit(*left)
        done += len(left)
    return done


def wake_sealer() -> None:
    """Have the open acts sealed as soon as the present transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [WAKE])


@transaction.atomic
def forget_origins(account: int, *, because: str) -> int:
    """Destroy the key and the addresses behind an account's acts (个人信息删除).

    The acts stay and still verify; their tokens lead nowhere. Leaves one act of the system.
    Returns how many addresses went. Only the owner of the database may do this.
    """
    PersonKey.objects.filter(account=account).delete()
    gone, _ = Origin.objects.filter(account=account).delete()
    said: Mapping[str, Json] = {"account": account, "origins": gone, "because": because}
    act(None, "删除操作来源", ("ledger.origins", str(account)), content=said)
    return gone


def _named(record: models.Model | tuple[str, str]) -> tuple[str, str]:
    if isinstance(record, tuple):
        return record
    if record.pk is None:
        raise ValueError(f"{record!r} must be saved before an act can name it")
    return record._meta.label_lower, str(record.pk)


def _checked(digest: Mapping[str, Json] | bytes) -> bytes:
    if not isinstance(digest, bytes) or len(digest) != HASH_BYTES:
        raise ValueError(f"a digest has {HASH_BYTES} bytes: {digest!r}")
    return digest


def _last_hash(kind: str, key: str) -> bytes | None:
    """Lock the record's chain until the transaction ends; the hash at its end.

    Two statements: the second must see what was committed while the first waited.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"ledger\x1f{kind}\x1f{key}"]
        )
    last = Act.objects.filter(record_kind=kind, record_key=key).order_by("-id")
    found = last.values_list("hash", flat=True).first()
    return None if found is None else bytes(found)


def _origin(account: int) -> str:
    """The token for address and device of the present request, "" when neither is known."""
    whence = here()
    if not (whence.address or whence.device):
        return ""
    key = PersonKey.objects.filter(account=account).values_list("key", flat=True).first()
    if key is None:
        PersonKey.objects.bulk_create(
            [PersonKey(account=account, key=secrets.token_bytes(32))], ignore_conflicts=True
        )
        key = PersonKey.objects.values_list("key", flat=True).get(account=account)
    token = origin_token(bytes(key), whence.address, whence.device)
    origin = Origin(token=token, account=account, address=whence.address, device=whence.device)
    Origin.objects.bulk_create([origin], ignore_conflicts=True)
    return token


def _journal_at_commit(*left: Act) -> None:
    entries = [journal.Entry(one.at, one.pk, bytes(one.hash)) for one in left]

    def append_line() -> None:
        journal.append(entries)

    # A full disk must not fail what is committed: it is logged, and the sealer's line stands in.
    transaction.on_commit(append_line, robust=True)


def _insert(deed: Deed) -> Act:
    left = _row(deed)
    left.save(force_insert=True)
    return left


def _row(deed: Deed) -> Act:
    body = deed.body()
    kind, key = deed.record
    return Act(
        at=deed.at,
        record_kind=kind,
        record_key=key,
        verb=deed.verb,
        actor_id=deed.account,
        organisation=deed.organisation,
        origin=deed.origin,
        prev=deed.prev or None,
        body=body,
        hash=leaf_hash(body.encode()),
    )
