"""docs/reference/states.md: where a row with a state can stand."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from mingcha.config.docs.markdown import code, page, section, table


def printed() -> str:
    """The page."""
    return page(
        "状态",
        "本页列出平台中带状态的记录和每种状态的名称。",
        *(section(title, table(("状态", "标识"), rows)) for title, rows in _states()),
    )


def _states() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """(title, its states) of every model of ours that has a `state`."""
    for model in sorted(apps.get_models(), key=lambda model: model._meta.label):
        if not model.__module__.startswith("mingcha."):
            continue
        for field in model._meta.local_fields:
            if isinstance(field, models.CharField) and field.name == "state":
                title = f"{model._meta.verbose_name}（{model.__name__}）"
                yield title, [(str(label), code(value)) for value, label in field.flatchoices]
