"""The process that answers questions which need the engines: a socket, a thread per question."""

import logging
import os
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, connection

from mingcha.base.asking import HANDLERS, SOCKET, Answer, place, receive, send
from mingcha.base.errors import MingchaError
from mingcha.base.ledger.context import Whence, acting_from

logger = logging.getLogger("mingcha.answering")
SILENCE_SECONDS = 30.0  # after which somebody who connected and asks nothing is turned away


class Answering(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Answers on the socket of this home until it is shut down; what is under way is finished."""

    daemon_threads = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """An asker that went away, or worse: told in the log, and the next one is answered."""
        logger.exception("answer_broken_off")


class _Question(socketserver.BaseRequestHandler):
    """One connection: one question, one answer."""

    def handle(self) -> None:
        """Read, answer, reply."""
        self.request.settimeout(SILENCE_SECONDS)
        question = receive(self.request)
        if question is not None:
            send(self.request, answered(question))


def answered(question: Answer) -> Answer:
    """The reply to a question: its answer, a refusal by code and facts, or that there was a fault."""
    close_old_connections()
    try:
        with acting_from(Whence(**question["whence"])):
            return {"answer": HANDLERS[question["name"]](**question["said"])}
    except MingchaError as refusal:
        return {"refusal": refusal.code, "facts": refusal.plain_facts()}
    except Exception as error:
        logger.exception("answer_failed", extra={"facts": {"question": question.get("name", "")}})
        return {"fault": type(error).__name__}
    finally:
        connection.close()


@contextmanager
def answering() -> Iterator[Answering]:
    """A server that is ready to answer; the socket is open to the owner of the home alone."""
    socket_file = Path(settings.HOME) / "run" / SOCKET
    with place() as path:
        socket_file.unlink(missing_ok=True)  # a process that was killed left it
        before = os.umask(0o177)
        try:
            server = Answering(path, _Question)
        finally:
            os.umask(before)
        try:
            yield server
        finally:
            server.server_close()
            socket_file.unlink(missing_ok=True)
