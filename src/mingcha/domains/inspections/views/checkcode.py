"""The public page of a check code: who inspects what, on which ground; and the rating afterwards."""

from typing import Any

import segno
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import PUBLIC, door
from mingcha.base.errors import MingchaError, NotFound
from mingcha.base.opendoors.forms import OpenForm
from mingcha.base.opendoors.services import knock
from mingcha.domains.inspections.models import Visit
from mingcha.domains.inspections.queries import checkcode, documents
from mingcha.domains.inspections.rules import checkcode as rules
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


class CodeForm(forms.Form):
    """The code of a notice, for whoever cannot scan it."""

    code = forms.CharField(
        label="检查码", max_length=300,
        help_text="印在检查通知书下方，20 位数字和字母，不分大小写，可以不输短横。",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "inputmode": "text"}),
    )  # fmt: skip

    def clean_code(self) -> str:
        """The code as the platform has it."""
        code = rules.read(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(
                "检查码应是 20 位的数字 0 至 9 和字母 a 至 f，请对照通知书核对。"
            )
        return code


@door(PUBLIC)
@never_cache
@require_GET
def check_code_typed(request: HttpRequest) -> HttpResponse:
    """Where the code of a notice is typed in; leads to what scanning it shows."""
    form, status = CodeForm(request.GET if "code" in request.GET else None), 200
    if form.is_bound:
        knock("check-code", each=settings.OPEN_LOOKUPS_EACH)
        status = 422
        if form.is_valid():
            try:
                visit = checkcode.visit_by(form.cleaned_data["code"])
                return redirect("inspections:check_code", visit.token)
            except MingchaError as refusal:
                status = refusal.status
                form.add_error("code", _why(refusal))
    return render(request, "inspections/checkcode_typed.html", {"form": form}, status=status)


def _why(refusal: MingchaError) -> str:
    """Why no visit is shown: there is none of that code, or it may not be shown yet."""
    if isinstance(refusal, NotFound):
        return "没有这个检查码，请对照通知书逐位核对。核对无误仍查不到的，通知书可能不是本平台出具的，请向检查人员所在单位核实。"
    return f"{refusal.title}{refusal.detail}"


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
        "visit": visit, "party": visit.party, "code": rules.written(visit.token), "how": documents.title_of(visit),
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
