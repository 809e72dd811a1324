"""A platform that runs, a browser, and people in front of it whose pages stay without faults."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tests.kill.platform import Platform

from mingcha.base.people.testing import PASSWORD
from mingcha.config.processes import wait_until

CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PATIENCE_MS = 60_000
LOOKS = 120
# Until the page is as old as a form must be: what is sent at once is taken for a machine's.
BY_HAND = "() => new Promise((done) => setTimeout(done, Math.max(0, 3500 - performance.now())))"
CHUNK_ROWS = 2_000  # so that a file of some thousand rows is seen while it is taken in


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All browser tests go to one worker, so that one platform serves them.

    Their fixtures end with them: while Playwright runs, nothing else in the process has a loop.
    """
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("browser"))


class Site(Platform):
    """The platform under test with people of every role."""

    def stage(self) -> None:
        """Make the city."""
        self.tell("city")

    def tell(self, *words: str) -> str:
        """Let the stage (stage.py) do something behind the scenes; what it says."""
        return self._program("tests.browser.stage", *words, role="app")

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def idle_intake(self) -> Iterator[None]:
        """Nothing is taken in meanwhile, so that a page can be seen while its batch waits."""
        assert wait_until(lambda: bool(self.victims("worker-intake")), seconds=30)
        (worker,) = self.victims("worker-intake")
        os.kill(worker, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(worker, signal.SIGCONT)


@pytest.fixture(name="site", scope="package")
def _site() -> Iterator[Site]:
    home = Path(tempfile.mkdtemp(prefix="mingcha-browser-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINGCHA_HOME", str(home))
        for name in ("DATABASE_URL", "MINGCHA_DATABASE_ROLE", "MINGCHA_TEST_SERVER"):
            patch.delenv(name, raising=False)
        site = Site(home, {"MINGCHA_CHUNK_ROWS": str(CHUNK_ROWS)})
        try:
            site.start()
            site.stage()
            yield site
        finally:
            site.end()


@pytest.fixture(name="chromium", scope="package")
def _chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("没有安装 Chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # It keeps a loop in this thread, in which Django would refuse the database to every test.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        # Chromium refuses its sandbox to root.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


class Desk:
    """One person at the desk, and everything the browser complains about on their pages."""

    def __init__(self, site: Site, browser: Browser, login: str, **settings: object) -> None:
        self.site, self.login = site, login
        usual = {"viewport": DESK, "locale": "zh-CN", "accept_downloads": True}
        self.context: BrowserContext = browser.new_context(
            base_url=site.address, **usual | settings
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.faults: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.bring_to_front()  # a page behind another one gets no file dialog
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}：{error}"))

    def sign_in(self) -> Page:
        """Sign in with the mouse."""
        if self.login:
            self.page.goto("/signin")
            self.page.fill("[name=login]", self.login)
            self.page.fill("[name=password]", PASSWORD)
            self.page.click("main button.btn-primary")
            self.page.wait_for_url(f"{self.site.address}/")
        return self.page

    def hand_in(self, file: Path) -> str:
        """Hand in a file on the page and wait for the end; the address of its batch."""
        self.send(file)
        self.page.get_by_role("heading", name="数据接收回执").wait_for()
        return self.page.url

    def send(self, file: Path) -> None:
        """Hand in a file on the page and see its batch."""
        self.page.goto("/intake/")
        self.page.set_input_files("[name=files]", file)
        self.page.click("text=上传并检核")
        self.page.wait_for_url("**/batches/**")

    def fill_in(self, address: str, row: dict[str, str], act: str) -> str:
        """Send a form of online entry as it is sent without script; where that leads."""
        self.page.goto(address)
        known = self.page.input_value("form#entry [name=csrfmiddlewaretoken]")
        answer = self.page.request.post(
            address,
            form={**row, "act": act, "csrfmiddlewaretoken": known},
            headers={"Referer": self.page.url},
        )
        return answer.url

    def look_up(self, text: str) -> str:
        """Find an entity on the page and open its dossier; its address. Tying takes a moment."""
        for _ in range(LOOKS):
            self.page.goto(f"/parties/?q={text}")
            if self.page.locator("td.first a").count():
                self.page.locator("td.first a").first.click()
                self.page.wait_for_url("**/parties/*/")
                return self.page.url
            time.sleep(0.5)
        raise AssertionError(f"没有找到监管对象：{text}")

    def idle(self) -> None:
        """Let a day go by without a click of this person, at this desk only."""
        (session,) = [c["value"] for c in self.context.cookies() if c["name"] == "sessionid"]
        self.site.tell("idle", session)

    def complaints(self) -> list[str]:
        """What the browser has complained about since this was last asked."""
        heard, self.faults = self.faults, []
        return heard

    def _heard(self, message: object) -> None:
        kind, text = message.type, message.text  # type: ignore[attr-defined]
        # A page that answers 4xx on purpose is noted by the browser as a failed resource.
        if kind in {"error", "warning"} and "Failed to load resource" not in text:
            self.faults.append(f"{self.page.url}：{text}")


class Office:
    """Opens desks: one per person for those who only look, a fresh one for those who act."""

    def __init__(self, site: Site, browser: Browser) -> None:
        self.site, self.browser = site, browser
        self.standing: dict[str, Desk] = {}

    def at(self, login: str) -> Desk:
        """The desk at which `login` ("" for nobody) has been signed in since the first time."""
        if login not in self.standing:
            self.standing[login] = self.fresh(login)
        return self.standing[login]

    def fresh(self, login: str, **settings: object) -> Desk:
        """A new desk with `login` signed in; `settings` are those of a browser context."""
        desk = Desk(self.site, self.browser, login, **settings)
        desk.sign_in()
        return desk


@pytest.fixture(name="office", scope="package")
def _office(site: Site, chromium: Browser) -> Office:
    return Office(site, chromium)


@pytest.fixture(name="desk_of")
def _desk_of(office: Office):
    """Give a signed-in person by role; at the end no page of theirs may have had a fault."""
    opened: list[Desk] = []

    def at(login: str, **settings: object) -> Desk:
        opened.append(office.fresh(login, **settings))
        return opened[-1]

    yield at
    faults = [fault for desk in opened for fault in desk.complaints()]
    for desk in opened:
        desk.context.close()
    assert faults == []
