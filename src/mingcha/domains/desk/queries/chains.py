"""Everything done to one record, in its order, each with what it changed (EVA-2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from mingcha.base.ledger import queries as ledger
from mingcha.base.ledger.models import Act, Content
from mingcha.base.ledger.verify import is_held
from mingcha.base.people.models import Account
from mingcha.domains.desk.queries.acts import Line, lines
from mingcha.domains.desk.queries.words import Change, Words, kind_label


@dataclass(frozen=True)
class Link:
    """One act of a chain: what it changed, and whether it follows the act before it.

    `changes` are the differences where the kind's acts say the whole record; else the line's own
    facts are what it said. `follows`: its `prev` is the hash of the act before.
    """

    number: int
    line: Line
    changes: Sequence[Change]
    is_first: bool
    follows: bool


def chain(account: Account, kind: str, key: str) -> QuerySet[Act]:
    """The acts on a record that `account` may see, in their order."""
    return ledger.acts(account, ledger.Sought(record_kind=kind, record_key=key)).order_by("id")


def links(acts: Sequence[Act], *, start: int) -> list[Link]:
    """A stretch of one record's chain in words; `start` is how many acts come before it.

    Each is compared with the act that truly precedes it, whether or not the viewer may see that.
    """
    if not acts:
        return []
    before = [_before(acts[0]), *acts[:-1]]
    keys = [act.pk for act in [*acts, *before] if act is not None]
    texts = dict(Content.objects.filter(pk__in=keys).values_list("act", "text"))
    words, shown = Words(texts.values()), lines(acts)
    whole = is_held(acts[0].record_kind)
    return [
        Link(
            number=start + place,
            line=line,
            changes=words.changes(
                act.record_kind, texts.get(old.pk, "") if old else "", texts.get(act.pk, "")
            )
            if whole and act.pk in texts
            else (),
            is_first=old is None,
            follows=_hash(old) == (bytes(act.prev) if act.prev else None),
        )
        for place, (act, old, line) in enumerate(zip(acts, before, shown, strict=True), start=1)
    ]


def title_of(kind: str, acts: Sequence[Act]) -> str:
    """What the record is called, as far as an auditor may know it."""
    return lines(acts[:1])[0].text if acts else kind_label(kind)


def _before(act: Act) -> Act | None:
    """The act on the same record that precedes one."""
    return ledger.history(act.record_kind, act.record_key).filter(pk__lt=act.pk).first()


def _hash(act: Act | None) -> bytes | None:
    return bytes(act.hash) if act else None
