"""Why a file cannot be read, in words. The file as a whole is refused; single rows never raise."""

from mingcha.base.errors import MingchaError


class EmptyFile(MingchaError):
    """Nothing in it."""

    code = "records/empty-file"
    message = "文件 {name} 是空的，没有任何数据。"
    remedy = "请确认导出已经完成、选对了文件，再重新报送。"


class WrongContent(MingchaError):
    """The content is not what the name says."""

    code = "records/wrong-content"
    message = "文件 {name} 的扩展名说它是{said}，实际内容却是{found}。"
    remedy = "{todo}"


class UnsupportedFile(MingchaError):
    """A kind of file that cannot be read as a table."""

    code = "records/unsupported-file"
    message = "文件 {name} 是{found}，系统不能直接读取。"
    remedy = "{todo}"


class EncryptedFile(MingchaError):
    """A password is needed to open it."""

    code = "records/encrypted-file"
    message = "文件 {name} 设有打开密码，系统无法读取。"
    remedy = "请在表格软件中去掉“打开密码”，另存为 xlsx 后重新报送。"


class DamagedFile(MingchaError):
    """Cut off or corrupted on the way."""

    code = "records/damaged-file"
    message = "文件 {name} 不完整或已损坏：{problem}。"
    remedy = "请重新导出或重新下载后再报送；如经其他系统转发，请核对两端的文件大小是否一致。"


class ZipBomb(MingchaError):
    """Unpacks to far more than it seems."""

    code = "records/zip-bomb"
    status = 413
    message = "文件 {name} 解压后{problem}，超过了安全上限，没有继续读取。"
    remedy = (
        "请去掉文件中的图片、空白行列和多余工作表后另存；数据量确实很大时，请改用 CSV 或拆分报送。"
    )


class SheetTooHeavy(MingchaError):
    """The reader of spreadsheets ran out of its own memory or time."""

    code = "records/sheet-too-heavy"
    status = 413
    message = "电子表格 {name} 太大，在{limit}的限制内没有读完。"
    remedy = "请另存为“CSV UTF-8（逗号分隔）”，或按月份拆成几个文件后报送。"


class UnknownEncoding(MingchaError):
    """The bytes are text in no encoding we can tell."""

    code = "records/unknown-encoding"
    message = "无法判断文件 {name} 的文字编码。"
    remedy = "请用表格软件打开核对没有乱码后，另存为“CSV UTF-8（逗号分隔）”再报送。"


class LineTooLong(MingchaError):
    """One record is larger than any record of a table."""

    code = "records/line-too-long"
    message = "文件 {name} 第 {row} 行附近有一行超过 {limit_kb} KB，不像一张数据表。"
    remedy = "请检查导出时是否漏掉了换行，或把整份文书放进了一个单元格。"


class NoHeader(MingchaError):
    """No row looks like a row of column titles."""

    code = "records/no-header"
    message = "在文件 {name} 的前 {rows} 行中没有找到列标题。"
    remedy = "请在数据上方保留一行列标题；可在数据字典页面下载模板对照。"


class NotObjects(MingchaError):
    """JSON, but not one object per line nor an array of objects."""

    code = "records/not-objects"
    message = "文件 {name} 是 JSON，但{problem}。"
    remedy = "请每行写一个对象（JSON Lines），或把全部对象放在一个最外层数组里。"


class CannotWrite(MingchaError):
    """The rows do not fit the kind of file asked for."""

    code = "records/cannot-write"
    message = "无法导出为{kind}：{problem}。"
    remedy = "请改为导出 CSV 格式。"
