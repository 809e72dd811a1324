"""What counts as proof of a requirement: a test that goes through a page, the API or a command."""

import pytest

from mingcha.config.docs import evidence
from mingcha.config.docs.evidence import proofs_in


@pytest.fixture(name="doors_of")
def _doors_of(tmp_path, monkeypatch):
    """The doors of the one marked test in a piece of source."""
    monkeypatch.setattr(evidence, "CHECKOUT", tmp_path)

    def read(source: str) -> tuple[str, ...]:
        path = tmp_path / "test_it.py"
        path.write_text(f'@pytest.mark.row("REG-1")\n{source}')
        (proof,) = proofs_in(path)
        return proof.doors

    return read


@pytest.mark.parametrize(
    ("source", "door"),
    [
        ('def test_it(client):\n    client.get("/audit?q=1")', "/audit"),
        ('def test_it(client):\n    client.get(reverse("desk:audit"))', "/audit"),
        ('def test_it(page):\n    page.goto(f"{BASE}/people/{login}")', "/people/<str:login>"),
        ('def test_it(client):\n    client.post("/api/v1/intake")', "/api/v1/intake"),
        ('def test_it():\n    call_command("verify", "ledger")', "mingcha verify"),
        ('def test_it():\n    run("mingcha.config.cli", "status")', "mingcha status"),
        ('def test_it(c):\n    look(c)\n\ndef look(c):\n    c.get("/audit")', "/audit"),
        ('def test_it(c):\n    c.get(HERE)\n\nHERE = "/audit"', "/audit"),
    ],
)
def test_a_page_an_operation_or_a_command_is_a_door(doors_of, source, door):
    assert doors_of(source) == (door,)


@pytest.mark.parametrize(
    "source",
    [
        "def test_it(batch):\n    services.cancel(batch)",
        "def test_it():\n    assert rules._digits(1) == 2",
        'def test_it():\n    assert Path("/srv/none") != "/"',
    ],
)
def test_a_service_a_private_function_or_a_path_is_none(doors_of, source):
    assert doors_of(source) == ()
