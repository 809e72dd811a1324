from django.apps import AppConfig


class RulesConfig(AppConfig):
    """Holds rules to their acts in the ledger."""

    name = "mingcha.base.rules"
    label = "rules"
    verbose_name = "规则表"

    def ready(self) -> None:
        from mingcha.base.ledger import verify
        from mingcha.base.rules.services import digests

        verify.register("rules.rule", "规则", digests)
