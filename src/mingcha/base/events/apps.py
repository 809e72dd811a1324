from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "mingcha.base.events"
    label = "events"
    verbose_name = "事件"
