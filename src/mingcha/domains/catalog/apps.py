from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "mingcha.domains.catalog"
    label = "catalog"
    verbose_name = "监管事项"
