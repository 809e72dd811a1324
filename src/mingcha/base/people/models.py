"""Tables of organisations, regions, accounts, roles and grants."""

from collections.abc import Iterable, Set
from datetime import date
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from mingcha.base.days import local_day, local_today
from mingcha.base.intervals import holds_on, never_overlap, same

ROOT_SLASHES = 2  # of the path of a root, "/1/"


class Region(models.Model):
    """A division down to the county (行政区划, GB/T 2260), abolished ones with their years.

    Old licences and identity cards carry abolished codes, so none is ever deleted.
    """

    code = models.CharField("行政区划代码", max_length=6, primary_key=True)
    name = models.CharField("名称", max_length=60)
    full_name = models.CharField("全称", max_length=160)
    level = models.PositiveSmallIntegerField("级别", help_text="1 省级，2 地级，3 县级")
    parent = models.ForeignKey(
        "self",
        verbose_name="上级区划",
        on_delete=models.PROTECT,
        null=True,
        related_name="children",
    )
    since_year = models.PositiveSmallIntegerField("启用年份", null=True)
    until_year = models.PositiveSmallIntegerField("废止年份", null=True)
    former_names = models.CharField(
        "曾用名",
        max_length=300,
        blank=True,
        help_text="同一代码曾对应的名称及年份，如“东郊区（至1991年）”",
    )
    note = models.CharField("说明", max_length=200, blank=True)
    is_edited = models.BooleanField(
        "人工维护", default=False, help_text="人工修改过的区划不会被重新装载的数据覆盖"
    )

    class Meta:
        verbose_name = "行政区划"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(level__in=[1, 2, 3]), name="region_level_known")
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_abolished(self) -> bool:
        """Whether the code is no longer given out."""
        return self.until_year is not None


class Organisation(models.Model):
    """A body of the tree of organisations (组织机构): government, department, township, operator.

    `parent` is the line above (上级主管部门); `region` is the territory. `path` is the ids from
    the root down, "/1/7/42/", so "mine and below" is one indexed prefix.
    """

    class Kind(models.TextChoices):
        GOVERNMENT = "government", "人民政府"
        DEPARTMENT = "department", "监管部门"
        TOWNSHIP = "township", "乡镇、街道"
        AUTHORISED = "authorised", "法律法规授权组织"
        OPERATOR = "operator", "运维单位"

    code = models.CharField("机构标识", max_length=40, unique=True)
    name = models.CharField("机构全称", max_length=100)
    short_name = models.CharField("简称", max_length=40, blank=True)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    kind = models.CharField("机构性质", max_length=12, choices=Kind.choices)
    level = models.CharField(
        "行使层级", max_length=1, help_text="代码表“行使层级”：1 国家 … 5 乡镇"
    )
    department = models.CharField("监管部门代码", max_length=2, blank=True)
    region = models.ForeignKey(Region, verbose_name="行政区划", on_delete=models.PROTECT)
    parent = models.ForeignKey(
        "self",
        verbose_name="上级机构",
        on_delete=models.PROTECT,
        null=True,
        related_name="children",
    )
    path = models.CharField("路径", max_length=200, unique=True, editable=False)
    opened_on = models.DateField("设立日期", null=True, blank=True)
    closed_on = models.DateField("撤销日期", null=True, blank=True)
    remark = models.CharField("最近变动说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "组织机构"
        ordering = ["path"]
        indexes = [
            models.Index(fields=["path"], name="organisation_path", opclasses=["text_pattern_ops"])
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """A named set of rights (角色). The built-in ones come from config/rights.yaml.

    Security, system and audit administrators are `is_apart`: no account may hold two of them
    (三员分离, GB/T 22239-2019). Roles that are `is_appointed` are given on the server only, by
    `mingcha appoint`; a role that `reads_data` is never given to the operator's people (运维单位).
    """

    key = models.SlugField("角色标识", max_length=40, unique=True)
    label = models.CharField("角色名称", max_length=40)
    description = models.CharField("说明", max_length=200, blank=True)
    rights = ArrayField(models.CharField(max_length=60), verbose_name="权限")
    is_builtin = models.BooleanField("内置", default=True)
    is_apart = models.BooleanField("三员分离", default=False)
    is_appointed = models.BooleanField("仅在服务器上任命", default=False)
    reads_data = models.BooleanField("可读部门数据", default=False)
    order = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = "角色"
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.label


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by login for Django's authentication."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(login=username)


class Account(AbstractBaseUser):
    """A real-name account (实名账号) of a person in service and at post (XA21 art. 26).

    Every act under it is its holder's (art. 31). It is closed, never deleted.
    """

    login = models.CharField("登录名", max_length=40, unique=True)
    real_name = models.CharField("真实姓名", max_length=40)
    organisation = models.ForeignKey(
        Organisation, verbose_name="所属机构", on_delete=models.PROTECT, related_name="accounts"
    )
    post = models.CharField("职务", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    is_active = models.BooleanField("启用", default=True)
    is_machine = models.BooleanField("系统对接账号", default=False)
    opened_at = models.DateTimeField("开通时间", auto_now_add=True)
    expires_on = models.DateField("有效期至", null=True, blank=True)
    closed_at = models.DateTimeField("停用时间", null=True, blank=True)
    closed_because = models.CharField("停用原因", max_length=200, blank=True)
    remark = models.CharField("最近变动说明", max_length=200, blank=True)
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True)
    must_change_password = models.BooleanField("须修改密码", default=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["real_name"]
    objects = AccountManager()

    class Meta:
        verbose_name = "账号"
        ordering = ["login"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=True) | ~Q(closed_because=""),
                name="account_closed_with_reason",
            )
        ]

    def __str__(self) -> str:
        return self.real_name

    @property
    def held(self) -> "HeldRights":
        """The rights in force now; read once per instance, that is once per request."""
        if not hasattr(self, "_held"):
            in_force = self.grants.in_force().select_related(None)  # not who granted them
            self._held = HeldRights(in_force.select_related("role", "scope"))
        return self._held

    @property
    def absent(self) -> "list[Account]":
        """Those for whom this account stands in today (代办); read once per instance."""
        if not hasattr(self, "_absent"):
            standing = Deputy.objects.standing(on=local_today()).filter(deputy=self)
            self._absent = [one.absent for one in standing.select_related("absent")]
        return self._absent

    def holds(self, right: str) -> bool:
        """Whether the right is held anywhere."""
        return right in self.held.rights

    def holds_over(self, right: str, organisation: Organisation) -> bool:
        """Whether the right is held over this organisation (its own grant or one above it)."""
        return self.held.over(right, organisation)


class GrantQuerySet(models.QuerySet["Grant"]):
    """Grants by their dates."""

    def in_force(self) -> "GrantQuerySet":
        """Those whose dates hold today (Asia/Shanghai), with role and scope."""
        return self.standing().filter(since__lte=local_today())

    def standing(self) -> "GrantQuerySet":
        """Those in force today or later: neither revoked nor run out."""
        today = local_today()
        return self.filter(
            Q(until__isnull=True) | Q(until__gte=today), revoked_at__isnull=True
        ).select_related("role", "scope", "granted_by")


class Grant(models.Model):
    """A role given to an account over an organisation and all below it (授权)."""

    account = models.ForeignKey(
        Account, verbose_name="账号", on_delete=models.PROTECT, related_name="grants"
    )
    role = models.ForeignKey(Role, verbose_name="角色", on_delete=models.PROTECT)
    scope = models.ForeignKey(Organisation, verbose_name="范围", on_delete=models.PROTECT)
    granted_by = models.ForeignKey(
        Account, verbose_name="授权人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    since = models.DateField("生效日期")
    until = models.DateField("失效日期", null=True, blank=True)
    reason = models.CharField("授权理由", max_length=200, blank=True)
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    revoked_by = models.ForeignKey(
        Account, verbose_name="撤销人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    revoked_because = models.CharField("撤销理由", max_length=200, blank=True)
    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = "授权"
        ordering = ["account", "role__order", "since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=models.F("account")),
                name="grant_never_to_oneself",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="grant_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.role} · {self.scope}"


class HeldRights:
    """What an account may do, and where: right → paths of organisations."""

    def __init__(self, grants: Iterable[Grant]) -> None:
        self._paths: dict[str, set[str]] = {}
        self._bodies: list[tuple[int, str]] | None = None
        self.grants = list(grants)
        for grant in self.grants:
            for right in grant.role.rights:
                self._paths.setdefault(right, set()).add(grant.scope.path)

    @property
    def rights(self) -> Set[str]:
        """Every right held anywhere."""
        return self._paths.keys()

    def paths(self, right: str) -> set[str]:
        """The organisations over which the right is held, as path prefixes."""
        return self._paths.get(right, set())

    def bodies(self, right: str) -> list[int]:
        """The ids of the organisations over which the right is held. One query for all rights, once."""
        if self._bodies is None:
            reach = Q(pk__in=[])
            for path in {path for paths in self._paths.values() for path in paths}:
                reach |= Q(path__startswith=path)
            self._bodies = list(Organisation.objects.filter(reach).values_list("pk", "path"))
        mine = tuple(self.paths(right))
        return [pk for pk, path in self._bodies if path.startswith(mine)]

    def everywhere(self, right: str) -> bool:
        """Whether the right is held over every organisation there is."""
        if not any(path.count("/") == ROOT_SLASHES for path in self.paths(right)):
            return False
        mine = Q(pk__in=[])
        for path in self.paths(right):
            mine |= Q(path__startswith=path)
        return not Organisation.objects.exclude(mine).exists()

    def over(self, right: str, organisation: Organisation) -> bool:
        """Whether the right is held over this organisation."""
        return any(organisation.path.startswith(path) for path in self.paths(right))


class Duty(models.IntegerChoices):
    """For what somebody answers in a body (责任人, XA21 art. 5), from the handler upwards."""

    CONTACT = 0, "具体责任人"
    UNIT = 1, "承办机构负责人"
    LEADER = 2, "分管领导"
    HEAD = 3, "第一责任人"
    SECURITY = 9, "安全联络员"


class Responsible(models.Model):
    """A person who answers for something in a body (责任人), with the days of office.

    `account` is empty for somebody who has none. A body has one head at a time; of the others there
    may be several, told apart by `field`, the work they answer for ("" = all of it).
    """

    organisation = models.ForeignKey(
        Organisation, verbose_name="机构", on_delete=models.PROTECT, related_name="responsible"
    )
    duty = models.PositiveSmallIntegerField("职责", choices=Duty.choices)
    field = models.CharField("分管工作", max_length=100, blank=True)
    name = models.CharField("姓名", max_length=40)
    title = models.CharField("职务", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    account = models.ForeignKey(
        Account, verbose_name="账号", on_delete=models.PROTECT, null=True, related_name="duties"
    )
    since = models.DateField("任职日期")
    until = models.DateField("离任日期", null=True, blank=True)
    basis = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = "责任人"
        ordering = ["organisation", "-duty", "since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="responsible_dates_in_order",
            ),
            never_overlap(
                "responsible_one_head", same("organisation_id"), condition=Q(duty=Duty.HEAD)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_duty_display()} {self.name}"


class DeputyQuerySet(models.QuerySet["Deputy"]):
    """Deputies by their dates."""

    def standing(self, *, on: date) -> "DeputyQuerySet":
        """Those who stand in on a day."""
        return self.filter(holds_on(on), ended_at__isnull=True)


class Deputy(models.Model):
    """Who stands in for somebody absent, from when to when (代办人).

    The deputy sees and may claim what is addressed to the absent by name, under the deputy's own
    account and rights; the trace says for whom. One deputy at a time; `ended_at` ends it early.
    """

    absent = models.ForeignKey(
        Account, verbose_name="委托人", on_delete=models.PROTECT, related_name="deputies"
    )
    deputy = models.ForeignKey(
        Account, verbose_name="代办人", on_delete=models.PROTECT, related_name="stands_in"
    )
    since = models.DateField("起始日期")
    until = models.DateField("截止日期")
    reason = models.CharField("事由", max_length=200)
    entered_by = models.ForeignKey(
        Account, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField("收回时间", null=True, blank=True)
    objects = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name = "代办人"
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=models.F("since")), name="deputy_dates_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(absent=models.F("deputy")), name="deputy_is_somebody_else"
            ),
            never_overlap(
                "deputy_one_at_a_time", same("absent_id"), condition=Q(ended_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deputy} 代 {self.absent}"

    @property
    def is_over(self) -> bool:
        """Whether it has run out or was ended."""
        return self.ended_at is not None or self.until < local_today()


class SavedView(models.Model):
    """A filter of a list that somebody keeps under a name (常用筛选): a tab of their own."""

    account = models.ForeignKey(
        Account, verbose_name="账号", on_delete=models.CASCADE, related_name="views"
    )
    page = models.CharField("页面", max_length=60, db_collation="C")
    label = models.CharField("名称", max_length=20)
    query = models.CharField("条件", max_length=1000, help_text="网址中的查询部分")

    class Meta:
        verbose_name = "常用筛选"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "page", "label"], name="view_name_once")
        ]

    def __str__(self) -> str:
        return self.label


class FormerPassword(models.Model):
    """A password used before (历史密码), as its hash only, so it is not chosen again too soon."""

    account = models.ForeignKey(
        Account, verbose_name="账号", on_delete=models.CASCADE, related_name="former_passwords"
    )
    encoded = models.CharField("密码散列", max_length=128)
    replaced_at = models.DateTimeField("更换时间", auto_now_add=True)

    class Meta:
        verbose_name = "历史密码"
        ordering = ["-replaced_at"]

    def __str__(self) -> str:
        return f"{self.account_id} {local_day(self.replaced_at)}"


class ApiToken(models.Model):
    """A key for machines (接口令牌). Only its hash is kept; it may do what its account may."""

    account = models.ForeignKey(
        Account, verbose_name="账号", on_delete=models.PROTECT, related_name="tokens"
    )
    name = models.CharField("用途", max_length=60)
    digest = models.CharField("令牌散列", max_length=64, unique=True, editable=False)
    hint = models.CharField("令牌开头", max_length=12, editable=False)
    created_at = models.DateTimeField("创建时间", auto_now_add=True)
    expires_on = models.DateField("有效期至")
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    revoked_at = models.DateTimeField("作废时间", null=True, blank=True)

    class Meta:
        verbose_name = "接口令牌"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.hint}… {self.name}"

    @property
    def is_usable(self) -> bool:
        """Whether it still opens the door today."""
        return self.revoked_at is None and self.expires_on >= local_today()
