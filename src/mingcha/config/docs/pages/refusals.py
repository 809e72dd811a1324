"""docs/reference/errors.md: every refusal, what it says and what to do about it."""

import importlib
import re
from itertools import groupby

from mingcha.base.errors import MingchaError
from mingcha.config.docs.markdown import code, page, section, table
from mingcha.config.docs.source import dotted, modules

ROOMS = {
    "base": "通用",
    "calendar": "工作日历",
    "config": "安装与运行",
    "desk": "工作台",
    "exports": "导出",
    "ledger": "留痕与封存",
    "parties": "监管对象",
    "people": "组织与账号",
    "records": "数据接入",
    "reading": "读取文件",
    "rules": "规则",
    "standards": "数据标准",
}
_HAS_CODE = re.compile(r'^    code(: [\w\[\]]+)? = "', re.MULTILINE)


def refusals() -> list[type[MingchaError]]:
    """Every subclass of MingchaError in the product that has a code, by code."""
    for path in modules():
        if _HAS_CODE.search(path.read_text(encoding="utf-8")):
            importlib.import_module(dotted(path))
    ours = {dotted(path) for path in modules()}  # tests make up refusals of their own
    found = {kind for kind in _below(MingchaError) if kind.code and kind.__module__ in ours}
    return sorted(found, key=lambda kind: kind.code)


def printed() -> str:
    """The page."""
    groups = groupby(refusals(), key=lambda kind: kind.code.partition("/")[0])
    return page(
        "出错说明",
        "本页列出平台会给出的每一种拒绝：代码、HTTP 状态、说明和该怎么办。",
        "页面、命令和接口给出的是同一句话。接口按 RFC 9457 返回 `application/problem+json`，"
        "`type` 为 `urn:mingcha:error:代码`，`title` 为说明，`detail` 为办法。"
        "花括号中的词在实际提示中换成具体内容。",
        *(section(ROOMS.get(room, room), _table(list(kinds))) for room, kinds in groups),
    )


def _table(kinds: list[type[MingchaError]]) -> str:
    rows = ((code(kind.code), kind.status, kind.message, kind.remedy) for kind in kinds)
    return table(("代码", "状态", "说明", "怎么办"), rows)


def _below(kind: type[MingchaError]) -> set[type[MingchaError]]:
    return {kind}.union(*(_below(one) for one in kind.__subclasses__()))
