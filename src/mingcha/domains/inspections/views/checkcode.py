"""The public page of a check code: who inspects what, on which ground; and the rating afterwards."""

from typing import Any

import segno
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mingcha.base.access import PUBLIC, door
from mingcha.base.errors import MingchaError
from mingcha.base.opendoors.forms import OpenForm
from mingcha.base.opendoors.services import knock
from mingcha.domains.inspections.models import Visit
from mingcha.domains.inspections.queries import checkcode, documents
from mingcha.domains.inspections.services.rating import Rated, rate
from mingcha.domains.inspections.views.documents import address_of

SCORES = [("5", "很满意"), ("4", "满意"), ("3", "一般"), ("2", "不满意"), ("1", "很不满意")]
MATCHED = [("yes", "一致"), ("no", "不一致"), ("", "没有核对")]


class RatingForm(OpenForm):
    """How the visit was."""

    score = forms.TypedChoiceField(
        label="这次检查您满意吗", choices=SCORES, coerce=int, widget=forms.RadioSelect
    )
    matched = forms.ChoiceField(
        label="到场人员与本页公示的人员", choices=MATCHED, required=False, widget=forms.RadioSelect,
        initial="",
    )  # fmt: skip
    text = forms.CharField(
        label="意见", required=False, max_length=500, widget=forms.Textarea({"rows": 3}),
        help_text="检查单位和它的上级机关都能看到，不公开。请不要写个人信息。",
    )  # fmt: skip

    def said(self) -> Rated:
        """What was said. Once the form is valid."""
        given = self.cleaned_data
        matched = {"yes": True, "no": False}.get(given["matched"])
        return Rated(given["score"], matched, given["text"])


@door(PUBLIC)
@never_cache
@require_http_methods(["GET", "POST"])
def check_code(request: HttpRequest, token: str) -> HttpResponse:
    """What the code says; with POST the visit is rated, once."""
    knock("check-code", each=settings.OPEN_LOOKUPS_EACH)
    visit = checkcode.visit_by(token)
    form = RatingForm(request.POST or None)
    status = 200
    if request.method == "POST":
        form.check_hand()
        status = 422
        if form.is_valid():
            try:
                rate(visit, form.said())
                status = 201
            except MingchaError as refusal:
                status = refusal.status
                form.add_error(None, f"{refusal.title}{refusal.detail}")
    return render(request, "inspections/checkcode.html", _page(request, visit, form), status=status)


def _page(request: HttpRequest, visit: Visit, form: RatingForm) -> dict[str, Any]:
    task = visit.task
    return {
        "visit": visit, "party": visit.party, "how": documents.title_of(visit),
        "ground": task.ground or (task.line.plan.title if task.line is not None else ""),
        "days": visit.planned_on or f"{task.first_on} 至 {task.last_on}",
        "departments": documents.departments(visit), "cap": documents.cap_of(),
        "rights": documents.RIGHTS, "forbidden": documents.FORBIDDEN,
        "has_begun": checkcode.has_begun(visit), "rating": checkcode.rating_of(visit),
        "form": form, "is_off": checkcode.is_off(visit),
        "picture": segno.make(address_of(request, visit), error="m").svg_data_uri(
            scale=5, border=2
        ),
    }  # fmt: skip
