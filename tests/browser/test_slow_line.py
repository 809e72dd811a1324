"""A page whose parts arrive one after the other does not move what is already there."""

import http.client
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from tests.browser.conftest import DESK, PHONE
from tests.browser.looking import MOVED, STILL

PIECES, WAIT_SECONDS = 8, 0.15


@pytest.fixture(name="slow_line", scope="module")
def _slow_line(site) -> Iterator[str]:
    """The address of the platform behind a line that lets a page through in pieces."""

    class Line(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Fetch it at once, hand it on slowly."""
            way = http.client.HTTPConnection("127.0.0.1", site.port)
            way.request("GET", self.path)
            answer = way.getresponse()
            body, kind = answer.read(), answer.headers["Content-Type"]
            self.send_response(answer.status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            for piece in _pieces(body) if kind.startswith("text/html") else (body,):
                self.wfile.write(piece)
                self.wfile.flush()
                if piece is not body:
                    time.sleep(WAIT_SECONDS)

        def log_message(self, *said: object) -> None:
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _pieces(page: bytes) -> Iterator[bytes]:
    """The page cut after its header and then evenly, whatever stands there."""
    start = page.find(b"</header>") if b"</header>" in page else page.find(b"<main")
    brand = page.find(b"</a>", page.find(b"<body"))
    step = max(1, (len(page) - start) // PIECES)
    cuts = sorted({brand, *range(start, len(page), step), len(page)})
    for before, after in zip([0, *cuts], cuts, strict=False):
        yield page[before:after]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("address", ["/signin", "/standards/check_action/", "/spot-checks/plans/"])
def test_nothing_moves_while_the_rest_of_the_page_arrives(slow_line, chromium, address, size):
    context = chromium.new_context(viewport=size)
    page = context.new_page()
    page.goto(f"{slow_line}{address}")

    assert page.evaluate(MOVED) <= STILL
    context.close()
