"""Prints every generated page and puts it in its place."""

from pathlib import Path

from mingcha.config.docs.errors import NoCheckout
from mingcha.config.docs.pages import (
    api,
    commands,
    index,
    refusals,
    rights,
    rows,
    settings,
    standards,
    states,
)
from mingcha.config.docs.source import PACKAGE

DOCS = PACKAGE.parents[1] / "docs"


def pages(docs: Path = DOCS) -> dict[str, str]:
    """Path within docs → text of every generated page. `docs` holds the pages written by hand."""
    reference = {
        "api.md": api.printed(),
        "commands.md": commands.printed(),
        "errors.md": refusals.printed(),
        "rights.md": rights.printed(),
        "rows.md": rows.printed(),
        "settings.md": settings.printed(),
        "states.md": states.printed(),
        **standards.printed(),
    }
    generated = {f"reference/{name}": text for name, text in reference.items()}
    return generated | index.printed(docs, generated)


def write(docs: Path = DOCS) -> list[str]:
    """Write what changed and remove what is no longer printed; says which. Raises NoCheckout."""
    if not docs.is_dir():
        raise NoCheckout(folder=docs)
    printed = pages(docs)
    stale = stale_pages(docs, printed)
    for name in stale:
        target = docs / name
        if name in printed:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(printed[name], encoding="utf-8")
        else:
            target.unlink()
    return stale


def stale_pages(docs: Path, printed: dict[str, str]) -> list[str]:
    """The pages in `docs` that are not as they would be printed now: changed, missing or left over."""
    there = {path.relative_to(docs).as_posix() for path in docs.glob("reference/**/*.md")}
    changed = {name for name, text in printed.items() if _text(docs / name) != text}
    return sorted(changed | (there - set(printed)))


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
