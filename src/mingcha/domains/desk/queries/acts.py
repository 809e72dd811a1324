"""Acts as lines a person can read, and what an auditor may look for."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from mingcha.base.access import label_of
from mingcha.base.days import day_moment
from mingcha.base.ledger import queries as ledger
from mingcha.base.ledger.models import Act, Content, Origin, Seal
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account, Grant, Organisation
from mingcha.base.people.roles import declared

# Kinds of record that are no table.
KINDS = {
    "session": "登录会话",
    "credentials": "登录凭据",
    "request": "请求",
    "audit": "查询与导出",
    "batch": "报送批次",
    "party": "监管对象",
    "fact": "记录",
    "mapping": "字段对应",
    "chunk": "入库块",
    "manifest": "数据湖文件",
    "account": "账号",
}
# What the contents of such records say, in words.
FIELDS = {
    "kind": "凭据种类",
    "is_known": "登录名存在",
    "second_factor": "使用双因素",
    "address": "地址",
    "path": "地址",
    "method": "方法",
    "right": "所需权限",
    "table": "数据表",
    "field": "字段",
    "case": "案件或任务编号",
    "reason": "理由",
    "query": "查询条件",
    "as_of": "截至",
    "file": "文件摘要",
    "provider": "报送单位",
    "channel": "渠道",
    "rows": "行数",
    "row": "行号",
    "dataset": "数据表",
    "batch": "批次",
}
VALUES = {"password": "密码", "totp": "动态口令", "lock": "登录锁定"}
# Browser and system by the words of a User-Agent, the telling ones first.
BROWSERS = {
    "Edg/": "Edge",
    "360SE": "360",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "Mac OS": "macOS",
    "Linux": "Linux",
}
PLAIN = 500  # characters of a value shown in a list


@dataclass(frozen=True)
class Line:
    """One act in words, for a list or its own page."""

    pk: int
    at: datetime
    actor: str
    organisation: str
    verb: str
    record: str
    text: str
    address: str
    device: str  # browser and system in two words
    hash: str
    leaf_no: int | None
    seal_no: int | None
    facts: list[dict[str, str]]
    record_url: str = ""


def sought_by(account: Account, asked: Mapping[str, str]) -> QuerySet[Act]:
    """The acts `account` may see and asks for.

    `asked` may hold person (login or real name), kind (of record), record (its key), verb, from and
    to (days, both included), organisation (code). What cannot be read does not limit.
    """
    first, last = day_moment(asked.get("from", "")), day_moment(asked.get("to", ""), end=True)
    sought = ledger.Sought(
        record_kind=asked.get("kind", ""), record_key=asked.get("record", ""),
        verb=asked.get("verb", ""), organisation=asked.get("organisation", ""),
        since=first, until=last,
    )  # fmt: skip
    found = ledger.acts(account, sought)
    person = asked.get("person", "").strip()
    if person:
        named = Account.objects.filter(Q(login=person) | Q(real_name=person))
        found = found.filter(actor_id__in=list(named.values_list("pk", flat=True)))
    return found


def kinds() -> list[tuple[str, str]]:
    """The kinds of record that occur, with their names. Jumps through the index, kind by kind."""
    sql = """
        WITH RECURSIVE kinds(kind) AS (
            SELECT min(record_kind) FROM ledger_act
            UNION ALL
            SELECT (SELECT min(record_kind) FROM ledger_act WHERE record_kind > kind)
            FROM kinds WHERE kind IS NOT NULL
        ) SELECT kind FROM kinds WHERE kind IS NOT NULL"""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [(kind, kind_label(kind)) for (kind,) in cursor.fetchall()]


def kind_label(kind: str) -> str:
    """The Chinese name of a kind of record: a table's own, or one of `KINDS`, else the kind."""
    try:
        return str(apps.get_model(kind)._meta.verbose_name)
    except (LookupError, ValueError):
        return KINDS.get(kind, kind)


def changes_seen_by(account: Account) -> QuerySet[Act]:
    """Acts on the accounts, grants and credentials of the people `account` manages (报备)."""
    mine = people.accounts_visible_to(account).order_by()
    grants = Grant.objects.filter(account__in=mine.values("pk"))
    return Act.objects.filter(
        Q(record_kind="people.account", record_key__in=_keys(mine))
        | Q(record_kind="people.grant", record_key__in=_keys(grants))
        | Q(record_kind="credentials", record_key__in=mine.values("login"))
    )


def _keys(found: QuerySet[Any]) -> QuerySet[Any]:
    """Primary keys as the ledger writes them."""
    keys: QuerySet[Any] = found.order_by().annotate(key=Cast("pk", CharField())).values("key")
    return keys


def lines(acts: Iterable[Act]) -> list[Line]:
    """Acts in words. A handful of queries however many there are."""
    acts = list(acts)
    known = _Known(acts)
    return [known.line(act) for act in acts]


class _Known:
    """What the acts of one page refer to, read in bulk."""

    def __init__(self, acts: list[Act]) -> None:
        self.names = dict(
            Account.objects.filter(pk__in={a.actor_id for a in acts}).values_list("pk", "real_name")
        )
        codes = {act.organisation for act in acts}
        self.bodies = dict(Organisation.objects.filter(code__in=codes).values_list("code", "name"))
        self.origins = Origin.objects.in_bulk({act.origin for act in acts if act.origin})
        self.contents = dict(
            Content.objects.filter(pk__in=[act.pk for act in acts]).values_list("act", "text")
        )
        self.seals = _seals({act.leaf_no for act in acts if act.leaf_no is not None})
        self.records = _records(acts)

    def line(self, act: Act) -> Line:
        """One act in words."""
        origin = self.origins.get(act.origin)
        actor = (
            "系统" if act.actor_id == 0 else self.names.get(act.actor_id, f"账号 {act.actor_id}")
        )
        return Line(
            pk=act.pk, at=act.at, actor=actor,
            organisation=self.bodies.get(act.organisation, act.organisation), verb=act.verb,
            record=f"{act.record_kind}/{act.record_key}", text=self._record(act),
            address=origin.address if origin else "", device=device_label(origin.device) if origin else "",
            hash=bytes(act.hash).hex(), leaf_no=act.leaf_no,
            seal_no=None if act.leaf_no is None else self.seals.get(act.leaf_no),
            facts=_facts(act.record_kind, self.contents.get(act.pk, "")),
        )  # fmt: skip

    def _record(self, act: Act) -> str:
        name = self.records.get((act.record_kind, act.record_key), act.record_key)
        return f"{kind_label(act.record_kind)} {name}"


def _seals(leaves: set[int]) -> dict[int, int]:
    """The seal of each leaf, by one walk over the seals of the span."""
    if not leaves:
        return {}
    first = Seal.objects.filter(size__gt=min(leaves)).order_by("no").first()
    last = Seal.objects.filter(size__gt=max(leaves)).order_by("no").first()
    if first is None or last is None:
        return {}
    spans = list(Seal.objects.filter(no__range=(first.no, last.no)).values_list("no", "size"))
    return {leaf: next(no for no, size in spans if size > leaf) for leaf in leaves}


def _records(acts: list[Act]) -> dict[tuple[str, str], str]:
    """What people, organisations, regions and grants are called; other records keep their keys.

    An auditor sees what was done, not what a department's record says.
    """
    keys = defaultdict(set)
    for act in acts:
        if act.record_kind.startswith("people."):
            keys[act.record_kind].add(act.record_key)
    return {
        (kind, str(row.pk)): str(row)
        for kind, wanted in keys.items()
        for row in apps.get_model(kind)._default_manager.select_related().filter(pk__in=wanted)
    }


def _facts(kind: str, text: str) -> list[dict[str, str]]:
    """The content an act left, field by field, under the names its table gives them."""
    content = json.loads(text) if text else {}
    return [
        {"label": _field_label(kind, name), "value": _plain(value)}
        for name, value in content.items()
    ]


def _field_label(kind: str, name: str) -> str:
    try:
        return str(apps.get_model(kind)._meta.get_field(name).verbose_name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return FIELDS.get(name, name)


def device_label(agent: str) -> str:
    """A User-Agent in two words, e.g. "Chrome · Windows"; its beginning when it is none we know."""
    found = [
        next((label for word, label in words.items() if word in agent), "")
        for words in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(part for part in found if part) or agent[:40]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str) and (value in VALUES or value in declared().rights):
        return VALUES.get(value) or label_of(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:PLAIN]
