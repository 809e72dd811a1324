"""What is approved, punished or answered for, and no item supervises (谁审批谁监管、谁主管谁监管).

SH16 6(2), SH19, SD20, XA21 art. 12: who approves, supervises; who is in charge, supervises; items and
licence items are kept alike.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, NullIf

from mingcha.base.errors import NotFound
from mingcha.base.people.models import Account, Organisation
from mingcha.base.rules.queries import in_force
from mingcha.domains.catalog import queries as catalog
from mingcha.domains.catalog.queries.affected import months_before
from mingcha.domains.catalog.rules.licences import bare, named
from mingcha.domains.records.models import Fact, Operation
from mingcha.domains.records.queries.sharing import visible_to
from mingcha.standards import loader

INSPECTION, PENALTY = "01", "02"  # 监管行为类型
# Powers whose use is supervised: licences, penalties, coercion, inspection, confirmation (权力类别).
SUPERVISED = ("01", "02", "03", "06", "07")
LOOK_BACK = "catalog.affected_within"
KINDS = {
    "approval": "有审批，没有监管事项",
    "penalty": "有处罚，没有处罚事项",
    "power": "有权力，没有监管事项",
    "body": "监管部门没有事项",
    "licence-name": "同一许可事项名称不一",
    "licence-code": "许可事项没有编码",
    "no-licence": "许可事项没有签发记录",
}
DECISIONS = {"approval": "licence", "penalty": "penalty_publicity"}  # kind → whose rows it counts


@dataclass(frozen=True)
class Gap:
    """One thing that no item supervises, or in which items and licences differ.

    `count` is of decisions in the period; 0 where there are none to count. `code` is an item's,
    `fact` the record that tells it, where it is one.
    """

    kind: str
    name: str
    body: str
    words: str
    count: int = 0
    scheme: str = ""
    code: str = ""
    fact: int = 0

    @property
    def label(self) -> str:
        """The kind's Chinese name."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class Decided:
    """Which decisions: `kind` is approval or penalty, `name` of the licence ("" for penalties), `body`
    who decided; all on the days that a report on `on` counts. `words` and the days narrow.
    """

    kind: str
    name: str
    body: str
    on: date
    words: str = ""
    since: date | None = None
    until: date | None = None


class _Seen:
    """The items in force on a day, the bodies, and the decisions of the period before it."""

    def __init__(self, account: Account, on: date) -> None:
        self.items: list[Any] = list(catalog.items_in_force(on=on))
        open_ = Organisation.objects.filter(closed_on__isnull=True)
        self.bodies = list(open_.order_by("path"))
        self.by_name = {one.name: one for one in self.bodies}
        self.days = days_of(on)
        self.approvals = self._counted(account, "approval")
        self.penalties = self._counted(account, "penalty")
        powers = visible_to(account).filter(dataset="power", occurred_on__lte=on)
        self.powers = list(_current(powers).order_by("payload__institution", "source_key"))
        self.on = on

    def _counted(self, account: Account, kind: str) -> list[tuple[str, str, int]]:
        """(name, authority, how many) of the current decisions of the period that one may see."""
        said = _decided(account, kind, self.days).order_by()
        rows = said.values("said", "by").annotate(count=Count("pk"))
        return sorted((row["said"], row["by"], row["count"]) for row in rows)


def days_of(on: date) -> tuple[date, date]:
    """The first and the last day of the period whose decisions a report on a day counts."""
    return months_before(on, int(in_force(LOOK_BACK, on=on).value)), on


def decisions(account: Account, asked: Decided) -> QuerySet[Any]:
    """The decisions behind a number of the report, those the account may see; `document` is their number.

    Words are looked for in the number of the document and in the name of whom it concerns; a natural
    person's name is not searched. Raises NotFound for a kind without decisions.
    """
    if asked.kind not in DECISIONS:
        raise NotFound(what="监管覆盖的明细", key=asked.kind)
    since, until = days_of(asked.on)
    days = (max(since, asked.since or since), min(until, asked.until or until))
    found = _decided(account, asked.kind, days).filter(said=asked.name, by=asked.body)
    subject = loader.current().table(DECISIONS[asked.kind]).subject
    found = found.annotate(document=KT("payload__document_code"))
    if asked.words and subject is not None and subject.name and subject.person_when:
        field, value = subject.person_when
        about = Q(about__contains=asked.words) & ~Q(**{f"payload__{field}": value})
        found = found.annotate(about=KT(f"payload__{subject.name}"))
        found = found.filter(about | Q(document__contains=asked.words))
    told: QuerySet[Any] = found.select_related("provider", "subject")
    return told


def gaps(account: Account, on: date, *, kind: str = "", words: str = "") -> list[Gap]:
    """Every gap on a day, in the order of the kinds; decisions are those the account may see."""
    seen = _Seen(account, on)
    wanted = [kind] if kind in KINDS else list(KINDS)
    found = [gap for name in wanted for gap in _RULES[name](seen)]
    return [one for one in found if not words or words in one.name or words in one.body]


def _approval(seen: _Seen) -> Iterator[Gap]:
    """谁审批谁监管: a licence is issued, and no inspection item names it."""
    supervised = {
        licence
        for one in seen.items
        if one.action_kind == INSPECTION
        for licence in named(one.content.get("licence_item", ""))
    }
    for name, authority, count in seen.approvals:
        if name and bare(name) not in supervised:
            words = f"{authority}签发“{name}”{count} 件，没有在用的检查事项写明对应这一许可。"
            yield Gap("approval", name, authority, words, count)


def _penalty(seen: _Seen) -> Iterator[Gap]:
    """A body punishes, and no item of punishment in force is in its field."""
    punished = {one.department for one in seen.items if one.action_kind == PENALTY}
    everybody = "" in punished
    for _, authority, count in seen.penalties:
        body = seen.by_name.get(authority)
        if everybody or (body is not None and body.department in punished):
            continue
        why = "其监管领域没有在用的处罚事项" if body else "该机关不在组织机构之中"
        words = f"{authority}作出处罚决定 {count} 件，{why}。"
        yield Gap("penalty", authority, authority, words, count)


def _power(seen: _Seen) -> Iterator[Gap]:
    """A body has a power by its list, and no item in force supervises how it is used.

    The list names the items, or an item names the power or bears its name; the kinds of power that
    are not supervised (rewards, payments, ...) are left out.
    """
    codes = {one.item.code for one in seen.items}
    named_by_items = {one.content.get("power_item_code", "") for one in seen.items} - {""}
    names = {bare(one.name) for one in seen.items}
    kinds = loader.current().code_table("power_kind")
    for fact in seen.powers:
        said = fact.payload
        until = said.get("effective_to", "")
        if said["power_kind"] not in SUPERVISED or (until and until < seen.on.isoformat()):
            continue
        listed = said.get("item_codes", "").split("、") if said.get("item_codes") else []
        by_name = said["power_code"] in named_by_items or bare(said["power_name"]) in names
        if codes & set(listed) or (not listed and by_name):
            continue
        why = (
            f"写明的监管事项 {'、'.join(listed)} 当日都不在用" if listed else "没有监管事项与之对应"
        )
        words = f"权责清单列有{kinds.label_of(said['power_kind'])}“{said['power_name']}”，{why}。"
        yield Gap("power", said["power_name"], said["institution"], words, fact=fact.pk)


def _body(seen: _Seen) -> Iterator[Gap]:
    """谁主管谁监管: a department has a field, and no item in force is in it at its level."""
    held: Mapping[str, set[str]] = defaultdict(set)
    for one in seen.items:
        held[one.department] |= set(one.levels) or {""}
    for body in seen.bodies:
        if body.kind != Organisation.Kind.DEPARTMENT or not body.department:
            continue
        if not held.get(body.department, set()) & {body.level, ""}:
            words = "其监管领域没有由本级行使的在用事项；请对照权责清单补充梳理。"
            yield Gap("body", body.name, body.name, words)


def _licence_name(seen: _Seen) -> Iterator[Gap]:
    """One code of a licence item, and two names."""
    names: Mapping[str, set[str]] = defaultdict(set)
    for one in seen.items:
        code, name = _licence(one)
        if code and name:
            names[code].add(name)
    for one in seen.items:
        code, name = _licence(one)
        others = names.get(code, set()) - {name} if code and name else set()
        if others:
            told = "、".join(f"“{other}”" for other in sorted(others))
            words = f"许可事项 {code} 在此写作“{name}”，在别的事项写作{told}。"
            yield _of_item("licence-name", one, words)


def _licence_code(seen: _Seen) -> Iterator[Gap]:
    """An item names a licence without its code, so that the two cannot be kept in step."""
    for one in seen.items:
        code, name = _licence(one)
        if name and not code:
            words = f"写明对应“{name}”，没有写许可事项编码，无法与政务服务事项目录核对。"
            yield _of_item("licence-code", one, words)


def _no_licence(seen: _Seen) -> Iterator[Gap]:
    """An item names a licence that nobody has issued in the period."""
    issued = {bare(name) for name, _, _ in seen.approvals}
    for one in seen.items:
        missing = named(one.content.get("licence_item", "")) - issued
        if missing and seen.approvals:
            words = (
                f"对应的许可事项“{'、'.join(sorted(missing))}”自 {seen.days[0]} 起没有签发记录。"
            )
            yield _of_item("no-licence", one, words)


def _decided(account: Account, kind: str, days: tuple[date, date]) -> QuerySet[Any]:
    """The current decisions of some days that one may see, with `said` (of what) and `by` (whom)."""
    nothing = Value("", output_field=TextField())
    name = Coalesce(
        NullIf(KT("payload__certificate_name"), nothing),
        KT("payload__document_name"),
        nothing,
        output_field=TextField(),
    )
    facts = visible_to(account).filter(dataset=DECISIONS[kind], occurred_on__range=days)
    return _current(facts).annotate(
        said=name if kind == "approval" else nothing,
        by=Coalesce(KT("payload__authority"), nothing, output_field=TextField()),
    )


_RULES = {
    "approval": _approval,
    "penalty": _penalty,
    "power": _power,
    "body": _body,
    "licence-name": _licence_name,
    "licence-code": _licence_code,
    "no-licence": _no_licence,
}


def _licence(version: Any) -> tuple[str, str]:
    content = version.content
    return content.get("licence_item_code", ""), content.get("licence_item", "")


def _of_item(kind: str, version: Any, words: str) -> Gap:
    item = version.item
    return Gap(kind, version.name, "", words, scheme=item.scheme, code=item.code)


def _current(facts: QuerySet[Fact]) -> QuerySet[Fact]:
    """The latest versions, without those withdrawn."""
    newer = Fact.objects.filter(
        provider=OuterRef("provider"), dataset=OuterRef("dataset"),
        source_key=OuterRef("source_key"), version__gt=OuterRef("version"),
    )  # fmt: skip
    return facts.filter(~Exists(newer)).exclude(operation=Operation.DELETE)
