from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    """Random inspections."""

    name = "mingcha.domains.inspections"
    label = "inspections"
    verbose_name = "双随机抽查"
