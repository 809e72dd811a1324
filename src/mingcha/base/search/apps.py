from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "mingcha.base.search"
    label = "search"
    verbose_name = "检索"
