from django.apps import AppConfig


class CalendarConfig(AppConfig):
    """Holds changed days to their acts in the ledger."""

    name = "mingcha.base.calendar"
    label = "calendar"
    verbose_name = "工作日历"

    def ready(self) -> None:
        from mingcha.base.calendar.services import digests
        from mingcha.base.ledger import verify

        verify.register("calendar.holiday", "工作日历", digests)
