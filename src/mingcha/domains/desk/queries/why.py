"""Why can I (not) see or do this: the right a page asks for, and whence I hold it (BEY-16)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import Resolver404, resolve, reverse

from mingcha.base.access import PUBLIC, ROW_RULES, SIGNED_IN, Door, RowRule, label_of
from mingcha.base.errors import NotFound
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account, Grant, Organisation, Role
from mingcha.base.people.roles import declared
from mingcha.domains.desk.queries.pages import Page, page_called
from mingcha.domains.records.queries import consents
from mingcha.standards import loader

ADMINISTRATORS = 8
API = "/api/"
SHARED_KINDS = {"fact", "fact-shared"}


@dataclass(frozen=True)
class RuleLine:
    """One rule: what it is about, who may, on what ground, and whether I am among them."""

    what: str
    who: str
    basis: str
    mine: bool


@dataclass(frozen=True)
class Consented:
    """One consent that bears on the question: in words, where it is, whether it holds."""

    text: str
    url: str
    stands: bool


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
    consents: Sequence[Consented] = ()


@dataclass(frozen=True)
class Asked:
    """What is asked about: a page, and the right over an organisation for want of which it refused."""

    page: str
    right: str = ""
    organisation: str = ""


def about_page(account: Account, asked: Asked) -> Answer:
    """Which right a page asks for, whether and through what `account` holds it, which rows the page
    shows to whom, and what may be done there.

    Says nothing about whether a row on that page exists: only the pattern of the address counts.
    """
    bare = asked.page.partition("?")[0]
    name, door = page_at(bare)
    right = asked.right if asked.right in declared().rights else door.right if door else ""
    if not right:
        return _about_nothing(account, bare)
    page = page_called(name) if door else Page("系统接口" if bare.startswith(API) else "这项操作")
    path = asked.page if door else ""
    if right in (PUBLIC, SIGNED_IN):
        who = "所有人" if right == PUBLIC else "任何已登录的账号"
        rules = [RuleLine("打开这个页面", who, "页面规则", True), *_rules(account, page, right)]
        text = f"这个页面对{who}开放。"
        return Answer(page.label, path, True, text, rules, account.held.grants, [])
    body = people.named(asked.organisation) if asked.organisation else None
    held = [
        grant
        for grant in account.held.grants
        if right in grant.role.rights and (body is None or body.path.startswith(grant.scope.path))
    ]
    line = RuleLine(
        label_of(right), _holders(right), declared().rights[right].explanation, bool(held)
    )
    rules = [line, *_rules(account, page, right)]
    what = "这个页面" if door and right == door.right else "这项操作"
    text = _verdict(account, right, held, what, body)
    ask = [] if held else _ask(account, right, body)
    return Answer(page.label, path, bool(held), text, rules, account.held.grants, ask)


def page_at(path: str) -> tuple[str, Door | None]:
    """The name and the door of the page at an address; ("", None) where no page answers."""
    try:
        match = resolve(path)
    except Resolver404:
        return "", None
    found: Door | None = getattr(match.func, "door", None)
    return match.view_name, found


def _about_nothing(account: Account, bare: str) -> Answer:
    """The rules for everything, where no page of the portal was asked about."""
    text = "请从任一页面上的“为什么能看到”进入，或查看下面的规则。"
    if bare.startswith(API):
        text = "这是系统接口，能看到和能做的与网页相同，规则如下。"
    elif bare:
        text = "没有这个页面，或它不属于工作门户。"
    label = bare or "全部规则"
    return Answer(
        label, "", None, text, _all_rights(account), account.held.grants, _ask(account)
    )  # fmt: skip


def _rules(account: Account, page: Page, right: str) -> list[RuleLine]:
    """Which rows the page shows to whom, and what else may be done there, by whom."""
    rows = [ROW_RULES[kind] for kind in page.kinds]
    lines = [
        RuleLine(f"看：{rule.label}", rule.rule, label_of(rule.right), account.holds(rule.right))
        for rule in rows
    ]
    rights = declared().rights
    return lines + [
        RuleLine(
            f"做：{doing.label}", _holders(doing.right), rights[doing.right].explanation,
            account.holds(doing.right),
        )
        for doing in page.doings
        if doing.right != right
    ]  # fmt: skip


def _verdict(
    account: Account, right: str, held: list[Grant], what: str, body: Organisation | None
) -> str:
    over = f"，且范围包括{body.name}" if body else ""
    if not held:
        given = Role.objects.filter(rights__contains=[right], is_appointed=False).exists()
        how = (
            "可向下列管理员申请。"
            if given
            else "它只随平台主管单位任命的角色取得，部门管理员不能授予。"
        )
        lack = (
            f"您有这项权限，但范围不包括{body.name}。"
            if body and account.holds(right)
            else ("您的账号没有。")
        )
        return f"{what}需要“{label_of(right)}”权限{over}，{lack}{how}"
    ways = "；".join(
        f"{grant.since} 起由{grant.granted_by or '平台主管单位'}授予的“{grant.role}”，范围为{grant.scope}及其下级"
        for grant in held
    )
    return f"{what}需要“{label_of(right)}”权限{over}，您通过以下授权拥有它：{ways}。"


def _holders(right: str) -> str:
    """The roles that carry the right."""
    roles = Role.objects.filter(rights__contains=[right])
    return "、".join(role.label for role in roles) + "（在授权范围内）"


def _all_rights(account: Account) -> list[RuleLine]:
    return [
        RuleLine(right.label, _holders(key), right.explanation, account.holds(key))
        for key, right in declared().rights.items()
    ]


def _ask(
    account: Account, right: str = people.MANAGE, body: Organisation | None = None
) -> list[Account]:
    """Who may grant this account roles that carry `right` over a body, its own by default; nearest
    first.
    """
    over = body or account.organisation
    return [
        person
        for person in people.administrators_over(over)
        if person.pk != account.pk and person.holds_over(right, over)
    ][:ADMINISTRATORS]


def about_rows(account: Account, kind: str, organisation: str, table: str = "") -> Answer:
    """Who may see rows of a kind, as a rule; of one organisation's, or one of its tables, if named.

    Raises NotFound for a kind no domain has explained.
    """
    rule = ROW_RULES.get(kind)
    if rule is None:
        raise NotFound(what="数据种类", key=kind)
    line = RuleLine(rule.label, rule.rule, label_of(rule.right), account.holds(rule.right))
    provider = people.named(organisation) if organisation else None
    text, given = f"{rule.rule}{rule.ask}", list[Consented]()
    ask = _ask(account, rule.right)
    if provider is not None:
        ask = people.administrators_over(provider)[:ADMINISTRATORS]
        if kind in SHARED_KINDS:
            given = _consents(account, provider, table)
            ask = consents.to_ask(provider)[:ADMINISTRATORS]
    if not account.holds(rule.right):
        text = f"您没有“{label_of(rule.right)}”权限，看不到任何{rule.label}。{text}"
    elif provider is not None:
        over = account.holds_over(rule.right, provider)
        word = "包括" if over else "不包括"
        more = "" if over or kind not in SHARED_KINDS else _said(given, provider, table)
        text = f"您的授权范围{word}{provider.name}。{more}{text}"
    return Answer(rule.label, "", None, text, [line], account.held.grants, ask, given)


def _consents(account: Account, provider: Organisation, table: str) -> list[Consented]:
    """The consents of a provider that are for the account's body, in words."""
    found = []
    for one in consents.between(account, provider, table):
        state = consents.state_of(one)
        label = consents.label_of(one)
        days = f"{one.since} 起至 {one.until or '撤回为止'}"
        whom = f"{one.recipient.name}及下级" if one.recipient else "各单位的监管人员"
        text = f"{label}：共享给{whom}，{days}，依据{one.basis or '未写明'}（{state.label}）"
        url = reverse("records:consent", args=[one.public_id])
        found.append(Consented(text, url, stands=state.key == "standing"))
    return found


def _said(given: list[Consented], provider: Organisation, table: str) -> str:
    """Which consent applies, in one sentence."""
    label = loader.current().table(table).label if table else ""
    standing = [one for one in given if one.stands]
    about = f"“{label}”" if label else ""
    if not standing:
        return f"{provider.name}目前没有对您单位生效的{about}共享同意。"
    if label:
        return f"{provider.name}已同意向您单位共享{about}，见下。"
    return f"{provider.name}有 {len(standing)} 项共享同意对您单位生效，见下。"


def row_rules() -> list[tuple[RowRule, str]]:
    """Every kind of row that is explained, with the address of its page."""
    return [(rule, reverse("desk:why_rows", args=[rule.kind])) for rule in ROW_RULES.values()]
