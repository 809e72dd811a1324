"""Is the platform alive (healthz), and is it ready to serve (readyz)? For the supervisor and probes."""

from django.db import connection
from django.http import HttpRequest, JsonResponse

from mingcha.base.access import PUBLIC, door


@door(PUBLIC)
def healthz(request: HttpRequest) -> JsonResponse:
    """The web process answers."""
    return JsonResponse({"status": "ok"})


@door(PUBLIC)
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers a real query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_role")
        (roles,) = cursor.fetchone()
    return JsonResponse({"status": "ok" if roles else "empty"}, status=200 if roles else 503)
