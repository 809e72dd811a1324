"""Tables of how a provider's columns become a table's fields."""

from django.db import models


class SourceMapping(models.Model):
    """How one provider's columns become a table's fields (字段映射); a change is a new version."""

    provider = models.ForeignKey(
        "people.Organisation", verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    table = models.CharField("数据表", max_length=60)
    name = models.CharField("名称", max_length=100)
    version = models.PositiveIntegerField("版本")
    spec = models.JSONField("内容")
    made_by = models.ForeignKey(
        "people.Account", verbose_name="制定人", on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField("制定时间", auto_now_add=True)

    class Meta:
        verbose_name = "字段映射"
        ordering = ["provider", "table", "name", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "table", "name", "version"], name="mapping_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} 第 {self.version} 版"


class MappingDraft(models.Model):
    """A mapping being made for a file (字段映射草稿), with the preview that a job made of it.

    `preview` is empty until the job is done: {headers, rows [[{text, bad}]], bad, problems}.
    """

    batch = models.OneToOneField(
        "records.Batch", verbose_name="批次", on_delete=models.CASCADE, primary_key=True
    )
    table = models.CharField("数据表", max_length=60)
    name = models.CharField("名称", max_length=100, blank=True)
    spec = models.JSONField("内容")
    preview = models.JSONField("预览", default=dict)

    class Meta:
        verbose_name = "字段映射草稿"

    def __str__(self) -> str:
        return f"{self.name}（草稿）"
