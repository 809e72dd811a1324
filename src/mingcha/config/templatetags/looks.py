"""Small parts that a list draws a hundred times: drawn once each, and remembered."""

from functools import cache, lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django_vite.templatetags.django_vite import vite_asset_url

register = template.Library()


@register.simple_tag
@cache
def sprite() -> str:
    """The address of the file of all icons; it changes with a new build only."""
    return str(vite_asset_url("src/icons.svg"))


@register.simple_tag
def badge(label: object, tone: str) -> SafeString:
    """A state as shape and word: parts/badge.html, for the rows of a list."""
    return _badge(str(label), tone)


@lru_cache(maxsize=4096)
def _badge(label: str, tone: str) -> SafeString:
    return render_to_string("parts/badge.html", {"label": label, "tone": tone})
