from django.apps import AppConfig

from mingcha.base.access import RowRule

ACCOUNTS = RowRule(
    kind="accounts",
    label="人员账号",
    right="people.manage",
    rule="账号由所属机构及其上级机构的账号管理员管理；其他人看不到账号名单。",
    ask="如需开通或变更账号，请联系本机构的账号管理员。",
)
ACTS = RowRule(
    kind="acts",
    label="操作记录",
    right="audit.search",
    rule="审计管理员和监察人员可以查询其授权范围内机构的操作记录；账号管理员可以看到所管账号的变动。",
    ask="如需查阅，请向监察或审计部门提出。",
)


class PeopleConfig(AppConfig):
    """Accounts and rights; teaches the doors the Chinese names of rights at start."""

    name = "mingcha.base.people"
    label = "people"
    verbose_name = "组织与账号"

    def ready(self) -> None:
        from mingcha.base import access
        from mingcha.base.people.roles import declared

        access.LABELS.update({key: right.label for key, right in declared().rights.items()})
        access.explain(ACCOUNTS)
        access.explain(ACTS)
