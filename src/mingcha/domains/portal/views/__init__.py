"""Public pages: the data dictionary, and the seals of the ledger."""

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, str]:
    """Officials read these inside the desk, the public on a page of its own."""
    return {"frame": "desk.html" if request.user.is_authenticated else "public.html"}
