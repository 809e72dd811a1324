from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "mingcha.base.runs"
    label = "runs"
    verbose_name = "长任务"
