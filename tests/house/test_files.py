"""Files stay small enough to be read at one sitting, and read the environment in one place."""

import ast
import re

from mingcha.config.docs.pages.settings import read
from mingcha.config.docs.source import PACKAGE, modules, parsed

ROOT = PACKAGE.parents[1]
MOST_LINES = 500
MOMENT = re.compile(r"\{[^{}\"]+:%Y-%m-%d(?: %H|\})")
VARIABLE = re.compile(r"MINGCHA_[A-Z_]+[A-Z]")

# Longer today; docs/explanation/deviations.md names them.
LONG = {
    "src/mingcha/base/ledger/tests/test_verify.py",
    "src/mingcha/standards/tests/test_frames.py",
}

# Told to our own children by the supervisor and by the tests; nobody sets them by hand.
BETWEEN_PROCESSES = {"MINGCHA_DATABASE_ROLE", "MINGCHA_TEST_SERVER"}


def ours() -> list[str]:
    """Every Python and TypeScript file that people write."""
    places = ("src", "tests", "bench", "examples", "web/src")
    files = [
        path
        for place in places
        for kind in ("py", "ts")
        for path in (ROOT / place).rglob(f"*.{kind}")
    ]
    files += [*ROOT.glob("*.py"), *ROOT.glob("web/*.ts")]
    return sorted(path.relative_to(ROOT).as_posix() for path in files)


def test_no_file_is_longer_than_it_should_be():
    long = {name for name in ours() if len((ROOT / name).read_text().splitlines()) > MOST_LINES}

    assert long - LONG == set()


def test_every_variable_of_the_environment_that_is_named_is_documented():
    known = {one.name for one in read()} | BETWEEN_PROCESSES

    assert {name for path in modules() for name in variables(path)} - known == set()


def test_moments_are_put_into_words_in_one_place():
    """Anywhere else they might be told in UTC, eight hours behind the clock on the wall."""
    wording = [path for path in modules() if MOMENT.search(path.read_text(encoding="utf-8"))]

    assert [path.relative_to(PACKAGE).as_posix() for path in wording] == ["base/days.py"]


def test_copy_goes_through_one_place():
    """Its errors would not be Django's, and the job it broke off would not be tried again."""
    copying = [path for path in modules() if "cursor.copy(" in path.read_text(encoding="utf-8")]

    assert [path.relative_to(PACKAGE).as_posix() for path in copying] == ["base/copying.py"]


def variables(path) -> set[str]:
    """The names of our variables that stand in a module as a text of their own."""
    texts = {one.value for one in ast.walk(parsed(path)) if isinstance(one, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and VARIABLE.fullmatch(text)}
