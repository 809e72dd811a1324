from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "mingcha.base.ledger"
    label = "ledger"
    verbose_name = "操作留痕"
