"""Addresses of the public pages."""

from django.urls import URLPattern, path

from mingcha.domains.portal.views import (
    book,
    dictionary,
    draws,
    exceptions,
    files,
    objections,
    seals,
)


def _book(kind: str) -> list[URLPattern]:
    """The public pages that items and checklists share."""
    said, one = {"kind": kind}, f"book/{kind}s/<slug:scheme>/<str:code>"
    return [
        path(f"book/{kind}s/", book.book, said, name=f"{kind}s"),
        path(f"{one}/", book.page, said, name=kind),
        path(f"{one}/v<int:number>/", book.page, said, name=f"{kind}_version"),
    ]


app_name = "portal"
urlpatterns = [
    *_book("item"),
    *_book("checklist"),
    path("book/<slug:name>s.schema.json", files.schema, name="book_schema"),
    path("book/<slug:name>s.<slug:form>", files.whole, name="book_file"),
    path("book/exceptions/", exceptions.exceptions, name="exceptions"),
    path("book/exceptions/<slug:number>/", objections.exception, name="exception"),
    path("book/exceptions/<slug:number>/object", objections.objection_new, name="objection_new"),
    path("book/objections/", objections.objection_status, name="objections"),
    path("draws/", draws.draws, name="draws"),
    path("draws/<slug:draw_id>/", draws.draw, name="draw"),
    path("draws/<slug:draw_id>/commitment.txt", draws.commitment, name="draw_commitment"),
    path("draws/<slug:draw_id>/bundle.zip", draws.bundle, name="draw_bundle"),
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
