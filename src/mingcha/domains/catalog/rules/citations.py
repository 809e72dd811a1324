"""Legal bases down to article and paragraph (设定依据), read from the way they are written.

《中华人民共和国食品安全法》第一百一十条第一款第（二）项、第一百二十六条；《食品安全法实施条例》第三条之一
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_NUMBER = r"[0-9０-９零〇一二两三四五六七八九十百千]+"
_LAW = re.compile(r"《([^《》]*(?:《[^《》]*》[^《》]*)*)》")
_ARTICLE = re.compile(rf"第({_NUMBER})条(?:之({_NUMBER}))?")
_PARAGRAPH = re.compile(rf"第({_NUMBER})款")
_POINT = re.compile(rf"第[（(]?({_NUMBER})[)）]?项")
_PART = re.compile(rf"第{_NUMBER}条(?:之{_NUMBER})?|第{_NUMBER}款|第[（(]?{_NUMBER}[)）]?项")
_HEAD = re.compile(r"[^：:。]*")  # where the text of an article begins, its citation ends


@dataclass(frozen=True)
class Citation:
    """One place of a law: 条、之、款、项; 0 where the citation does not go so deep."""

    law: str
    article: int = 0
    sub: int = 0
    paragraph: int = 0
    point: int = 0

    def __str__(self) -> str:
        return f"《{self.law}》{place_in_words(self.article, self.sub, self.paragraph, self.point)}"


def place_in_words(article: int, sub: int, paragraph: int, point: int) -> str:
    """第110条第1款第2项, as far as it goes."""
    said = f"第{article}条" if article else ""
    said += f"之{sub}" if sub else ""
    said += f"第{paragraph}款" if paragraph else ""
    return said + (f"第{point}项" if point else "")


def citations(text: str) -> list[Citation]:
    """Every place that a text cites, in order, each once; a law named without article is one too.

    What an article says may follow its citation after a colon, and is not read; a line that begins
    with an article goes on with the law before it.
    """
    laws = list(_LAW.finditer(text))
    found: list[Citation] = []
    for place, law in enumerate(laws):
        end = laws[place + 1].start() if place + 1 < len(laws) else len(text)
        first, *lines = text[law.end() : end].split("\n")
        heads = [first, *(line for line in lines if _ARTICLE.match(line.strip()))]
        cited = [one for head in heads for one in _places(law.group(1).strip(), _head(head))]
        found += cited or [Citation(law.group(1).strip())]
    return list(dict.fromkeys(found))


def _head(text: str) -> str:
    match = _HEAD.match(text)
    return match.group() if match else ""


def number(text: str) -> int:
    """A number in Chinese or Arabic figures. Raises ValueError for what is none."""
    if text.isdecimal():
        return int(text)
    total, digit = 0, 0
    for sign in text:
        if sign in _PLACES:
            total += (digit or 1) * _PLACES[sign]
            digit = 0
        elif sign in _DIGITS:
            digit = digit * 10 + _DIGITS[sign]
        else:
            raise ValueError(f"not a number: {text}")
    return total + digit


def _places(law: str, text: str) -> Iterator[Citation]:
    """The articles, paragraphs and points that follow a law's name; 第一条第二款、第三款 are two."""
    here: list[tuple[int, int]] = []  # by depth: article (and 之), paragraph, point
    for part in _PART.findall(text):
        depth, value = _read(part)
        if depth and not here:
            continue  # a paragraph of no article
        if len(here) > depth:
            yield _citation(law, here)
            here = here[:depth]
        here += [(0, 0)] * (depth - len(here))
        here.append(value)
    if here:
        yield _citation(law, here)


def _read(part: str) -> tuple[int, tuple[int, int]]:
    """How deep a part of a citation goes, and its number."""
    if match := _ARTICLE.fullmatch(part):
        return 0, (number(match[1]), number(match[2]) if match[2] else 0)
    for depth, pattern in ((1, _PARAGRAPH), (2, _POINT)):
        if match := pattern.fullmatch(part):
            return depth, (number(match[1]), 0)
    raise ValueError(f"not a part of a citation: {part}")


def _citation(law: str, here: Sequence[tuple[int, int]]) -> Citation:
    (article, sub), (paragraph, _), (point, _) = [*here, (0, 0), (0, 0)][:3]
    return Citation(law, article, sub, paragraph, point)
