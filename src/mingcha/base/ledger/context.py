"""From where the present request acts: the address and device that an act's origin stands for."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest

_DEVICE_LENGTH = 200


@dataclass(frozen=True)
class Whence:
    """Network address and device (browser or program), both "" when unknown."""

    address: str = ""
    device: str = ""


_NOWHERE = Whence()
_here: ContextVar[Whence] = ContextVar("whence", default=_NOWHERE)


def here() -> Whence:
    """From where the present request, command or job acts."""
    return _here.get()


@contextmanager
def acting_from(whence: Whence) -> Iterator[None]:
    """Acts inside come from `whence`."""
    token = _here.set(whence)
    try:
        yield
    finally:
        _here.reset(token)


def of_request(request: HttpRequest) -> Whence:
    """From where a request comes: the peer's address, which the web server has already resolved
    behind a trusted proxy, and the User-Agent cut to 200 characters.
    """
    device = request.headers.get("User-Agent", "")[:_DEVICE_LENGTH]
    return Whence(request.META.get("REMOTE_ADDR", ""), device)
