"""What the printing of documentation can refuse."""

from mingcha.base.errors import MingchaError


class NoCheckout(MingchaError):
    """The documentation is printed from a checkout; an installed package has no docs folder."""

    code = "config/no-checkout"
    status = 404
    message = "没有找到文档目录 {folder}。"
    remedy = "请在源码目录中运行 make docs，或用 --folder 指定源码的 docs 目录。"
