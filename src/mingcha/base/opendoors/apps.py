from django.apps import AppConfig


class OpenDoorsConfig(AppConfig):
    name = "mingcha.base.opendoors"
    label = "opendoors"
    verbose_name = "公开入口"
