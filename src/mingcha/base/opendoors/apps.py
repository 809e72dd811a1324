from django.apps import AppConfig


class OpenDoorsConfig(AppConfig):
    """Keeps how often doors were used for as long as the rule says."""

    name = "mingcha.base.opendoors"
    label = "opendoors"
    verbose_name = "公开入口"

    def ready(self) -> None:
        from mingcha.base.keeping.services import keep
        from mingcha.base.opendoors.services import KEEP, forget

        keep(KEEP, forget)
