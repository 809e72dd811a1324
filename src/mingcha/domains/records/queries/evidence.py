"""One question with its evidence side by side: the record as it came, and each candidate (存疑关联的证据)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mingcha.base.people import queries as people
from mingcha.base.people.models import Account
from mingcha.domains.parties import queries as parties
from mingcha.domains.parties.queries import Party
from mingcha.domains.parties.rules import Profile, profile, standard_weights
from mingcha.domains.records.models import Fact, Subject, Tie
from mingcha.domains.records.queries import naming
from mingcha.domains.records.queries.dossier import label_of
from mingcha.domains.records.queries.sharing import Shown, policy_of, shown, visible_to
from mingcha.domains.records.rules.showing import Piece, apart
from mingcha.standards import loader
from mingcha.standards.masking import mask
from mingcha.standards.model import FieldType, Table

MOST = 10  # records of the subject on the page; the rest as a number
RESPONSIBLE = ("法定代表人", "负责人", "经营者")


@dataclass(frozen=True)
class Line:
    """One piece compared: what the record says, what the register says, the verdict and its weight.

    `weight` is in thousandths, None where the piece does not count. `tone` is "same", "near" or
    "differ", "" where one side says nothing.
    """

    label: str
    said: Sequence[Piece]
    known: Sequence[Piece]
    verdict: str
    weight: int | None
    tone: str


@dataclass(frozen=True)
class Candidate:
    """One party that the record may mean, with the pieces compared."""

    tie: Tie
    party: Party
    name: str
    code: str
    lines: Sequence[Line]
    codes: Sequence[str]
    others: Sequence[str]  # other names it is or was known by
    region: str
    twin: bool  # another candidate bears the same name at the same address


@dataclass(frozen=True)
class Came:
    """One record of the subject as it came, as the viewer may see it."""

    fact_id: int
    table: Table
    provider: str
    occurred_on: date
    fields: Sequence[Shown]

    @property
    def facts(self) -> list[dict[str, object]]:
        """The fields in words, as the tag facts draws them; a division by its name, with its code."""
        coded = {one.value for one in self.fields if one.spec.type is FieldType.REGION}
        names = people.region_names(coded) if coded else {}
        return [
            {"label": one.spec.label, "value": self._in_words(one, names), "masked": one.is_masked}
            for one in self.fields
        ]

    def _in_words(self, one: Shown, names: Mapping[str, str]) -> str:
        if one.spec.type is FieldType.REGION and one.value in names:
            return f"{names[one.value]}（{one.value}）"
        return label_of(one)


@dataclass(frozen=True)
class Evidence:
    """A question: whom the record says it concerns, its records, and the candidates by rank.

    `needed` is the weight from which the machine decides by itself, `total` the number of records.
    """

    tie: Tie
    name: str
    code: str
    address: str
    records: Sequence[Came]
    total: int
    candidates: Sequence[Candidate]
    needed: int
    own: Party | None


def evidence(account: Account, tie: Tie) -> Evidence:
    """Everything that bears on a question."""
    subject, fact = tie.subject, _fact(tie)
    rows = Tie.objects.filter(
        subject=subject, fact_id=tie.fact_id, is_doubtful=True, until__isnull=True
    )
    ties = list(rows.select_related("party").order_by("rank"))
    said = _said(subject, fact)
    person = subject.scheme in naming.PERSONS
    responsible = _responsible(fact or _newest(subject))
    records, total = _records(account, subject, fact)
    firm = Tie.objects.filter(
        subject=subject, fact_id__isnull=True, is_doubtful=False, until__isnull=True
    ).select_related("party").first()  # fmt: skip
    twins = _twins([one.party for one in ties])
    return Evidence(
        tie=tie,
        name=mask(said["name"], "name") if person else said["name"] or "未具名",
        code=naming.subject_code(subject),
        address=mask(said["address"], "address") if person else said["address"],
        records=records,
        total=total,
        candidates=[_candidate(one, said, responsible, one.party_id in twins) for one in ties],
        needed=standard_weights().tie,
        own=firm.party if firm is not None and firm.how == "own" else None,
    )


def of_pair(account: Account, tie: Tie) -> Evidence:
    """A record beside the one party that a tie names: for a person who labels, without the weights."""
    subject = tie.subject
    said, responsible = _said(subject, None), _responsible(_newest(subject))
    records, total = _records(account, subject, None)
    person = subject.scheme in naming.PERSONS
    own = tie.how == "own"
    return Evidence(
        tie=tie,
        name=naming.subject_name(subject),
        code=naming.subject_code(subject),
        address=mask(said["address"], "address") if person else said["address"],
        records=records,
        total=total,
        candidates=[] if own else [_candidate(tie, said, responsible, twin=False)],
        needed=standard_weights().tie,
        own=tie.party if own else None,
    )


def _fact(tie: Tie) -> Fact | None:
    return Fact.objects.filter(pk=tie.fact_id).first() if tie.fact_id is not None else None


def _newest(subject: Subject) -> Fact | None:
    return Fact.objects.filter(subject=subject).order_by("-pk").first()


def _said(subject: Subject, fact: Fact | None) -> dict[str, str]:
    """Name, address, region and code as the subject says, or as one record says."""
    code = "" if naming.is_codeless(subject.scheme) else subject.value
    if fact is None:
        return {
            "name": subject.name, "address": subject.address, "region": subject.region, "code": code
        }  # fmt: skip
    spec = loader.current().table(fact.dataset).subject
    payload: Mapping[str, Any] = fact.payload
    address = next((payload[f] for f in spec.address if payload.get(f)), "") if spec else ""
    return {
        "name": str(payload.get(spec.name or "", "")) if spec else "",
        "address": address,
        "region": str(payload.get(spec.region or "", "")) if spec else "",
        "code": code,
    }


def _candidate(tie: Tie, said: Mapping[str, str], responsible: str, twin: bool) -> Candidate:
    party = tie.party
    record = profile(said["name"], said["address"], said["region"], said["code"])
    codes = [i for i in parties.identifiers_of(party) if not naming.is_codeless(i.scheme)]
    codes.sort(key=lambda one: one.value != party.code)  # the main one before all
    known = profile(party.name, party.address, party.region, party.code)
    person = party.kind == naming.PERSON
    names = [name for name in party.also.split("｜") if name]
    return Candidate(
        tie=tie,
        party=party,
        name=naming.name_of(party),
        code=naming.code_of(party),
        lines=_lines(tie, record, known, (responsible, party.legal_person), masked=person),
        codes=[mask(i.value, "id") if person else i.value for i in codes],
        others=[mask(name, "name") for name in names] if person else names,
        region=people.region_names({party.region}).get(party.region, party.region),
        twin=twin,
    )


def _lines(
    tie: Tie, record: Profile, known: Profile, persons: tuple[str, str], *, masked: bool
) -> list[Line]:
    weighed = {r[0]: (r[1], r[2]) for r in tie.reasons if isinstance(r, list) and len(r) == 3}
    names = people.region_names({record.name.region, known.name.region, record.area, known.area})
    pairs = [
        ("代码", record.code, known.code, "id"),
        ("名称中的区划", _place(record.name.region, names), _place(known.name.region, names), None),
        ("字号", record.name.trade_name, known.name.trade_name, "name"),
        ("行业", record.name.industry, known.name.industry, None),
        ("组织形式", record.name.form, known.name.form, None),
        ("分支机构", record.name.branch, known.name.branch, None),
        ("地区", _place(record.area, names), _place(known.area, names), None),
        ("地址", _street(record), _street(known), "address"),
        ("负责人", *persons, "name"),
    ]
    lines = []
    for label, said, there, how in pairs:
        if not (said or there) and label not in weighed:
            continue
        if masked and how:
            said, there = (mask(text, how) if text else "" for text in (said, there))
        lines.append(_line(label, said, there, weighed.get(label)))
    return lines


def _line(label: str, said: str, known: str, weighed: tuple[int, str] | None) -> Line:
    ours, theirs = apart(said, known) if said and known else ([(said, False)], [(known, False)])
    if weighed is not None:
        weight, verdict = weighed
        tone = "differ" if weight < 0 else "same" if said == known else "near"
        return Line(label, ours, theirs, verdict, weight, tone)
    if not (said and known):
        verdict = "记录未写" if known else "登记未写"
        return Line(label, ours, theirs, f"{verdict}，不计分", None, "")
    return Line(label, ours, theirs, "不计分", None, "same" if said == known else "differ")


def _place(code: str, names: Mapping[str, str]) -> str:
    return names.get(code, code)


def _street(one: Profile) -> str:
    """Road, door and room in one text, in the spelling in which they are compared."""
    door = f"{one.address.door}号" if one.address.door else ""
    return " ".join(part for part in (one.address.road, door, one.address.room) if part)


def _responsible(fact: Fact | None) -> str:
    """Who answers for the party as a record says, whichever of its fields says so."""
    if fact is None:
        return ""
    table = loader.current().table(fact.dataset)
    for name, spec in table.fields.items():
        if any(word in spec.label for word in RESPONSIBLE) and fact.payload.get(name):
            return str(fact.payload[name])
    return ""


def _records(account: Account, subject: Subject, fact: Fact | None) -> tuple[list[Came], int]:
    """The subject's records that the viewer may see, newest first; the one in question before all."""
    policy = policy_of(account)
    mine = visible_to(account).filter(subject=subject).select_related("provider")
    rows = list(mine.order_by("-occurred_on", "-pk")[:MOST])
    if fact is not None:
        asked = list(mine.filter(pk=fact.pk))
        rows = asked + [row for row in rows if row.pk != fact.pk]
    came = []
    for row in rows:
        table = loader.current().table(row.dataset)
        fields = shown(table, row.payload, policy.near(row.provider_id))
        came.append(Came(row.pk, table, row.provider.name, row.occurred_on, fields))
    return came, mine.count()


def _twins(candidates: Sequence[Party]) -> set[int]:
    """The candidates that bear one name at one address with another of them."""
    spelt: dict[tuple[str, str], list[int]] = {}
    for party in candidates:
        said = profile(party.name, party.address)
        if said.address.road:
            key = (said.name.canonical, said.address.canonical)
            spelt.setdefault(key, []).append(party.pk)
    return {one for several in spelt.values() if len(several) > 1 for one in several}
