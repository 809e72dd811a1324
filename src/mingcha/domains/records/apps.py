from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """The data centre; its chunks and consents are held to their acts by `mingcha verify ledger`."""

    name = "mingcha.domains.records"
    label = "records"
    verbose_name = "数据中心"

    def ready(self) -> None:
        from mingcha.base.access import explain
        from mingcha.base.ledger import verify
        from mingcha.domains.records.queries.contents import (
            chunk_digests,
            consent_digests,
            first_altered,
        )
        from mingcha.domains.records.queries.rules import ROW_RULES

        verify.register("chunk", "入库块", chunk_digests, first_altered)
        verify.register("records.consent", "共享同意", consent_digests)
        for rule in ROW_RULES:
            explain(rule)
