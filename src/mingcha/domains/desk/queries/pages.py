"""Every page in words, for the why-page: what it is called, what rows it shows, what one may do there.

A house test holds this table to the addresses: a page that is not in it fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass

FACTS = ("fact", "fact-public", "fact-shared", "fact-internal", "fact-sensitive")


@dataclass(frozen=True)
class Doing:
    """Something a page offers to those who hold a right, and hides from the others."""

    label: str
    right: str


@dataclass(frozen=True)
class Page:
    """One page: its name, the kinds of rows it shows (access.ROW_RULES), and what is done there."""

    label: str
    kinds: tuple[str, ...] = ()
    doings: tuple[Doing, ...] = ()


HAND_IN = Doing("报送、停止、继续、更正", "records.intake")
ENTER = Doing("录入、更正、撤回记录", "records.intake")
RECEIPT = Doing("查看回执和来源文件", "records.receipts")
MAP = Doing("设置字段对应", "records.mapping")
ORIGINAL = Doing("下载原始文件", "records.intake")
REVEAL = Doing("查看遮盖的敏感信息", "records.reveal")
EXPORT = Doing("导出", "insight.export")
CONSENT = Doing("登记、撤回共享同意", "records.consent")
LINKING = Doing("认定关联，合并、拆分，裁定来源冲突，标注样本", "records.link")
AUTHORITY = Doing("设定权威来源", "rules.manage")
PEOPLE = Doing("开通、停用账号，授权", "people.manage")
CREDENTIALS = Doing("为权限高于自己的账号重置凭据", "people.credentials")
BODIES = Doing("新增、变更、撤销机构", "people.organisations")
REGIONS = Doing("新增、更正、废止区划", "regions.manage")
DAYS = Doing("设置放假和上班", "calendar.manage")
AUDIT = Doing("查询、导出操作记录", "audit.search")
CASES = Doing("查看、办理办件", "cases.see")
URGE = Doing("催办", "cases.urge")
RULES = Doing("设定规则的新取值", "rules.manage")
OFFICERS = Doing("查找执法人员", "officers.see")
AWAY = Doing("登记、结束离岗", "officers.manage")
DRAFTS = Doing("起草、修订事项和清单，申请例外", "catalog.draft")
REVIEWS = Doing("审核事项和清单", "catalog.review")
PUBLISHES = Doing("发布事项和清单", "catalog.publish")
EXCEPTS = Doing("批准例外", "catalog.except")
HEARS = Doing("处理对例外的异议，查看异议人", "catalog.hear")
OPERATE = Doing("查看运行状况，重试任务", "desk.operate")
PLANNING = Doing("编制抽查计划，维护事项清单和名录库", "inspections.plan")
TASKING = Doing("编制、冻结抽查任务", "inspections.task")
DRAWING = Doing("录入随机数来源，抽取，补位", "inspections.draw")
PUBLISHING = Doing("公布清单和计划，公示结果", "inspections.publish")
OFFICES = Doing("设定登记机关", "rules.manage")
CHECKING = Doing("确认任务，记录并提交检查结果", "inspections.inspect")
AVOIDING = Doing("为本单位的执法人员登记、结束回避（本人的凭持证账号）", "inspections.review")
REVIEWING = Doing("审核检查结果", "inspections.review")
PUBLISH_RESULTS = Doing("公示结果、撤下公示、报送公示系统", "inspections.publish")
SUBJECT_CODE = Doing("向企业出具抽取查询码", "inspections.see")
AUDIT_BUNDLE = Doing("下载审计数据包", "ledger.verify")
INSPECTING = (
    Doing("查看抽查计划、任务和检查", "inspections.see"),
    PLANNING,
    Doing("备案抽查计划", "inspections.file"),
    TASKING,
    DRAWING,
    CHECKING,
    REVIEWING,
    PUBLISHING,
    Doing("办理后续处置线索", "inspections.follow"),
)

PAGES: Mapping[str, Page] = {
    "desk:signin": Page("登录"),
    "desk:signin_code": Page("输入动态口令"),
    "desk:signout": Page("退出登录"),
    "desk:home": Page("首页", (), (HAND_IN, RECEIPT, EXPORT, CONSENT, PEOPLE, AUDIT, OPERATE)),
    "desk:me": Page("我的账号"),
    "desk:password": Page("修改密码"),
    "desk:second_factor": Page("双因素认证"),
    "desk:remove_second_factor": Page("停用双因素认证"),
    "desk:token_new": Page("创建接口令牌"),
    "desk:token_revoke": Page("作废接口令牌"),
    "desk:people": Page("人员账号", ("accounts",), (PEOPLE, CREDENTIALS)),
    "desk:person_new": Page("开通账号", ("accounts",), (PEOPLE,)),
    "desk:changes": Page("账号变动", ("accounts", "acts"), (PEOPLE,)),
    "desk:person": Page("一个账号", ("accounts",), (PEOPLE, CREDENTIALS)),
    "desk:close": Page("停用账号", ("accounts",), (PEOPLE,)),
    "desk:reopen": Page("恢复账号", ("accounts",), (PEOPLE,)),
    "desk:reset": Page("重置密码", ("accounts",), (PEOPLE, CREDENTIALS)),
    "desk:reset_factor": Page("重置双因素认证", ("accounts",), (PEOPLE, CREDENTIALS)),
    "desk:unlock": Page("解除登录锁定", ("accounts",), (PEOPLE,)),
    "desk:move": Page("调整所属机构", ("accounts",), (PEOPLE,)),
    "desk:machine_token": Page("为系统对接账号创建令牌", ("accounts",), (PEOPLE,)),
    "desk:grant": Page("授予角色", ("accounts",), (PEOPLE,)),
    "desk:revoke": Page("收回角色", ("accounts",), (PEOPLE,)),
    "desk:organisations": Page("组织机构", ("organisations",), (BODIES,)),
    "desk:organisation_new": Page("新增机构", ("organisations",), (BODIES,)),
    "desk:organisation": Page("一个机构", ("organisations",), (BODIES, PEOPLE)),
    "desk:organisation_move": Page("调整隶属关系", ("organisations",), (BODIES,)),
    "desk:organisation_close": Page("撤销机构", ("organisations",), (BODIES,)),
    "desk:regions": Page("行政区划", (), (REGIONS,)),
    "desk:region_new": Page("新增区划", (), (REGIONS,)),
    "desk:region": Page("一个区划", (), (REGIONS,)),
    "desk:region_abolish": Page("废止区划", (), (REGIONS,)),
    "desk:holidays": Page("工作日历", (), (DAYS,)),
    "desk:holiday_new": Page("设置日期", (), (DAYS,)),
    "desk:holiday": Page("一天的安排", (), (DAYS,)),
    "desk:audit": Page("审计查询", ("acts",), (AUDIT,)),
    "desk:act": Page("一条操作记录", ("acts",), (AUDIT,)),
    "desk:record_acts": Page("一个对象的全部操作", ("acts",), (AUDIT,)),
    "desk:operations": Page("运行状况", ("jobs",), (OPERATE,)),
    "desk:jobs_act": Page("重试、放弃任务", ("jobs",), (OPERATE,)),
    "desk:why": Page("为什么能或不能看到"),
    "desk:why_rows": Page("一类数据谁能看到"),
    "records:upload": Page("报送数据", ("batch",), (HAND_IN, MAP)),
    "records:entry": Page("在线录入", ("entry", "draft"), (ENTER, RECEIPT)),
    "records:entry_drafts": Page("录入草稿", ("draft",), (ENTER,)),
    "records:entry_draft": Page("一份草稿", ("draft",), (ENTER,)),
    "records:entry_grid_draft": Page("一份成批录入的草稿", ("draft",), (ENTER,)),
    "records:entry_discard": Page("放弃草稿", ("draft",), (ENTER,)),
    "records:entries": Page("录入的记录", ("entry",), (ENTER,)),
    "records:entry_record": Page("一条录入的记录", ("entry", *FACTS), (ENTER, RECEIPT)),
    "records:entry_correct": Page("更正一条记录", ("entry",), (ENTER,)),
    "records:entry_copy": Page("照一条记录新录", ("entry",), (ENTER,)),
    "records:entry_withdraw": Page("撤回一条记录", ("entry",), (ENTER,)),
    "records:entry_new": Page("录入一条记录", (), (ENTER,)),
    "records:entry_grid": Page("成批录入", (), (ENTER,)),
    "records:entry_numbers": Page("编号规则", (), (Doing("设定编号规则", "records.intake"),)),
    "records:entry_lookup": Page("录入时的提示"),
    "records:batches": Page("报送批次", ("batch",), (HAND_IN,)),
    "records:batch": Page(
        "一个批次的回执", ("batch", "refused", "original"), (HAND_IN, ORIGINAL, MAP)
    ),
    "records:progress": Page("批次进度", ("batch",)),
    "records:cancel": Page("停止处理批次", ("batch",), (HAND_IN,)),
    "records:resume": Page("继续处理批次", ("batch",), (HAND_IN,)),
    "records:refused": Page("未入库的行", ("refused",), (HAND_IN,)),
    "records:refused_file": Page("退回文件", ("refused",)),
    "records:original": Page("原始文件", ("original",), (ORIGINAL,)),
    "records:mapping": Page("为一个文件设置字段对应", ("mapping",), (MAP,)),
    "records:mapping_preview": Page("字段对应预览", ("mapping",), (MAP,)),
    "records:mappings": Page("字段对应", ("mapping",), (MAP,)),
    "records:mapping_version": Page("一份字段对应", ("mapping",), (MAP,)),
    "records:datasets": Page("数据导出", (*FACTS, "export"), (EXPORT,)),
    "records:dataset": Page("导出一张数据表", FACTS, (EXPORT,)),
    "records:export": Page("一次数据导出", ("export", *FACTS), (EXPORT,)),
    "records:export_progress": Page("导出进度", ("export",)),
    "records:export_cancel": Page("取消导出", ("export",), (EXPORT,)),
    "records:export_file": Page("导出的文件", ("export", *FACTS), (EXPORT,)),
    "records:consents": Page("共享同意", ("consent", "fact-shared"), (CONSENT,)),
    "records:consent": Page("一项共享同意", ("consent", "fact-shared"), (CONSENT,)),
    "records:consent_new": Page("登记共享同意", ("consent", "fact-shared"), (CONSENT,)),
    "records:consent_withdraw": Page("撤回共享同意", ("consent", "fact-shared"), (CONSENT,)),
    "records:links": Page("存疑关联", ("link",), (LINKING,)),
    "records:link_next": Page("下一条存疑关联", ("link",), (LINKING,)),
    "records:links_alike": Page("批量认定同类", ("link",), (LINKING,)),
    "records:links_equal": Page("批量认定一类", ("link",), (LINKING,)),
    "records:link": Page("一条存疑关联", ("link", *FACTS), (LINKING,)),
    "records:link_decide": Page("认定一条存疑关联", ("link",), (LINKING,)),
    "records:decisions": Page("关联决定", ("decision",), (LINKING,)),
    "records:decision": Page("一项关联决定", ("decision",), (LINKING,)),
    "records:merge": Page("合并监管对象", ("party", "decision"), (LINKING,)),
    "records:split": Page("拆分监管对象", ("party", "decision"), (LINKING,)),
    "records:conflicts": Page("来源冲突", ("conflict",), (LINKING,)),
    "records:conflict": Page("一个属性的各来源", ("conflict", *FACTS), (LINKING,)),
    "records:authorities": Page("权威来源", (), (AUTHORITY,)),
    "records:authority_new": Page("设定权威来源", (), (AUTHORITY,)),
    "records:relation_new": Page("登记主体关系", ("party",), (LINKING,)),
    "records:relation_end": Page("撤销主体关系", ("party",), (LINKING,)),
    "records:quality": Page("关联质量", ("sample",), (LINKING,)),
    "records:sample_new": Page("抽取关联样本", ("sample",), (LINKING,)),
    "records:sample": Page("一个关联样本", ("sample",), (LINKING,)),
    "records:sample_pair": Page("标注一对", ("sample", *FACTS), (LINKING,)),
    "records:linking": Page("怎样关联", (), (LINKING,)),
    "insight:search": Page("监管对象", ("party",), (EXPORT,)),
    "insight:dossier": Page("一户一档", FACTS, (EXPORT, RECEIPT, REVEAL)),
    "insight:export": Page("导出一户一档", FACTS, (EXPORT,)),
    "insight:versions": Page("一条记录的各版", FACTS, (RECEIPT, REVEAL)),
    "insight:reveal": Page("查看敏感信息", ("fact-sensitive",), (REVEAL,)),
    "insight:lookup": Page("代码查找"),
    "desk:inbox": Page("待办", ("cases",), (CASES,)),
    "desk:claim_several": Page("认领待办", ("cases",), (CASES,)),
    "desk:note_several": Page("知悉抄知", ("cases",), (CASES,)),
    "desk:cases": Page("办件", ("cases",), (CASES, URGE)),
    "desk:urge_several": Page("批量催办", ("cases",), (URGE,)),
    "desk:case": Page("一件办件", ("cases", "inspections"), (CASES, URGE, *INSPECTING)),
    "desk:case_claim": Page("认领办件", ("cases",), (CASES,)),
    "desk:case_extend": Page("延长办理期限", ("cases",), (CASES,)),
    "desk:case_hand_over": Page("转交办件", ("cases",), (CASES,)),
    "desk:case_link": Page("关联办件", ("cases",), (CASES,)),
    "desk:case_move": Page("办理一步", ("cases",), (CASES,)),
    "desk:case_service": Page("送达凭据", ("cases",), (CASES,)),
    "desk:case_service_pdf": Page("送达凭据（PDF）", ("cases",), (CASES,)),
    "desk:case_urge": Page("催办一件", ("cases",), (URGE,)),
    "desk:view_keep": Page("保存常用筛选"),
    "desk:deputy_new": Page("委托代办人"),
    "desk:deputy_end": Page("结束代办"),
    "desk:deputy_for": Page("为他人委托代办人", ("accounts",), (PEOPLE,)),
    "desk:reaction_retry": Page("重试停滞的处理", (), (OPERATE,)),
    "desk:responsible": Page("责任人", (), (BODIES,)),
    "desk:responsible_of": Page("一个机构的责任人", (), (BODIES,)),
    "desk:responsible_new": Page("登记责任人", (), (BODIES,)),
    "desk:responsible_end": Page("登记离任", (), (BODIES,)),
    "desk:rules": Page("规则", (), (RULES,)),
    "desk:rule": Page("一条规则", (), (RULES,)),
    "desk:rule_set": Page("设定规则", (), (RULES,)),
    "inspections:items": Page("随机抽查事项清单", ("inspections",), (PLANNING,)),
    "inspections:item": Page("一个抽查事项", ("inspections",), (PLANNING, PUBLISHING)),
    "inspections:item_new": Page("编制抽查事项", ("inspections",), (PLANNING,)),
    "inspections:item_version": Page("修订抽查事项", ("inspections",), (PLANNING,)),
    "inspections:item_publish": Page("公布抽查事项", ("inspections",), (PUBLISHING,)),
    "inspections:item_end": Page("停用抽查事项", ("inspections",), (PUBLISHING,)),
    "inspections:registers": Page("名录库", ("inspections",), (PLANNING,)),
    "inspections:register": Page("一个名录库", ("inspections",), (PLANNING,)),
    "inspections:register_new": Page("新建名录库", ("inspections",), (PLANNING,)),
    "inspections:register_write": Page("名录库的选取条件", ("inspections",), (PLANNING,)),
    "inspections:register_close": Page("停用名录库", ("inspections",), (PLANNING,)),
    "inspections:plans": Page("抽查计划", ("inspections",), (PLANNING,)),
    "inspections:plan_new": Page("编制抽查计划", ("inspections",), (PLANNING,)),
    "inspections:plan_lines": Page("计划批次", ("inspections",), (PLANNING,)),
    "inspections:tasks": Page("抽查任务", ("inspections",), (TASKING,)),
    "inspections:task_new": Page("编制抽查任务", ("inspections",), (TASKING,)),
    "inspections:task_frame": Page("任务的名单和人员", ("inspections",), (TASKING,)),
    "inspections:task_write": Page("修改抽查任务", ("inspections",), (TASKING,)),
    "inspections:task_strata": Page("任务的分层", ("inspections",), (TASKING,)),
    "inspections:task_shares": Page("任务的参加部门", ("inspections",), (TASKING,)),
    "inspections:task_sources": Page("任务的随机数来源", ("inspections",), (TASKING,)),
    "inspections:task_rows": Page("任务名单中的对象", ("inspections",)),
    "inspections:task_progress": Page("冻结和抽取的进度", ("inspections",)),
    "inspections:task_freeze": Page("冻结名单", ("inspections",), (TASKING,)),
    "inspections:task_stop": Page("停止冻结", ("inspections",), (TASKING,)),
    "inspections:task_issue": Page("下达任务", ("inspections",), (TASKING,)),
    "inspections:draw": Page("一次抽取", ("inspections",), (DRAWING,)),
    "inspections:draw_value": Page("录入来源取值", ("inspections",), (DRAWING,)),
    "inspections:draw_reveal": Page("公开随机数", ("inspections",), (DRAWING,)),
    "inspections:draw_hold": Page("开始抽取", ("inspections",), (DRAWING,)),
    "inspections:draw_cancel": Page("取消抽取", ("inspections",), (DRAWING,)),
    "inspections:draw_refill": Page("补位", ("inspections",), (DRAWING,)),
    "inspections:unit_replace": Page("申请递补", ("inspections",), (DRAWING,)),
    "inspections:task_merges": Page("合并入企", ("inspections",), (TASKING,)),
    "inspections:parts": Page("我的检查", ("inspections",), (CHECKING, REVIEWING)),
    "inspections:part": Page("一次部门检查", ("inspections",), (CHECKING, REVIEWING)),
    "inspections:plan": Page("安排检查日期", ("inspections",), (CHECKING,)),
    "inspections:name_officers": Page("指派检查人员", ("inspections",), (CHECKING,)),
    "inspections:record": Page("记录检查情况", ("inspections",), (CHECKING,)),
    "inspections:attach": Page("存入检查证据", ("inspections",), (CHECKING,)),
    "inspections:evidence": Page("检查证据", ("inspections",), (CHECKING,)),
    "inspections:statement": Page("当事人陈述", ("inspections",), (CHECKING,)),
    "inspections:notice_pdf": Page("检查通知书", ("inspections",), (CHECKING,)),
    "inspections:record_pdf": Page("现场检查笔录", ("inspections",), (CHECKING,)),
    "inspections:order_pdf": Page("责令改正通知书", ("inspections",), (CHECKING,)),
    "inspections:receipt_new": Page("存入送达回证", ("inspections",), (CHECKING,)),
    "inspections:receipt": Page("送达回证", ("inspections",), (CHECKING,)),
    "inspections:offices": Page("登记机关", ("inspections",), (OFFICES,)),
    "inspections:office_new": Page("设定登记机关", (), (OFFICES,)),
    "inspections:visit_ledger": Page("入企检查台账", ("inspections",), (CHECKING,)),
    "inspections:check_code": Page("检查码"),
    "inspections:check_code_typed": Page("输入检查码"),
    "inspections:avoidances": Page("回避登记", ("avoidances",), (AVOIDING,)),
    "inspections:avoidance_new": Page("登记回避", ("avoidances",), (AVOIDING,)),
    "inspections:avoidance": Page("一项回避登记", ("avoidances",), (AVOIDING,)),
    "officers:officers": Page("执法人员", ("officers",), (OFFICERS, AWAY)),
    "officers:officer": Page("一名执法人员", ("officers",), (OFFICERS, AWAY)),
    "officers:absent": Page("登记离岗", ("officers",), (AWAY,)),
    "officers:holder": Page("登记持证账号", ("officers",), (AWAY,)),
    "officers:back": Page("结束离岗", ("officers",), (AWAY,)),
    "officers:public": Page("执法人员公开名单"),
    "quality:cards": Page("数据质量", ("scores",), (RECEIPT,)),
    "quality:provider": Page("一个单位的数据质量", ("scores",), (RECEIPT,)),
    "quality:card": Page("一张数据表的质量", ("scores",), (RECEIPT,)),
    "quality:rows": Page("评分卡数字所计的记录", ("scores", *FACTS), (RECEIPT,)),
    "quality:returns": Page("退回更正", ("scores", "refused"), (RECEIPT,)),
    "quality:hints": Page("疑似编造线索", ("scores",), (RECEIPT,)),
    "quality:hint": Page("一条线索", ("scores", *FACTS), (RECEIPT,)),
    "quality:digests": Page("质量周报", ("scores",), (RECEIPT,)),
    "quality:digest": Page("一份质量周报", ("scores",), (RECEIPT,)),
    "catalog:items": Page("监管事项", (), (DRAFTS,)),
    "catalog:item": Page("一项监管事项", (), (DRAFTS,)),
    "catalog:item_compare": Page("监管事项两版对照"),
    "catalog:item_new": Page("起草监管事项", ("cases",), (DRAFTS,)),
    "catalog:item_change": Page("修订、暂停、恢复、取消监管事项", ("cases",), (DRAFTS,)),
    "catalog:item_withdraw": Page("撤回未生效的监管事项", ("cases",), (DRAFTS,)),
    "catalog:checklists": Page("检查实施清单", (), (DRAFTS,)),
    "catalog:checklist": Page("一份检查实施清单", (), (DRAFTS,)),
    "catalog:checklist_compare": Page("检查实施清单两版对照"),
    "catalog:checklist_new": Page("起草检查实施清单", ("cases",), (DRAFTS,)),
    "catalog:checklist_change": Page("修订、暂停、恢复、取消检查实施清单", ("cases",), (DRAFTS,)),
    "catalog:checklist_withdraw": Page("撤回未生效的检查实施清单", ("cases",), (DRAFTS,)),
    "catalog:checklist_preview": Page("检查表单预览"),
    "catalog:reviews": Page("事项与清单变动", ("cases",), (REVIEWS, PUBLISHES)),
    "catalog:draft": Page("填写草稿", ("cases",), (DRAFTS,)),
    "catalog:catch_up": Page("合并到最新版本", ("cases",), (DRAFTS,)),
    "catalog:claims": Page("事项认领", ("cases",), (PUBLISHES, DRAFTS)),
    "catalog:lay_out": Page("布置认领", ("cases",), (PUBLISHES,)),
    "catalog:claim_answer": Page("认领事项", ("cases",), (DRAFTS,)),
    "catalog:laws": Page("法律变动", ("cases",), (DRAFTS, PUBLISHES)),
    "catalog:law_new": Page("登记法律变动", ("cases",), (DRAFTS,)),
    "desk:coverage": Page("监管覆盖", FACTS),
    "desk:coverage_rows": Page("监管覆盖的明细", FACTS),
    "catalog:uniformity": Page("统一性检查"),
    "catalog:mappings": Page("事项映射"),
    "desk:exceptions": Page("无事项监管例外", ("cases",), (DRAFTS, EXCEPTS)),
    "desk:exception_new": Page("申请例外", ("cases",), (DRAFTS,)),
    "desk:excepted": Page("依例外放行的记录", ("cases", *FACTS)),
    "desk:objector": Page("异议人", ("objectors",), (HEARS,)),
    "desk:objection_file": Page("异议附件", ("objectors",), (HEARS,)),
    "desk:affected": Page("发布影响", ("cases",)),
    "desk:affected_rows": Page("受影响的明细", ("cases", *FACTS)),
    "healthz": Page("运行探测"),
    "readyz": Page("就绪探测"),
    "inspections:publication": Page("结果公示", ("inspections",), (PUBLISH_RESULTS,)),
    "inspections:publish_several": Page("成批公示结果", ("inspections",), (PUBLISH_RESULTS,)),
    "inspections:publicity": Page("公示报送文件", ("inspections",), (PUBLISH_RESULTS,)),
    "inspections:publicity_new": Page("生成公示报送文件", ("inspections",), (PUBLISH_RESULTS,)),
    "inspections:publicity_file": Page("一份公示报送文件", ("inspections",), (PUBLISH_RESULTS,)),
    "inspections:publicity_download": Page(
        "下载公示报送文件", ("inspections",), (PUBLISH_RESULTS,)
    ),
    "inspections:subject_code": Page("出具抽取查询码", ("inspections",), (SUBJECT_CODE,)),
    "inspections:audit_bundle": Page("审计数据包", ("inspections",), (AUDIT_BUNDLE,)),
    "portal:items": Page("公开的监管事项"),
    "portal:book_file": Page("整本公开目录（文件）"),
    "portal:book_schema": Page("整本公开目录的 JSON Schema"),
    "portal:item": Page("一项公开的监管事项"),
    "portal:item_version": Page("一项公开的监管事项的一版"),
    "portal:checklists": Page("公开的检查实施清单"),
    "portal:checklist": Page("一份公开的检查实施清单"),
    "portal:checklist_version": Page("一份公开的检查实施清单的一版"),
    "portal:exceptions": Page("公开的监管例外"),
    "portal:exception": Page("一项公开的监管例外"),
    "portal:objection_new": Page("对监管例外提出异议"),
    "portal:objections": Page("查询异议进展"),
    "portal:random_items": Page("公开的随机抽查事项清单"),
    "portal:random_item": Page("一项公开的随机抽查事项"),
    "portal:plans": Page("公开的抽查计划"),
    "portal:plan": Page("一项公开的抽查计划"),
    "portal:tasks": Page("公开的抽查任务"),
    "portal:task": Page("一项公开的抽查任务"),
    "portal:results": Page("公开的抽查结果"),
    "portal:result": Page("一项公开的抽查结果"),
    "portal:rates": Page("违规率推算"),
    "portal:rates_of": Page("一年的违规率推算"),
    "portal:frequencies": Page("抽取概率检验"),
    "portal:frequencies_of": Page("一年的抽取概率检验"),
    "portal:draws": Page("公开的随机抽取"),
    "portal:draw_script": Page("核验程序"),
    "portal:draw": Page("一次公开的随机抽取"),
    "portal:draw_ask": Page("查询一户是否抽中"),
    "portal:draw_bundle": Page("抽取数据包"),
    "portal:draw_commitment": Page("抽取承诺文件"),
    "portal:dictionary": Page("数据字典"),
    "portal:codes": Page("代码表"),
    "portal:table": Page("一张数据表的标准"),
    "portal:template": Page("填报模板"),
    "portal:schema": Page("数据表的 JSON Schema"),
    "portal:schemas": Page("全部数据表的 JSON Schema"),
    "portal:seals": Page("账本封签"),
    "portal:seal": Page("一份封签"),
    "portal:seal_json": Page("一份封签（JSON）"),
    "portal:seals_file": Page("全部封签（JSON-lines）"),
    "portal:seal_key": Page("封签公钥"),
}


def page_called(name: str) -> Page:
    """A page by the name of its address; one that is not known is called by that name."""
    return PAGES.get(name, Page(name))
