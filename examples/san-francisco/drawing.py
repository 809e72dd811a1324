"""A random inspection of San Francisco's food businesses, drawn as if it were the first of 2017.

Strata are the classes of the last score known on that day; what the city really found afterwards
stands for the results. Since every drawn business had a known chance, the draw says how many of all
businesses do badly, with an interval; and since the city's record is whole, we can look whether it
is right.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.db import transaction
from taking_in import BODY, HERE, clerk, hand_in, say

from mingcha.base.days import local_today, utc_now
from mingcha.base.people import services as people
from mingcha.base.people.models import Account, Organisation, Role
from mingcha.domains.inspections.models import Draw, DrawnUnit, Register, Task
from mingcha.domains.inspections.rules.estimates import Estimate, Found, Outcome, estimate
from mingcha.domains.inspections.services import drawing, freezing, lists, seeds, tasks
from mingcha.domains.records.queries import sharing

EVE = date(2017, 1, 1)  # what was known before counts for the strata, what came after is the result
BAD_BELOW = 86  # legend.csv: 71–85 Needs Improvement, 0–70 Poor
# (name, lowest score, share drawn): the worse the last score, the likelier a visit.
STRATA = (("差", 0, "1"), ("需改进", 71, "0.3"), ("尚可", 86, "0.1"), ("良好", 94, "0.05"))
UNSCORED, UNSCORED_SHARE = "没有评分", "0.1"
RESERVES = 5
SOURCE = "drand-quicknet"
VALUE = "c0ffee" * 10 + "2017"  # a round of our own making, named as such: the example is offline
PATTERN = "64h"


@dataclass(frozen=True)
class Record:
    """What the city knew of each business on the eve, and what it found at its next visit."""

    before: Mapping[str, int]  # business → last score
    after: Mapping[str, int]  # business → the score of its first visit since

    def stratum(self, business: str) -> str:
        """The class of a business on the eve."""
        score = self.before.get(business)
        if score is None:
            return UNSCORED
        return next(name for name, low, _ in reversed(STRATA) if score >= low)

    def found(self, business: str) -> Found:
        """What the next visit found; without one, nobody knows."""
        score = self.after.get(business)
        if score is None:
            return Found.UNREACHED
        return Found.VIOLATION if score < BAD_BELOW else Found.CLEAN


def draw(*, work: bool) -> None:
    """Freeze, seed, draw; print the strata, what was found, and whether the estimate is right."""
    actor = clerk()
    hand_in(HERE / "inspectors.csv", "sf_inspector", None, actor=actor, work=work)
    body = actor.organisation
    drawer, witness = person("sfdraw1", "抽取人", body), person("sfdraw2", "见证人", body)
    record = record_of(actor)
    businesses = {
        fact.payload["business_id"] for fact in facts(actor, "sf_business").iterator(2000)
    }
    task = written(drawer, body, {one: record.stratum(one) for one in businesses})
    held = held_once(task, drawer, witness)
    units = list(DrawnUnit.objects.filter(draw=held).select_related("party"))
    said = estimate(outcomes(units, held, record))
    truth = Counter(record.found(one) for one in businesses)
    say(*figures(held, units), *comparison(said, truth))


@transaction.atomic
def person(login: str, name: str, body: Organisation) -> Account:
    """One of the two persons who give the seed."""
    found = Account.objects.filter(login=login).first()
    if found is not None:
        return found
    said = people.Person(login=login, real_name=f"旧金山{name}", post=name)
    account, _ = people.open_first_account(said, organisation=body)
    role = Role.objects.get(key="plan-manager")
    people.appoint(account, role, scope=body, reason="旧金山示例")
    return account


def facts(actor: Account, table: str):  # type: ignore[no-untyped-def]  # a QuerySet of facts
    """The city's records of a table, in the order they happened."""
    mine = sharing.visible_to(actor).filter(provider=actor.organisation, dataset=table)
    return mine.order_by("occurred_on", "pk")


def record_of(actor: Account) -> Record:
    """Read the routine inspections once."""
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    for fact in facts(actor, "sf_inspection").iterator(2000):
        said = fact.payload
        if said["inspection_type"] != "routine" or not said.get("score"):
            continue
        business, score = said["business_id"], int(said["score"])
        if fact.occurred_on < EVE:
            before[business] = score
        else:
            after.setdefault(business, score)
    return Record(before, after)


def written(actor: Account, body: Organisation, stratum_of: Mapping[str, str]) -> Task:
    """An item of the list, and a task with a stratum for each class."""
    said = lists.ItemSaid(
        "食品安全", "餐饮场所例行检查", "sf_item", "routine", ["1"], "餐饮经营场所", ["site"],
        "California Retail Food Code §114390", date(2015, 1, 26),
    )  # fmt: skip
    item = lists.publish_item(lists.write_item(said, body=body, actor=actor), actor=actor)
    codes = {
        name: sorted(one for one, _ in group)
        for name, group in groupby(
            sorted(stratum_of.items(), key=lambda pair: pair[1]), key=lambda pair: pair[1]
        )
    }
    shares = {name: share for name, _, share in STRATA} | {UNSCORED: UNSCORED_SHARE}
    strata = [
        {"name": name, "where": {"codes": of}, "ratio": shares[name], "reserves": RESERVES}
        for name, of in codes.items()
    ]
    today = local_today()
    whole = Register(body=body, of=Register.Of.OBJECTS, name="餐饮经营场所")
    register = lists.write_register(whole, {"codes": sorted(stratum_of)}, actor=actor)
    task = tasks.write_task(
        tasks.TaskSaid(
            "旧金山餐饮场所随机抽查", today + timedelta(days=1), today + timedelta(days=60),
            ground="示例", objects_from=register, strata=strata, level="open",
            exclusions={"cap": False, "recent": False},
        ),
        body=body, actor=actor,
    )  # fmt: skip
    tasks.assign(task, [tasks.Share(body, [item])], actor=actor)
    at = (utc_now() + timedelta(seconds=10)).replace(microsecond=0)
    source = tasks.SourceSaid(
        SOURCE, "示例用的随机信标", "1", PATTERN, at, "2", at + timedelta(days=1)
    )
    tasks.set_sources(task, [source], {}, actor=actor)
    return Task.objects.select_related("case__unit", "case__opener", "body").get(pk=task.pk)


def held_once(task: Task, drawer: Account, witness: Account) -> Draw:
    """Commit, wait for the time of the source, take its value from two persons, draw."""
    frozen = freezing.freeze_task(task, seen=task.case.version, actor=drawer, tell=_quiet)
    say(f"承诺 {frozen.draw_id} {frozen.digest}")
    time.sleep(max(0.0, (task.sources.get().at - utc_now()).total_seconds()) + 0.1)
    seeds.enter_value(frozen, SOURCE, VALUE, actor=drawer)
    seeds.confirm_value(frozen, SOURCE, VALUE, actor=witness)
    return drawing.hold(frozen, actor=drawer, tell=_quiet)


def outcomes(units: list[DrawnUnit], held: Draw, record: Record) -> Iterator[Outcome]:
    """What the city found at those who were drawn, with the chance each had."""
    chances = {one["name"]: one["wanted"] / one["size"] for one in held.counts["strata"]}
    for one in units:
        found = record.found(one.party.code)
        yield Outcome(one.stratum, chances[one.stratum], found, is_reserve=one.is_reserve)


def figures(held: Draw, units: list[DrawnUnit]) -> Iterator[str]:
    """Drawn of how many, by stratum."""
    drawn = Counter(one.stratum for one in units if not one.is_reserve)
    yield f"抽取 {held.draw_id}，机构 {BODY.short_name}"
    for name, count in sorted(drawn.items()):
        yield f"  {name} {count}"


def comparison(said: Estimate, truth: Mapping[Found, int]) -> Iterator[str]:
    """The estimate beside what the whole record says."""
    bad, clean = truth[Found.VIOLATION], truth[Found.CLEAN]
    yield f"推算：{said.rate:.1%} 需改进或差（95% 区间 {said.low:.1%}–{said.high:.1%}）"
    yield f"全部记录：{bad / (bad + clean):.1%}（{bad} / {bad + clean}）"


def _quiet(*_: object) -> None:
    """Progress that nobody watches."""
