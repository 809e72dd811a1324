"""The register of officers."""

from django.db import models


class Officer(models.Model):
    """An enforcement officer by certificate (执法证). An officer may have no account."""

    certificate = models.CharField("执法证号", max_length=100, unique=True)
    name = models.CharField("姓名", max_length=50)
    body = models.CharField("所属主体", max_length=100)
    valid_to = models.DateField("证件有效期", null=True, blank=True)
    region = models.CharField("行政区划代码", max_length=6, blank=True)
    fields = models.CharField("执法类别", max_length=200, blank=True)
    fact_id = models.BigIntegerField("来源记录")

    class Meta:
        verbose_name = "执法人员"
        ordering = ["certificate"]

    def __str__(self) -> str:
        return f"{self.name}（{self.certificate}）"
