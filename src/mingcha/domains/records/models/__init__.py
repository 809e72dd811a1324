"""Tables of the data centre: vault, batches, chunks, subjects, facts, ties, refusals, the lake.

Facts, chunks, vault entries and the manifest are insert-only: the app role may not change them
(architecture.md 5.6); of a consent it may write the withdrawal only. See `PROTECTED`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from mingcha.base.ids import PublicIdField
from mingcha.base.people.models import Organisation
from mingcha.base.runs.models import Run
from mingcha.domains.records.models.attributes import Conflict, Settlement, StaleParty
from mingcha.domains.records.models.entries import Entry, EntryDraft, EntryState, NumberRule
from mingcha.domains.records.models.mappings import MappingDraft, SourceMapping
from mingcha.domains.records.models.marks import Mark
from mingcha.domains.records.models.samples import Sample, SamplePair, Verdict
from mingcha.domains.records.models.ties import (
    Bar,
    Decision,
    DecisionKind,
    Join,
    LinkAnswer,
    LinkQuestion,
    Newcomer,
    Pin,
    Tie,
    Untied,
    Writing,
)

__all__ = [
    "PROTECTED",
    "Bar",
    "Batch",
    "BatchState",
    "Chunk",
    "Conflict",
    "Consent",
    "ConsentQuerySet",
    "Decision",
    "DecisionKind",
    "Entry",
    "EntryDraft",
    "EntryState",
    "Export",
    "Fact",
    "Join",
    "LinkAnswer",
    "LinkQuestion",
    "Manifest",
    "MappingDraft",
    "Mark",
    "Newcomer",
    "NumberRule",
    "Operation",
    "Pin",
    "Refusal",
    "RefusalState",
    "Sample",
    "SamplePair",
    "Settlement",
    "SourceMapping",
    "StaleParty",
    "Subject",
    "Tie",
    "Untied",
    "VaultFile",
    "Verdict",
    "Writing",
]

# table → what the app role may write there beside reading it.
PROTECTED: Final[Mapping[str, tuple[str, ...]]] = {
    "records_fact": ("INSERT",),
    "records_chunk": ("INSERT",),
    "records_vaultfile": ("INSERT",),
    "records_manifest": ("INSERT",),
    "records_writing": ("INSERT",),
    "records_tie": ("INSERT", "UPDATE (until, closed_by_id)"),
    "records_decision": ("INSERT",),
    "records_pin": ("INSERT",),
    "records_bar": ("INSERT",),
    "records_join": ("INSERT",),
    "records_settlement": ("INSERT", "UPDATE (ended_at, ended_by_id, ended_reason)"),
    "records_consent": (
        "INSERT", "UPDATE (ends_on, withdrawn_at, withdrawn_by_id, withdrawn_because)",
    ),
    "records_mark": ("INSERT", "UPDATE (until)"),
}  # fmt: skip


class VaultFile(models.Model):
    """One file as it came (原始文件), named by the SM3 of its content and never changed."""

    digest = models.CharField("SM3", max_length=64, primary_key=True)
    size = models.BigIntegerField("字节数")
    stored_at = models.DateTimeField("入库时间", auto_now_add=True)

    class Meta:
        verbose_name = "原始文件"

    def __str__(self) -> str:
        return self.digest


class BatchState(models.TextChoices):
    """Where an intake stands (architecture.md 5.1)."""

    RECEIVED = "received", "已接收"
    CHECKING = "checking", "检核中"
    LANDED = "landed", "已入库"
    REFUSED = "refused", "已退回"
    CANCELLED = "cancelled", "已取消"
    FAILED = "failed", "未完成"

    @property
    def tone(self) -> str:
        """The tone in which a badge says it."""
        tones = {"landed": "done", "checking": "doing", "refused": "late", "failed": "late"}
        return tones.get(self.value, "todo")


class Batch(models.Model):
    """One file handed in by a provider for a table (批次), with its receipt.

    `table` is empty until the header row has been recognised; `sample` holds the headers and first
    rows as read, for the mapping page. `next_row` is the first data row not yet landed, so a crash goes on exactly there.
    `counts` is the receipt: check name → rows that failed it.
    """

    public_id = PublicIdField("批次编号")
    provider = models.ForeignKey(
        "people.Organisation", verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    table = models.CharField("数据表", max_length=60, blank=True)
    table_asked = models.CharField("指定的数据表", max_length=60, blank=True)
    table_version = models.PositiveIntegerField("标准版本", default=0)
    file = models.ForeignKey(VaultFile, verbose_name="原始文件", on_delete=models.PROTECT)
    file_name = models.CharField("文件名", max_length=255)
    mapping = models.ForeignKey(
        SourceMapping, verbose_name="字段映射", on_delete=models.PROTECT, null=True
    )
    channel = models.CharField("渠道", max_length=10)
    submitted_by = models.ForeignKey(
        "people.Account", verbose_name="报送人", on_delete=models.PROTECT, related_name="+"
    )
    run = models.OneToOneField(Run, verbose_name="任务", on_delete=models.PROTECT)
    state = models.CharField(
        "状态", max_length=10, choices=BatchState.choices, default=BatchState.RECEIVED
    )
    received_at = models.DateTimeField("接收时间", auto_now_add=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    next_row = models.BigIntegerField("下一行", default=0)
    read_count = models.BigIntegerField("读取行数", default=0)
    accepted_count = models.BigIntegerField("接收行数", default=0)
    refused_count = models.BigIntegerField("退回行数", default=0)
    waiting_count = models.BigIntegerField("待核行数", default=0)
    doubled_count = models.BigIntegerField("重复行数", default=0)
    replaced_count = models.BigIntegerField("更正行数", default=0)
    withdrawn_count = models.BigIntegerField("撤回行数", default=0)
    warned_count = models.BigIntegerField("提示行数", default=0)
    counts = models.JSONField("检核计数", default=dict)
    notes = models.JSONField("读取说明", default=list)
    sample = models.JSONField("样例", default=dict)
    references_at = models.DateTimeField("引用数据时间", null=True)

    class Meta:
        verbose_name = "批次"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["provider", "table", "file"], name="batch_same_file"),
            models.Index(fields=["state"], name="batch_state"),
            models.Index(fields=["-received_at", "-id"], name="batch_received"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name}（{self.public_id}）"

    @property
    def tone(self) -> str:
        """The tone in which a badge says its state."""
        return BatchState(self.state).tone


class Chunk(models.Model):
    """The rows of a batch that landed in one transaction (入库块).

    `root` is the RFC 6962 root over the content hashes of its facts in order of `row`; the act
    ("chunk", id) carries it into the ledger, and its seal is when these facts were learnt.
    """

    batch = models.ForeignKey(
        Batch, verbose_name="批次", on_delete=models.PROTECT, related_name="chunks", null=True
    )
    dataset = models.CharField("数据表", max_length=60)
    act_id = models.BigIntegerField("留痕编号", unique=True)
    rows = models.PositiveIntegerField("行数")
    root = models.BinaryField("根")
    landed_at = models.DateTimeField("入库时间", auto_now_add=True)

    class Meta:
        verbose_name = "入库块"

    def __str__(self) -> str:
        return f"{self.dataset} 第 {self.pk} 块"


class Subject(models.Model):
    """What a record says whom it concerns (记录主体): (scheme, value), such as ("uscc", "9131…").

    The nameless are ("name", "<provider>|<normalised name>|<address>").
    """

    scheme = models.CharField("编码体系", max_length=40)
    value = models.CharField("值", max_length=800)
    name = models.CharField("名称", max_length=600, blank=True)
    address = models.CharField("地址", max_length=600, blank=True)
    region = models.CharField("行政区划代码", max_length=6, blank=True)

    class Meta:
        verbose_name = "记录主体"
        constraints = [models.UniqueConstraint(fields=["scheme", "value"], name="subject_once")]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class Operation(models.TextChoices):
    """What a version does (national envelope, cd_operation)."""

    INSERT = "i", "新增"
    UPDATE = "u", "更正"
    DELETE = "d", "撤回"


class Fact(models.Model):
    """One version of one record of a provider (事实). Insert-only; no column ever changes.

    `content_hash` = SM3 of the canonical JSON that `rules.content` gives. Foreign keys carry no
    database constraint: ids are written by the one statement that resolves them, `mingcha verify`
    checks them, and a trigger per row would cost as much as the row.
    """

    id = models.BigAutoField(primary_key=True)
    chunk = models.ForeignKey(
        Chunk, verbose_name="入库块", on_delete=models.PROTECT, db_constraint=False, db_index=False
    )
    row = models.BigIntegerField("文件行号")
    subject = models.ForeignKey(
        Subject,
        verbose_name="记录主体",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
    )
    item = models.CharField("监管事项", max_length=100, blank=True)
    provider = models.ForeignKey(
        "people.Organisation",
        verbose_name="报送单位",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
    )
    dataset = models.CharField("数据表", max_length=60)
    occurred_on = models.DateField("发生日期")
    source_key = models.CharField("业务主键", max_length=400)
    version = models.PositiveIntegerField("版本")
    operation = models.CharField("操作", max_length=1, choices=Operation.choices)
    payload = models.JSONField("内容")
    content_hash = models.BinaryField("内容摘要")

    class Meta:
        verbose_name = "事实"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "dataset", "source_key", "version"], name="fact_version_once"
            )
        ]
        indexes = [
            models.Index(fields=["subject", "occurred_on"], name="fact_dossier"),
            BrinIndex(fields=["chunk"], name="fact_chunk", pages_per_range=16, autosummarize=True),
            models.Index(  # few different pairs, so it stays small: acts under an item within days
                fields=["item", "occurred_on"], condition=~models.Q(item=""), name="fact_item"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset}:{self.source_key} v{self.version}"


class RefusalState(models.TextChoices):
    """What became of a row that was not taken in at once."""

    REFUSED = "refused", "已退回"
    WAITING = "waiting", "待核"
    SETTLED = "settled", "已补入库"
    EXPIRED = "expired", "逾期退回"


class Refusal(models.Model):
    """One row that was not taken in (退回行、待核行): its cells as they came and every reason."""

    batch = models.ForeignKey(
        Batch, verbose_name="批次", on_delete=models.PROTECT, related_name="refusals"
    )
    row = models.BigIntegerField("文件行号")
    state = models.CharField("状态", max_length=8, choices=RefusalState.choices)
    source_key = models.CharField("业务主键", max_length=400, blank=True)
    raw = models.JSONField("原始内容")
    reasons = models.JSONField("原因")

    class Meta:
        verbose_name = "退回行"
        ordering = ["batch", "row"]
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="refusal_once")]
        indexes = [
            models.Index(
                fields=["batch"], condition=models.Q(state="waiting"), name="refusal_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch} 第 {self.row} 行"


class Manifest(models.Model):
    """One Parquet file of the lake (湖文件): a projection of facts, rebuilt when lost."""

    file = models.CharField("文件", max_length=200, unique=True)
    dataset = models.CharField("数据表", max_length=60)
    chunk_ids = ArrayField(models.BigIntegerField(), verbose_name="入库块")
    rows = models.BigIntegerField("行数")
    digest = models.CharField("SM3", max_length=64)
    act_id = models.BigIntegerField("留痕编号")
    replaces = ArrayField(models.CharField(max_length=200), verbose_name="替代的文件", default=list)

    class Meta:
        verbose_name = "湖文件"
        indexes = [models.Index(fields=["dataset"], name="manifest_dataset")]

    def __str__(self) -> str:
        return self.file


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Consents by their days and by whom they are for."""

    def standing(self, on: date) -> "ConsentQuerySet":
        """Those that hold on a day (Asia/Shanghai): begun, neither run out nor withdrawn by then."""
        begun = self.filter(models.Q(until__isnull=True) | models.Q(until__gte=on), since__lte=on)
        return begun.filter(models.Q(ends_on__isnull=True) | models.Q(ends_on__gt=on))

    def given_to(self, organisation: Organisation) -> "ConsentQuerySet":
        """Those that the people of an organisation may build on."""
        line = [int(part) for part in organisation.path.split("/") if part]
        return self.filter(models.Q(recipient__isnull=True) | models.Q(recipient__in=line))


class Consent(models.Model):
    """A provider's consent (共享同意) that others' officials see its rows of a shared table, and
    whatever analysis makes of them, from `since` until `until`, both days included.

    Withdrawn, never changed or deleted: `ends_on` is the first day on which it no longer holds.
    `recipient` is the organisation whose people it is for, those below included; none: every
    official. `given_by` none is the system.
    """

    public_id = PublicIdField("同意编号")
    provider = models.ForeignKey(
        "people.Organisation", verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    dataset = models.CharField("数据表", max_length=60)
    recipient = models.ForeignKey(
        "people.Organisation",
        verbose_name="共享对象",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    since = models.DateField("起")
    until = models.DateField("止", null=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    purpose = models.CharField("用途和理由", max_length=300, blank=True)
    given_by = models.ForeignKey(
        "people.Account",
        verbose_name="登记人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    given_at = models.DateTimeField("登记时间", auto_now_add=True)
    ends_on = models.DateField("停止共享日", null=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawn_by = models.ForeignKey(
        "people.Account",
        verbose_name="撤回人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    withdrawn_because = models.CharField("撤回理由", max_length=200, blank=True)
    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = "共享同意"
        ordering = ["-id"]
        indexes = [models.Index(fields=["dataset", "provider"], name="consent_table")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="consent_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True, withdrawn_at__isnull=True)
                | (
                    models.Q(ends_on__isnull=False, withdrawn_at__isnull=False)
                    & ~models.Q(withdrawn_because="")
                ),
                name="consent_withdrawn_with_day_and_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.dataset}"


class Export(models.Model):
    """One table taken out as a file (数据导出), made by a job under the asker's rights of that time.

    `spec` is the filter as asked; `providers` are the organisations whose rows the file may hold
    because the asker might see them then (none for a public table); `seal_no` and `digest` (SM3) say what the file holds and how to
    tell it unaltered. The file goes after `expires_at`; the row stays.
    """

    public_id = PublicIdField("导出编号")
    run = models.OneToOneField(Run, verbose_name="任务", on_delete=models.PROTECT)
    asked_by = models.ForeignKey(
        "people.Account", verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField("申请时间", auto_now_add=True)
    table = models.CharField("数据表", max_length=60)
    form = models.CharField("文件格式", max_length=10)
    spec = models.JSONField("条件", default=dict)
    providers = ArrayField(models.BigIntegerField(), verbose_name="数据所属单位", default=list)
    seal_no = models.BigIntegerField("封存号", null=True)
    rows = models.BigIntegerField("行数", default=0)
    size = models.BigIntegerField("字节数", default=0)
    digest = models.CharField("SM3", max_length=64, blank=True)
    expires_at = models.DateTimeField("文件保留至", null=True)

    class Meta:
        verbose_name = "数据导出"
        ordering = ["-id"]
        indexes = [models.Index(fields=["asked_by", "-id"], name="export_mine")]

    def __str__(self) -> str:
        return f"{self.table}（{self.public_id}）"
