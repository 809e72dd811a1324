"""Consents to share (共享同意): which there are, who can thereby see what, and whom to ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from mingcha.base.days import local_today
from mingcha.base.errors import NotFound
from mingcha.base.ledger import queries as ledger
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account, Grant, Organisation
from mingcha.domains.records.models import Chunk, Consent
from mingcha.domains.records.queries.sharing import READ, Relation, is_open, tables_of
from mingcha.standards import loader
from mingcha.standards.model import Share, Table

CONSENT = "records.consent"
SOON_DAYS = 14
STATES = {
    "standing": "生效中",
    "coming": "尚未开始",
    "withdrawn": "已撤回",
    "over": "已到期",
}
SIDES = {"given": "我们给出的", "received": "给我们的"}


def shareable() -> list[Table]:
    """The tables that a consent opens, in the order of the standard."""
    names = tables_of(Share.SHARED)
    return [table for table in loader.current().tables.values() if table.name in names]


def label_of(consent: Consent) -> str:
    """The Chinese name of the table that a consent is about."""
    return loader.current().table(consent.dataset).label


def providers_for(account: Account) -> QuerySet[Organisation]:
    """The organisations for which the account may give and withdraw consents, in tree order."""
    return people.organisations_under(account, CONSENT).order_by("path")


def given_by(account: Account) -> Q:
    """The consents of the organisations whose records the account sees by its own grants."""
    return people.under(account.held.paths(READ), field="provider__path")


def visible_to(account: Account) -> QuerySet[Consent]:
    """The consents an official may see: those of its line, and those given to its own body.

    Over and withdrawn ones included: that they were is no secret to whom they were given.
    """
    if not account.holds(READ):
        return Consent.objects.none()
    to_me = Consent.objects.given_to(account.organisation).values("pk")
    found = Consent.objects.filter(given_by(account) | Q(pk__in=to_me))
    return found.select_related("provider", "recipient", "given_by", "withdrawn_by")


def consent_for(account: Account, public_id: str) -> Consent:
    """The one door to a consent. Raises NotFound for missing and hidden alike."""
    found = visible_to(account).filter(public_id=public_id).first()
    if found is None:
        there = Consent.objects.filter(public_id=public_id).exists()
        raise NotFound(what="共享同意", key=public_id, exists=there)
    return found


@dataclass(frozen=True)
class Filter:
    """What the list of consents was asked for; `on` is a day on which they shall hold."""

    words: str = ""
    table: str = ""
    provider: str = ""
    state: str = ""
    side: str = ""
    on: date | None = None


def consents(account: Account, asked: Filter) -> QuerySet[Consent]:
    """The visible consents that fit a filter."""
    found = visible_to(account)
    if asked.words:
        found = found.filter(_about(asked.words))
    for column, value in (("dataset", asked.table), ("provider__code", asked.provider)):
        if value:
            found = found.filter(**{column: value})
    if asked.side in SIDES:
        mine = given_by(account)
        found = found.filter(mine if asked.side == "given" else ~mine)
    if asked.on is not None:
        found = found.filter(pk__in=Consent.objects.standing(asked.on).values("pk"))
    return found.filter(_standing(asked.state))


def _about(words: str) -> Q:
    labelled = [t.name for t in loader.current().tables.values() if words in t.label]
    named = Q(provider__name__icontains=words) | Q(recipient__name__icontains=words)
    said = Q(basis__icontains=words) | Q(purpose__icontains=words)
    return named | said | Q(dataset__in=labelled) | Q(public_id=words)


def _standing(state: str) -> Q:
    """The condition that a consent is in a state today."""
    today = local_today()
    withdrawn = Q(ends_on__lte=today)
    match state:
        case "standing":
            return Q(pk__in=Consent.objects.standing(today).values("pk"))
        case "coming":
            return ~withdrawn & Q(since__gt=today)
        case "withdrawn":
            return withdrawn
        case "over":
            return Q(ends_on__isnull=True, until__lt=today)
    return Q()


@dataclass(frozen=True)
class State:
    """Where a consent stands today: a key of `STATES`, its word, its tone, and more in words."""

    key: str
    label: str
    tone: str
    note: str = ""


def state_of(consent: Consent) -> State:
    """Where a consent stands today; one that will end soon says so."""
    today = local_today()
    if consent.ends_on is not None and consent.ends_on <= today:
        return State("withdrawn", STATES["withdrawn"], "todo", f"{consent.ends_on} 起停止")
    if consent.since > today:
        return State("coming", STATES["coming"], "doing", f"{consent.since} 起")
    if consent.until is not None and consent.until < today:
        return State("over", STATES["over"], "todo", f"{consent.until} 到期")
    if consent.ends_on is not None:
        return State("standing", STATES["standing"], "due", f"已撤回，{consent.ends_on} 起停止")
    if consent.until is not None and (consent.until - today).days <= SOON_DAYS:
        return State("standing", STATES["standing"], "due", f"{consent.until} 到期")
    return State("standing", STATES["standing"], "done")


@dataclass(frozen=True)
class Audience:
    """Who sees more by a consent: the people of each body, and how many bodies there are in all."""

    bodies: Sequence[tuple[Organisation, int]]
    body_count: int
    people: int

    @property
    def more(self) -> int:
        """How many bodies are not listed."""
        return self.body_count - len(self.bodies)


def audience(provider: Organisation, recipient: Organisation | None, most: int = 12) -> Audience:
    """Whom a consent lets see the rows: officials of the recipient who do not see them anyway.

    The first `most` bodies in tree order. Three queries.
    """
    reading = Grant.objects.in_force().filter(role__rights__contains=[READ])
    line = [int(part) for part in provider.path.split("/") if part]
    mine = reading.filter(account=OuterRef("pk"), scope__in=line)
    officials = Account.objects.filter(
        ~Exists(mine), Exists(reading.filter(account=OuterRef("pk"))), is_active=True
    )
    if recipient is not None:
        officials = officials.filter(organisation__path__startswith=recipient.path)
    counts = dict(officials.values_list("organisation").annotate(n=Count("pk")).order_by())
    bodies = Organisation.objects.filter(pk__in=counts).order_by("path")[:most]
    return Audience([(body, counts[body.pk]) for body in bodies], len(counts), sum(counts.values()))


@dataclass(frozen=True)
class Opened:
    """What a consent shows of a table: `rows` taken in so far, and the labels of its fields.

    `full` is shown in full, `personal` masked where the record concerns a natural person, `masked`
    always.
    """

    table: Table
    rows: int
    full: Sequence[str]
    personal: Sequence[str]
    masked: Sequence[str]


def opened(provider: Organisation, table: Table) -> Opened:
    """What others see of a provider's rows of a table while a consent stands. One query."""
    chunks = Chunk.objects.filter(dataset=table.name, batch__provider=provider)
    rows = chunks.aggregate(n=Sum("rows"))["n"] or 0
    shown: dict[tuple[bool, bool], list[str]] = {}
    for spec in table.fields.values():
        how = tuple(
            is_open(table, spec, Relation.OFFICIAL, about_person=person) for person in (False, True)
        )
        shown.setdefault((how[0], how[1]), []).append(spec.label)
    masked = shown.get((False, False), []) + shown.get((False, True), [])
    return Opened(table, rows, shown.get((True, True), []), shown.get((True, False), []), masked)


def between(account: Account, provider: Organisation, table: str = "") -> list[Consent]:
    """The consents of a provider that are for the account's body, those that stand first; with a
    table, for that table only. For the why-page.
    """
    found = Consent.objects.given_to(account.organisation).filter(provider=provider)
    if table:
        found = found.filter(dataset=table)
    listed = found.select_related("provider", "recipient").order_by("-since", "-pk")
    return sorted(listed[:50], key=lambda consent: state_of(consent).key != "standing")


def to_ask(provider: Organisation) -> list[Account]:
    """Who may give or withdraw a provider's consents, nearest first."""
    return people.holders_over(CONSENT, provider)


def ending(account: Account, within_days: int) -> QuerySet[Consent]:
    """The standing consents the account answers for that run out within some days."""
    today = local_today()
    last = date.fromordinal(today.toordinal() + within_days)
    mine = people.under(account.held.paths(CONSENT), field="provider__path")
    standing = Consent.objects.standing(today).filter(mine, until__lte=last, ends_on__isnull=True)
    return standing.select_related("provider").order_by("until")


@dataclass(frozen=True)
class Step:
    """One thing done to a consent: what, by whom, when."""

    verb: str
    actor: str
    at: datetime


def history(consent: Consent) -> list[Step]:
    """What was done to a consent, from the ledger, latest first. Two queries."""
    acts = list(ledger.history("records.consent", str(consent.pk)))
    people_named = Account.objects.filter(pk__in={act.actor_id for act in acts})
    names = dict(people_named.values_list("pk", "real_name"))
    return [Step(act.verb, names.get(act.actor_id, "系统"), act.at) for act in acts]
