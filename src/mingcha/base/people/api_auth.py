"""Who asks the API: a bearer token, or the session of a page (with its CSRF token)."""

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
