"""Addresses of the public pages."""

from django.urls import path

from mingcha.domains.portal.views import dictionary, seals

app_name = "portal"
urlpatterns = [
    path("standards/", dictionary.dictionary, name="dictionary"),
    path("standards/schema.json", dictionary.schemas, name="schemas"),
    path("standards/codes/<slug:name>/", dictionary.codes, name="codes"),
    path("standards/<slug:name>/", dictionary.table, name="table"),
    path("standards/<slug:name>/template.xlsx", dictionary.template, name="template"),
    path("standards/<slug:name>/schema.json", dictionary.schema, name="schema"),
    path("seals/", seals.seals, name="seals"),
    path("seals/seals.jsonl", seals.seals_file, name="seals_file"),
    path("seals/keys/<slug:fingerprint>.pem", seals.seal_key, name="seal_key"),
    path("seals/<slug:number>.json", seals.seal_json, name="seal_json"),
    path("seals/<slug:number>/", seals.seal, name="seal"),
]
