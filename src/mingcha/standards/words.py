"""The Chinese words for what declarations say in English keys."""

from mingcha.standards.model import Family, FieldSpec, FieldType, Severity, Share

SHARES = {
    Share.PUBLIC: "公开",
    Share.SHARED: "共享",
    Share.INTERNAL: "内部",
    Share.SENSITIVE: "敏感",
}
SEVERITIES = {Severity.REFUSE: "退回", Severity.WAIT: "待核", Severity.WARN: "提示"}
TYPES = {
    FieldType.TEXT: "文本",
    FieldType.CODE: "代码",
    FieldType.REGION: "行政区划代码",
    FieldType.DATE: "日期",
    FieldType.YEAR: "年度",
    FieldType.NUMBER: "数值",
    FieldType.RATIO: "比例",
    FieldType.BOOLEAN: "是否",
    FieldType.LIST: "列表",
    FieldType.USCC: "统一社会信用代码",
    FieldType.RESIDENT_ID: "公民身份号码",
    FieldType.USCC_OR_ID: "统一社会信用代码或公民身份号码",
    FieldType.ITEM: "监管事项目录编码",
    FieldType.CHECKLIST: "检查实施清单编码",
}
HOW_TO_WRITE = {
    FieldType.TEXT: "",
    FieldType.CODE: "填代码或代码的名称",
    FieldType.REGION: "六位数字，如 310101",
    FieldType.DATE: "如 2026-01-31",
    FieldType.YEAR: "四位数字，如 2026",
    FieldType.NUMBER: "只填数字，不带单位",
    FieldType.RATIO: "0 到 1 之间的小数，如 0.05",
    FieldType.BOOLEAN: "填“是”或“否”",
    FieldType.LIST: "各项之间用顿号“、”隔开",
    FieldType.USCC: "18位",
    FieldType.RESIDENT_ID: "18位",
    FieldType.USCC_OR_ID: "18位，与证件类型一致",
    FieldType.ITEM: "14位数字",
    FieldType.CHECKLIST: "前18位为实施主体的统一社会信用代码，第19位为行使层级",
}
FAMILIES = {
    Family.REGISTER: "监管对象",
    Family.LICENCE: "行政许可",
    Family.INSPECTION: "行政检查",
    Family.PENALTY: "行政处罚",
    Family.COERCION: "行政强制",
    Family.OTHER: "其他行为",
    Family.COMPLAINT: "投诉举报",
    Family.CREDIT: "信用",
    Family.PLAN: "双随机",
    Family.KNOWLEDGE: "知识库",
    Family.CATALOG: "事项与清单",
    Family.OFFICER: "执法人员",
}
MASKS = {
    "name": "只留姓",
    "id": "只留首尾",
    "phone": "只留首尾",
    "address": "只留前段",
    "all": "全部隐去",
    None: "全部隐去",
}


def length(field: FieldSpec) -> str:
    """How long a cell may be, in words; "" where nothing is said."""
    said = []
    if field.exact is not None:
        said.append(f"正好 {field.exact} 个字")
    if field.max is not None:
        said.append(f"最长 {field.max} 个字")
    if field.at_least is not None:
        said.append(f"不少于 {field.at_least} 项")
    return "，".join(said)
