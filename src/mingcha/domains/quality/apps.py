from django.apps import AppConfig

from mingcha.base.access import RowRule, explain
from mingcha.domains.quality.states import DIGEST, RETURN

SCORES = RowRule(
    kind="scores",
    label="质量评分和线索",
    right="records.receipts",
    rule="质量评分、退回更正和疑似编造线索，对持有“查看报送回执”权限、且授权范围包括报送单位的人员可见：即报送单位自己和它的上级。",
    ask="需要查看时，请向报送单位或其上级的管理员申请授权。",
)


class QualityConfig(AppConfig):
    """The quality of data."""

    name = "mingcha.domains.quality"
    label = "quality"
    verbose_name = "数据质量"

    def ready(self) -> None:
        RETURN.register()
        DIGEST.register()
        explain(SCORES)
