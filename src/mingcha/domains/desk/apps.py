from django.apps import AppConfig

from mingcha.base.access import RowRule, explain

JOBS = RowRule(
    kind="jobs",
    label="后台任务",
    right="desk.operate",
    rule="后台任务、进程和存储的状况，只对持有“运行维护”权限的人员可见；只有数量和编号，没有部门数据。",
    ask="如发现任务长时间没有完成，请联系运维人员。",
)


class DeskConfig(AppConfig):
    name = "mingcha.domains.desk"
    label = "desk"
    verbose_name = "工作台"

    def ready(self) -> None:
        from mingcha.domains.desk.views import exception_face, objection_face

        explain(JOBS)
        exception_face.FACE.register()
        objection_face.FACE.register()
