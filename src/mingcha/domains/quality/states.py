"""The lives of a return and of a weekly digest."""

from django.db.models import TextChoices

from mingcha.base.cases.machine import Kind, Machine, Move

CORRECT_WITHIN = "quality.correct_within"


class ReturnState(TextChoices):
    """Waits for the corrected rows; all came in, or the provider says why they will not."""

    OPEN = "open", "待更正"
    CORRECTED = "corrected", "已更正"
    WAIVED = "waived", "不再更正"


RETURN = Kind(
    "data-return", "退回数据更正", "TH",
    Machine(
        ReturnState,
        # By the data centre itself, once every row has come in again.
        Move("correct", "全部更正", {ReturnState.OPEN}, ReturnState.CORRECTED, "records.intake"),
        Move("waive", "不再更正", {ReturnState.OPEN}, ReturnState.WAIVED, "records.intake",
             asks_reason=True),
        duties={ReturnState.OPEN: "更正退回的数据"},
    ),
    "records.receipts",
    basis="西安市“互联网+监管”系统管理办法（试行）第十八条、第二十条",
    starts=(CORRECT_WITHIN,),
)  # fmt: skip


class DigestState(TextChoices):
    """Sent to the provider; read by somebody there."""

    SENT = "sent", "待查阅"
    READ = "read", "已查阅"


DIGEST = Kind(
    "quality-digest", "数据质量周报", "ZB",
    Machine(
        DigestState,
        Move("read", "确认已阅", {DigestState.SENT}, DigestState.READ, "records.receipts"),
        duties={DigestState.SENT: "查阅周报"},
    ),
    "records.receipts",
    starts=("quality.read_within",),
)  # fmt: skip
