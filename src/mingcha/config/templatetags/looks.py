"""Small parts that a page draws a hundred times, written as functions: a template inside a loop is slow.

Built into every template (settings.TEMPLATES).
"""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from html import escape

from django import template
from django.template import Context
from django.template.base import render_value_in_context
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django_vite.templatetags.django_vite import vite_asset_url

register = template.Library()

ICON = '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
BADGE = '<span class="badge badge--{}">{}{}</span>'
NOTHING = mark_safe('<span class="quiet">—</span>')
MASKED = '<span class="masked" title="{}">{} {}</span>'
REVEAL = ' <a class="small no-print" href="{}">查看<span class="only-spoken">{}</span></a>'


@cache
def sprite() -> str:
    """The address of the file of all icons; it changes with a new build only."""
    return str(vite_asset_url("src/icons.svg"))


@register.simple_tag
def icon(name: object, size: str = "") -> SafeString:
    """One icon of web/src/icons.ts, silent for screen readers. `size`: small, large."""
    return _icon(str(name or "other"), size)


@lru_cache(maxsize=1024)
def _icon(name: str, size: str) -> SafeString:
    return format_html(ICON, f" icon--{size}" if size else "", sprite(), name)


@register.simple_tag
def badge(label: object, tone: str = "") -> SafeString:
    """A state as shape and word.

    `tone`: todo 未开始, doing 进行中, due 临期, late 逾期或高风险, done 已办结, plain.
    """
    return _badge(str(label), tone or "plain")


@lru_cache(maxsize=4096)
def _badge(label: str, tone: str) -> SafeString:
    return format_html(BADGE, tone, "" if tone == "plain" else icon(tone), label)


@register.filter
def seen(fields: Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """The fields of a filter bar without the hidden ones."""
    return [field for field in fields if field.get("kind") != "hidden"]


@register.simple_tag
def facts(rows: Iterable[Mapping[str, object]], columns: int = 2) -> SafeString:
    """Labels and values, in one column or two.

    Each fact has `label` and `value`; and where it applies `under` (a smaller line), `url`, `code`
    (monospaced, with copy), `badge` (its tone), `masked` (with `why`, a sentence, and `reveal_url`
    where it may be seen), `changed`, `wide` (takes both columns).
    """
    drawn = "".join([_fact(row) for row in rows])
    return format_html(
        '<dl class="facts{}">{}</dl>', " facts--one" if columns == 1 else "", _safe(drawn)
    )


def _fact(fact: Mapping[str, object]) -> str:
    """One fact. By hand, since a page of records draws some hundreds: `format_html` takes thrice as long."""
    shape = " ".join([name for name in ("wide", "changed") if fact.get(name)])
    under = fact.get("under")
    look = f' class="{shape}"' if shape else ""
    small = f'<span class="under">{_as_is(under)}</span>' if under else ""
    return f"<div{look}><dt>{_as_is(fact['label'])}</dt><dd>{_value(fact)}{small}</dd></div>"


def _value(fact: Mapping[str, object]) -> SafeString:
    value = fact.get("value")
    if fact.get("masked"):
        return _masked(fact)
    if value in (None, ""):
        return NOTHING
    if fact.get("code"):
        return render_to_string("parts/code.html", {"text": value})
    if tone := fact.get("badge"):
        return badge(value, str(tone))
    if url := fact.get("url"):
        return format_html('<a href="{}">{}</a>', url, _as_is(value))
    return _as_is(value)


def _as_is(value: object) -> SafeString:
    """As {{ value }} would show it: escaped, a moment in local time."""
    if isinstance(value, str) and not isinstance(value, SafeString):
        return _safe(escape(value))
    return conditional_escape(
        value if isinstance(value, str) else render_value_in_context(value, Context())
    )


def _masked(fact: Mapping[str, object]) -> SafeString:
    why, value = fact.get("why") or "按共享级别遮盖", fact.get("value") or "已遮盖"
    shown = format_html(MASKED, why, icon("masked", "small"), value)
    if url := fact.get("reveal_url"):
        return shown + format_html(REVEAL, url, fact["label"])
    return shown


def _safe(drawn: str) -> SafeString:
    return mark_safe(drawn)  # noqa: S308 -- every piece was escaped
