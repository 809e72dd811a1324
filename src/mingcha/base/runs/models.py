"""The table of runs."""

from django.db import models

from mingcha.base.ids import PublicIdField


class RunState(models.TextChoices):
    """Where a run stands."""

    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    CANCELLED = "cancelled", "已取消"
    FAILED = "failed", "未完成"


class Run(models.Model):
    """One long piece of work (长任务), written by its job and watched by a page.

    `done` of `total` in `unit`; total 0 means not known yet. `error` is the refusal in words.
    """

    public_id = PublicIdField("任务编号")
    kind = models.CharField("种类", max_length=40)
    label = models.CharField("名称", max_length=200)
    actor_id = models.BigIntegerField("发起人", null=True)
    state = models.CharField(
        "状态", max_length=10, choices=RunState.choices, default=RunState.QUEUED
    )
    done = models.BigIntegerField("已处理", default=0)
    total = models.BigIntegerField("总量", default=0)
    unit = models.CharField("单位", max_length=10, default="行")
    step = models.CharField("当前步骤", max_length=100, blank=True)
    cancel_asked = models.BooleanField("已要求取消", default=False)
    queued_at = models.DateTimeField("提交时间", auto_now_add=True)
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)
    error = models.TextField("未完成原因", blank=True)

    class Meta:
        verbose_name = "长任务"
        indexes = [models.Index(fields=["state", "kind"], name="run_state_kind")]

    def __str__(self) -> str:
        return self.label
