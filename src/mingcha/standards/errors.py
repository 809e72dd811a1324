"""What the data standard can refuse, in words."""

from mingcha.base.errors import MingchaError


class StandardBroken(MingchaError):
    """A declaration of the data standard says something it may not say; all faults at once."""

    code = "standards/broken"
    status = 500
    message = "数据标准的声明有 {count} 处错误：{problems}"
    remedy = "请按提示改正所列文件后重新启动；标准以文件为准，系统不会带着错误的标准运行。"

    def __init__(self, problems: list[str]) -> None:
        super().__init__(count=len(problems), problems="；".join(problems) + "。")
        self.problems = problems


class UnknownTable(MingchaError):
    """No table of the data standard has this name."""

    code = "standards/unknown-table"
    status = 404
    message = "数据标准中没有名为“{name}”的数据表。"
    remedy = "名称相近的有：{nearest}。全部数据表见“数据字典”页面。"


class UnknownCodeTable(MingchaError):
    """No code table of the data standard has this name."""

    code = "standards/unknown-code-table"
    status = 404
    message = "数据标准中没有名为“{name}”的代码表。"
    remedy = "名称相近的有：{nearest}。全部代码表见“数据字典”页面。"


class NoTableFits(MingchaError):
    """The header row belongs to no declared table."""

    code = "standards/no-table-fits"
    message = "无法从表头判断这是哪一张数据表：{why}。"
    remedy = "最接近的是：{nearest}。请核对表头，或下载模板，或在上传时指定数据表并选用列映射。"


class SeveralTablesFit(MingchaError):
    """The header row belongs to more than one declared table."""

    code = "standards/several-tables-fit"
    message = "表头同时符合多张数据表：{tables}。"
    remedy = "请在上传时指定是哪一张数据表；最接近的是：{nearest}。"
