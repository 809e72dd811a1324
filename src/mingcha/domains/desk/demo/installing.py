"""Set up the demonstration city's organisations, accounts and consents, once."""

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from mingcha.base.people import queries, services
from mingcha.base.people.models import Account, Duty, Grant, Organisation, Role
from mingcha.domains.desk.demo.dice import Dice
from mingcha.domains.desk.demo.generate import City
from mingcha.domains.desk.demo.parties import people
from mingcha.domains.desk.demo.world import Body, World, read
from mingcha.domains.records.services import consents
from mingcha.domains.records.services.consents import CONSENT
from mingcha.standards import loader
from mingcha.standards.model import Share

ROOT = "demo-gov"
REASON = "演示市"
BASIS = "演示府办〔2024〕1 号"
# Duty and title of everybody a body names, and the role of the account that has it.
OFFICES = {
    (Duty.HEAD, "主要负责人"): "head",
    (Duty.LEADER, "分管负责人"): "",
    (Duty.UNIT, "监督处处长"): "department-admin",
    (Duty.CONTACT, "数据专员"): "clerk",
    (Duty.SECURITY, "网络安全联络员"): "",
}
VACANT_SHARE = 0.04
PURPOSE = "演示：各部门共用一户一档，掌握监管对象的全部监管情况"


@dataclass(frozen=True)
class Post:
    """An account to be opened: `scope` is over what the role holds."""

    login: str
    role: str
    body: str
    scope: str
    post: str
    is_shown: bool


def is_installed() -> bool:
    """Whether the city's organisations are in this database."""
    return queries.named(ROOT) is not None


@transaction.atomic
def install(world: World, city: City) -> int:
    """Make organisations, accounts and consents, all or nothing. Returns how many accounts.

    The passwords are random; they are kept in demo-accounts.txt of the data folder, readable by
    its owner only.
    """
    services.load_roles()
    posts = _posts(world)
    names = _names(world, len(posts))
    first, opened = _first(world, posts[0], names[0])
    _organisations(world, first)
    lines = [_line(first, posts[0], opened)]
    for post, name in zip(posts[1:], names[1:], strict=True):
        account, password = _open(post, name, actor=first)
        lines.append(_line(account, post, password))
    _responsible(world, first)
    _consents(world, city)
    keep(Path(settings.HOME) / "demo-accounts.txt", lines, sum(post.is_shown for post in posts))
    return len(lines)


def sender_of(world: World, provider: str, right: str) -> Account:
    """Who hands in for a provider: somebody of its own or of the line above who holds the right."""
    codes, body = [], world.by_code[provider]
    while body.parent:
        codes.append(body.code)
        body = world.by_code[body.parent]
    codes.append(body.code)
    for code in codes:
        for account in Account.objects.filter(organisation__code=code, is_active=True).order_by(
            "pk"
        ):
            if account.holds_over(right, Organisation.objects.get(code=provider)):
                return account
    raise LookupError(f"nobody holds {right} over {provider}")


def keep(path: Path, lines: list[str], shown: int) -> None:
    """Write the accounts: those to look around with, an empty line, the others."""
    text = "\n".join(
        ["登录名 密码 角色 单位", *lines[:shown], "", "各单位数据专员", *lines[shown:], ""]
    )
    path.unlink(missing_ok=True)
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)


def _posts(world: World) -> list[Post]:
    """Whom there is an account for, the one who sets the others up first."""
    said = read("accounts.yaml")
    shown = [
        Post(**{"scope": one["body"], "is_shown": True} | one)
        for one in (said["first"], *said["shown"])
    ]
    taken = {post.body for post in shown if post.role == "clerk"}
    units = {f"{key}-clerk": f"demo-{key}" for key in world.fields} | said["units"]
    clerks = [
        Post(login, "clerk", body, body, "数据专员", is_shown=False)
        for login, body in units.items()
        if body not in taken
    ]
    return [*shown, *clerks]


def _names(world: World, n: int) -> list[str]:
    drawn = people(Dice(world.scale.seed, "accounts"), world, n)
    return ["演示·" + name.removeprefix("演示") for name in drawn]


def _first(world: World, post: Post, name: str) -> tuple[Account, str]:
    """The root of the tree and the account that sets up the rest."""
    root = services.found(_said(world.by_code[post.body]))
    account, password = services.open_first_account(
        services.Person(post.login, name, post.post), organisation=root
    )
    services.appoint(account, Role.objects.get(key=post.role), scope=root, reason=REASON)
    return services.keep_first_password(account), password


def _organisations(world: World, actor: Account) -> None:
    made = {ROOT: Organisation.objects.get(code=ROOT)}
    for body in world.bodies:  # parents come before children
        if body.parent:
            made[body.code] = services.create_organisation(
                _said(body), parent=made[body.parent], actor=actor
            )


def _said(body: Body) -> services.Body:
    return services.Body(
        code=body.code,
        name=body.name,
        kind=body.kind,
        level=body.level,
        region=body.region,
        short_name=body.short_name,
        uscc=body.uscc,
        department=body.department,
    )


def _open(post: Post, name: str, *, actor: Account) -> tuple[Account, str]:
    body, scope = (Organisation.objects.get(code=code) for code in (post.body, post.scope))
    person = services.Person(post.login, name, post.post)
    account, password = services.open_account(person, organisation=body, actor=actor)
    role = Role.objects.get(key=post.role)
    if role.is_appointed:
        services.appoint(account, role, scope=scope, reason=REASON)
    else:
        services.grant_role(account, role, scope=scope, actor=actor)
    return services.keep_first_password(account), password


def _line(account: Account, post: Post, password: str) -> str:
    role = Role.objects.get(key=post.role).label
    return f"{account.login} {password} {role} {account.organisation.name}"


def _responsible(world: World, actor: Account) -> None:
    """Who answers for what in every body, its people with an account before made-up ones.

    A few bodies have named nobody for some duty, so that it can be seen what is missing.
    """
    dice, since = Dice(world.scale.seed, "responsible"), world.scale.first
    names = iter(people(dice, world, len(world.bodies) * len(OFFICES)))
    vacant = iter(dice.under(VACANT_SHARE, len(world.bodies) * len(OFFICES)))
    for body in world.bodies:
        organisation = Organisation.objects.get(code=body.code)
        staff = dict(
            Grant.objects.filter(account__organisation=organisation, role__key__in=OFFICES.values())
            .order_by("-pk")
            .values_list("role__key", "account")
        )
        for (duty, title), role in OFFICES.items():
            account = Account.objects.get(pk=staff[role]) if role in staff else None
            name, is_vacant = next(names), next(vacant)
            if is_vacant and account is None:
                continue
            office = services.Office(
                duty, account.real_name if account else name, since, BASIS,
                title=title, account=account,
            )  # fmt: skip
            services.appoint_responsible(organisation, office, actor=actor)


def _consents(world: World, city: City) -> None:
    """Every provider's consent to share what it hands in, as far as the standard shares it.

    Given by the provider's own data officer, or one of its line above.
    """
    tables = loader.current().tables
    shared: dict[str, set[str]] = {}
    for one in city.files:
        if tables[one.table].share is Share.SHARED:
            shared.setdefault(one.provider, set()).add(one.table)
    for code, names in sorted(shared.items()):
        provider, actor = Organisation.objects.get(code=code), sender_of(world, code, CONSENT)
        for table in sorted(names):
            terms = consents.Terms(
                provider, table, since=world.scale.first, basis=BASIS, purpose=PURPOSE
            )
            consents.give(terms, actor=actor)
