"""A platform that runs, a browser, and a person in front of it whose page stays without faults."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.kill.platform import Platform

from mingcha.base.people.testing import PASSWORD

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


class Site(Platform):
    """The platform under test with people of every role."""

    def stage(self) -> None:
        """Make the city."""
        self._program("tests.browser.stage", role="app")

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(name="site", scope="session")
def _site() -> Iterator[Site]:
    home = Path(tempfile.mkdtemp(prefix="mingcha-browser-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINGCHA_HOME", str(home))
        for name in ("DATABASE_URL", "MINGCHA_DATABASE_ROLE", "MINGCHA_TEST_SERVER"):
            patch.delenv(name, raising=False)
        site = Site(home, {})
        try:
            site.start()
            site.stage()
            yield site
        finally:
            site.end()


@pytest.fixture(name="chromium", scope="session")
def _chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("没有安装 Chromium")
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


class Desk:
    """One person at the desk: signs in, and notes everything the browser complains about."""

    def __init__(self, site: Site, browser: Browser, login: str) -> None:
        self.site, self.login = site, login
        self.context: BrowserContext = browser.new_context(
            base_url=site.address, viewport=DESK, locale="zh-CN", accept_downloads=True
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
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
        self.page.goto("/intake/")
        self.page.set_input_files("[name=files]", file)
        self.page.click("text=上传并检核")
        self.page.wait_for_url("**/batches/**")
        self.page.get_by_role("heading", name="数据接收回执").wait_for()
        return self.page.url

    def _heard(self, message: object) -> None:
        kind, text = message.type, message.text  # type: ignore[attr-defined]
        # A page that answers 4xx on purpose is noted by the browser as a failed resource.
        if kind in {"error", "warning"} and "Failed to load resource" not in text:
            self.faults.append(f"{self.page.url}：{text}")


@pytest.fixture(name="desk_of")
def _desk_of(site: Site, chromium: Browser):
    """Give a signed-in person by role; at the end no page of theirs may have had a fault."""
    opened: list[Desk] = []

    def at(login: str) -> Desk:
        opened.append(Desk(site, chromium, login))
        opened[-1].sign_in()
        return opened[-1]

    yield at
    faults = [fault for desk in opened for fault in desk.faults]
    for desk in opened:
        desk.context.close()
    assert faults == []
