"""Questions over the socket: answers, refusals and faults come back as what they are."""

import threading

import pytest

from mingcha.base import asking
from mingcha.base.answering import answering
from mingcha.base.errors import NotAllowed, NotFound
from mingcha.base.ledger.context import Whence, acting_from, here

pytestmark = pytest.mark.django_db


@pytest.fixture(name="elsewhere")
def _elsewhere(settings, tmp_path, monkeypatch):
    """A server that has some answers; the asker knows none of them itself."""
    deep = tmp_path / ("很长的路径" * 12)
    deep.mkdir()
    settings.HOME = deep

    def missing(**said):
        raise NotFound(what="事物", key=said["key"])

    def forbidden():
        raise NotAllowed(right="records.intake", where="演示局")

    def broken():
        raise ZeroDivisionError

    known = {
        "echo": lambda **said: said | {"address": here().address},
        "missing": missing,
        "forbidden": forbidden,
        "broken": broken,
    }
    monkeypatch.setattr("mingcha.base.answering.HANDLERS", known)
    with answering() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield deep / "run" / asking.SOCKET
        server.shutdown()
        thread.join()


def test_an_answer_comes_back_and_knows_whence_it_was_asked(elsewhere):
    with acting_from(Whence("10.0.0.7", "Firefox")):
        said = asking.ask("echo", rows=[{"名称": "演示"}])

    assert said == {"rows": [{"名称": "演示"}], "address": "10.0.0.7"}


def test_a_large_question_arrives_whole(elsewhere):
    rows = [{"text": "字" * 200} for _ in range(5000)]

    assert asking.ask("echo", rows=rows)["rows"] == rows


def test_a_refusal_is_raised_by_the_asker(elsewhere):
    with pytest.raises(NotFound, match="没有找到事物“K1”"):
        asking.ask("missing", key="K1")
    with pytest.raises(NotAllowed, match="报送数据（演示局）"):
        asking.ask("forbidden")


def test_a_fault_there_is_a_fault_here_and_the_next_question_is_answered(elsewhere):
    with pytest.raises(asking.AnswerFailed, match="broken: ZeroDivisionError"):
        asking.ask("broken")

    assert asking.ask("echo", n=1)["n"] == 1


def test_the_socket_is_its_owners_alone(elsewhere):
    assert elsewhere.stat().st_mode & 0o077 == 0


def test_nobody_there_is_a_refusal_with_a_way_out(settings, tmp_path, monkeypatch):
    settings.HOME = tmp_path
    monkeypatch.setattr(asking, "RETRY_SECONDS", 0.2)

    with pytest.raises(asking.NobodyAnswers) as refusal:
        asking.ask("nothing")

    assert refusal.value.status == 503
    assert "不会丢失" in refusal.value.detail
