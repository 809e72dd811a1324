from dataclasses import replace

from django.apps import AppConfig

from mingcha.base.access import RowRule, explain

OBJECTORS = RowRule(
    kind="objectors",
    label="异议人信息",
    right="catalog.hear",
    rule="异议人的姓名、联系方式和附件，只对承办单位中持有“处理例外异议”权限、且与该例外的申请和批准无关的人员开放，每次查看都留痕；其他能看到办件的人只看到遮蔽后的内容。",
    ask="需要查看时，请联系异议的承办单位。",
)


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
        from mingcha.domains.catalog.queries.objections import barred, objection_content
        from mingcha.domains.catalog.views import claims, laws
        from mingcha.domains.catalog.views.face import FACES

        explain(OBJECTORS)
        verify.register(RECORD, "事项与清单的发布", digests)
        for kind in (states.ITEM_REVIEW, states.CHECKLIST_REVIEW):
            replace(kind, content=draft_content).register()
        replace(states.ITEM_EXCEPTION, content=exception_content).register()
        replace(states.ITEM_CLAIM, content=claim_content).register()
        replace(states.LAW_CHANGE, content=law_content).register()
        hearing = states.EXCEPTION_OBJECTION
        replace(hearing, content=objection_content, bars=barred).register()
        for face in (*FACES, claims.FACE, laws.FACE):
            face.register()
