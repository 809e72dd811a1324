from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "mingcha.base.rules"
    label = "rules"
    verbose_name = "规则表"
