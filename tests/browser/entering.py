"""What tests of online entry share: a keyboard that counts, and a spreadsheet to paste from."""

from collections.abc import Mapping, Sequence

from playwright.sync_api import Page

from mingcha.standards import loader

CHINESE = 3  # strokes of a Chinese character typed by pinyin, with what choosing it costs
RHYTHM_MS = 60  # between two keys of somebody who types fast
FOCUS = "() => { const e = document.activeElement; return e.id || (e.tagName === 'BUTTON' ? `button:${e.value}` : e.tagName); }"


class Keyboard:
    """Types as a person does and counts every key that goes down; a held Ctrl or Shift counts too."""

    def __init__(self, page: Page) -> None:
        self.page, self.strokes = page, 0

    def type(self, text: str) -> None:
        """Type a text, a key after another; Chinese as the input method hands it over."""
        for letter in text:
            if letter.isascii():
                self.page.keyboard.press(letter)
                self.strokes += 1
            else:
                self.page.keyboard.insert_text(letter)
                self.strokes += CHINESE
            self.page.wait_for_timeout(RHYTHM_MS)

    def press(self, *keys: str) -> None:
        """Press keys one after another; Control+Enter is two."""
        for key in keys:
            self.page.keyboard.press(key)
            self.strokes += len(key.split("+"))
            self.page.wait_for_timeout(RHYTHM_MS)

    @property
    def at(self) -> str:
        """The field or button that has the focus."""
        return self.page.evaluate(FOCUS)


def filled_in(keyboard: Keyboard, answers: Mapping[str, Sequence[str]]) -> None:
    """Fill in the form as a clerk does who looks where the focus is, until it is on the button.

    `answers` says what is typed into a field: texts, and keys in angle brackets. A field that has
    no answer, or has had it, is left with Enter.
    """
    waiting = dict(answers)
    for _ in range(40):
        at = keyboard.at
        if at == "button:submit" and _is_done(keyboard):
            return
        at = keyboard.at
        for said in waiting.pop(at.removeprefix("in-"), ["<Enter>"]):
            if said.startswith("<"):
                keyboard.press(said.strip("<>"))
            else:
                keyboard.type(said)
        keyboard.page.wait_for_timeout(RHYTHM_MS * 5)  # the eye follows the focus
    raise AssertionError(f"没有走到按钮，停在 {keyboard.at}")


def _is_done(keyboard: Keyboard) -> bool:
    """Wait for the answer to the last field: all is there, or the focus goes back to what is not."""
    for _ in range(100):
        if keyboard.at != "button:submit":
            return False
        if keyboard.page.locator("[data-left].is-done").count():
            return True
        keyboard.page.wait_for_timeout(RHYTHM_MS)
    raise AssertionError(keyboard.page.locator("[data-left]").inner_text())


def as_table(rows: Sequence[Mapping[str, str]], *, table: str = "check_action") -> str:
    """Rows with their headers as a spreadsheet puts them on the clipboard."""
    fields = loader.current().table(table).fields
    keys = list(dict.fromkeys(key for row in rows for key in row))
    lines = [[fields[key].label for key in keys]]
    lines += [[row.get(key, "") for key in keys] for row in rows]
    return "\n".join("\t".join(line) for line in lines)


def pasted_into(page: Page, text: str) -> None:
    """Paste a text into the grid with the keyboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".grid-editor").focus()
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+v")
