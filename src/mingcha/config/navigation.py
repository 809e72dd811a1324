"""What every page of the portals needs: the site, who I am, where I may go."""

from collections.abc import Mapping

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
PUBLIC_LINKS = {"public_home": "portal:dictionary", "sign_in": "desk:signin"}
PUBLIC_PLACES = (
    ("portal:items", "监管事项"),
    ("portal:checklists", "检查清单"),
    ("portal:random_items", "双随机抽查"),
    ("portal:exceptions", "监管例外"),
    ("inspections:check_code_typed", "核对检查码"),
    ("officers:public", "执法人员"),
    ("portal:dictionary", "数据字典"),
)


def navigation(request: HttpRequest) -> dict[str, object]:
    """Context processor: `site` and `links`; for a signed-in account `me`, `nav` and `above`;
    `public_nav` for the pages that are open to all.

    Needs no database for nobody signed in, so that error pages can always be drawn.
    """
    site = {"name": settings.SITE_NAME, "owner": settings.SITE_OWNER}
    account = getattr(request, "user", None)
    if not isinstance(account, Account):
        return {"site": site, "public_nav": _public(request.path), "links": _links(PUBLIC_LINKS)}
    entries, here = _entries(request.path, account)
    links = _links(LINKS)
    if not account.holds("parties.search"):
        links["search"] = ""
    return {
        "site": site,
        "me": _me(account),
        "nav": entries,
        "public_nav": _public(request.path),
        "above": here if here is not None and here.url != request.path else None,
        "links": links,
    }


def _me(account: Account) -> dict[str, str]:
    labels = dict.fromkeys(grant.role.label for grant in account.held.grants)
    return {
        "name": account.real_name,
        "organisation": account.organisation.name,
        "region": account.organisation.region.name,
        "roles": "、".join(labels) or "尚未授权",
    }


def _entries(path: str, account: Account) -> tuple[list[dict[str, object]], desk.Place | None]:
    """The places the account may enter, and the one with the longest matching address: we are there."""
    found = list(desk.places(account))
    near = [place for place in found if path == place.url or _is_below(path, place.url)]
    here = max(near, key=lambda place: len(place.url), default=None)
    open_ = {here.name, here.under} if here is not None else set()
    entries: list[dict[str, object]] = [
        {
            "label": place.label, "url": place.url, "icon": place.icon,
            "group": place.group, "active": place is here, "badge": place.badge(account),
            "is_under": bool(place.under),
        }
        for place in found
        if not place.under or place.under in open_
    ]  # fmt: skip
    return entries, here


def _public(path: str) -> list[dict[str, object]]:
    """The places open to everybody."""
    found = [(label, _address(name)) for name, label in PUBLIC_PLACES]
    return [
        {"label": label, "url": url, "active": path == url or _is_below(path, url)}
        for label, url in found
        if url
    ]


def _links(names: Mapping[str, str]) -> dict[str, str]:
    return {key: _address(name) for key, name in names.items()}


def _is_below(path: str, url: str) -> bool:
    """Whether a page belongs to a place; the home page has none below it."""
    return url != "/" and path.startswith(f"{url.rstrip('/')}/")


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
