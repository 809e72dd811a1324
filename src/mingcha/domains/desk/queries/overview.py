"""What concerns me: what waits for me, what I manage, what I did, what I may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from mingcha.base.cases import queries as cases
from mingcha.base.cases.models import Case
from mingcha.base.days import SHANGHAI, local_today, second_text, start_of, utc_now
from mingcha.base.ledger import queries as ledger
from mingcha.base.ledger.models import Act
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account, Grant, Organisation, Region
from mingcha.base.people.roles import declared
from mingcha.base.search import MOST
from mingcha.domains.desk.queries.work import TodoRow, kinds_seen, todo_rows
from mingcha.domains.records.queries import batches, consents
from mingcha.domains.records.queries import standing as intake

SOON = timedelta(days=14)
RECENT = 8
MOST_BATCHES = 6
MOST_PROVIDERS = 8
MOST_CASES = 6
SEAL_LATE = timedelta(minutes=1)


@dataclass(frozen=True)
class Waiting:
    """Something that asks for an act: what, why, where, and how pressing."""

    label: str
    text: str
    url: str
    badge: str
    tone: str


@dataclass(frozen=True)
class Figure:
    """One headline figure and where its rows are."""

    label: str
    value: int
    url: str
    under: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Figures:
    """Figures that belong together: since when, the page of all their rows, and what one does there."""

    title: str
    note: str
    page: str
    link: str
    figures: list[Figure]

    @property
    def url(self) -> str:
        """The address of the page."""
        return reverse(self.page)


@dataclass(frozen=True)
class Recent:
    """Something I did: when, and on what."""

    title: str
    text: str
    at: datetime
    url: str


@dataclass(frozen=True)
class HeldRight:
    """A right I hold, what it lets me do, and the grants it comes from."""

    label: str
    explanation: str
    grants: list[Grant]


def waiting(account: Account) -> list[Waiting]:
    """What asks me for an act, most urgent first."""
    return [
        *_inbox(account),
        *_own_dates(account),
        *_returned(account),
        *_consent_dates(account),
        *_people_dates(account),
    ]


def _consent_dates(account: Account) -> list[Waiting]:
    """Consents about to run out, for whoever may give them anew."""
    if not account.holds(consents.CONSENT):
        return []
    return [
        Waiting(
            "共享同意将到期", f"{consents.label_of(one)} · {one.provider}",
            reverse("records:consent", args=[one.public_id]), f"至 {one.until:%m-%d}", "due",
        )
        for one in consents.ending(account, SOON.days)[:20]
    ]  # fmt: skip


def _inbox(account: Account) -> list[Waiting]:
    """The most urgent of the inbox: what is mine, then what my body has not claimed."""
    box, address = cases.inbox(account), reverse("desk:inbox")
    mine, own = list(box.mine[: MOST_CASES + 1]), list(box.own[: MOST_CASES + 1])
    found = [_case(row, "") for row in todo_rows(mine[:MOST_CASES], account)]
    found += [_case(row, "待认领 · ") for row in todo_rows(own[: MOST_CASES - len(found)], account)]
    if len(mine) > MOST_CASES:
        found.append(Waiting("查看全部待办", "按期限排列", address, "", "plain"))
    elif len(mine) + len(own) > MOST_CASES:
        found.append(Waiting("查看全部待认领", "本单位", f"{address}?box=own", "", "plain"))
    return found


def _case(row: TodoRow, before: str) -> Waiting:
    who = f"代{row.absent} · " if row.absent else ""
    text = f"{who}{before}{row.todo.verb} · {row.case.of.label} · 来自{row.sender}"
    return Waiting(row.case.title, text, row.url, row.due, row.tone)


def _returned(account: Account) -> list[Waiting]:
    """Files from which rows came back, or that could not be taken in at all."""
    if not account.holds(batches.INTAKE):
        return []
    found = []
    for batch in intake.to_correct(account, MOST_BATCHES):
        where = f"{batch.provider} · {batch.received_at.astimezone(SHANGHAI):%m-%d %H:%M} 报送"
        if batch.state in intake.STOPPED:
            address = reverse("records:batch", args=[batch.public_id])
            found.append(Waiting(batch.file_name, where, address, "整个文件没有入库", "late"))
        else:
            address = reverse("records:refused", args=[batch.public_id])
            badge = f"退回 {batch.refused_count:,} 行"
            found.append(Waiting(batch.file_name, where, f"{address}?state=refused", badge, "due"))
    return found


def _own_dates(account: Account) -> list[Waiting]:
    found = []
    changed = account.password_changed_at
    if changed is not None:
        due = (changed + timedelta(days=settings.PASSWORD_DAYS)).date()
        if due - local_today() <= SOON:
            text = f"密码须每 {settings.PASSWORD_DAYS} 天更换一次"
            found.append(
                Waiting("更换密码", text, reverse("desk:password"), f"至 {due:%m-%d}", "due")
            )
    for token in account.tokens.filter(
        revoked_at__isnull=True, expires_on__lte=local_today() + SOON
    ):
        text = f"令牌“{token.name}”将于 {token.expires_on} 到期"
        found.append(Waiting("更换接口令牌", text, reverse("desk:me"), "即将到期", "due"))
    return found


def _people_dates(account: Account) -> list[Waiting]:
    """Accounts about to run out, for whoever manages them."""
    if not account.holds(people.MANAGE):
        return []
    return [
        Waiting(
            f"{person.real_name}的账号将到期", str(person.organisation),
            reverse("desk:person", args=[person.login]), f"至 {person.expires_on:%m-%d}", "due",
        )
        for person in _ending(account).exclude(pk=account.pk)[:20]
    ]  # fmt: skip


def _ending(account: Account) -> QuerySet[Account]:
    """The accounts I manage that run out soon."""
    soon = (local_today(), local_today() + SOON)
    return people.accounts_visible_to(account).filter(is_active=True, expires_on__range=soon)


def figures_since() -> date:
    """The first day that the figures of the intake count."""
    return local_today() - intake.RECENT + timedelta(days=1)


def figures(account: Account) -> list[Figures]:
    """Headline figures of what I answer for, in groups."""
    groups = (
        Figures("我的工作", "", "desk:inbox", "打开待办", _case_figures(account)),
        Figures("数据报送", f"{figures_since()} 以来", "records:batches", "查看全部批次", _intake_figures(account)),
        Figures("审计账本", "", "desk:audit", "查询审计记录", _ledger_figures(account)),
        Figures("人员账号", "", "desk:people", "管理人员账号", _people_figures(account)),
    )  # fmt: skip
    return [group for group in groups if group.figures]


def providers(account: Account) -> Sequence[intake.ProviderStanding]:
    """How the organisations I answer for hand in; nothing where there is only one."""
    if not account.holds(batches.RECEIPTS):
        return []
    found = intake.by_provider(account, MOST_PROVIDERS)
    return found if len(found) > 1 else []


def _case_figures(account: Account) -> list[Figure]:
    """My own work: what waits, what of it is late, what nobody of my body has claimed, what I did."""
    if not kinds_seen(account):
        return []
    box, address = cases.inbox(account), reverse("desk:inbox")
    late = cases.narrowed(box.mine, cases.Sought(due="late")).count()
    since = local_today() - timedelta(days=29)
    closed = cases.done_by(account).filter(closed_at__gte=start_of(since)).count()
    return [
        Figure("待我办", box.mine.count(), address, f"逾期 {late} 件" if late else "没有逾期",
               "late" if late else ""),
        Figure("本单位待认领", box.own.order_by()[:MOST].count(), f"{address}?box=own"),
        Figure("近 30 天办结", closed, f"{address}?box=done", "我经手的"),
    ]  # fmt: skip


def _intake_figures(account: Account) -> list[Figure]:
    """The batches I may see: what runs, and what came of the last 30 days."""
    if not account.holds(batches.RECEIPTS):
        return []
    now, address = intake.standing(account), reverse("records:batches")
    since = f"&since={figures_since()}"
    return [
        Figure("处理中的批次", now.open, f"{address}?state={batches.OPEN}"),
        Figure("报送批次", now.handed_in, f"{address}?{since[1:]}", f"接收 {now.accepted:,} 行"),
        Figure("退回待更正", now.refused, f"{address}?flaw=refused{since}", "行",
               "late" if now.refused else ""),
        Figure("待核", now.waiting, f"{address}?flaw=waiting{since}", "行，等所引用的数据",
               "due" if now.waiting else ""),
    ]  # fmt: skip


def _ledger_figures(account: Account) -> list[Figure]:
    """The last seal, and what waits for the next one."""
    if not account.holds("ledger.verify"):
        return []
    seal, address = ledger.last_seal(), reverse("desk:audit")
    unsealed = Act.objects.filter(leaf_no__isnull=True)
    is_late = unsealed.filter(at__lt=utc_now() - SEAL_LATE).exists()
    when = second_text(seal.time) if seal else "还没有封签"
    return [
        Figure("最近封签号", seal.no if seal else 0, address, when),
        Figure(
            "待封签的操作", unsealed.count(), address, "封签每 10 秒一次", "late" if is_late else ""
        ),
    ]


def _people_figures(account: Account) -> list[Figure]:
    """The accounts I manage."""
    if not account.holds(people.MANAGE):
        return []
    mine = people.accounts_visible_to(account)
    address = reverse("desk:people")
    fresh = mine.filter(is_active=True, last_login__isnull=True).count()
    return [
        Figure("在用账号", mine.filter(is_active=True).count(), f"{address}?state=active"),
        Figure("从未登录", fresh, f"{address}?state=never", "请核实是否仍需要"),
        Figure("即将到期", _ending(account).count(), f"{address}?state=soon", f"{SOON.days} 天内"),
        Figure("已停用", mine.filter(is_active=False).count(), f"{address}?state=closed"),
    ]


def recent(account: Account) -> list[Recent]:
    """My own latest acts on what has a page, one line per record."""
    since = utc_now() - timedelta(days=90)
    mine = Act.objects.filter(actor_id=account.pk, at__gte=since, record_kind__in=PAGES)
    latest: dict[tuple[str, str], Act] = {}
    for act in mine.order_by("-at", "-id")[: RECENT * 5]:
        latest.setdefault((act.record_kind, act.record_key), act)
    shown = list(latest.values())[:RECENT]
    files = batches.file_names(account, [a.record_key for a in shown if a.record_kind == "batch"])
    found = [(act, _page_of(act, files)) for act in shown]
    return [Recent(name, act.verb, act.at, url) for act, (name, url) in found if url]


# Kind of record → its table, what the ledger names it by, its page, and what the page goes by.
PAGES = {
    "people.account": (Account, "pk", "desk:person", "login"),
    "people.organisation": (Organisation, "pk", "desk:organisation", "code"),
    "people.region": (Region, "pk", "desk:region", "code"),
    "case": (Case, "number", "desk:case", "number"),
    "batch": (None, "", "records:batch", ""),
}


def _page_of(act: Act, files: Mapping[str, str]) -> tuple[str, str]:
    """What the record is called, and the address of its page."""
    table, key, page, field = PAGES[act.record_kind]
    if table is None:
        name = files.get(act.record_key, "")
        return name, reverse(page, args=[act.record_key]) if name else ""
    row = table._default_manager.filter(**{key: act.record_key}).first()
    return (str(row), reverse(page, args=[getattr(row, field)])) if row else ("", "")


def rights_of(account: Account) -> list[HeldRight]:
    """Every right held, in the order of declaration, with the grants that give it."""
    held = account.held
    return [
        HeldRight(right.label, right.explanation, [g for g in held.grants if key in g.role.rights])
        for key, right in declared().rights.items()
        if key in held.rights
    ]
