"""“Recompute” in a real browser: a worker under the platform's content security policy.

The page of a draw is not there yet, so a bare page with the places that web/src/draw.ts asks for
stands in for it.
"""

import json
import threading
from collections.abc import Iterator
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mingcha.config.docs.source import PACKAGE
from mingcha.domains.inspections.rules import bundle
from mingcha.domains.inspections.tests import made

DIST = PACKAGE / "config" / "static" / "dist"
ENTRY = json.loads((DIST / ".vite" / "manifest.json").read_text())["src/draw.ts"]["file"]
PAGE = f"""<!doctype html><meta charset="utf-8"><title>重新计算</title>
<section data-draw-bundle="{{name}}">
<button data-draw-start>重新计算</button><button data-draw-cancel hidden>取消</button>
<progress data-draw-progress hidden></progress><p data-draw-step role="status"></p>
<ol data-draw-said></ol></section><script type="module" src="dist/{ENTRY}"></script>"""
POLICY = "default-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'"


class Handler(SimpleHTTPRequestHandler):
    """Files with the platform's policy, in silence."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(name="address")
def _address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "dist").symlink_to(DIST)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    said = made.with_a_round(made.published(size=3000, officers=made.officers(cap=2)))
    files = bundle.files(said, on=date(2026, 12, 1), is_audit=True)
    altered = files | {"O.txt": files["O.txt"].replace(b"\x1f0\x1f2\n", b"\x1f0\x1f9\n", 1)}
    for name, some in (("whole", files), ("altered", altered)):
        (tmp_path / f"{name}.zip").write_bytes(bundle.zipped(some))
    for name in ("whole", "altered", "missing"):
        (tmp_path / f"{name}.html").write_text(PAGE.format(name=f"{name}.zip"), encoding="utf-8")
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(name="page")
def _page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


def recomputed(page: Page, address: str, name: str) -> str:
    """Press the button; the outcome."""
    page.goto(f"{address}/{name}.html")
    page.get_by_role("button", name="重新计算").click()
    page.wait_for_selector("[data-draw-outcome]")
    expect(page.get_by_role("button", name="重新计算")).to_be_enabled()
    return page.get_attribute("section", "data-draw-outcome") or ""


def test_the_browser_recomputes_a_whole_draw(page: Page, address: str) -> None:
    assert recomputed(page, address, "whole") == "holds"

    expect(page.get_by_role("status")).to_contain_text("重新计算的结果与公布的一致")
    expect(page.locator("li").last).to_have_text("全部一致。")
    assert page.locator("li").filter(has_text="个检查组").count() == 1


def test_the_browser_names_what_was_altered(page: Page, address: str) -> None:
    assert recomputed(page, address, "altered") == "differs"

    expect(page.locator("li").last).to_contain_text("不一致：O.txt")


def test_a_bundle_that_is_not_there_is_no_verdict(page: Page, address: str) -> None:
    assert recomputed(page, address, "missing") == "failed"

    expect(page.get_by_role("status")).to_contain_text("没有完成：数据包没有取到（404）")


def test_recomputing_can_be_cancelled_and_begun_again(page: Page, address: str) -> None:
    page.goto(f"{address}/whole.html")
    page.evaluate(
        """() => {
            document.querySelector('[data-draw-start]').click();
            document.querySelector('[data-draw-cancel]').click();
        }"""
    )

    expect(page.get_by_role("status")).to_have_text("已取消，没有得出结论。")
    assert page.get_attribute("section", "data-draw-outcome") is None
    page.get_by_role("button", name="重新计算").click()
    page.wait_for_selector("[data-draw-outcome=holds]")
