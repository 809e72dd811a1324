"""The places of the work portal: one table for the navigation, the home page and the why-page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse

from mingcha.base.access import SIGNED_IN
from mingcha.base.cases.queries import waiting_count
from mingcha.base.people.models import Account

MOST = 99  # of what waits; more is shown as 99+


@dataclass(frozen=True)
class Place:
    """One entry: its name, what one does there, its address, and the right it takes.

    `count` says how many things wait there for an account; it is asked on every page. A place that
    lies `under` another is in the navigation only while one is there, or beside it.
    """

    label: str
    text: str
    name: str  # of its address, "<domain>:<page>"
    icon: str
    right: str = SIGNED_IN
    group: str = ""
    count: Callable[[Account], int] | None = None
    under: str = ""  # the name of another place

    def badge(self, account: Account) -> str:
        """How many things wait there, up to 99; "" for none."""
        waiting = self.count(account) if self.count else 0
        return f"{MOST}+" if waiting > MOST else str(waiting or "")

    @property
    def url(self) -> str:
        """Its address; "" when this node does not carry the domain."""
        return _address(self.name)


PLACES = (
    Place("首页", "等我办的事和最近办过的事", "desk:home", "home"),
    Place(
        "待办", "等我办的、待认领的、抄知我的和我办过的", "desk:inbox", "inbox", count=waiting_count
    ),
    Place("办件", "各类办件的进展、期限和经过", "desk:cases", "cases", "cases.see"),
    Place(
        "监管对象",
        "按名称、代码、区域查找，打开一户一档",
        "insight:search",
        "entities",
        "parties.search",
    ),
    Place(
        "报送数据", "上传本单位的监管数据文件", "records:upload", "intake", "records.intake", "数据"
    ),
    Place(
        "在线录入",
        "没有业务系统的单位逐条或成批录入记录",
        "records:entry",
        "edit",
        "records.intake",
        "数据",
    ),
    Place(
        "报送批次",
        "查看回执，取回退回记录",
        "records:batches",
        "batches",
        "records.receipts",
        "数据",
    ),
    Place(
        "字段对应",
        "来源列与标准字段的对应及其各版",
        "records:mappings",
        "mapping",
        "records.mapping",
        "数据",
    ),
    Place(
        "数据质量",
        "评分、退回更正和疑似编造线索",
        "quality:cards",
        "quality",
        "records.receipts",
        "数据",
    ),
    Place(
        "存疑关联",
        "认定机器不能确定的记录属于哪个监管对象",
        "records:links",
        "link",
        "records.link",
        "数据",
    ),
    Place(
        "关联决定",
        "认定、合并、拆分的经过，随时撤销",
        "records:decisions",
        "versions",
        "records.link",
        "数据",
        under="records:links",
    ),
    Place(
        "来源冲突",
        "同一属性几个来源说法不同的，按规则或人工裁定",
        "records:conflicts",
        "warn",
        "records.link",
        "数据",
        under="records:links",
    ),
    Place(
        "关联质量",
        "抽样标注，测量关联的准确率和召回率",
        "records:quality",
        "sample",
        "records.link",
        "数据",
        under="records:links",
    ),
    Place(
        "数据导出",
        "把有权查看的记录整表存为文件",
        "records:datasets",
        "download",
        "insight.export",
        "数据",
    ),
    Place(
        "共享同意",
        "同意或撤回向其他单位共享数据表，查看谁共享给谁",
        "records:consents",
        "consent",
        "insight.dossier",
        "数据",
    ),
    Place(
        "数据字典", "数据表、字段、代码和模板下载", "portal:dictionary", "dictionary", group="数据"
    ),
    Place(
        "监管事项", "在用的、暂停的、待生效的事项及其各版", "catalog:items", "items", group="事项"
    ),
    Place(
        "事项变动",
        "起草、审核、发布，以及各件的期限",
        "catalog:reviews",
        "edit",
        "cases.see",
        "事项",
        under="catalog:items",
    ),
    Place(
        "事项认领",
        "上级布置的事项由哪些单位认领，谁还没有答复",
        "catalog:claims",
        "check",
        "cases.see",
        "事项",
        under="catalog:items",
    ),
    Place(
        "法律变动",
        "法律法规修订、废止后，引用它的事项逐项审核",
        "catalog:laws",
        "rules",
        "cases.see",
        "事项",
        under="catalog:items",
    ),
    Place(
        "监管例外",
        "没有在用事项时的例外及放行次数",
        "desk:exceptions",
        "warn",
        "cases.see",
        "事项",
        under="catalog:items",
    ),
    Place(
        "检查实施清单",
        "怎么查：内容、要点、比例频次和表单",
        "catalog:checklists",
        "inspection",
        group="事项",
    ),
    Place(
        "抽查任务",
        "编制、冻结、抽取，直到各部门的检查完成",
        "inspections:tasks",
        "inspection",
        "inspections.see",
        "检查",
    ),
    Place(
        "抽查事项清单",
        "随机抽查的事项、对象、方式和依据",
        "inspections:items",
        "items",
        "inspections.see",
        "检查",
        under="inspections:tasks",
    ),
    Place(
        "名录库",
        "检查对象和执法检查人员名录库及其各版",
        "inspections:registers",
        "rows",
        "inspections.see",
        "检查",
        under="inspections:tasks",
    ),
    Place(
        "我的检查",
        "确认任务、现场记录、提交和审核结果",
        "inspections:parts",
        "check",
        "inspections.see",
        "检查",
    ),
    Place(
        "回避登记",
        "执法人员与监管对象的回避：事先登记、结束",
        "inspections:avoidances",
        "officer",
        "inspections.see",
        "检查",
        under="inspections:parts",
    ),
    Place(
        "入企台账",
        "每户每年查了几次、重复、合并、无果",
        "inspections:visit_ledger",
        "batches",
        "inspections.see",
        "检查",
    ),
    Place(
        "抽查计划",
        "年度计划：编制、备案、公布",
        "inspections:plans",
        "calendar",
        "inspections.see",
        "检查",
    ),
    Place(
        "登记机关",
        "列入经营异常名录的线索送交哪个登记机关",
        "inspections:offices",
        "register",
        "inspections.see",
        "检查",
        under="inspections:tasks",
    ),
    Place(
        "结果公示",
        "按期公示检查结果，撤下被撤销的结果",
        "inspections:publication",
        "inspection",
        "inspections.publish",
        "检查",
    ),
    Place(
        "报送公示系统",
        "生成公示系统的报送文件，登记回执",
        "inspections:publicity",
        "upload",
        "inspections.publish",
        "检查",
        under="inspections:publication",
    ),
    Place(
        "执法人员",
        "查找执法人员，核对证件和某日能否执法",
        "officers:officers",
        "officer",
        "officers.see",
        "管理",
    ),
    Place("人员账号", "开通、停用账号，授予角色", "desk:people", "people", "people.manage", "管理"),
    Place(
        "账号变动",
        "账号与授权的变动报备",
        "desk:changes",
        "versions",
        "people.manage",
        "管理",
        under="desk:people",
    ),
    Place(
        "组织机构",
        "机构的新增、更名、移动和撤销",
        "desk:organisations",
        "unit",
        "people.organisations",
        "管理",
    ),
    Place(
        "责任人",
        "各单位第一责任人、分管领导和联络员",
        "desk:responsible",
        "responsible",
        group="管理",
    ),
    Place("规则表", "期限、间隔等规则的现行取值和依据", "desk:rules", "rules", group="管理"),
    Place(
        "行政区划",
        "现行和已废止的区划代码",
        "desk:regions",
        "place",
        group="管理",
        under="desk:rules",
    ),
    Place(
        "工作日历",
        "法定节假日和调休安排",
        "desk:holidays",
        "calendar",
        group="管理",
        under="desk:rules",
    ),
    Place(
        "审计查询", "按人员、对象、时间查询操作记录", "desk:audit", "audit", "audit.search", "监督"
    ),
    Place("账本封签", "每份封签的公开地址，可留存核对", "portal:seals", "seals", group="监督"),
    Place(
        "运行状况",
        "进程、任务队列、账本、存储，重试失败的任务",
        "desk:operations",
        "operations",
        "desk.operate",
        "运维",
    ),
)


@cache
def _address(name: str) -> str:
    """Asked for a hundred times on every page, and never another."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def places(account: Account) -> Iterator[Place]:
    """The places `account` may enter, in the order of the navigation."""
    for place in PLACES:
        if (place.right == SIGNED_IN or account.holds(place.right)) and place.url:
            yield place


def doors(account: Account) -> list[Place]:
    """The places of the home page: all but itself."""
    return [place for place in places(account) if place.name != "desk:home"]
