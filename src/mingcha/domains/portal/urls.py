"""Addresses of the public pages."""

from django.urls import path

from mingcha.domains.portal import views

app_name = "portal"
urlpatterns = [
    path("standards/", views.dictionary, name="dictionary"),
    path("standards/schema.json", views.schemas, name="schemas"),
    path("standards/codes/<slug:name>/", views.codes, name="codes"),
    path("standards/<slug:name>/", views.table, name="table"),
    path("standards/<slug:name>/template.xlsx", views.template, name="template"),
    path("standards/<slug:name>/schema.json", views.schema, name="schema"),
]
