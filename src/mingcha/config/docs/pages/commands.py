"""docs/reference/commands.md: what an operator can type."""

import argparse
import ast
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.core.management import load_command_class
from django.core.management.base import BaseCommand

from mingcha.config import cli
from mingcha.config.docs.markdown import code, page, section, table
from mingcha.config.docs.source import calls, name_of, parsed

Argument = tuple[str, str]  # how it is written, what it does


def printed() -> str:
    """The page."""
    mine = {name: (own.help, list(_own_arguments(name))) for name, own in cli.OWN.items()}
    theirs = {name: _of_django(name) for name in cli.management_commands()}
    every = sorted((mine | theirs).items())
    return page(
        "命令",
        "本页列出运维人员在终端使用的 `mingcha` 命令及其参数。",
        "数据输出到标准输出，说明输出到标准错误；成功退出码为 0，被拒绝为 1。"
        "任何命令加 `--help` 显示用法。数据库没有运行时，命令会临时启动内置数据库，用完即停。",
        *(_section(name, *said) for name, said in every),
    )


def _section(name: str, help_text: str, arguments: list[Argument]) -> str:
    return section(f"mingcha {name}", help_text, table(("参数", "作用"), arguments))


def _of_django(name: str) -> tuple[str, list[Argument]]:
    command = load_command_class(_app_of(name), name)
    common = {action.dest for action in _actions(BaseCommand().create_parser("mingcha", name))}
    mine = [
        action
        for action in _actions(command.create_parser("mingcha", name))
        if action.dest not in common
    ]
    return str(command.help), [(_written(action), action.help or "") for action in mine]


def _app_of(name: str) -> str:
    """The app whose management folder has the command."""
    for config in apps.get_app_configs():
        file = Path(config.path) / "management" / "commands" / f"{name}.py"
        if config.name.startswith("mingcha.") and file.exists():
            return config.name
    raise LookupError(name)


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return parser._actions


def _written(action: argparse.Action) -> str:
    metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    takes = f" {'|'.join(map(str, action.choices)) if action.choices else metavar}"
    words = [f"{flag}{'' if action.nargs == 0 else takes}" for flag in action.option_strings]
    return "、".join(code(word) for word in words or [metavar])


def _own_arguments(name: str) -> Iterator[Argument]:
    """The arguments of a command of cli.py, from its source: its parser exists only when it runs."""
    functions = {
        node.name: node
        for node in parsed(Path(cli.__file__)).body
        if isinstance(node, ast.FunctionDef)
    }
    for call in calls(functions[cli.OWN[name].run.__name__]):
        if name_of(call) == "add_argument":
            flag = ast.literal_eval(call.args[0])
            said = {given.arg: given.value for given in call.keywords}
            takes = "" if "action" in said else f" {flag.strip('-').upper()}"
            yield code(f"{flag}{takes}"), _said(said["help"])


def _said(node: ast.expr) -> str:
    """A help text; what it fills in is left to `--help`."""
    if isinstance(node, ast.JoinedStr):
        fixed = [str(part.value) for part in node.values if isinstance(part, ast.Constant)]
        return fixed[0].removesuffix("，默认 ")
    return str(ast.literal_eval(node))
