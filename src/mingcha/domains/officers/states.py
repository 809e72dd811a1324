"""The life of a warning that a certificate runs out."""

from django.db.models import TextChoices

from mingcha.base.cases.machine import Kind, Machine, Move

MANAGE = "officers.manage"


class RenewalState(TextChoices):
    """Waits for a new certificate; renewed, or the officer no longer inspects."""

    PENDING = "pending", "待换证"
    RENEWED = "renewed", "已换证"
    LEFT = "left", "不再执法"


RENEWAL = Kind(
    "certificate-renewal", "执法证到期提醒", "ZJ",
    Machine(
        RenewalState,
        # By the register itself, once a record with a later day has come in.
        Move("renew", "登记换证", {RenewalState.PENDING}, RenewalState.RENEWED, MANAGE),
        Move("leave", "不再换证", {RenewalState.PENDING}, RenewalState.LEFT, MANAGE, asks_reason=True),
        duties={RenewalState.PENDING: "换发执法证"},
    ),
    "officers.see",
    basis="持有效证件执法：行政处罚法 第四十二条",
)  # fmt: skip
