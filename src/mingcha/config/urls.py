"""Addresses of the pages and of the API."""

from django.urls import include, path

from mingcha.config.api import api
from mingcha.config.health import healthz, readyz

urlpatterns = [
    path("", include("mingcha.domains.desk.urls")),
    path("", include("mingcha.domains.catalog.urls")),
    path("", include("mingcha.domains.records.urls")),
    path("", include("mingcha.domains.insight.urls")),
    path("", include("mingcha.domains.portal.urls")),
    path("", include("mingcha.domains.officers.urls")),
    path("", include("mingcha.domains.quality.urls")),
    path("", include("mingcha.domains.inspections.urls")),
    path("api/v1/", api.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
