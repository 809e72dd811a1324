"""Scorecards, returns and hints, for the providers' people and their line above."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import dropwhile

from django.db.models import QuerySet, Sum

from mingcha.base.calendar import queries as calendar
from mingcha.base.cases.models import Case
from mingcha.base.cases.queries import visible_to as cases_visible_to
from mingcha.base.days import SHANGHAI, local_today
from mingcha.base.errors import NotFound
from mingcha.base.people.models import Account, Organisation
from mingcha.base.rules.errors import NoRule
from mingcha.base.rules.queries import dated, in_force
from mingcha.domains.quality.models import Digest, Hint, Return, Score
from mingcha.domains.quality.rules import (
    DIMENSIONS,
    Counts,
    Measure,
    added,
    earliest_in_time,
    first_of,
    measures,
    month_after,
    month_before,
    total,
)
from mingcha.domains.records.queries import measuring, sharing
from mingcha.domains.records.queries.batches import providers_for
from mingcha.domains.records.queries.measuring import Fact
from mingcha.standards import loader
from mingcha.standards.model import Family

REPORT_WITHIN = "records.report_within"
RECEIPTS = "records.receipts"
# What departments do from day to day; registers, catalogues and plans have no day to report by.
TIMED = {
    Family.LICENCE, Family.INSPECTION, Family.PENALTY, Family.COERCION, Family.OTHER,
    Family.COMPLAINT, Family.CREDIT,
}  # fmt: skip
# What a number of a scorecard counts, in words.
KINDS: Mapping[str, str] = {
    "late": "逾期报送的记录", "timed": "计时的记录", "timely": "期限内报送的记录",
    "history": "历史补录的记录", "facts": "入库的记录", "filled": "已填的记录", "unfilled": "未填的记录",
    "about": "有对象的记录", "tied": "关联到已登记对象的记录", "unlinked": "未关联到已登记对象的记录",
    "corrected": "更正的记录", "withdrawn": "撤回的记录",
}  # fmt: skip
TIMED_KINDS = {"late", "timed", "timely", "history"}
FIELDS = tuple(Counts.__dataclass_fields__)
TREND_MONTHS = 12


@dataclass(frozen=True)
class Card:
    """A provider's scorecard, of one table or (table "") of all: counts, measures, total in per mille."""

    provider: Organisation
    table: str
    label: str
    counts: Counts
    measures: Sequence[Measure]
    total: int | None
    before: int | None
    rank: int = 0


@dataclass(frozen=True)
class Filled:
    """How a field is filled: rows that fill it among all, in per mille."""

    label: str
    key: str
    rows: int
    share: int
    is_required: bool


def visible_to(account: Account) -> QuerySet[Score]:
    """The scores of the providers over which the account may read receipts."""
    return Score.objects.filter(provider__in=providers_for(account, RECEIPTS))


def months(account: Account) -> list[date]:
    """The months of which there are scores, newest first."""
    return list(visible_to(account).order_by("-month").values_list("month", flat=True).distinct())


def latest_month(account: Account) -> date:
    """The newest month with scores, else this month."""
    return next(iter(months(account)), first_of(local_today()))


def cards(account: Account, month: date, *, table: str = "", by_table: bool = False) -> list[Card]:
    """The scorecards of a month, best total first; a provider's tables together unless `by_table`.

    Rank counts those with a total. Four queries.
    """
    targets = targets_on(month)
    now = _counted(visible_to(account).filter(month=month), table, by_table)
    earlier = _counted(visible_to(account).filter(month=month_before(month)), table, by_table)
    providers = Organisation.objects.in_bulk({provider for provider, _ in now})
    found = [
        _card(providers[provider], name, counts, earlier.get((provider, name), Counts()), targets)
        for (provider, name), counts in now.items()
    ]
    found.sort(
        key=lambda card: (-(card.total if card.total is not None else -1), card.provider.path)
    )
    return [
        Card(**(vars(card) | {"rank": place if card.total is not None else 0}))
        for place, card in enumerate(found, start=1)
    ]


def card_for(account: Account, code: str, table: str, month: date) -> Card:
    """One scorecard. Raises NotFound for missing and hidden alike."""
    provider = provider_of(account, code)
    mine = visible_to(account).filter(provider=provider)
    now = _counted(mine.filter(month=month), table, by_table=bool(table))
    before = _counted(mine.filter(month=month_before(month)), table, by_table=bool(table))
    key = (provider.pk, table)
    return _card(
        provider, table, now.get(key, Counts()), before.get(key, Counts()), targets_on(month)
    )


def provider_of(account: Account, code: str) -> Organisation:
    """The one door to a provider's scores. Raises NotFound for missing and hidden alike."""
    found = providers_for(account, RECEIPTS).filter(code=code).first()
    if found is None:
        raise NotFound(what="报送单位", key=code)
    return found


def trend(
    account: Account, provider: Organisation, table: str, month: date
) -> list[tuple[date, Counts]]:
    """The counts of the last twelve months up to `month`, oldest first, from the first with any."""
    last = [month]
    while len(last) < TREND_MONTHS:
        last.append(month_before(last[-1]))
    rows = visible_to(account).filter(provider=provider, month__in=last)
    found = {one: Counts() for one in reversed(last)}
    for score in rows.filter(table=table) if table else rows:
        found[score.month] += counts_of(score)
    return list(dropwhile(lambda one: one[1] == Counts(), found.items()))


def filled(account: Account, provider: Organisation, table: str, month: date) -> list[Filled]:
    """How each field of a table was filled in a month, the emptiest first. Asks the facts themselves."""
    start, end = stretch_of(month)
    rows = measuring.filled_by_field(provider.pk, table, start, end)
    facts = visible_to(account).filter(provider=provider, table=table, month=month)
    whole = facts.aggregate(sum=Sum("facts"))["sum"] or 0
    fields = loader.current().table(table).fields
    found = [
        Filled(spec.label, key, rows.get(key, 0), rows.get(key, 0) * 1000 // whole if whole else 0,
               spec.required)
        for key, spec in fields.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.share)


def rows(
    account: Account, provider: Organisation, table: str, month: date, kind: str, field: str = ""
) -> QuerySet[Fact]:
    """The records of a month behind a number of a scorecard, for whoever may see the provider's rows.

    `kind` is one of `KINDS`; "filled" and "unfilled" speak of a field. Raises NotFound.
    """
    if kind not in KINDS or (field and field not in loader.current().table(table).fields):
        raise NotFound(what="记录", key=f"{kind} {field}".strip())
    start, end = stretch_of(month)
    mine = sharing.visible_to(account).filter(provider=provider, dataset=table)
    landed = mine.filter(chunk__landed_at__gte=start, chunk__landed_at__lt=end)
    if kind in TIMED_KINDS:
        return _timed_rows(landed, provider, table, month, kind)
    standing = landed.exclude(operation="d")
    found = {
        "facts": standing,
        "filled": standing.filter(payload__has_key=field),
        "unfilled": standing.exclude(payload__has_key=field),
        "about": measuring.about_somebody(landed),
        "tied": measuring.about_somebody(landed, tied=True),
        "unlinked": measuring.about_somebody(landed, tied=False),
        "corrected": landed.filter(operation="u"),
        "withdrawn": landed.filter(operation="d"),
    }
    return found[kind]


def _timed_rows(
    landed: QuerySet[Fact], provider: Organisation, table: str, month: date, kind: str
) -> QuerySet[Fact]:
    docked = measuring.docked_on(provider.pk, table)
    if docked is None or table not in timed_tables():
        return landed.none()
    if kind == "history":
        return measuring.history(landed, docked_on=docked)
    late = measuring.late(landed, earliest=earliest_days(month), docked_on=docked)
    timed = measuring.timed(landed, docked_on=docked)
    return {"late": late, "timed": timed, "timely": timed.exclude(pk__in=late.values("pk"))}[kind]


def hints(account: Account) -> QuerySet[Hint]:
    """The hints about the providers over which the account may read receipts."""
    mine = Hint.objects.filter(provider__in=providers_for(account, RECEIPTS))
    return mine.select_related("provider", "explained_by")


def hint_for(account: Account, number: int) -> Hint:
    """The one door to a hint. Raises NotFound for missing and hidden alike."""
    found = hints(account).filter(pk=number).first()
    if found is None:
        raise NotFound(what="线索", key=number)
    return found


def examples(account: Account, hint: Hint) -> QuerySet[Fact]:
    """The example records of a hint, as far as the account may see them."""
    rows = sharing.visible_to(account).filter(pk__in=hint.facts)
    return rows.select_related("chunk__batch").order_by("occurred_on", "pk")


def returns(account: Account) -> QuerySet[Return]:
    """The followed returns the account may see, those that wait longest first."""
    mine: QuerySet[Case] = cases_visible_to(account)
    found = Return.objects.filter(case__in=mine)
    return found.select_related("case__unit", "case__handler", "batch").order_by(
        "case__due_on", "pk"
    )


def digests(account: Account) -> QuerySet[Digest]:
    """The weekly digests of the providers over which the account may read receipts, newest first."""
    mine = Digest.objects.filter(provider__in=providers_for(account, RECEIPTS))
    return mine.select_related("case", "provider").order_by("-week", "provider__path")


def digest_for(account: Account, number: str) -> Digest:
    """The one door to a digest, by the number of its case. Raises NotFound for missing and hidden."""
    found = digests(account).select_related("case__unit").filter(case__number=number).first()
    if found is None:
        raise NotFound(what="质量周报", key=number)
    return found


def earliest_days(month: date) -> list[tuple[date, date]]:
    """For each day of a month the first day whose record, landing then, is still in time."""
    return earliest_from(month, (month_after(month) - month).days)


def earliest_from(first: date, length: int) -> list[tuple[date, date]]:
    """The same for `length` days from `first` on."""
    judge = calendar.days()
    days = (first + timedelta(days=n) for n in range(length))
    return [
        (day, earliest_in_time(day, in_force(REPORT_WITHIN, on=day).value, lambda d: judge(d).working))
        for day in days
    ]  # fmt: skip


def timed_tables() -> list[str]:
    """The tables to which the period to report applies."""
    tables = loader.current().tables.values()
    return [t.name for t in tables if t.family in TIMED and t.occurred_on is not None]


def stretch_of(month: date) -> tuple[datetime, datetime]:
    """A month as moments: from its first midnight in Shanghai until before the next one's."""
    return midnight(month), midnight(month_after(month))


def midnight(day: date) -> datetime:
    """The moment at which a day begins in Shanghai."""
    return datetime.combine(day, time(), tzinfo=SHANGHAI)


def targets_on(day: date) -> Mapping[str, int]:
    """The target of each dimension in force at the end of a month, in per mille. Raises NoRule."""
    last = min(month_after(first_of(day)), local_today())
    rules = {rule.key: rule.value for rule in dated(last).filter(key__startswith="quality.target_")}
    missing = next((one.rule for one in DIMENSIONS if one.rule not in rules), None)
    if missing is not None:
        raise NoRule(key=missing, on=last)
    return {one.key: rules[one.rule] for one in DIMENSIONS}


def counts_of(score: Score) -> Counts:
    """The counts of a row."""
    return Counts(**{name: getattr(score, name) for name in FIELDS})


def _counted(rows: QuerySet[Score], table: str, by_table: bool) -> dict[tuple[int, str], Counts]:
    found: dict[tuple[int, str], list[Counts]] = {}
    for score in rows.filter(table=table) if table else rows:
        key = (score.provider_id, score.table if by_table or table else "")
        found.setdefault(key, []).append(counts_of(score))
    return {key: added(several) for key, several in found.items()}


def _card(
    provider: Organisation, table: str, counts: Counts, before: Counts, targets: Mapping[str, int]
) -> Card:
    label = loader.current().table(table).label if table else "全部数据表"
    return Card(
        provider,
        table,
        label,
        counts,
        measures(counts, before, targets),
        total(counts),
        total(before),
    )
