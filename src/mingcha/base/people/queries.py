"""What others may read about people: permissions included."""

from collections.abc import Iterable
from datetime import date

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)

from mingcha.base.access import label_of
from mingcha.base.errors import NotAllowed, NotFound
from mingcha.base.intervals import holds_on
from mingcha.base.people.models import (
    Account,
    ApiToken,
    Deputy,
    Duty,
    Grant,
    Organisation,
    Region,
    Responsible,
    Role,
    SavedView,
)

MANAGE = "people.manage"


def require(actor: Account, right: str, organisation: Organisation) -> None:
    """Pass if `actor` holds `right` over `organisation`. Raises NotAllowed naming the right."""
    if not actor.holds_over(right, organisation):
        where = organisation.name if actor.holds(right) else ""
        raise NotAllowed(right=right, where=where, organisation=organisation.code)


def require_anywhere(actor: Account, right: str) -> None:
    """Pass if `actor` holds `right` over some organisation. Raises NotAllowed."""
    if not actor.holds(right):
        raise NotAllowed(right=right)


def under(paths: Iterable[str], *, field: str = "path") -> Q:
    """The condition that an organisation's path lies at or below one of `paths`."""
    condition = Q(pk__in=[])  # nothing, when no path is given
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path})
    return condition


def organisations_under(actor: Account, right: str) -> QuerySet[Organisation]:
    """The organisations over which `actor` holds `right`, closed ones included, in tree order."""
    return Organisation.objects.filter(under(actor.held.paths(right))).select_related("region")


def organisation_for(actor: Account, code: str, right: str) -> Organisation:
    """One organisation over which `actor` holds `right`. Raises NotFound for missing and hidden."""
    found = organisations_under(actor, right).select_related("parent").filter(code=code).first()
    if found is None:
        raise NotFound(what="机构", key=code)
    return found


def line_above(organisation: Organisation) -> list[Organisation]:
    """The organisation and those above it, from the root down. One query."""
    ids = [int(part) for part in organisation.path.split("/") if part]
    return list(Organisation.objects.filter(pk__in=ids).order_by("path"))


def accounts_visible_to(actor: Account) -> QuerySet[Account]:
    """The accounts that `actor` manages, in order of login, with their organisation."""
    mine = under(actor.held.paths(MANAGE), field="organisation__path")
    return Account.objects.filter(mine).select_related("organisation").order_by("login")


def account_for(actor: Account, login: str) -> Account:
    """The one door to another person's account. Raises NotFound for missing and hidden alike."""
    found = accounts_visible_to(actor).filter(login=login).first()
    if found is None:
        raise NotFound(what="账号", key=login)
    return found


def account_called(login: str) -> Account:
    """The active account of an operator at the terminal. Raises NotFound."""
    found = (
        Account.objects.select_related("organisation").filter(login=login, is_active=True).first()
    )
    if found is None:
        raise NotFound(what="账号", key=login)
    return found


def grants_of(account: Account) -> QuerySet[Grant]:
    """All grants of an account, those that stand first, with role, scope and granter."""
    return account.grants.select_related("role", "scope", "granted_by", "revoked_by").order_by(
        "revoked_at", "role__order", "since"
    )


def missing_rights(actor: Account, rights: Iterable[str], scope: Organisation) -> list[str]:
    """Those of `rights` that `actor` does not hold over `scope`, as Chinese names."""
    return [label_of(right) for right in rights if not actor.holds_over(right, scope)]


def grantable_roles(actor: Account, scope: Organisation) -> list[Role]:
    """The roles that `actor` may grant over `scope`: subsets of the rights held there."""
    roles = Role.objects.filter(is_appointed=False)
    return [role for role in roles if not missing_rights(actor, role.rights, scope)]


def administrators_over(organisation: Organisation) -> list[Account]:
    """Who may grant roles there: people.manage held at or above it, nearest first.

    Security administrators hold people.manage but no role they could pass on, so they are left out.
    """
    return holders_over(MANAGE, organisation, role__is_appointed=False)


def holders_over(right: str, organisation: Organisation, **of_grant: object) -> list[Account]:
    """The active accounts that hold a right over an organisation, by a grant at it or above, nearest
    first; `of_grant` narrows the grants. One query.
    """
    ids = [int(part) for part in organisation.path.split("/") if part]
    grants = Grant.objects.in_force().filter(
        scope__in=ids, role__rights__contains=[right], account__is_active=True, **of_grant
    )
    ranked = sorted(
        grants.select_related("account__organisation"), key=lambda g: -len(g.scope.path)
    )
    return list({grant.account.pk: grant.account for grant in ranked}.values())


def holders_of(right: str, organisation: Organisation) -> QuerySet[Account]:
    """The active people who hold a right over a body today, those of the body itself first."""
    ids = [int(part) for part in organisation.path.split("/") if part]
    grants = Grant.objects.in_force().filter(scope__in=ids, role__rights__contains=[right])
    return (
        Account.objects.filter(is_active=True, is_machine=False, pk__in=grants.values("account"))
        .annotate(is_own=Case(When(organisation=organisation, then=0), default=1))
        .order_by("is_own", "login")
    )


def responsible(organisation: Organisation, *, on: date) -> QuerySet[Responsible]:
    """Who answers for what in a body on a day, the head first."""
    mine = Responsible.objects.filter(holds_on(on), organisation=organisation)
    return mine.select_related("account").order_by("-duty", "since", "pk")


def answerable(organisation: Organisation, duty: Duty, *, on: date) -> list[Responsible]:
    """Who answers with that duty on a day: in the body, else in the nearest one above it that has one.

    Two queries, however long the line above.
    """
    return answering(organisation, on=on).get(duty, [])


def answering(organisation: Organisation, *, on: date) -> dict[Duty, list[Responsible]]:
    """Who answers for a body on a day, by duty, the head first: its own people, else the nearest above.

    Two queries. A duty that nobody has up to the root is absent.
    """
    line = line_above(organisation)
    nearness = {body.pk: place for place, body in enumerate(reversed(line))}
    rows = Responsible.objects.filter(holds_on(on), organisation__in=line)
    rows = rows.select_related("account", "organisation").order_by("-duty", "since", "pk")
    found: dict[Duty, list[Responsible]] = {}
    for row in sorted(rows, key=lambda row: (-row.duty, nearness[row.organisation_id])):
        nearest = found.setdefault(Duty(row.duty), [])
        if not nearest or nearest[0].organisation_id == row.organisation_id:
            nearest.append(row)
    return found


def directory(*, on: date) -> QuerySet[Organisation]:
    """Every open body with those who answer for it on a day, as `answering`; two queries.

    Who is responsible for what is no secret among officials.
    """
    holding = Responsible.objects.filter(holds_on(on)).order_by("-duty", "since", "pk")
    open_then = Q(closed_on__isnull=True) | Q(closed_on__gt=on)
    return Organisation.objects.filter(open_then).prefetch_related(
        Prefetch("responsible", queryset=holding, to_attr="answering")
    )


def without(duty: Duty, *, on: date) -> Q:
    """The condition that nobody answers for a body with that duty on a day."""
    there = Responsible.objects.filter(holds_on(on), duty=duty, organisation=OuterRef("pk"))
    return ~Q(Exists(there))


def offices(organisation: Organisation) -> QuerySet[Responsible]:
    """Every office there was, is or will be in a body, the latest first."""
    return organisation.responsible.select_related("account").order_by("-since", "-duty", "-pk")


def office_for(organisation: Organisation, number: int) -> Responsible:
    """One office of a body. Raises NotFound."""
    found = offices(organisation).select_related("organisation").filter(pk=number).first()
    if found is None:
        raise NotFound(what="责任人", key=number)
    return found


def colleagues(account: Account) -> QuerySet[Account]:
    """The other people of the body who may sign in."""
    mates = Account.objects.filter(organisation=account.organisation_id, is_active=True)
    return mates.filter(is_machine=False).exclude(pk=account.pk).order_by("real_name", "login")


def deputies_of(account: Account) -> QuerySet[Deputy]:
    """Who has stood, stands and will stand in for an account, the latest first."""
    return account.deputies.select_related("deputy", "absent", "entered_by")


def deputy_for(actor: Account, number: int) -> Deputy:
    """One's own deputy, or that of an account one manages. Raises NotFound for any other."""
    mine = Q(absent=actor) | under(actor.held.paths(MANAGE), field="absent__organisation__path")
    rows = Deputy.objects.select_related("absent__organisation", "deputy")
    found = rows.filter(mine, pk=number).first()
    if found is None:
        raise NotFound(what="代办人", key=number)
    return found


def views_of(account: Account, page: str) -> QuerySet[SavedView]:
    """The filters that an account keeps for a page, oldest first."""
    return account.views.filter(page=page)


def body_called(code: str) -> Organisation:
    """The organisation with this code: names of bodies are no secret among officials. Raises NotFound."""
    found = named(code)
    if found is None:
        raise NotFound(what="机构", key=code)
    return found


def regions(
    text: str = "", *, level: int | None = None, abolished: bool | None = None
) -> QuerySet[Region]:
    """Regions whose code begins with, or whose names hold, `text`; all when empty."""
    found = Region.objects.all()
    if text:
        named = Q(full_name__contains=text) | Q(former_names__contains=text)
        found = found.filter(Q(code__startswith=text) | named)
    if level is not None:
        found = found.filter(level=level)
    if abolished is not None:
        found = found.filter(until_year__isnull=not abolished)
    return found.select_related("parent")


def region(code: str) -> Region:
    """One region. Raises NotFound."""
    found = Region.objects.select_related("parent").filter(code=code).first()
    if found is None:
        raise NotFound(what="行政区划", key=code)
    return found


def region_names(codes: Iterable[str]) -> dict[str, str]:
    """Full names of divisions by code."""
    return dict(Region.objects.filter(code__in=set(codes)).values_list("code", "full_name"))


def region_of(address: str) -> Region | None:
    """The county whose full name an address begins with, if there is one."""
    here = Region.objects.filter(level=3, until_year__isnull=True).annotate(
        address=Value(address, output_field=CharField())
    )
    return here.filter(address__startswith=F("full_name")).first()


def region_years() -> list[tuple[str, int | None, int | None]]:
    """(code, first year, last year) of every division, abolished ones included."""
    return list(Region.objects.values_list("code", "since_year", "until_year"))


def named(code: str) -> Organisation | None:
    """The organisation with this code, if any: names of bodies are no secret among officials."""
    return Organisation.objects.filter(code=code).first()


def left_in(organisation: Organisation) -> tuple[int, int]:
    """How many open bodies below it and accounts in use keep a body from being closed."""
    children = organisation.children.filter(closed_on__isnull=True).count()
    return children, organisation.accounts.filter(is_active=True).count()


def token_for(actor: Account, number: int) -> ApiToken:
    """One's own token, or one of an account one manages. Raises NotFound for any other."""
    mine = Q(account=actor) | under(actor.held.paths(MANAGE), field="account__organisation__path")
    found = ApiToken.objects.select_related("account__organisation").filter(mine, pk=number).first()
    if found is None:
        raise NotFound(what="接口令牌", key=number)
    return found
