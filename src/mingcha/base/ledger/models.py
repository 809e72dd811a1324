"""Tables of the ledger. Rows are added and never changed, but for the one leaf number of an act."""

from collections.abc import Mapping
from typing import Final

from django.db import models
from django.db.models import F, Q

# table → role → what it may do beyond SELECT; the step that grants rights after a migration
# reads it. Nobody but the owner may change or delete anything else.
PROTECTED: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "ledger_act": {"app": ("INSERT",), "sealer": ("UPDATE (leaf_no)",)},
    "ledger_content": {"app": ("INSERT",), "sealer": ()},
    "ledger_origin": {"app": ("INSERT",), "sealer": ()},
    "ledger_personkey": {"app": ("INSERT",), "sealer": ()},
    "ledger_node": {"app": (), "sealer": ("INSERT",)},
    "ledger_seal": {"app": (), "sealer": ("INSERT",)},
}

SYSTEM: Final = 0  # the account number of the system itself (系统)


class Act(models.Model):
    """One act on one record (操作留痕). `body` is the exact text hashed, see rules.py.

    The columns from `at` to `prev` repeat what the body says, for searching; `verify` holds
    them to it. `leaf_no` is null until the sealer numbers the act.
    """

    at = models.DateTimeField("时间")
    record_kind = models.CharField("记录种类", max_length=60, db_collation="C")
    record_key = models.CharField("记录标识", max_length=120, db_collation="C")
    verb = models.CharField("操作", max_length=60)
    actor_id = models.BigIntegerField("操作账号", help_text="0 为系统")
    organisation = models.CharField("操作机构标识", max_length=40, blank=True, db_collation="C")
    origin = models.CharField("来源标记", max_length=24, blank=True, db_collation="C")
    prev = models.BinaryField("该记录上一操作的杂凑值", null=True)
    body = models.TextField("留痕正文")
    hash = models.BinaryField("杂凑值", unique=True)
    leaf_no = models.BigIntegerField("叶号", null=True, unique=True)

    class Meta:
        verbose_name = "操作留痕"
        indexes = [
            models.Index(fields=["at", "id"], name="act_open", condition=Q(leaf_no__isnull=True)),
            # Hash and prev ride along, so that all chains are checked by reading this index only.
            models.Index(
                fields=["record_kind", "record_key", "id"],
                name="act_record",
                include=["hash", "prev"],
            ),
            models.Index(F("actor_id"), F("at").desc(), F("id").desc(), name="act_actor"),
            models.Index(
                F("organisation"), F("at").desc(), F("id").desc(), name="act_organisation"
            ),
            models.Index(F("at").desc(), F("id").desc(), name="act_time"),
            models.Index(F("verb"), F("at").desc(), F("id").desc(), name="act_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.record_kind}/{self.record_key}"


class Content(models.Model):
    """What an act left its record as, where the caller gave it in words (留痕内容).

    Kept beside the act and not in it, because it may name people: the act keeps its digest,
    and this row can be deleted when the law asks for it.
    """

    act = models.BigIntegerField("留痕", primary_key=True)
    text = models.TextField("内容", help_text="规范 JSON")

    class Meta:
        verbose_name = "留痕内容"

    def __str__(self) -> str:
        return self.text


class PersonKey(models.Model):
    """The key under which a person's addresses and devices are named in acts (个人密钥).

    Once deleted, no token in an act can be led back to an address again.
    """

    account = models.BigIntegerField("账号", primary_key=True)
    key = models.BinaryField("密钥")

    class Meta:
        verbose_name = "个人密钥"

    def __str__(self) -> str:
        return str(self.account)


class Origin(models.Model):
    """From where an account acted: what a token in its acts stands for (操作来源)."""

    token = models.CharField("来源标记", max_length=24, primary_key=True, db_collation="C")
    account = models.BigIntegerField("账号", db_index=True)
    address = models.CharField("网络地址", max_length=45, blank=True)
    device = models.CharField("设备", max_length=200, blank=True)

    class Meta:
        verbose_name = "操作来源"

    def __str__(self) -> str:
        return self.address


class Node(models.Model):
    """The root of a complete subtree of 2^level leaves, level ≥ 8 (树节点).

    At level 8 `leaves` holds the 256 leaf hashes one after another. What lies between, and the
    tree's incomplete right edge, are folded from these when needed: a full copy of every node
    would double the work of sealing and save a proof less than a millisecond.
    """

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField("层")
    index = models.BigIntegerField("序号")
    hash = models.BinaryField("杂凑值")
    leaves = models.BinaryField("叶", default=b"")

    class Meta:
        verbose_name = "树节点"

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Seal(models.Model):
    """A signed root over all acts numbered so far (封存)."""

    no = models.BigIntegerField("封存号", primary_key=True)
    size = models.BigIntegerField("叶数", unique=True)
    root = models.BinaryField("树根")
    time = models.DateTimeField("时间", unique=True)
    prev = models.BinaryField("上一封存的杂凑值")
    key = models.CharField("签名公钥", max_length=32)
    body = models.TextField("封存正文")
    hash = models.BinaryField("杂凑值", unique=True)
    signature = models.BinaryField("签名")

    class Meta:
        verbose_name = "封存"
        ordering = ["no"]

    def __str__(self) -> str:
        return f"封存第 {self.no} 号"
