"""Chinese search by pairs of characters (二元检索): two characters suffice, no dictionary needed.

The database function `mingcha_pairs(name, code, address)` (migrations) makes the same pairs; a value
is found when it holds every pair of the query. Folding: NFKC, lower case, no white space.
"""

import re
import unicodedata

from django.contrib.postgres.search import SearchQuery

SPACE = re.compile(r"\s+")
MOST = 10_000  # candidates ranked, and the count shown exactly


def fold(text: str) -> str:
    """The form in which texts are compared: NFKC, lower case, without white space."""
    return SPACE.sub("", unicodedata.normalize("NFKC", text)).lower()


def pairs(text: str) -> list[str]:
    """The distinct pairs of neighbouring characters of the folded text, in order."""
    folded = fold(text)
    return list(dict.fromkeys(folded[i : i + 2] for i in range(len(folded) - 1)))


class PairQuery(SearchQuery):
    """Quoted pairs as they are: `to_tsquery` would cut them again at every hyphen and bracket."""

    template = "(%(expressions)s)::tsquery"


def pair_query(text: str, tag: str) -> str:
    """A tsquery that asks for every pair, each marked with `tag` (e.g. "n" name, "a" address).

    Empty for fewer than two characters: the caller falls back to a prefix.
    """
    quoted = (pair.replace("\\", "\\\\").replace("'", "''") for pair in pairs(text))
    return " & ".join(f"'{tag}{pair}'" for pair in quoted)
