"""What loading the demonstration city can refuse, in words."""

from mingcha.base.errors import MingchaError


class NotEmpty(MingchaError):
    """Another demonstration city is there already."""

    code = "demo/not-empty"
    status = 409
    message = "这里已经有一座演示市（种子 {seed}，{parties} 户），不能再装另一座。"
    remedy = "如需另一规模，请用 MINGCHA_HOME 指定一个空的数据目录后重新执行。"


class Foreign(MingchaError):
    """The database holds a city whose files are not here."""

    code = "demo/foreign"
    status = 409
    message = "数据库里已有演示市的机构，但数据目录 {folder} 里没有它的文件。"
    remedy = "请把 MINGCHA_HOME 指回原来的数据目录，或换用空的数据库。"


class NothingWorks(MingchaError):
    """Files were handed in, and nothing takes them up."""

    code = "demo/nothing-works"
    status = 503
    message = "文件已交给平台，但 {seconds} 秒内没有任何进展，后台任务可能没有在运行。"
    remedy = "请先运行 mingcha up，或加上 --work 由本命令自己处理；已装入的部分会保留。"


class NotLanded(MingchaError):
    """Some files were handed in and could not be taken in."""

    code = "demo/not-landed"
    status = 500
    message = "演示市有 {count} 个文件没有入库：{files}。"
    remedy = "请查看这些批次的说明和后台日志；排除原因后再次执行 mingcha demo，会接着装。"
