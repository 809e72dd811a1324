"""Addresses of search and dossier."""

from django.urls import path

from mingcha.domains.insight import views

app_name = "insight"
urlpatterns = [
    path("parties/", views.search, name="search"),
    path("parties/<slug:number>/", views.dossier, name="dossier"),
    path("parties/<slug:number>/export", views.export, name="export"),
    path("facts/<int:fact>/versions", views.versions, name="versions"),
]
