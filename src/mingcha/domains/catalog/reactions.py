"""What the catalogue does about news from below."""

from mingcha.base.events.services import on
from mingcha.base.people.events import OrganisationClosed
from mingcha.base.people.queries import named
from mingcha.domains.catalog.services import claims


@on(OrganisationClosed)
def settle_claims(event: OrganisationClosed) -> None:
    """机构撤销：未答复的事项认领交承继机构，没有承继的收回

    Safe to run twice: what was handed on or called back is no longer open with the closed body.
    """
    body = named(event.code)
    if body is not None:
        claims.succeed(body, named(event.successor) if event.successor else None)
