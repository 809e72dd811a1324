from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Keeps delivered events for as long as the rule says."""

    name = "mingcha.base.events"
    label = "events"
    verbose_name = "事件"

    def ready(self) -> None:
        from mingcha.base.events.services import KEEP, forget
        from mingcha.base.keeping.services import keep

        keep(KEEP, forget)
