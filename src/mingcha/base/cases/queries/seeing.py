"""Who may see which case.

The bodies over which an account holds a right, and the few cases that it sees by name only, are
asked for first and written into the question as plain numbers: so the list of a million cases is
answered from its indexes, which it would not be with subqueries under an OR.
"""

from django.db.models import Q, QuerySet

from mingcha.base.cases.machine import Kind
from mingcha.base.cases.models import Case, Todo
from mingcha.base.errors import NotFound
from mingcha.base.people.models import Account


def visible_to(account: Account) -> QuerySet[Case]:
    """The cases that an account may read: of a kind it may see, at a body over which it may.

    That is the body that has the case or the one that opened it. Cases addressed to the account by
    name are its too, and while it stands in for somebody absent, what waits for that person.
    """
    reach = within_reach(account)
    return _related(Case.objects.filter(reach | Q(pk__in=_by_name_only(account, reach))))


def case_for(account: Account, number: str) -> Case:
    """The one door to a case. Raises NotFound for missing and hidden alike."""
    case = _related(Case.objects.filter(number=number)).first()
    if case is None or not why_seen(case, account):
        raise NotFound(what="办件", key=number)
    return case


def why_seen(case: Case, account: Account) -> str:
    """Why an account may read a case, in a sentence; "" when it may not."""
    for body, word in ((case.unit, "承办单位"), (case.opener, "发起单位")):
        if account.holds_over(case.of.sees, body):
            return f"您的授权范围包括{word}{body.name}。"
    named = addressed_to(account).filter(case=case).select_related("person").first()
    if named is None:
        return ""
    if named.person is None:
        return f"此件抄知您所在的单位（{named.verb}）。"
    if named.person_id == account.pk:
        return f"此件曾按姓名发给您（{named.verb}）。"
    return f"您正在代{named.person.real_name}办理，此件按姓名发给该同志。"


def within_reach(account: Account) -> Q:
    """The condition that a case lies at a body over which the account may see its kind."""
    by_right: dict[str, list[str]] = {}
    for kind in Kind.ALL.values():
        if account.holds(kind.sees):
            by_right.setdefault(kind.sees, []).append(kind.name)
    reach = Q(pk__in=[])
    for right, kinds in by_right.items():
        condition = Q(kind__in=kinds)
        if not account.held.everywhere(right):
            bodies = account.held.bodies(right)
            condition &= Q(unit__in=bodies) | Q(opener__in=bodies)
        reach |= condition
    return reach


def addressed_to(account: Account) -> QuerySet[Todo]:
    """What was ever addressed to an account by name, what waits for those it stands in for, and what
    its body was let know.
    """
    mine = Q(person=account)
    if absent := [person.pk for person in account.absent]:
        mine |= Q(person__in=absent, done_at__isnull=True)
    return Todo.objects.filter(mine | told_to_body(account))


def told_to_body(account: Account) -> Q:
    """The condition that the account's body was let know of a case of a kind that it may see there."""
    body = account.organisation
    kinds = [kind.name for kind in Kind.ALL.values() if account.holds_over(kind.sees, body)]
    return Q(person__isnull=True, to_know=True, unit=body, case__kind__in=kinds)


def _by_name_only(account: Account, reach: Q) -> list[int]:
    """The cases that an account sees for no other reason than its name."""
    named = Case.objects.filter(pk__in=addressed_to(account).order_by().values("case"))
    return list(named.exclude(reach).order_by().values_list("pk", flat=True))


def _related(found: QuerySet[Case]) -> QuerySet[Case]:
    """With what every list and page names; the search vector stays in the database."""
    return found.select_related("unit", "handler", "opener").defer("search")
