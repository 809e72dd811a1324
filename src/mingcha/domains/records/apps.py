from dataclasses import replace

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
            asking_content,
            chunk_digests,
            consent_digests,
            first_altered,
        )
        from mingcha.domains.records.queries.rules import ROW_RULES
        from mingcha.domains.records.queries.ties import RECORD, first_altered_tie, tie_digests
        from mingcha.domains.records.services import attributes, samples
        from mingcha.domains.records.states import LINK_QUESTION_KIND
        from mingcha.domains.records.views.links.face import FACE

        replace(LINK_QUESTION_KIND, content=asking_content).register()
        FACE.register()
        verify.register("chunk", "入库块", chunk_digests, first_altered)
        verify.register("records.consent", "共享同意", consent_digests)
        verify.register(RECORD, "关联写入", tie_digests, first_altered_tie)
        verify.register(attributes.RECORD, "冲突裁定", attributes.digests)
        verify.register(samples.RECORD, "关联样本", samples.digests)
        for rule in ROW_RULES:
            explain(rule)
