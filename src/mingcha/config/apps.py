from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "mingcha.config"
    label = "config"
    verbose_name = "系统"
