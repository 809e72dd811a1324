"""Why can I (not) see or do this: the right a page asks for, and whence I hold it (BEY-16)."""

from dataclasses import dataclass

from django.urls import Resolver404, resolve, reverse

from mingcha.base.access import PUBLIC, ROW_RULES, SIGNED_IN, Door, RowRule, label_of
from mingcha.base.errors import NotFound
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account, Grant, Role
from mingcha.base.people.roles import declared
from mingcha.domains.desk.queries.places import PLACES

ADMINISTRATORS = 8


@dataclass(frozen=True)
class RuleLine:
    """One rule: what it is about, who may, on what ground, and whether I am among them."""

    what: str
    who: str
    basis: str
    mine: bool


@dataclass(frozen=True)
class Answer:
    """The answer to one question. `can` is None where no page was asked about."""

    label: str
    path: str
    can: bool | None
    text: str
    rules: list[RuleLine]
    grants: list[Grant]
    ask: list[Account]


def about_page(account: Account, path: str) -> Answer:
    """Which right the page at `path` asks for, and whether and through what `account` holds it.

    Says nothing about whether a row on that page exists: only the pattern of the address counts.
    """
    bare = path.partition("?")[0]
    found = door_at(bare)
    if not bare or found is None:
        text = (
            "没有这个页面，或它不属于工作门户。"
            if bare
            else "请从任一页面上的“为什么能看到”进入，或查看下面的规则。"
        )
        return Answer(
            bare or "全部规则",
            "",
            None,
            text,
            _all_rights(account),
            account.held.grants,
            _ask(account),
        )
    right = found.right
    label = _label_at(bare)
    if right in (PUBLIC, SIGNED_IN):
        who = "所有人" if right == PUBLIC else "任何已登录的账号"
        rule = RuleLine("打开这个页面", who, "页面规则", True)
        return Answer(label, path, True, f"这个页面对{who}开放。", [rule], account.held.grants, [])
    held = [grant for grant in account.held.grants if right in grant.role.rights]
    rule = RuleLine(
        label_of(right), _holders(right), declared().rights[right].explanation, bool(held)
    )
    ask = [] if held else _ask(account, right)
    return Answer(label, path, bool(held), _verdict(right, held), [rule], account.held.grants, ask)


def door_at(path: str) -> Door | None:
    """The door behind the address of a page; None where no page answers."""
    try:
        found: Door | None = getattr(resolve(path).func, "door", None)
    except Resolver404:
        return None
    return found


def _label_at(path: str) -> str:
    """The name of the place the page belongs to, else its address."""
    named = [(place.url, place.label) for place in PLACES if place.url]
    near = [
        (url, label) for url, label in named if path == url or (url != "/" and path.startswith(url))
    ]
    return max(near)[1] if near else path


def _verdict(right: str, held: list[Grant]) -> str:
    if not held:
        given = Role.objects.filter(rights__contains=[right], is_appointed=False).exists()
        how = (
            "可向下列管理员申请。"
            if given
            else "它只随平台主管单位任命的角色取得，部门管理员不能授予。"
        )
        return f"这个页面需要“{label_of(right)}”权限，您的账号没有。{how}"
    ways = "；".join(
        f"{grant.since} 起由{grant.granted_by or '平台主管单位'}授予的“{grant.role}”，范围为{grant.scope}及其下级"
        for grant in held
    )
    return f"这个页面需要“{label_of(right)}”权限，您通过以下授权拥有它：{ways}。"


def _holders(right: str) -> str:
    """The roles that carry the right."""
    roles = Role.objects.filter(rights__contains=[right])
    return "、".join(role.label for role in roles) + "（在授权范围内）"


def _all_rights(account: Account) -> list[RuleLine]:
    return [
        RuleLine(right.label, _holders(key), right.explanation, account.holds(key))
        for key, right in declared().rights.items()
    ]


def _ask(account: Account, right: str = people.MANAGE) -> list[Account]:
    """Who may grant this account roles that carry `right`, nearest first."""
    body = account.organisation
    return [
        person
        for person in people.administrators_over(body)
        if person.pk != account.pk and person.holds_over(right, body)
    ][:ADMINISTRATORS]


def about_rows(account: Account, kind: str, organisation: str) -> Answer:
    """Who may see rows of a kind, as a rule; of one organisation when its code is given.

    Raises NotFound for a kind no domain has explained.
    """
    rule = ROW_RULES.get(kind)
    if rule is None:
        raise NotFound(what="数据种类", key=kind)
    line = RuleLine(rule.label, rule.rule, label_of(rule.right), account.holds(rule.right))
    provider = people.named(organisation) if organisation else None
    ask = (
        people.administrators_over(provider)[:ADMINISTRATORS]
        if provider
        else _ask(account, rule.right)
    )
    text = f"{rule.rule}{rule.ask}"
    if not account.holds(rule.right):
        text = f"您没有“{label_of(rule.right)}”权限，看不到任何{rule.label}。{text}"
    elif provider is not None:
        over = account.holds_over(rule.right, provider)
        word = "包括" if over else "不包括"
        text = f"您的授权范围{word}{provider.name}。{text}"
    return Answer(rule.label, "", None, text, [line], account.held.grants, ask)


def row_rules() -> list[tuple[RowRule, str]]:
    """Every kind of row that is explained, with the address of its page."""
    return [(rule, reverse("desk:why_rows", args=[rule.kind])) for rule in ROW_RULES.values()]
