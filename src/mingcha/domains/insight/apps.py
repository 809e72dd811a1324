from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "mingcha.domains.insight"
    label = "insight"
    verbose_name = "查询与展示"
