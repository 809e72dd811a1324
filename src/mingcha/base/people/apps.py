from django.apps import AppConfig

from mingcha.base.access import RowRule, explain
from mingcha.base.errors import RIGHT_LABELS

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

ORGANISATIONS = RowRule(
    kind="organisations",
    label="组织机构",
    right="people.organisations",
    rule="机构的名称、标识和隶属关系对监管人员不保密；新增、变更、撤销由持有“管理组织机构”权限、且授权范围包括该机构的人员办理，列表也只列出其范围内的机构。",
    ask="机构信息有误时，请联系该机构或其上级的管理员。",
)


class PeopleConfig(AppConfig):
    """Accounts and rights: at start, names the rights and holds the tables to their acts."""

    name = "mingcha.base.people"
    label = "people"
    verbose_name = "组织与账号"

    def ready(self) -> None:
        from mingcha.base.keeping.services import keep
        from mingcha.base.ledger import verify
        from mingcha.base.people.contents import LEDGERED
        from mingcha.base.people.roles import declared
        from mingcha.base.people.services import forgetting

        RIGHT_LABELS.update({key: right.label for key, right in declared().rights.items()})
        for kind, (label, digests) in LEDGERED.items():
            verify.register(kind, label, digests)
        explain(ACCOUNTS)
        explain(ACTS)
        explain(ORGANISATIONS)
        keep(forgetting.KEEP_SESSIONS, forgetting.forget_sessions)
        keep(forgetting.KEEP_SIGNING_IN, forgetting.forget_signing_in)
