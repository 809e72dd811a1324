"""What acts left behind, in words: fields by the names their tables give them, codes by their names."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignObjectRel

from mingcha.base.access import label_of
from mingcha.base.days import second_text
from mingcha.base.ledger.canonical import moment_from
from mingcha.base.people.models import Account, Organisation, Region, Role
from mingcha.base.people.roles import declared
from mingcha.standards import loader

# Kinds of record that are no table.
KINDS = {
    "session": "登录会话",
    "credentials": "登录凭据",
    "request": "请求",
    "audit": "查询与导出",
    "batch": "报送批次",
    "case": "办件",
    "cases.clocks": "办理期限",
    "rules.rule": "规则",
    "events.job": "后续处理",
    "party": "监管对象",
    "fact": "记录",
    "mapping": "字段对应",
    "chunk": "入库块",
    "manifest": "数据湖文件",
    "account": "账号",
    "export": "数据导出",
    "job": "后台任务",
    "ledger.origins": "操作来源",
    "catalog.objector": "异议人",
    "catalog.objection-file": "异议附件",
    "officers.holder": "持证账号",
    "inspections.evidence": "检查证据",
    "inspections.document": "检查文书",
    "inspections.rating": "入企评价",
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
    "what": "要看的",
    "key": "编号",
    "exists": "确有此记录",
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
    "form": "文件格式",
    "digest": "杂凑值",
    "task": "任务",
    "status": "状态",
    "attempts": "已试次数",
    "root": "内容树根",
    "versions": "版本摘要",
    "is_revoked": "已收回",
    "is_active": "启用",
    "account": "账号",
    "because": "理由",
}
VALUES = {"password": "密码", "totp": "动态口令", "lock": "登录锁定"}
BODIES = {"organisation", "scope", "parent", "provider", "recipient"}
PEOPLE = {"account", "granted_by", "revoked_by", "given_by", "withdrawn_by"}
TABLES = {"dataset", "table"}
PLAIN = 500  # characters of a value shown in a list


@cache
def kind_label(kind: str) -> str:
    """The Chinese name of a kind of record: a table's own, or one of `KINDS`, else the kind."""
    try:
        return str(apps.get_model(kind)._meta.verbose_name)
    except (LookupError, ValueError):
        return KINDS.get(kind, kind)


@dataclass(frozen=True)
class Change:
    """One field that an act left otherwise than the act before it; "" for what was not said."""

    label: str
    before: str
    after: str


class Words:
    """The contents of some acts, with whatever they name read in bulk. At most four queries."""

    def __init__(self, texts: Iterable[str]) -> None:
        said = [content_of(text) for text in texts]
        self._bodies = dict(
            Organisation.objects.filter(code__in=_named(said, BODIES)).values_list("code", "name")
        )
        people = Account.objects.filter(login__in=_named(said, PEOPLE))
        self._people = dict(people.values_list("login", "real_name"))
        self._roles = dict(
            Role.objects.filter(key__in=_named(said, {"role"})).values_list("key", "label")
        )
        regions = Region.objects.filter(code__in=_named(said, {"region"}))
        self._regions = dict(regions.values_list("code", "full_name"))

    def facts(self, kind: str, text: str) -> list[dict[str, str]]:
        """A content field by field."""
        return [
            {"label": field_label(kind, name), "value": self.value(name, value)}
            for name, value in content_of(text).items()
        ]

    def changes(self, kind: str, before: str, after: str) -> list[Change]:
        """What differs between two contents of one record, field by field."""
        old, new = content_of(before), content_of(after)
        return [
            Change(field_label(kind, name), self.value(name, old.get(name, "")),
                   self.value(name, new.get(name, "")))
            for name in dict.fromkeys([*new, *old])
            if old.get(name, "") != new.get(name, "")
        ]  # fmt: skip

    def value(self, name: str, value: object) -> str:
        """One value as a person reads it: a code by the name of what it stands for."""
        if isinstance(value, bool):
            return "是" if value else "否"
        if not isinstance(value, str):
            return json.dumps(value, ensure_ascii=False)[:PLAIN]
        if name in BODIES | PEOPLE | {"role", "region"}:
            return self._called(name, value)
        if name in TABLES and value in loader.current().tables:
            return loader.current().table(value).label
        if name.endswith("_at") or name == "as_of":
            return _moment(value)
        if name == "rights":
            return "、".join(label_of(right) for right in value.split(","))
        if value in VALUES or value in declared().rights:
            return VALUES.get(value) or label_of(value)
        return value[:PLAIN]

    def _called(self, name: str, value: str) -> str:
        known = self._bodies if name in BODIES else self._people
        known = self._roles if name == "role" else self._regions if name == "region" else known
        called = known.get(value)
        return f"{called}（{value}）" if called else value


def content_of(text: str) -> Mapping[str, Any]:
    """The content an act left, as it was written; nothing where only its digest is kept."""
    return json.loads(text) if text else {}


@cache
def field_label(kind: str, name: str) -> str:
    """What a field of a kind of record is called."""
    try:
        field = apps.get_model(kind)._meta.get_field(name)
        if isinstance(field, ForeignObjectRel):  # what hangs on it, such as the pairs of a sample
            return str(field.related_model._meta.verbose_name)
        return str(field.verbose_name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return FIELDS.get(name, name)


def _named(contents: Iterable[Mapping[str, Any]], fields: set[str]) -> set[str]:
    """The texts that stand in some fields."""
    return {
        value
        for content in contents
        for name, value in content.items()
        if name in fields and isinstance(value, str)
    }


def _moment(text: str) -> str:
    try:
        return second_text(moment_from(text))
    except ValueError:  # empty, or a day
        return text
