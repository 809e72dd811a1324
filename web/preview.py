"""The style guide: every component and page with sample data, served without database or sign-in.

    .venv/bin/python web/preview.py            # then open http://127.0.0.1:8790/

It answers with the same content security policy as the platform, so a page that needs more than
the policy allows is seen here first. A change of a template shows on the next reload.
"""

import argparse
import mimetypes
import sys
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils.timezone import now

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "mingcha"
STATIC = PACKAGE / "config" / "static"
POLICY = (
    "default-src 'self'; img-src 'self'; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)

settings.configure(
    DEBUG=True,
    SECRET_KEY="preview",  # noqa: S106 — signs nothing but the sample forms
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    LANGUAGE_CODE="zh-hans",
    TIME_ZONE="Asia/Shanghai",
    NUMBER_GROUPING=3,
    STATIC_URL="/static/",
    INSTALLED_APPS=["django_vite", "django.contrib.staticfiles"],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [
                PACKAGE / "config" / "templates",
                *PACKAGE.glob("domains/*/templates"),
                Path(__file__).parent,
            ],
            "OPTIONS": {
                "context_processors": ["django.template.context_processors.request"],
                "string_if_invalid": "",
            },
        }
    ],
    DJANGO_VITE={
        "default": {
            "dev_mode": False,
            "manifest_path": STATIC / "dist" / ".vite" / "manifest.json",
            "static_url_prefix": "dist",
        }
    },
)
django.setup()

import samples  # noqa: E402 — its forms need the settings above


def page(request: HttpRequest, name: str) -> HttpResponse:
    """One sample page; its status code is the sample's."""
    if name not in samples.PAGES:
        raise Http404(name)
    template, context = samples.PAGES[name]
    shared = samples.frame(name) | {"today": now().date()}
    return answer(render(request, template, shared | context()))


def gallery(request: HttpRequest) -> HttpResponse:
    """All components, and links to all pages."""
    shared = samples.frame("gallery") | samples.components()
    return answer(render(request, "gallery.html", shared | {"pages": samples.PAGES}))


def answer(response: HttpResponse) -> HttpResponse:
    """Add the platform's policy."""
    response["Content-Security-Policy"] = POLICY
    return response


def static(_request: HttpRequest, name: str) -> FileResponse:
    """A built file."""
    found = (STATIC / name).resolve()
    if not found.is_relative_to(STATIC) or not found.is_file():
        raise Http404(name)
    return FileResponse(found.open("rb"), content_type=mimetypes.guess_type(found.name)[0])


def nothing(_request: HttpRequest, **_parts: str) -> HttpResponse:
    """Where the sample links lead."""
    return HttpResponse("样例到此为止。", content_type="text/plain; charset=utf-8")


def names(*routes: str) -> list[object]:
    """Routes by name: "batch/<id>" is called batch; the template gives its arguments in order."""
    return [path(f"{route}/", nothing, name=route.split("/")[0]) for route in routes]


urlpatterns = [
    path("", gallery),
    path("page/<str:name>", page),
    path("static/<path:name>", static),
    path("desk/", include((names(
        "people", "person/<str:a>", "person_new", "grant/<str:a>", "revoke/<str:a>", "close/<str:a>",
        "reset/<str:a>", "audit", "why"), "desk"))),
    path("records/", include((names(
        "upload", "batches", "batch/<str:a>", "progress/<str:a>", "cancel/<str:a>", "resume/<str:a>",
        "refused/<str:a>", "refused_file/<str:a>", "original/<str:a>"), "records"))),
    path("insight/", include((names("search", "dossier/<str:a>", "export/<str:a>"), "insight"))),
    path("portal/", include((names(
        "dictionary", "table/<str:a>", "template/<str:a>", "schema/<str:a>", "codes/<str:a>"),
        "portal"))),
    path("elsewhere", nothing),
]  # fmt: skip


class Quiet(WSGIRequestHandler):
    """Does not tell of each request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the parent's name
        """Say nothing."""


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="样式与组件一览")
    parser.add_argument("--port", type=int, default=8790)
    port = parser.parse_args().port
    sys.stdout.write(f"http://127.0.0.1:{port}/\n")
    sys.stdout.flush()
    make_server("127.0.0.1", port, get_wsgi_application(), handler_class=Quiet).serve_forever()


if __name__ == "__main__":
    main()
