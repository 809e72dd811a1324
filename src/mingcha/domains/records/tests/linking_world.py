"""A small world for tests of linking: parties, subjects with what the machine found, and records."""

import hashlib
from datetime import date

from mingcha.base.people.models import Organisation
from mingcha.domains.parties.models import Party
from mingcha.domains.records.models import Fact, Subject, Tie
from mingcha.domains.records.services import ties
from mingcha.domains.records.services.links.pending import Question
from mingcha.domains.records.services.links.writing import writing
from mingcha.domains.records.testing import uscc

ADDRESS = "上海市浦东新区演示路88号"


def make_party(name: str, **said: object) -> Party:
    """A registered enterprise, unless said otherwise."""
    return Party.objects.create(**{"kind": "1", "name": name, "address": "演示路1号"} | said)


def make_fact(
    subject: Subject,
    provider: Organisation,
    key: str,
    *,
    name: str = "",
    version: int = 1,
    **said: str,
) -> Fact:
    """A record of an inspection about a subject; it has no chunk worth speaking of."""
    return Fact.objects.create(
        chunk_id=0, row=0, subject=subject, provider=provider, dataset="check_action",
        occurred_on=date(2025, 3, 4), source_key=key, version=version, operation="i",
        payload={"administrative_cp": name or subject.name} | said, content_hash=_hash(key),
    )  # fmt: skip


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def make_subject(
    name: str, provider: Organisation, *, scheme: str = "name", value: str = "", records: int = 1
) -> Subject:
    """A subject with so many records of a provider."""
    subject = Subject.objects.create(
        scheme=scheme, value=value or f"{provider.code}|{name}|", name=name
    )
    for number in range(records):
        make_fact(subject, provider, f"{name}-{value}-{number}")
    return subject


def find(
    subject: Subject, firm: Party | None, *doubts: tuple[Party, int], how: str = "name"
) -> None:
    """What the machine finds: firmly `firm`, or (None) its own party; and who else it may be."""
    own = firm or make_party(subject.name, kind="11", is_registered=False, subkind="unregistered")
    rows = [ties.Found(subject.pk, own.pk, how if firm else "own", 0, 0, '["自述"]')]
    rows += [
        ties.Found(subject.pk, party.pk, "name", weight, rank, f'[["字号", {weight}, "字号相同"]]')
        for rank, (party, weight) in enumerate(doubts, start=1)
    ]
    with writing(None, "机器关联", weights="1") as pen:
        ties.write(pen, rows)


def question_of(subject: Subject, fact: Fact | None = None) -> Question:
    """The question as a page would show it now."""
    tie = Tie.objects.get(
        subject=subject, fact_id=fact.pk if fact else None, rank=1, until__isnull=True
    )
    return Question(subject.pk, tie.fact_id, tie.pk)


def believed(*subjects: Subject) -> dict[str, list[tuple[int, int]]]:
    """name → [(rank, party)] of every general tie that stands, firm first."""
    rows = Tie.objects.filter(subject__in=subjects, until__isnull=True, fact_id__isnull=True)
    found: dict[str, list[tuple[int, int]]] = {one.name: [] for one in subjects}
    for name, rank, party in rows.order_by("rank").values_list("subject__name", "rank", "party"):
        found[name].append((rank, party))
    return found


def enterprise(number: int, name: str, **changes: str) -> dict[str, str]:
    """A row of 企业法人."""
    row = {
        "pripid": f"P{number:06d}", "uscc": uscc(number), "enterprise_name": name,
        "legal_representative": "王演示", "domicile": ADDRESS,
        "registration_status_name": "存续", "established_on": "2020-01-02",
    }  # fmt: skip
    return row | changes


def nameless(number: int, name: str, address: str = ADDRESS) -> dict[str, str]:
    """A complaint about somebody who is named without a code."""
    return {
        "complaint_code": f"TS{number:06d}", "received_on": "2026-05-06", "complaint_kind": "1",
        "respondent": name, "respondent_address": address, "content": "演示投诉",
    }  # fmt: skip


def party_of(key: str) -> Party:
    """The party that a record means now."""
    fact = Fact.objects.filter(source_key=key).latest("version")
    own = Tie.objects.filter(fact_id=fact.pk, until=None, is_doubtful=False).first()
    general = Tie.objects.get(subject=fact.subject, until=None, is_doubtful=False, fact_id=None)
    return (own or general).party
