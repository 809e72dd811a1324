"""Numbers and moments as a reader takes them in; built into every template (settings.TEMPLATES)."""

from datetime import datetime

from django import template
from django.template.defaultfilters import floatformat

from mingcha.base.days import minute_text, second_text

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


@register.filter
def grouped(value: object) -> str:
    """A whole number with its thousands apart; "" for nothing."""
    return f"{value:,}" if isinstance(value, int) else floatformat(value, "0gu")


@register.filter
def minute(moment: datetime | None) -> str:
    """A moment on the clock on the wall, to the minute; "" for none."""
    return minute_text(moment) if moment else ""


@register.filter
def second(moment: datetime | None) -> str:
    """A moment on the clock on the wall, to the second; "" for none."""
    return second_text(moment) if moment else ""
