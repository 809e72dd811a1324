from django.apps import AppConfig

from mingcha.base.access import RowRule, explain

CASES = RowRule(
    kind="cases",
    label="办件",
    right="cases.see",
    rule="办件对承办单位、发起单位及其上级中持有相应权限的人员可见；按姓名发给某人的，此人也可见。",
    ask="需要查看时，请向承办单位或发起单位的管理员申请授权。",
)


class CasesConfig(AppConfig):
    """Holds cases to their acts in the ledger."""

    name = "mingcha.base.cases"
    label = "cases"
    verbose_name = "办件"

    def ready(self) -> None:
        from mingcha.base.cases.contents import RECORD, digests
        from mingcha.base.ledger import verify

        verify.register(RECORD, "办件", digests)
        explain(CASES)
