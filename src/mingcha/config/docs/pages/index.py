"""docs/README.md and docs/decisions/README.md: every page with its opening sentence."""

from collections.abc import Mapping
from pathlib import Path

from mingcha.config.docs.markdown import bullets, page, section

KINDS = {
    "start": "Start",
    "guides": "Guides",
    "explanation": "Explanation",
    "reference": "Reference (printed from the code)",
    "decisions": "Decisions",
}
INDEXES = {"README.md", "decisions/README.md"}


def printed(docs: Path, generated: Mapping[str, str]) -> dict[str, str]:
    """Both indexes, of the pages in `docs` and those just generated (path within docs → text)."""
    by_hand = {
        path.relative_to(docs).as_posix(): path.read_text(encoding="utf-8")
        for path in docs.rglob("*.md")
        if not path.relative_to(docs).as_posix().startswith("reference/")
    }
    pages = {
        name: text for name, text in (by_hand | dict(generated)).items() if name not in INDEXES
    }
    return {"README.md": _all(pages), "decisions/README.md": _decisions(pages)}


def opening(text: str) -> tuple[str, str]:
    """Title and opening sentence of a page."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[0].removeprefix("# ").strip(), lines[1].strip().strip("*")


def _all(pages: Mapping[str, str]) -> str:
    listed = {name: text for name, text in pages.items() if not _is_one_of_many(name)}
    top = {name: text for name, text in listed.items() if "/" not in name}
    return page(
        "Documentation",
        "This page lists every page of the documentation with what it is.",
        _entries(top, ""),
        *(
            section(
                title, _entries({n: t for n, t in listed.items() if n.startswith(f"{kind}/")}, "")
            )
            for kind, title in KINDS.items()
        ),
    )


def _is_one_of_many(name: str) -> bool:
    """The page of a single table: its list stands for it."""
    return name.startswith("reference/standards/") and not name.endswith("/README.md")


def _decisions(pages: Mapping[str, str]) -> str:
    mine = {name: text for name, text in pages.items() if name.startswith("decisions/")}
    return page(
        "Decisions",
        "This page lists what was decided, and why it is so.",
        _entries(mine, "decisions/"),
    )


def _entries(pages: Mapping[str, str], below: str) -> str:
    lines = []
    for name in sorted(pages):
        title, sentence = opening(pages[name])
        lines.append(f"[{title}]({name.removeprefix(below)}) — {sentence}")
    return bullets(lines)
