"""Tables of attributes of parties: what must be filled anew, where sources differ, what a person settled."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class StaleParty(models.Model):
    """A party whose row must be filled anew from its facts (待重算); gone once the job has been over it."""

    party = models.OneToOneField(
        "parties.Party", verbose_name="监管对象", on_delete=models.PROTECT, primary_key=True,
        related_name="+", db_constraint=False,
    )  # fmt: skip

    class Meta:
        verbose_name = "待重算"

    def __str__(self) -> str:
        return str(self.party_id)


class Conflict(models.Model):
    """Sources say otherwise about an attribute of a party (来源冲突): what counts, why, and who differs.

    A projection that the job writes anew; `how` is `parties.rules.attributes.How`. `rivals` lists the
    statements that differ: [value, fact, table, provider, rank], the most authoritative first.
    """

    party = models.ForeignKey(
        "parties.Party", verbose_name="监管对象", on_delete=models.PROTECT, related_name="+"
    )
    attribute = models.CharField("属性", max_length=20)
    value = models.CharField("采用的值", max_length=600)
    fact_id = models.BigIntegerField("采用的记录")
    how = models.CharField("依据", max_length=8)
    rivals = models.JSONField("不同的说法", default=list)
    tables = ArrayField(models.CharField(max_length=60), verbose_name="涉及的数据表")
    providers = ArrayField(models.BigIntegerField(), verbose_name="涉及的报送单位")
    since = models.DateTimeField("发现时间")

    class Meta:
        verbose_name = "来源冲突"
        constraints = [models.UniqueConstraint(fields=["party", "attribute"], name="conflict_once")]
        indexes = [models.Index(fields=["attribute", "-since"], name="conflict_attribute")]

    def __str__(self) -> str:
        return f"{self.party_id} {self.attribute}"


class Settlement(models.Model):
    """A person chose which source counts for an attribute of a party (冲突裁定), and why.

    It holds as long as the record of that provider says `value`; `ended_*` when it was taken back.
    """

    party = models.ForeignKey(
        "parties.Party", verbose_name="监管对象", on_delete=models.PROTECT, related_name="+"
    )
    attribute = models.CharField("属性", max_length=20)
    value = models.CharField("裁定的值", max_length=600)
    provider = models.ForeignKey(
        "people.Organisation", verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    dataset = models.CharField("数据表", max_length=60)
    source_key = models.CharField("业务主键", max_length=400)
    reason = models.CharField("理由", max_length=500)
    by = models.ForeignKey(
        "people.Account", verbose_name="裁定人", on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("裁定时间")
    ended_at = models.DateTimeField("终止时间", null=True)
    ended_by = models.ForeignKey(
        "people.Account",
        verbose_name="终止人",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    ended_reason = models.CharField("终止理由", max_length=500, blank=True)

    class Meta:
        verbose_name = "冲突裁定"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "attribute"], condition=Q(ended_at__isnull=True),
                name="settlement_one_stands",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.party_id} {self.attribute}"
