from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ConfigConfig(AppConfig):
    """The last of the apps: when it is ready, all reactions to events are known."""

    name = "mingcha.config"
    label = "config"
    verbose_name = "系统"

    def ready(self) -> None:
        autodiscover_modules("reactions")
