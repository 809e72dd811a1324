"""Numbers as a reader takes them in at a glance."""

from django import template

register = template.Library()

WAN, YI = 10_000, 100_000_000
EXACT_BELOW = 100_000


@register.filter
def glance(value: object) -> str:
    """A count for a headline: exact below 100,000, then 12.3 万 and 1.2 亿; anything else as it is.

    The exact figure belongs into the title of the element.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        return str(value)
    for unit, word in ((YI, "亿"), (WAN, "万")):
        if value >= unit and value >= EXACT_BELOW:
            return f"{value * 10 // unit / 10:,.1f} {word}"
    return f"{value:,}"
