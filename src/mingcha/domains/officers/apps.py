from django.apps import AppConfig

from mingcha.base.access import RowRule, explain
from mingcha.domains.officers.states import RENEWAL

OFFICERS = RowRule(
    kind="officers",
    label="执法人员",
    right="officers.see",
    rule="持有“查看执法人员”权限的人员可以查看全部执法人员的姓名、所属主体、证号、区域、类别和有效期；身份证号、电话等按数据表的共享级别遮盖。",
    ask="需要查看时，请向本机构的账号管理员申请授权；公开的执法人员名单任何人都可以查询。",
)


class OfficersConfig(AppConfig):
    """The register of officers; absences are held to their acts."""

    name = "mingcha.domains.officers"
    label = "officers"
    verbose_name = "执法人员"

    def ready(self) -> None:
        from mingcha.base.ledger import verify
        from mingcha.domains.officers.services import digests

        verify.register("officers.absence", "离岗登记", digests)
        RENEWAL.register()
        explain(OFFICERS)
