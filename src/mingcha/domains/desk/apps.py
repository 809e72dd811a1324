from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "mingcha.domains.desk"
    label = "desk"
    verbose_name = "工作台"
