"""The style sheet asks for nothing that Chromium 86 does not know (360, UOS and the like build on it)."""

import re

import pytest

from mingcha.config.docs.source import PACKAGE

ROOT = PACKAGE.parent.parent
SHEETS = sorted((ROOT / "web" / "src").glob("*.css"))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
TOO_NEW = {
    ":has()": re.compile(r":has\("),
    ":is() :where()": re.compile(r":(is|where)\("),
    "嵌套": re.compile(r"[{;]\s*&"),
    "容器查询": re.compile(r"@container|container-type"),
    "动态视口单位": re.compile(r"\d[dsl]v[hw]\b"),
    "层": re.compile(r"@layer"),
    "新色彩函数": re.compile(r"\b(oklch|oklab|lab|lch|color-mix|light-dark)\("),
    "aspect-ratio": re.compile(r"aspect-ratio"),
    "inset": re.compile(r"[{;]\s*inset\s*:"),
    "overflow: clip": re.compile(r"overflow(-[xy])?\s*:\s*clip"),
    "媒体查询的比较号": re.compile(r"@media[^{]*[<>]"),
    ":not() 里的组合选择器": re.compile(r":not\([^)]*[ >,][^)]*\)"),
}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_style_sheet_stays_within_what_chromium_86_knows(sheet):
    text = COMMENT.sub("", sheet.read_text(encoding="utf-8"))

    assert [name for name, pattern in TOO_NEW.items() if pattern.search(text)] == []


def test_the_build_targets_that_browser():
    config = (ROOT / "web" / "vite.config.ts").read_text(encoding="utf-8")

    assert config.count('"chrome86"') == 2
