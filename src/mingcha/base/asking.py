"""Ask for an answer that needs a heavy engine, and wait for it (docs/decisions/0010).

Doors stay free of the engines, as they do with jobs: a question is asked by its name. A process of
its own (`mingcha answer`) has the engines loaded and answers over a socket in a private folder of
this machine. A process that has imported the answers itself, as workers and tests do, asks nobody.

Questions and answers are JSON. A refusal travels by its code and facts and is raised by the asker.
"""

import json
import os
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings

from mingcha.base.errors import MingchaError
from mingcha.base.ledger.context import here

Answer = dict[str, Any]
Handler = TypeVar("Handler", bound=Callable[..., Answer])

HANDLERS: dict[str, Callable[..., Answer]] = {}
SOCKET = "answer.sock"
LONGEST = 64 * 1024**2  # bytes of a question or an answer
PATIENCE_SECONDS = 60.0
RETRY_SECONDS = 6.0  # for which a process that is being restarted is waited for
PAUSE_SECONDS = 0.1
_LENGTH = struct.Struct("!I")


class NobodyAnswers(MingchaError):
    """The process that answers is not there."""

    code = "base/nobody-answers"
    status = 503
    message = "即时检核暂时没有响应，可能正在重新启动。"
    remedy = (
        "已填写的内容不会丢失。请过几秒再试；仍不行时请联系运维人员，查看“即时检核”进程的日志。"
    )


class AnswerFailed(RuntimeError):
    """The answering process met a fault: a bug there, which its own log tells in full."""


def answers(name: str) -> Callable[[Handler], Handler]:
    """Register what answers the question `name` in a process that has the engines."""

    def register(handler: Handler) -> Handler:
        HANDLERS[name] = handler
        return handler

    return register


def ask(name: str, **said: Any) -> Answer:
    """The answer to a question. `said` is JSON; acts left on the way come from where we are.

    Raises what the answer refuses, NobodyAnswers, or AnswerFailed.
    """
    handler = HANDLERS.get(name)
    if handler is not None:
        return handler(**said)
    question = {"name": name, "said": said, "whence": asdict(here())}
    with _connected() as connection:
        send(connection, question)
        reply = receive(connection)
    if reply is None:
        raise NobodyAnswers
    return _unwrapped(name, reply)


def send(connection: socket.socket, message: Answer) -> None:
    """Send one message: its length, then its JSON."""
    body = json.dumps(message, ensure_ascii=False).encode()
    connection.sendall(_LENGTH.pack(len(body)) + body)


def receive(connection: socket.socket) -> Answer | None:
    """The next message; None when the other side has gone. Raises ValueError for a giant."""
    head = _exactly(connection, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > LONGEST:
        raise ValueError(f"a message of {length} bytes; at most {LONGEST}")
    body = _exactly(connection, length)
    return None if body is None else json.loads(body)


@contextmanager
def place() -> Iterator[str]:
    """The socket's path, short enough for the kernel however deep the home lies."""
    folder = Path(settings.HOME) / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET}"
    finally:
        os.close(handle)


@contextmanager
def _connected() -> Iterator[socket.socket]:
    """A connection to the answering process; one that is just being restarted is waited for."""
    deadline = time.monotonic() + RETRY_SECONDS
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection, place() as path:
        connection.settimeout(PATIENCE_SECONDS)
        while True:
            try:
                connection.connect(path)
                break
            except (FileNotFoundError, ConnectionRefusedError) as error:
                if time.monotonic() > deadline:
                    raise NobodyAnswers from error
                time.sleep(PAUSE_SECONDS)
        try:
            yield connection
        except (ConnectionError, TimeoutError) as error:
            raise NobodyAnswers from error


def _exactly(connection: socket.socket, length: int) -> bytes | None:
    parts, left = [], length
    while left:
        part = connection.recv(min(left, 1 << 20))
        if not part:
            return None
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _unwrapped(name: str, reply: Answer) -> Answer:
    if "refusal" in reply:
        kind = _refusals().get(reply["refusal"], MingchaError)
        refusal = kind.__new__(kind)
        MingchaError.__init__(refusal, **reply["facts"])
        raise refusal
    if "fault" in reply:
        raise AnswerFailed(f"{name}: {reply['fault']}")
    answer: Answer = reply["answer"]
    return answer


@cache
def _refusals() -> dict[str, type[MingchaError]]:
    """Every refusal by its code."""
    found: dict[str, type[MingchaError]] = {}
    kinds = [MingchaError]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if kind.code:
            found[kind.code] = kind
    return found
