"""What the house itself can refuse: starting, stopping, reaching its database."""

from mingcha.base.errors import MingchaError


class AddressUnreadable(MingchaError):
    """DATABASE_URL is not an address of a PostgreSQL database."""

    code = "config/address-unreadable"
    message = "环境变量 DATABASE_URL 无法识别：{problem}。"
    remedy = "请写成 postgresql://用户名:口令@主机:5432/数据库名；不设置则使用内置数据库。"


class DatabaseTooOld(MingchaError):
    """The server is older than what the platform is tested with."""

    code = "config/database-too-old"
    message = "数据库服务器的版本是 {version}，低于所需的 PostgreSQL 15。"
    remedy = "请升级数据库服务器，或不设置 DATABASE_URL 以使用内置数据库。"


class DatabaseUnreachable(MingchaError):
    """No connection as the owner of the database."""

    code = "config/database-unreachable"
    status = 503
    message = "连接不上数据库 {where}：{problem}。"
    remedy = "请确认数据库已启动、地址和口令正确；使用内置数据库时请先运行 mingcha up。"


class RolesNotAllowed(MingchaError):
    """The owner in DATABASE_URL may not make the roles of the platform."""

    code = "config/roles-not-allowed"
    message = "数据库用户“{user}”不能建立或修改平台所用的角色：{problem}。"
    remedy = "请由数据库管理员执行：ALTER ROLE {user} CREATEROLE; 并确认同名角色不属于其他系统。"


class DatabaseDidNotStart(MingchaError):
    """The embedded server ended, or did not answer in time."""

    code = "config/database-did-not-start"
    status = 503
    message = "内置数据库没有启动：{problem}。"
    remedy = "请查看日志 {log} 的末尾；常见原因是磁盘已满或数据目录的权限被改动。"


class DatabaseDidNotStop(MingchaError):
    """The embedded server still runs after the time it was given."""

    code = "config/database-did-not-stop"
    status = 503
    message = "内置数据库（进程 {pid}）在 {seconds} 秒内没有停下。"
    remedy = "请稍后重试 mingcha down；不要直接删除数据目录。"


class BinariesMissing(MingchaError):
    """The package with PostgreSQL's programs is not installed."""

    code = "config/binaries-missing"
    message = "没有找到内置 PostgreSQL 的程序文件。"
    remedy = "请重新执行 make run 以补齐运行环境，或用 DATABASE_URL 指定外部数据库。"


class OtherMajorVersion(MingchaError):
    """The data folder was made by another major version."""

    code = "config/other-major-version"
    message = "数据目录 {data} 由 PostgreSQL {found} 建立，当前程序是 PostgreSQL {wanted}。"
    remedy = "请用原版本的明察执行 mingcha backup，再在新版本上恢复。"


class DataElsewhere(MingchaError):
    """The project folder was moved or copied; its data lie outside of it."""

    code = "config/data-elsewhere"
    message = "本目录是移动或复制来的，它的数据库仍在 {recorded}。"
    remedy = "若是移动，请把 {recorded} 改名为 {expected} 后重试；若是复制、想要新的数据库，请删除 {record} 后重试。"


class PasswordLost(MingchaError):
    """There are data, but the file with the owner's password is gone."""

    code = "config/password-lost"
    message = "数据库目录 {data} 已存在，但口令文件 {record} 不见了。"
    remedy = "请从备份恢复口令文件；如确实要从头开始，请把 {data} 移走后重试。"


class SocketPathTooLong(MingchaError):
    """No folder for the socket whose path fits into the operating system's limit."""

    code = "config/socket-path-too-long"
    message = "数据库套接字的路径太长：{path}。"
    remedy = "请用环境变量 MINGCHA_HOME 指定一个较短的目录，或把 TMPDIR 设为较短的临时目录。"


class FolderNotOurs(MingchaError):
    """A folder that must be private belongs to somebody else."""

    code = "config/folder-not-ours"
    message = "目录 {path} 属于其他用户，不能用来存放数据库套接字。"
    remedy = "请删除该目录，或用环境变量 MINGCHA_HOME 换一个目录。"


class NoSuchAccount(MingchaError):
    """The account that the embedded server should run as does not exist."""

    code = "config/no-such-account"
    message = "系统中没有账号“{account}”，内置数据库不能以 root 身份运行。"
    remedy = "请建立该账号，或用 MINGCHA_POSTGRES_ACCOUNT 指定一个已有的普通账号。"


class AlreadyUp(MingchaError):
    """Another supervisor holds this home."""

    code = "config/already-up"
    status = 409
    message = "明察已在运行（目录 {home}）。"
    remedy = "用 mingcha status 查看，用 mingcha down 停止；要另开一套，请换一个 MINGCHA_HOME。"


class NotUp(MingchaError):
    """There is no supervisor to stop."""

    code = "config/not-up"
    status = 409
    message = "明察没有在运行（目录 {home}）。"
    remedy = "用 mingcha up 启动。"


class StillUp(MingchaError):
    """The supervisor did not end in time."""

    code = "config/still-up"
    status = 503
    message = "已通知明察停止，但 {seconds} 秒后仍有进程没有结束。"
    remedy = "请用 mingcha status 查看是哪一个，稍后再试。"


class PortTaken(MingchaError):
    """Somebody else listens where the web server should."""

    code = "config/port-taken"
    status = 409
    message = "端口 {port} 已被占用{by}，网页服务不能启动。"
    remedy = "请先停止占用它的程序，或换一个端口：mingcha up --port {other}。"


class StepFailed(MingchaError):
    """A step of the start ended with an error."""

    code = "config/step-failed"
    status = 503
    message = "“{label}”没有成功（{how}）。"
    remedy = "最近的日志：\n{tail}\n完整日志在 {log}。"


class NotReady(MingchaError):
    """A process did not become ready in time."""

    code = "config/not-ready"
    status = 503
    message = "“{label}”在 {seconds} 秒内没有就绪。"
    remedy = "最近的日志：\n{tail}\n完整日志在 {log}。"


class NoSuchCommand(MingchaError):
    """The operator typed a command that does not exist."""

    code = "config/no-such-command"
    message = "没有“{command}”这个命令。"
    remedy = "用 mingcha --help 查看全部命令。"
