"""Who asks the API: a bearer token, or the session of a page (with its CSRF token)."""

import ipaddress
import secrets

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.utils import check_csrf

from mingcha.base.people.errors import ForgedRequest, TokenRefused
from mingcha.base.people.models import Account
from mingcha.base.people.services.tokens import token_account


class Asker(HttpBearer):
    """Finds out who asks and leaves it to the doors whether to let them in.

    With a token: its account, or TokenRefused. With a session: its account, and ForgedRequest for a
    write without CSRF token. With neither: nobody, whom every door but a public one turns away.
    """

    def __call__(self, request: HttpRequest) -> Account | AnonymousUser:
        """The account, now also `request.user`, or an AnonymousUser."""
        header = request.headers.get(self.header)
        if header:
            scheme, _, text = header.partition(" ")
            if scheme.lower() != self.openapi_scheme:
                raise TokenRefused
            return self.authenticate(request, text.strip())
        if isinstance(request.user, Account):
            if check_csrf(request) is not None:
                raise ForgedRequest
            return request.user
        return AnonymousUser()

    def authenticate(self, request: HttpRequest, token: str) -> Account:
        """The token's account. Raises TokenRefused."""
        request.user = account = token_account(token)
        return account


class Probed:
    """Who a probe is to a door: nobody with an account, and the one right it comes with."""

    pk = 0
    is_authenticated = True
    RIGHT = "desk.operate"

    def holds(self, right: str) -> bool:
        """Its one right."""
        return right == self.RIGHT


class Probe(HttpBearer):
    """Lets a monitoring probe on this machine in by a token of the node instead of an account.

    Anything else is left to the next in line: a wrong token, another machine, no token at all.
    """

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    def authenticate(self, request: HttpRequest, token: str) -> Probed | None:
        """The probe, now also `request.user`, or None."""
        if not _is_here(request.META.get("REMOTE_ADDR", "")):
            return None
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return None
        request.user = probed = Probed()  # type: ignore[assignment]  # asks for nothing of an account
        return probed


def _is_here(address: str) -> bool:
    """Whether a network address is this machine's own."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
