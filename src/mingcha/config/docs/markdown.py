"""The few pieces of Markdown that the generated pages are made of."""

from collections.abc import Iterable, Sequence

NOTE = "<!-- Printed from the code by `mingcha docs`; changes made here are lost. -->"


def page(title: str, sentence: str, *blocks: str) -> str:
    """A page: its title, the one sentence that says what it is, and its blocks."""
    said = [f"# {title}", sentence, NOTE, *(block.strip("\n") for block in blocks if block)]
    return "\n\n".join(said) + "\n"


def section(title: str, *blocks: str) -> str:
    """A part of a page under a heading of the second level."""
    return "\n\n".join([f"## {title}", *(block for block in blocks if block)])


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; "" when there are no rows."""
    lines = [_line([cell(one) for one in row]) for row in rows]
    if not lines:
        return ""
    return "\n".join([_line(head), _line(["---"] * len(head)), *lines])


def cell(value: object) -> str:
    """Any text as one cell: no line break, no bar and no tag of its own."""
    text = str(value).strip().replace("|", "\\|")
    plain = text if text.startswith("`") else text.replace("<", "&lt;")
    return plain.replace("\n", "<br>")


def code(text: object) -> str:
    """Text set as code; "" stays ""."""
    return f"`{text}`" if str(text) else ""


def bullets(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
