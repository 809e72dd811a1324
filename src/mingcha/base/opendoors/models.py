"""How often doors that are open to all were used."""

from django.db import models


class Knock(models.Model):
    """How often an open door was used within one hour (公开入口使用次数).

    `who` is a keyed digest of the address, of which the key changes every day: it tells two
    addresses apart for a day and names neither. "" counts everybody. Gone after the period of a rule (base/keeping).
    """

    door = models.CharField("入口", max_length=60)
    who = models.CharField("来源", max_length=64, blank=True)
    hour = models.DateTimeField("时段")
    count = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = "公开入口使用次数"
        constraints = [models.UniqueConstraint(fields=["door", "who", "hour"], name="knock_once")]
        indexes = [models.Index(fields=["hour"], name="knock_hour")]

    def __str__(self) -> str:
        return f"{self.door} {self.hour:%m-%d %H} {self.count}"
