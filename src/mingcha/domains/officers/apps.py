from django.apps import AppConfig


class OfficersConfig(AppConfig):
    name = "mingcha.domains.officers"
    label = "officers"
    verbose_name = "执法人员"
