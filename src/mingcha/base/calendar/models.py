"""Days on which the calendar differs from what it would say by itself."""

from django.db import models


class Holiday(models.Model):
    """A day set by hand (节假日、调休): free or worked, on which ground (依据)."""

    day = models.DateField("日期", primary_key=True)
    is_workday = models.BooleanField("是否工作日")
    name = models.CharField("名称", max_length=40)
    basis = models.CharField("依据", max_length=200, help_text="如：国务院办公厅通知的文号")
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "工作日历"
        ordering = ["day"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(basis=""), name="holiday_has_its_basis")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
