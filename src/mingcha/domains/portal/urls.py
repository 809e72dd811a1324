"""Addresses of the public pages."""

from django.urls import URLPattern, path

from mingcha.domains.portal.views import book, dictionary, exceptions, files, objections, seals
from mingcha.domains.portal.views.spotchecks import draws, figures, lists, records


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
    path("spot-checks/", lists.shelf, {"name": "items"}, name="random_items"),
    path("spot-checks/items/<slug:public_id>/", records.item, name="random_item"),
    path("spot-checks/plans/", lists.shelf, {"name": "plans"}, name="plans"),
    path("spot-checks/plans/<slug:number>/", records.plan, name="plan"),
    path("spot-checks/tasks/", lists.shelf, {"name": "tasks"}, name="tasks"),
    path("spot-checks/tasks/<slug:number>/", records.task, name="task"),
    path("spot-checks/results/", lists.shelf, {"name": "results"}, name="results"),
    path("spot-checks/results/<slug:number>/", records.result, name="result"),
    path("spot-checks/rates/", figures.rates, name="rates"),
    path("spot-checks/rates/<int:year>/", figures.rates, name="rates_of"),
    path("spot-checks/frequencies/", figures.frequencies, name="frequencies"),
    path("spot-checks/frequencies/<int:year>/", figures.frequencies, name="frequencies_of"),
    path("draws/", lists.shelf, {"name": "draws"}, name="draws"),
    path("draws/verify_draw.py", draws.script, name="draw_script"),
    path("draws/<slug:draw_id>/", draws.draw, name="draw"),
    path("draws/<slug:draw_id>/ask", draws.ask, name="draw_ask"),
    path("draws/<slug:draw_id>/bundle.zip", draws.bundle, name="draw_bundle"),
    path("draws/<slug:draw_id>/commitment.txt", draws.commitment, name="draw_commitment"),
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
