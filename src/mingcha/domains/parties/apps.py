from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "mingcha.domains.parties"
    label = "parties"
    verbose_name = "监管对象"
