"""The answers that were given under a key."""

from django.conf import settings
from django.db import models

from mingcha.base.ledger.hashing import HASH_BYTES


class Answered(models.Model):
    """What a caller was answered to a request under a key (幂等键应答), so as to be answered the same.

    `digest` is the SM3 of what was asked: method, address and body. Only deeds that were done are
    here; a refusal has changed nothing and is asked anew.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="账号", on_delete=models.CASCADE, related_name="+"
    )
    key = models.CharField("幂等键", max_length=255, db_collation="C")
    digest = models.BinaryField("请求的杂凑值", max_length=HASH_BYTES)
    status = models.PositiveSmallIntegerField("状态码")
    body = models.JSONField("应答")
    at = models.DateTimeField("时间", auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = "幂等键应答"
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="answered_once")]

    def __str__(self) -> str:
        return self.key
