"""What a draft would do to the book: the versions it writes or takes back, and the days it changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mingcha.domains.catalog import errors
from mingcha.domains.catalog.models import Change, Draft, Entry, Kind, Version
from mingcha.domains.catalog.queries.shelves import (
    SHELVES,
    Said,
    entry_for,
    last_publication,
    standing,
)
from mingcha.domains.catalog.rules.days import Span, changed, terms
from mingcha.domains.catalog.rules.keys import CANCELLED, IN_USE, SUSPENDED
from mingcha.standards import loader
from mingcha.standards.model import Table
from mingcha.standards.shelving import CatalogSpec

DAY = timedelta(days=1)
Key = tuple[str, str, date]  # scheme, code, first day


@dataclass(frozen=True)
class Plan:
    """Versions to be written, and versions to be taken back.

    `source` is the version that the text comes from: its check items go with it.
    """

    said: Sequence[Said] = ()
    gone: Sequence[Key] = ()
    source: Version | None = None


@dataclass(frozen=True)
class Forecast:
    """What a plan changes: the stretches of days, and the terms of all versions afterwards."""

    stretches: Sequence[tuple[date, date | None]]
    after: Sequence[tuple[str, date, date | None]]  # label of the version, its days

    @property
    def since(self) -> date | None:
        """The first day that changes; None: nothing does."""
        return self.stretches[0][0] if self.stretches else None


def plan_of(draft: Draft, *, since: date | None = None) -> Plan:
    """What publishing a draft writes; `since` puts another first day in place of the draft's.

    Raises NothingInForce, OtherVersionBegins, NoStatus, Begun or NotFound.
    """
    table = loader.current().table(draft.scheme)
    maker = _Maker(table, draft, since or draft.since)
    return maker.plan()


def entry_of(draft: Draft) -> Entry | None:
    """What a draft is about; None for what is new."""
    if draft.change == Change.NEW:
        return None
    return entry_for(draft.kind, draft.scheme, draft.code)


def base_of(draft: Draft) -> Version | None:
    """The version that a draft was made from."""
    entry = entry_of(draft)
    if entry is None:
        return None
    shelf = SHELVES[Kind(draft.kind)]
    rows = shelf.version._default_manager.filter(**{shelf.link: entry}, number=draft.base)
    return rows.select_related(shelf.link).first()


def is_overtaken(draft: Draft) -> bool:
    """Whether something was published about the entry since the draft was begun."""
    entry = entry_of(draft)
    return entry is not None and last_publication(entry) != draft.seen


def forecast(draft: Draft, plan: Plan) -> Forecast:
    """The days on which another version would hold than now, and all terms afterwards."""
    entry = entry_of(draft)
    now = standing(entry) if entry is not None else []
    before = [Span(one.since, one.until, one.pk) for one in now]
    gone = {since for _, _, since in plan.gone} | {one.keys.since for one in plan.said}
    names = {one.pk: f"第 {one.number} 版" for one in now}
    stated = [Span(one.since, one.said_until, one.pk) for one in now if one.since not in gone]
    for place, one in enumerate(plan.said, 1):
        stated.append(Span(one.keys.since, one.keys.until, -place))
        names[-place] = f"本次发布（{_label(one.keys.status)}）"
    after = terms(stated)
    return Forecast(
        changed(before, after), [(names[span.key], span.since, span.until) for span in after]
    )


class _Maker:
    """Makes the plan of one draft."""

    def __init__(self, table: Table, draft: Draft, since: date | None) -> None:
        self.table, self.draft = table, draft
        self.spec: CatalogSpec = Said(table, {}).spec
        self.since = since or date.max
        self.deed = draft.get_change_display()
        entry = entry_of(draft)
        self.standing = standing(entry) if entry is not None else []

    def plan(self) -> Plan:
        """What to write for the change that the draft is."""
        match self.draft.change:
            case Change.SUSPEND:
                return self._suspended()
            case Change.ABOLISH:
                return self._abolished()
            case Change.RESUME:
                return self._resumed()
            case Change.WITHDRAW:
                return self._withdrawn()
        return Plan([Said(self.table, self._dated(self.draft.content, since=self.since))])

    def _suspended(self) -> Plan:
        """A version that is suspended, and after its last day one that says what was said before."""
        base, until = self._in_use(self.since), self.draft.until
        self._refuse_others(until)
        text = self._dated(base.content, since=self.since, until=until, status=SUSPENDED)
        said = [Said(self.table, text)]
        if until is not None and (base.said_until is None or base.said_until > until):
            after = self._dated(
                base.content, since=until + DAY, until=base.said_until, status=IN_USE
            )
            said.append(Said(self.table, after))
        return Plan(said, source=base)

    def _abolished(self) -> Plan:
        """A version that says so, from the day after the last day; what is suspended may go too."""
        base = self._on(self.since - DAY)
        if base is None or base.status == CANCELLED:
            raise errors.NothingInForce(key=self.draft.code, on=self.since - DAY, deed=self.deed)
        self._refuse_others(None)
        text = self._dated(base.content, since=self.since, status=CANCELLED)
        return Plan([Said(self.table, text)], source=base)

    def _resumed(self) -> Plan:
        """The text that was last in use, from a day on which it is not."""
        holding = self._on(self.since)
        used = [v for v in self.standing if v.status == IN_USE and v.since < self.since]
        if not used or (holding is not None and holding.status == IN_USE):
            raise errors.NothingInForce(key=self.draft.code, on=self.since, deed=self.deed)
        base = used[-1]
        text = self._dated(base.content, since=self.since, until=self.draft.until, status=IN_USE)
        return Plan([Said(self.table, text)], source=base)

    def _withdrawn(self) -> Plan:
        """A version that has not begun, taken back."""
        found = [one for one in self.standing if one.number == self.draft.base]
        if not found:
            raise errors.NothingInForce(key=self.draft.code, on=self.since, deed=self.deed)
        return Plan(gone=[(self.draft.scheme, self.draft.code, found[0].since)])

    def _on(self, day: date) -> Version | None:
        for one in self.standing:
            if one.since <= day and (one.until is None or day <= one.until):
                return one
        return None

    def _in_use(self, day: date) -> Version:
        found = self._on(day)
        if found is None or found.status != IN_USE:
            raise errors.NothingInForce(key=self.draft.code, on=day, deed=self.deed)
        return found

    def _refuse_others(self, until: date | None) -> None:
        """No other version may begin within the days of the change."""
        for one in self.standing:
            if one.since > self.since and (until is None or one.since <= until):
                raise errors.OtherVersionBegins(number=one.number, since=one.since, deed=self.deed)

    def _dated(
        self,
        content: dict[str, str],
        *,
        since: date,
        until: date | None = None,
        status: str = "",
    ) -> dict[str, str]:
        """A text with other days and status, in the fields that the table declares for them."""
        text = dict(content) | {self.spec.since: since.isoformat()}
        if status and self.spec.status is None:
            raise errors.NoStatus(table=self.table.label, deed=self.deed)
        if status and self.spec.status is not None:
            text[self.spec.status] = status
            if self.spec.until is not None:
                text.pop(self.spec.until, None)
                if until is not None:
                    text[self.spec.until] = until.isoformat()
        return text


def _label(status: str) -> str:
    return loader.current().code_table("item_status").label_of(status)
