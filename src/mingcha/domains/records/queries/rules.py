"""Who may see the rows of the data centre, in words, for the why-page (数据可见规则).

The rules themselves are in batches.py and sharing.py; a test holds the two together.
"""

from mingcha.base.access import RowRule

RECEIPTS, DOSSIER, REVEAL = "records.receipts", "insight.dossier", "records.reveal"
EXPORT, MAPPING = "insight.export", "records.mapping"
ASK_PROVIDER = "需要查看时，请向报送单位或其上级的管理员申请授权。"

ROW_RULES = (
    RowRule(
        "batch", "报送批次和回执", RECEIPTS,
        "报送批次和回执，对持有“查看报送回执”权限、且授权范围包括报送单位的人员可见：即报送单位自己和它的上级。",
        ASK_PROVIDER,
    ),
    RowRule(
        "refused", "未入库的行", RECEIPTS,
        "退回和待核的行是报送单位的原始内容，没有遮盖；只对持有“查看报送回执”权限、且授权范围包括报送单位的人员可见，下载和导出都留痕。",
        ASK_PROVIDER,
    ),
    RowRule(
        "original", "原始文件", "records.intake",
        "原始文件按收到时的样子永久保存，没有遮盖；只有持有“报送数据”权限、且授权范围包括报送单位的人员可以下载，每次下载都留痕。",
        ASK_PROVIDER,
    ),
    RowRule(
        "fact", "档案中的记录", DOSSIER,
        "一条记录能否看到，由它所在数据表的共享级别决定：公开的对所有人员可见；共享的须报送单位已同意；内部的只对报送单位及其上级可见；敏感的只为具体案件、逐次查看。看不到的记录不计入档案中的条数。",
        "数据表和字段的共享级别见数据字典。",
    ),
    RowRule(
        "fact-public", "公开的记录", DOSSIER,
        "公开级别的记录（如行政许可、行政处罚的双公示信息）对所有持有“查看一户一档”权限的人员可见；其中个人信息字段仍按字段级别遮盖。",
        "遮盖的字段需要查看时，请说明案件和理由。",
    ),
    RowRule(
        "fact-shared", "共享的记录", DOSSIER,
        "共享级别的记录，对报送单位及其上级可见；其他单位的人员在报送单位同意共享这张数据表期间可见，同意撤回后即不可见。",
        "需要其他单位的共享数据时，请由本单位与报送单位办理共享同意的人员联系。",
    ),
    RowRule(
        "fact-internal", "内部的记录", DOSSIER,
        "内部级别的记录（如办理过程中的行政处罚行为），只对报送单位自己和它的上级中持有“查看一户一档”权限的人员可见，其他单位看不到，也不计入条数。",
        "需要查看时，请向报送单位或其上级的管理员申请授权，或以公函商请。",
    ),
    RowRule(
        "fact-sensitive", "敏感信息", REVEAL,
        "敏感字段（如公民身份号码、手机号码）一律遮盖；持有“查看敏感信息”权限、且授权范围包括报送单位的人员，可以为具体案件逐次查看，每次须写明案件编号和理由并留痕。",
        "没有权限时，请向报送单位的管理员申请。",
    ),
    RowRule(
        "consent", "共享同意", DOSSIER,
        "一项共享同意，对提供单位及其上级中持有“查看一户一档”权限的人员可见，也对共享对象单位的监管人员可见，撤回或到期以后仍可见；登记和撤回只能由持有“办理共享同意”权限、且授权范围包括提供单位的人员办理。",
        "需要其他单位共享数据时，请与该单位办理共享同意的人员联系。",
    ),
    RowRule(
        "export", "数据导出", EXPORT,
        "导出的文件只有申请导出的本人能查看和下载，内容按生成时本人的权限取得；其中有单位后来不再向本人开放的，不能再下载。每次申请和下载都留痕。",
        "需要同样的数据时，请用自己的账号申请导出。",
    ),
    RowRule(
        "mapping", "字段对应", MAPPING,
        "字段对应对持有“维护字段映射”权限、且授权范围包括报送单位的人员可见：即报送单位自己和它的上级。",
        ASK_PROVIDER,
    ),
)  # fmt: skip
