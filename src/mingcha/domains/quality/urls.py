"""Addresses of the quality of data."""

from django.urls import path

from mingcha.domains.quality.views import cards, digests, hints, returns, rows

app_name = "quality"
urlpatterns = [
    path("quality/", cards.card_list, name="cards"),
    path("quality/returns", returns.return_list, name="returns"),
    path("quality/hints", hints.hint_list, name="hints"),
    path("quality/hints/<int:number>", hints.hint, name="hint"),
    path("quality/digests", digests.digest_list, name="digests"),
    path("quality/digests/<str:number>", digests.digest, name="digest"),
    path("quality/cards/<str:code>", cards.card, name="provider"),
    path("quality/cards/<str:code>/<slug:table>", cards.card, name="card"),
    path("quality/cards/<str:code>/<slug:table>/<slug:kind>", rows.rows, name="rows"),
]
