"""What the platform knows already (BEY-18): nobody types twice what a register or a record says."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property

from mingcha.base.people import queries as people
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.catalog import queries as catalog
from mingcha.domains.officers import queries as officers
from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.records.models import Fact
from mingcha.domains.records.queries.entry.numbers import next_number
from mingcha.domains.records.queries.sharing import policy_of, shown
from mingcha.standards import loader
from mingcha.standards.form import CITED
from mingcha.standards.identifiers import resident_id_problem, uscc_problem
from mingcha.standards.meant import joined, parts_of
from mingcha.standards.model import Table

Values = Mapping[str, str]
USCC, RESIDENT_ID = "001", "111"  # 证件类型
CITIZEN, LEGAL_PERSON = "01", "02"  # 行政相对人性质
BUSINESS, NATURAL_PERSON, NO_ENTERPRISE = "1", "2", "10"  # 监管对象类型
MOST_OFFICERS = 4000
INDIVIDUAL = "92"  # how a credit code of an individual business begins


class Known:
    """Answers `form.propose` for one account filling in a table for a body.

    Facts of the register are asked with the account's own rights; a natural person's particulars
    are never given. Looks each thing up once.
    """

    def __init__(self, account: Account, provider: Organisation, table: Table, *, today: date):
        self.account, self.provider, self.table, self.today = account, provider, table, today
        self._parties: dict[str, Party | None] = {}
        self._named: dict[str, Party | None] = {}
        self._officers: dict[str, str] = {}
        self._cited: dict[tuple[str, str], Values] = {}
        self._regions: dict[str, str] = {}
        self._addresses: dict[str, str] = {}
        self._checklists: dict[tuple[str, catalog.Use], str] = {}

    def __call__(self, fact: str, at: str | None, values: Values) -> str:
        """The text of a fact, "" when it is not known."""
        kind, _, part = fact.partition(".")
        match kind:
            case "party":
                return self._party(part, at, values)
            case "officer":
                return self._officer_names(at or "")
            case "checklist":
                return self._only_checklist(at or "", values)
            case "item":
                return item_names(self.table, {at or ""}).get(at or "", "")
            case "cited" if kind == CITED:
                return self._of_cited(part, at or "", values)
        return self._simple[fact]()

    def warm(self, rows: list[Values]) -> None:
        """Look up at once what many rows name: their parties and officers."""
        codes = {text for row in rows for text in row.values() if not uscc_problem(text)}
        found = parties.bodies_by_code(self.account, codes) if codes else {}
        self._parties |= {code: found.get(code) for code in codes}
        lists = (
            row.get(r.field, "") for row in rows for r in self.table.references if r.to == "officer"
        )
        certificates = {part for text in lists for part in parts_of(text)}
        self._officers |= officers.names_of(certificates) if certificates else {}

    @cached_property
    def own_officers(self) -> list[tuple[str, str, str]]:
        """(certificate, name, body) of the body's own officers."""
        own = officers.public().filter(organisation=self.provider)
        return list(own.values_list("certificate", "name", "body")[:MOST_OFFICERS])

    @cached_property
    def _next_number(self) -> str:
        return next_number(self.provider, self.table, on=self.today)

    @cached_property
    def _simple(self) -> dict[str, Callable[[], str]]:
        """Facts that hang on nothing."""
        me, body = self.account, self.provider
        return {
            "today": self.today.isoformat,
            "me.name": lambda: me.real_name,
            "me.phone": lambda: me.phone,
            "body.name": lambda: body.name,
            "body.uscc": lambda: body.uscc,
            "body.region": lambda: body.region_id,
            "body.region_name": lambda: body.region.full_name,
            "body.department": lambda: body.department,
            "number": lambda: self._next_number,
        }

    def _party(self, part: str, at: str | None, values: Values) -> str:
        """One particular of the party whose code is given, or who alone bears the name."""
        subject = self.table.subject
        code = at or values.get((subject.code if subject is not None else None) or "", "")
        if not code:
            name = values.get(subject.name or "", "") if subject is not None else ""
            found = self._by_name(name) if name and at is None else None
            return found.code if part == "code" and found is not None else ""
        of_code = _OF_CODE.get(part)
        if of_code is not None:
            return of_code(code)
        party = self._by_code(code)
        match part:
            case "region":
                return self._region(code, party)
            case "region_name":
                return self._region_name(self._region(code, party))
        said = str(getattr(party, part)) if party is not None else ""
        return said or (_kind(code) if part == "kind" else "")

    def _region(self, code: str, party: Party | None) -> str:
        """Where a party is: as registered; else where its address says; else where its code was given."""
        if party is not None and party.region:
            return party.region
        if party is not None and party.address:
            if party.address not in self._addresses:
                found = people.region_of(party.address)
                self._addresses[party.address] = found.code if found is not None else ""
            if self._addresses[party.address]:
                return self._addresses[party.address]
        given = "" if uscc_problem(code) else code[2:8]
        return given if given and self._region_name(given) else ""

    def _region_name(self, code: str) -> str:
        if code not in self._regions:
            self._regions[code] = people.region_names({code}).get(code, "")
        return self._regions[code]

    def _by_code(self, code: str) -> Party | None:
        if code not in self._parties:
            found = parties.bodies_by_code(self.account, [code])
            self._parties[code] = found.get(code)
        return self._parties[code]

    def _by_name(self, name: str) -> Party | None:
        if name not in self._named:
            self._named[name] = parties.named(self.account, name)
        return self._named[name]

    def _officer_names(self, listed: str) -> str:
        """The names for a list of certificates; "" while one of them is not in the register."""
        certificates = parts_of(listed)
        unknown = [one for one in certificates if one not in self._officers]
        if unknown:
            self._officers |= officers.names_of(unknown)
        names = [self._officers.get(one, "") for one in certificates]
        return joined(names) if all(names) else ""

    def _only_checklist(self, item: str, values: Values) -> str:
        """The checklist of an item, if there is only one that the body may use that day."""
        use = use_of(self, values, "checklist")
        if (item, use) not in self._checklists:
            found = catalog.checklists_for(use, item=item)[:2]
            self._checklists[item, use] = found[0].code if len(found) == 1 else ""
        return self._checklists[item, use]

    def _of_cited(self, field: str, key: str, values: Values) -> str:
        """A field of the body's own record that this one cites; masked ones are not given."""
        for reference in self.table.references:
            dataset, _, named = reference.to.partition(".")
            if named and values.get(reference.field) == key:
                return self._cited_fields(dataset, key).get(field, "")
        return ""

    def _cited_fields(self, dataset: str, key: str) -> Values:
        if (dataset, key) not in self._cited:
            facts = Fact.objects.filter(provider=self.provider, dataset=dataset, source_key=key)
            fact = facts.order_by("-version").first()
            said = fact.payload if fact is not None and fact.operation != "d" else {}
            near = policy_of(self.account).near(self.provider.pk)
            fields = shown(loader.current().table(dataset), said, near)
            self._cited[dataset, key] = {f.field: f.value for f in fields if not f.is_masked}
        return self._cited[dataset, key]


def scheme_of(table: Table, to: str) -> str:
    """The catalogue table in which a table's items or checklists are looked up."""
    named = (reference.catalogue for reference in table.references if reference.to == to)
    return next((scheme for scheme in named if scheme), to)


def item_names(table: Table, codes: set[str]) -> dict[str, str]:
    """The names of items that a table names, by code."""
    scheme = scheme_of(table, "item")
    found = catalog.names_of({(scheme, code) for code in codes})
    return {code: name for (_, code), name in found.items()}


def use_of(known: Known, values: Values, to: str = "item") -> catalog.Use:
    """Who would act, on which day, as far as the values say it; else the body itself, today."""
    table, provider = known.table, known.provider
    day = values.get(table.day_field or "", "")
    body = values.get(table.item.body or "", "") if table.item is not None else ""
    return catalog.Use(
        on=_day(day) or known.today,
        scheme=scheme_of(table, to),
        body=body or provider.uscc,
        level=provider.level,
        region=provider.region_id,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _certificate(code: str) -> str:
    if not uscc_problem(code):
        return USCC
    return RESIDENT_ID if not resident_id_problem(code) else ""


def _nature(code: str) -> str:
    """行政相对人性质; of an individual business it cannot be told from the code."""
    if not resident_id_problem(code):
        return CITIZEN
    return "" if uscc_problem(code) or code.startswith(INDIVIDUAL) else LEGAL_PERSON


def _kind(code: str) -> str:
    """监管对象类型, as far as the code tells."""
    if not resident_id_problem(code):
        return NATURAL_PERSON
    if uscc_problem(code):
        return ""
    return BUSINESS if code.startswith("9") else NO_ENTERPRISE


def _publicity_kind(code: str) -> str:
    if not resident_id_problem(code):
        return "自然人"
    if uscc_problem(code):
        return ""
    return "个体工商户" if code.startswith(INDIVIDUAL) else "法人及非法人组织"


_OF_CODE: dict[str, Callable[[str], str]] = {
    "code": lambda code: code,
    "certificate": _certificate,
    "nature": _nature,
    "publicity_kind": _publicity_kind,
}
