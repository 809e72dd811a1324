"""What the pages of links, officers, quality, seals and consents show: handed in for real, and decided.

Speaks as the application on a platform that runs; its workers do the jobs. Imported by stage.py.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from mingcha.base.days import local_today
from mingcha.base.people.queries import account_called, named
from mingcha.domains.officers.models import Officer
from mingcha.domains.officers.services import note_absence
from mingcha.domains.parties.models import Party
from mingcha.domains.parties.services.relations import Stated, relate
from mingcha.domains.quality import services as quality
from mingcha.domains.quality.models import Digest, Hint
from mingcha.domains.records import services as records
from mingcha.domains.records.models import Conflict, Fact, SamplePair
from mingcha.domains.records.queries import questions
from mingcha.domains.records.services import consents, links, samples
from mingcha.domains.records.services.links import Question
from mingcha.domains.records.testing import as_csv, lawful, uscc
from mingcha.domains.records.tests.linking_world import enterprise, nameless

T = TypeVar("T")
LOOKS, PAUSE_SECONDS = 240, 0.5
TWINS, ALONE = "上海槐葵演示商贸有限公司", "上海榆苔餐饮有限公司"
STREET = "上海市浦东新区云杉苑路"
BRANCH = "01"  # 主体关系: 分支机构


def links_and_more() -> dict[str, str]:
    """Hand in what is doubted, contradicted and warned of; decide some of it. Says the numbers."""
    chief, market, fire = account_called("data-bureau"), named("market"), named("fire")
    firms = [
        enterprise(810_001, TWINS, domicile=f"{STREET}1号"),
        enterprise(810_002, TWINS, domicile=f"{STREET}1号"),
        enterprise(810_003, ALONE, domicile=f"{STREET}2号"),
    ]
    deliver(firms, "object_enterprise", market)
    other = [firms[2] | {"legal_representative": "李演示"}]
    deliver(other, "object_enterprise", fire)
    complaints = [
        nameless(810_001, TWINS, f"{STREET}1号"),
        nameless(810_002, ALONE, "上海市云杉苑路900号"),
        nameless(810_003, "榆苔餐饮", "上海市云杉苑路901号"),
    ]
    deliver(complaints, "complaint", market)
    deliver([lawful("officer", 1, certificate_code="DM810001")], "officer", market)
    asked = questions.questions(chief, questions.Filter())
    until(lambda: list(asked) if asked.count() >= 3 else None)
    conflict = until(
        Conflict.objects.select_related("party").filter(party__code=uscc(810_003)).first
    )
    single = asked.filter(candidates=1).order_by("pk")
    decided, waiting = single[0], single[1]
    refused = links.refuse(
        Question(decided.subject_id, decided.fact_id, decided.pk), decided.party,
        reason="演示", actor=chief,
    )  # fmt: skip
    one, two = (Party.objects.get(code=uscc(n)) for n in (810_001, 810_003))
    stated = Stated(
        two, one, BRANCH, local_today() - timedelta(days=9), None, "演示批复〔2026〕1号"
    )
    relation = relate(stated, actor=chief)
    sample = samples.order_sample(market, 5, actor=chief, seed="演示")
    until(SamplePair.objects.filter(sample=sample).exists)
    officer = until(Officer.objects.filter(certificate="DM810001").first)
    note_absence(officer, since=local_today(), until=None, reason="借调", actor=chief)
    terms = consents.Terms(market, "officer", local_today(), basis="演示", purpose="演示")
    consent = consents.give(terms, actor=chief)
    return {
        "question": str(waiting.pk), "decision": str(refused.pk), "sample": str(sample.pk),
        "conflict": f"{conflict.party.public_id}/{conflict.attribute}", "firm": two.public_id,
        "relation": str(relation.pk), "officer": officer.certificate,
        "consent": consent.public_id, "link_case": _asked(asked, chief, market),
        **_quality(market),
    }  # fmt: skip


def _asked(asked, chief, market) -> str:
    """A question that a provider was asked."""
    tie = asked.filter(candidates=2).get()
    about = Question(tie.subject_id, tie.fact_id, tie.pk)
    return links.ask(about, market, note="请核对", title="指的是哪个监管对象", actor=chief).number


def _quality(market) -> dict[str, str]:
    """A weekly digest, and a sign of made-up data."""
    today = local_today()
    quality.send_digests(today - timedelta(days=today.weekday()))
    facts = Fact.objects.filter(provider=market, dataset="complaint").values_list("pk", flat=True)
    sign = quality.Found(
        market.pk, "complaint", "text", "演示", "演示：三条内容相同", 3, list(facts[:3])
    )
    quality.keep_hints("complaint", [sign])
    digest = Digest.objects.get(provider=market)
    return {"digest": digest.case.number, "hint": str(Hint.objects.get(provider=market).pk)}


def deliver(rows, table: str, provider) -> None:
    """Hand rows in as a file, and wait until the workers have taken it in."""
    delivery = records.Delivery(f"{table}.csv", provider, table=table, channel="api")
    data = as_csv(rows, table=table)
    batch = records.receive([data], delivery, actor=account_called("data-bureau"))

    def landed() -> bool:
        batch.refresh_from_db()
        return batch.state not in {"received", "checking"}

    until(landed)
    assert batch.accepted_count == len(rows), list(batch.refusals.values_list("reasons", flat=True))


def until(looked: Callable[[], T]) -> T:
    """What is there once it is; a worker makes it."""
    for _ in range(LOOKS):
        if found := looked():
            return found
        time.sleep(PAUSE_SECONDS)
    raise AssertionError(f"没有等到：{looked}")
