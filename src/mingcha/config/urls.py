"""Addresses of the pages and of the API."""

from django.urls import include, path

from mingcha.config.api import api

urlpatterns = [
    path("", include("mingcha.domains.desk.urls")),
    path("", include("mingcha.domains.records.urls")),
    path("", include("mingcha.domains.insight.urls")),
    path("", include("mingcha.domains.portal.urls")),
    path("api/v1/", api.urls),
]
