from django.apps import AppConfig


class KeepingConfig(AppConfig):
    """Knows how long finished jobs are kept; others tell of their own traces."""

    name = "mingcha.base.keeping"
    label = "keeping"
    verbose_name = "保留期限"

    def ready(self) -> None:
        from mingcha.base.keeping import services

        services.keep("keeping.done_jobs", services.forget_done_jobs)
        services.keep("keeping.failed_jobs", services.forget_failed_jobs)
