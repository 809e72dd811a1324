from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """The register of parties; who is registered is open to every official on duty."""

    name = "mingcha.domains.parties"
    label = "parties"
    verbose_name = "监管对象"

    def ready(self) -> None:
        from mingcha.base.access import RowRule, explain
        from mingcha.base.ledger import verify
        from mingcha.domains.parties.services import attributes, relations

        verify.register(attributes.RECORD, "权威来源", attributes.digests)
        verify.register(relations.RECORD, "主体关系", relations.digests)

        explain(
            RowRule(
                "party",
                "监管对象",
                "parties.search",
                "登记在册的监管对象，对所有持有“查询监管对象”权限的人员可见，不分单位和区域；自然人只显示姓，公民身份号码遮盖。",
                "看不到某个对象时，可能还没有单位报送过它；请核对名称或代码。",
            )
        )
