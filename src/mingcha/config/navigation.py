"""What every page of the portals needs: the site, who I am, where I may go."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from mingcha.base.people.models import Account
from mingcha.domains.desk import queries as desk

LINKS = {
    "home": "desk:home",
    "search": "insight:search",
    "why": "desk:why",
    "account": "desk:me",
    "sign_out": "desk:signout",
}


def navigation(request: HttpRequest) -> dict[str, object]:
    """Context processor: `site`, and for a signed-in account `me`, `nav` and `links`.

    Needs no database for nobody signed in, so that error pages can always be drawn.
    """
    site = {"name": settings.SITE_NAME, "owner": settings.SITE_OWNER}
    account = getattr(request, "user", None)
    if not isinstance(account, Account):
        return {"site": site}
    return {
        "site": site,
        "me": _me(account),
        "nav": _entries(request.path, account),
        "links": {key: _address(name) for key, name in LINKS.items()},
    }


def _me(account: Account) -> dict[str, str]:
    labels = dict.fromkeys(grant.role.label for grant in account.held.grants)
    return {
        "name": account.real_name,
        "organisation": account.organisation.name,
        "region": account.organisation.region.name,
        "roles": "、".join(labels) or "尚未授权",
    }


def _entries(path: str, account: Account) -> list[dict[str, object]]:
    """The places the account may enter; the one with the longest matching address is where we are."""
    found = list(desk.places(account))
    here = [place for place in found if path == place.url or _is_below(path, place.url)]
    active = max(here, key=lambda place: len(place.url)).name if here else ""
    return [
        {
            "label": place.label, "url": place.url, "icon": place.icon,
            "group": place.group, "active": place.name == active,
        }
        for place in found
    ]  # fmt: skip


def _is_below(path: str, url: str) -> bool:
    """Whether a page belongs to a place; the home page has none below it."""
    return url != "/" and path.startswith(f"{url.rstrip('/')}/")


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
