from django.apps import AppConfig
from django.forms import Field
from django.utils.module_loading import autodiscover_modules

# Django's own words for a field left empty name no way out.
REQUIRED = "请填写这一项。"


class ConfigConfig(AppConfig):
    """The last of the apps: when it is ready, all reactions to events are known, and forms speak."""

    name = "mingcha.config"
    label = "config"
    verbose_name = "系统"

    def ready(self) -> None:
        Field.default_error_messages["required"] = REQUIRED
        autodiscover_modules("reactions")
