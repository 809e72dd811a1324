"""docs/reference/settings.md: every variable of the environment that the platform reads."""

import ast
from dataclasses import dataclass

from mingcha.config.docs.markdown import code, page, table
from mingcha.config.docs.source import calls, dotted, modules, name_of, parsed


@dataclass(frozen=True)
class Read:
    """One variable as its reader declares it: its default as written, and its help text."""

    name: str
    default: str
    help: str
    where: str


def read() -> list[Read]:
    """Every `setting(…)` of the code, by name.

    The source is asked and not `env.DOCUMENTED`, because some are read only when their command runs.
    """
    found = {}
    for path in modules():
        for call in calls(parsed(path)):
            if name_of(call) == "setting" and len(call.args) > 1:
                said = _said(call, dotted(path))
                found[said.name] = said
    return [found[name] for name in sorted(found)]


def printed() -> str:
    """The page."""
    rows = (
        (code(one.name), code(one.default) or "（空）", one.help, code(one.where)) for one in read()
    )
    return page(
        "参数",
        "本页列出平台从环境变量读取的全部参数、默认值和作用。",
        "修改后须重新启动（`mingcha down` 再 `mingcha up`）才生效。开关类参数填 `1` 或 `0`；"
        "多个值之间用英文逗号分隔。",
        table(("变量", "默认值", "作用", "读取处"), rows),
    )


def _said(call: ast.Call, where: str) -> Read:
    helps = [_text(given.value) for given in call.keywords if given.arg == "help"]
    return Read(_text(call.args[0]), _default(call.args[1]), "".join(helps), where)


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)


def _default(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=bool(value)):
            return str(int(value))
        case ast.Constant(value=value):
            return str(value)
        case ast.List(elts=parts):
            return ",".join(_text(part) for part in parts)
    return ast.unparse(node)
