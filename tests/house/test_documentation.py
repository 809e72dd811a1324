"""The documentation says what the code does: printed pages are current, others open and link well."""

import re
from pathlib import Path

import pytest

from mingcha.config.docs.evidence import proofs
from mingcha.config.docs.generate import DOCS, pages, stale_pages
from mingcha.config.docs.pages.refusals import refusals
from mingcha.config.docs.pages.rows import requirements
from mingcha.config.docs.pages.settings import read

ROOT = DOCS.parent
HAND_WRITTEN = sorted(
    [*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *ROOT.glob("examples/**/*.md")],
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
ABSOLUTE = re.compile(r"[a-z]+:")


@pytest.fixture(name="printed", scope="module")
def _printed():
    return pages()


def test_printed_pages_are_as_they_would_be_printed_now(printed):
    assert stale_pages(DOCS, printed) == [], "请运行 make docs"


def test_every_refusal_says_what_happened_and_what_to_do():
    mute = [kind.__name__ for kind in refusals() if not (kind.message and kind.remedy)]

    assert mute == []


def test_no_two_refusals_share_a_code():
    codes = [kind.code for kind in refusals()]

    assert len(codes) == len(set(codes))


def test_every_refusal_is_on_the_page_of_errors(printed):
    page = printed["reference/errors.md"]

    assert [kind.code for kind in refusals() if f"`{kind.code}`" not in page] == []


def test_every_setting_has_a_help_text():
    assert [one.name for one in read() if not one.help.endswith("。")] == []


def test_every_marked_row_is_a_requirement():
    known = {row.id for row in requirements()}

    assert sorted({row for proof in proofs() for row in proof.rows} - known) == []


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
def test_every_page_opens_with_one_sentence_that_says_what_it_is(path):
    title, opening = [line for line in path.read_text().splitlines() if line.strip()][:2]

    assert title.startswith("# ")
    assert opening.strip("*").endswith((".", "。")), f"{path.name} 的首句：{opening}"


@pytest.mark.parametrize("path", HAND_WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path):
    targets = [link for link in LINK.findall(_without_code(path)) if not ABSOLUTE.match(link)]
    lost = [link for link in targets if not _exists(path, link.partition("#")[0])]

    assert lost == []


def test_decisions_are_numbered_without_gap_and_tell_context_decision_consequences():
    decisions = sorted(
        path for path in (DOCS / "decisions").glob("*.md") if path.name != "README.md"
    )

    assert [path.name[:4] for path in decisions] == [
        f"{number:04}" for number in range(1, len(decisions) + 1)
    ]
    for path in decisions:
        said = re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE)
        assert said == ["Context", "Decision", "Consequences"], path.name


def _without_code(path: Path) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(), flags=re.DOTALL)


def _exists(page: Path, link: str) -> bool:
    return not link or (page.parent / link).exists()
