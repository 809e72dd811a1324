from dataclasses import replace

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """The law book; its publications are held to their acts by `mingcha verify ledger`."""

    name = "mingcha.domains.catalog"
    label = "catalog"
    verbose_name = "监管事项"

    def ready(self) -> None:
        from mingcha.base.ledger import verify
        from mingcha.domains.catalog import states
        from mingcha.domains.catalog.queries.claims import claim_content
        from mingcha.domains.catalog.queries.contents import (
            RECORD,
            digests,
            draft_content,
            exception_content,
        )
        from mingcha.domains.catalog.queries.laws import law_content
        from mingcha.domains.catalog.views import claims, laws
        from mingcha.domains.catalog.views.face import FACES

        verify.register(RECORD, "事项与清单的发布", digests)
        for kind in (states.ITEM_REVIEW, states.CHECKLIST_REVIEW):
            replace(kind, content=draft_content).register()
        replace(states.ITEM_EXCEPTION, content=exception_content).register()
        replace(states.ITEM_CLAIM, content=claim_content).register()
        replace(states.LAW_CHANGE, content=law_content).register()
        for face in (*FACES, claims.FACE, laws.FACE):
            face.register()
