"""What parts/facts.html needs to know of a fact before it draws it."""

from collections.abc import Iterable, Mapping

from django import template

register = template.Library()

OPTIONAL = ("under", "url", "wide", "changed", "why", "reveal_url")


@register.filter
def drawn(facts: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """Each fact with every key there, and `as`, the way its value is drawn.

    A page has hundreds of facts; asking the template for keys that are missing is what takes long.
    """
    return [{**dict.fromkeys(OPTIONAL), **fact, "as": _way(fact)} for fact in facts]


def _way(fact: Mapping[str, object]) -> str:
    if fact.get("masked"):
        return "masked"
    if fact.get("value") in (None, ""):
        return "nothing"
    return next((way for way in ("code", "badge", "url") if fact.get(way)), "plain")
