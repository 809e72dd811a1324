"""Templates carry nothing that the content security policy would have to forbid."""

import re

import pytest

from mingcha.config.docs.source import PACKAGE

TEMPLATES = sorted(PACKAGE.glob("**/templates/**/*.html"))
NOT_HTML = re.compile(r"\{#.*?#\}|<!--.*?-->|\{% (?!autoescape).*?%\}", re.DOTALL)
FORBIDDEN = {
    "脚本": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "样式": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "事件属性": re.compile(r"\s(on[a-z]+|hx-on[:a-z-]*)\s*=", re.IGNORECASE),
    "脚本地址": re.compile(r"javascript:", re.IGNORECASE),
    "外部主机": re.compile(
        r"(src|href|action|srcset|content|hx-[a-z]+)\s*=\s*[\"']?(https?:)?//", re.I
    ),
    # A form field's help text is ours, and Django writes its password rules as a list.
    "跳过转义": re.compile(r"(?<!help_text)\|\s*safe\b|\{%\s*autoescape off"),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_template_holds_no_script_style_event_or_foreign_host(path):
    text = NOT_HTML.sub("", path.read_text())

    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []
