"""docs/reference/states.md: where a row with a state can stand, and how a case moves."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from mingcha.base.cases.machine import Kind, Over
from mingcha.config.docs.markdown import code, page, section, table


def printed() -> str:
    """The page."""
    return page(
        "状态",
        "本页列出平台中带状态的记录和每种状态的名称；每种办件另有可办事项的表和状态图。",
        *(section(f"{kind.label}（{code(kind.name)}）", _moves(kind)) for kind in _kinds()),
        *(section(title, table(("状态", "标识"), rows)) for title, rows in _states()),
    )


def _kinds() -> list[Kind]:
    return sorted(Kind.ALL.values(), key=lambda kind: kind.name)


def _moves(kind: Kind) -> str:
    """The diagram of a kind of case, and its moves with who may make them."""
    machine = kind.machine
    rows = [
        (
            move.label, "、".join(str(source.label) for source in machine.states if source in move.sources),
            str(move.target.label), code(move.right), _conditions(move.over, move.by_other, move.asks_reason),
        )
        for move in machine.moves
    ]  # fmt: skip
    drawn = f"```mermaid\n{machine.as_mermaid()}\n```"
    return f"{drawn}\n\n{table(('动作', '从', '到', '权限', '条件'), rows)}"


def _conditions(over: Over, by_other: bool, asks_reason: bool) -> str:
    said = ["对发起单位"] if over is Over.OPENER else []
    said += ["须由另一人办理"] if by_other else []
    return "；".join([*said, *(["须写明理由"] if asks_reason else [])])


def _states() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """(title, its states) of every model of ours that has a `state`."""
    for model in sorted(apps.get_models(), key=lambda model: model._meta.label):
        if not model.__module__.startswith("mingcha."):
            continue
        for field in model._meta.local_fields:
            if isinstance(field, models.CharField) and field.name == "state":
                title = f"{model._meta.verbose_name}（{model.__name__}）"
                yield title, [(str(label), code(value)) for value, label in field.flatchoices]
