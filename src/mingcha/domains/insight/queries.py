"""What the search offers while somebody types: regions and industries by code, name or initials."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mingcha.base.errors import NotFound
from mingcha.base.initials import fits
from mingcha.base.people import queries as people
from mingcha.standards import loader

MOST = 12
CODE = re.compile(r"([A-Z]?\d*)(?:\s|$)")
LETTERS = re.compile(r"[A-Za-z]{1,12}")


@dataclass(frozen=True)
class Offer:
    """One code with the name that stands for it."""

    code: str
    label: str

    @property
    def written(self) -> str:
        """As the field holds it: code and name."""
        return f"{self.code} {self.label}"


def lookup(what: str, text: str) -> list[Offer]:
    """The codes that fit a text: its beginning, a part of the name, or the name's pinyin initials.

    `what` is "regions" (divisions in force) or "industries" (GB/T 4754). At most MOST, codes and
    names that begin with the text first. Raises NotFound for another `what`.
    """
    text = text.strip()
    found = [offer for offer in _all(what) if _fits(offer, text)]
    return sorted(found, key=lambda offer: _rank(offer, text))[:MOST]


def code_meant(what: str, text: str) -> str:
    """The code a person means by what the field holds; a text that means none stays as it is."""
    text = text.strip()
    code = CODE.match(text)
    if not text or (code and code[1]):
        return code[1] if code else ""
    found = lookup(what, text)
    return found[0].code if found else text


def written_out(what: str, text: str) -> str:
    """The text of the field with the name of its code."""
    code = code_meant(what, text)
    named = next((offer for offer in _all(what) if offer.code == code), None) if code else None
    return named.written if named else text


def _all(what: str) -> Iterable[Offer]:
    source = SOURCES.get(what)
    if source is None:
        raise NotFound(what="代码", key=what)
    return source()


def _regions() -> Iterable[Offer]:
    rows = people.regions(abolished=False).values_list("code", "full_name")
    return [Offer(code, name) for code, name in rows]


def _industries() -> Iterable[Offer]:
    table = loader.current().code_table("industry")
    return [Offer(code.code, code.label) for code in table.codes]


SOURCES: dict[str, Callable[[], Iterable[Offer]]] = {
    "regions": _regions,
    "industries": _industries,
}


def _fits(offer: Offer, text: str) -> bool:
    if offer.code.startswith(text.upper()) or text in offer.label:
        return True
    return bool(LETTERS.fullmatch(text)) and fits(offer.label, text)


def _rank(offer: Offer, text: str) -> tuple[bool, bool, int, str]:
    """Names that end with the text or begin with it lie nearest, then short ones."""
    near = offer.label.startswith(text) or offer.label.endswith(text)
    return (not offer.code.startswith(text.upper()), not near, len(offer.label), offer.code)
