"""Read settings from the environment, each with its default and its help text.

The list of everything read is `DOCUMENTED`; docs/reference/settings.md is printed from it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Setting:
    """One variable of the environment: its name, its default as text, and what it does."""

    name: str
    default: str
    help: str


DOCUMENTED: dict[str, Setting] = {}


def setting(name: str, default: T, parse: Callable[[str], T], *, help: str) -> T:  # noqa: A002
    """The value of `name` in the environment, or `default`. Raises ValueError naming it."""
    DOCUMENTED[name] = Setting(name, str(default), help)
    text = os.environ.get(name)
    if text is None:
        return default
    try:
        return parse(text)
    except ValueError as error:
        raise ValueError(f"环境变量 {name}={text!r} 无法识别：{error}") from error


def flag(text: str) -> bool:
    """1/true/yes/on or 0/false/no/off. Raises ValueError for anything else."""
    known = {"1": True, "true": True, "yes": True, "on": True}
    known |= {"0": False, "false": False, "no": False, "off": False, "": False}
    if text.lower() not in known:
        raise ValueError("应为 1 或 0")
    return known[text.lower()]


def words(text: str) -> list[str]:
    """Comma-separated words, blanks dropped."""
    return [word.strip() for word in text.split(",") if word.strip()]
