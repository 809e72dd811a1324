"""Addresses of the catalogue's pages."""

from django.urls import URLPattern, path

from mingcha.domains.catalog.views import claims, entries, laws, record, reviews, starting, uniform

app_name = "catalog"


def _of(kind: str) -> list[URLPattern]:
    """The pages that items and checklists share."""
    said, one = {"kind": kind}, f"catalog/{kind}s/<slug:scheme>/<str:code>"
    return [
        path(f"catalog/{kind}s/", entries.entry_list, said, name=f"{kind}s"),
        path(f"catalog/{kind}s/new", starting.new, said, name=f"{kind}_new"),
        path(f"{one}/", record.entry, said, name=kind),
        path(f"{one}/compare", record.compare, said, name=f"{kind}_compare"),
        path(f"{one}/change", starting.change, said, name=f"{kind}_change"),
        path(f"{one}/withdraw/<int:number>", starting.withdraw, said, name=f"{kind}_withdraw"),
    ]


urlpatterns = [
    *_of("item"),
    *_of("checklist"),
    path(
        "catalog/checklists/<slug:scheme>/<str:code>/preview",
        record.preview,
        name="checklist_preview",
    ),
    path("catalog/reviews/", reviews.review_list, name="reviews"),
    path("catalog/reviews/<slug:number>/draft", reviews.draft, name="draft"),
    path("catalog/reviews/<slug:number>/catch-up", reviews.catch_up, name="catch_up"),
    path("catalog/claims/", claims.claim_list, name="claims"),
    path("catalog/claims/new", claims.lay_out, name="lay_out"),
    path("catalog/claims/<slug:number>/answer", claims.answer, name="claim_answer"),
    path("catalog/laws/", laws.law_list, name="laws"),
    path("catalog/laws/new", laws.new, name="law_new"),
    path("catalog/items/uniformity/", uniform.uniformity, name="uniformity"),
    path("catalog/items/mappings/", uniform.mapping_list, name="mappings"),
]
