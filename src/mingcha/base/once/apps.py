from django.apps import AppConfig


class OnceConfig(AppConfig):
    """Keeps the answers that were given, for as long as the rule says."""

    name = "mingcha.base.once"
    label = "once"
    verbose_name = "幂等键"

    def ready(self) -> None:
        from mingcha.base.keeping.services import keep
        from mingcha.base.once.services import KEEP, forget

        keep(KEEP, forget)
