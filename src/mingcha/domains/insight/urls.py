"""Addresses of search and dossier."""

from django.urls import path

from mingcha.domains.insight.views import dossier, export, facts, search

app_name = "insight"
urlpatterns = [
    path("parties/", search.search, name="search"),
    path("lookup/<slug:what>", search.lookup, name="lookup"),
    path("parties/<slug:number>/", dossier.dossier, name="dossier"),
    path("parties/<slug:number>/export", export.export, name="export"),
    path("facts/<int:fact>/versions", facts.versions, name="versions"),
    path("facts/<int:fact>/fields/<slug:field>", facts.reveal, name="reveal"),
]
