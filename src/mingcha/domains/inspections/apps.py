from dataclasses import replace

from django.apps import AppConfig

from mingcha.base.access import RowRule, explain

INSPECTIONS = RowRule(
    kind="inspections",
    label="抽查检查",
    right="inspections.see",
    rule="随机抽查事项、名录库、计划、任务和检查，对持有“查看抽查检查”权限、且授权范围包括制定、发起或承办单位的人员可见；联合抽查的任务对参加的各部门可见。被排除的名单只对发起单位和审计可见。",
    ask="需要查看时，请向发起单位或其上级的管理员申请授权；已公布的计划、抽取和结果任何人都可以在公开页面查询。",
)

AVOIDANCES = RowRule(
    kind="avoidances",
    label="回避登记",
    right="inspections.see",
    rule="回避登记对执法人员本人、对其所属单位持有“审核检查结果”权限的人员和监察可见；同事、抽查计划员、被回避的企业和公众都看不到。公开的抽取数据包只有加盐的杂凑值。",
    ask="本人的登记看不到时，请部门管理员核对“执法人员”中的持证账号。",
)


class InspectionsConfig(AppConfig):
    """Random inspections; draws, lists and registers are held to their acts."""

    name = "mingcha.domains.inspections"
    label = "inspections"
    verbose_name = "抽查检查"

    def ready(self) -> None:
        from mingcha.base.ledger import verify
        from mingcha.domains.inspections import models, states
        from mingcha.domains.inspections.queries import contents
        from mingcha.domains.inspections.views import (
            faces,
            part_faces,
            plans,
            publishing,
            tasks,
        )

        explain(INSPECTIONS)
        explain(AVOIDANCES)
        for kind, label in contents.RECORDS.items():
            verify.register(kind, label, contents.digests(kind))
        said = {
            "inspection-plan": contents.plan_content,
            "inspection-task": contents.task_content,
            "inspection-part": contents.part_content,
            "inspection-replacement": contents.content_by(models.Replacement),
            "inspection-merging": contents.content_by(models.Merging),
            "correction": contents.correction_content,
            "inspection-clue": contents.content_by(models.Clue),
        }
        for one in states.KINDS:
            replace(one, content=said[one.name]).register()
        for face in (plans.FACE, tasks.FACE, *faces.FACES, *part_faces.FACES):
            face.register()
        publishing.offer()
