"""The public page of an exception, objecting to it, and asking with the code how far the objection is."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import PUBLIC, door
from mingcha.base.days import local_today
from mingcha.base.errors import MingchaError
from mingcha.base.opendoors.forms import OpenForm
from mingcha.base.opendoors.services import knock
from mingcha.domains.catalog.queries import exceptions, objections
from mingcha.domains.catalog.queries.exceptions import ItemException
from mingcha.domains.catalog.services import objections as services
from mingcha.domains.catalog.services.objections import Objector
from mingcha.domains.portal.services import MOST_FILES, Upload, object_to

TONES = {"filed": "doing", "admitted": "doing", "upheld": "late", "rejected": "todo",
         "inadmissible": "todo", "withdrawn": "todo"}  # fmt: skip
ACCEPTED = ".pdf,.jpg,.jpeg,.png"
RECEIPT = "portal/objection_filed.html"


class ObjectionForm(OpenForm):
    """Who objects, to which act, and why."""

    objector = forms.ChoiceField(
        label="您是", choices=Objector.choices, widget=forms.RadioSelect, initial="enterprise"
    )
    name = forms.CharField(
        label="名称或姓名", max_length=200, widget=forms.TextInput({"autocomplete": "organization"})
    )
    uscc = forms.CharField(
        label="统一社会信用代码", required=False, max_length=30,
        help_text="企业和其他单位必填，18 位；自然人不填。",
    )  # fmt: skip
    contact = forms.CharField(
        label="联系方式", max_length=200,
        help_text="电话、电子邮箱或通信地址，只供办理单位联系您，不公开。",
    )  # fmt: skip
    act = forms.CharField(
        label="哪一次监管", max_length=500, widget=forms.Textarea({"rows": 2}),
        help_text="例如：文书号、检查时间和地点、检查人员。",
    )  # fmt: skip
    acted_on = forms.DateField(
        label="监管日期", required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    reason = forms.CharField(
        label="异议理由", max_length=2000, widget=forms.Textarea({"rows": 6}),
        help_text="请写明为什么认为不应当有这项例外，或者这次监管不在例外范围之内。",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """An enterprise names its code."""
        said = super().clean() or {}
        if said.get("objector") == Objector.ENTERPRISE and not said.get("uscc"):
            self.add_error("uscc", "企业和其他单位请填写统一社会信用代码。")
        return said

    def said(self) -> services.Said:
        """What was said. Once the form is valid."""
        given = self.cleaned_data
        who = services.Who(
            Objector(given["objector"]), given["name"], given["contact"], given["uscc"]
        )
        return services.Said(who, given["act"], given["reason"], given["acted_on"], self.key)


class CodeForm(OpenForm):
    """The number of an objection and its query code."""

    number = forms.CharField(
        label="编号", max_length=30, widget=forms.TextInput({"placeholder": "YY-2026-000001"})
    )
    code = forms.CharField(
        label="查询码", max_length=40, widget=forms.TextInput({"autocomplete": "off"}),
        help_text="提交异议时显示的 20 位字符，不分大小写。",
    )  # fmt: skip


@door(PUBLIC)
@require_GET
def exception(request: HttpRequest, number: str) -> HttpResponse:
    """An approved exception: for whom, until when, why, and what came of objections to it."""
    found = objections.public_exception(number)
    return render(request, "portal/exception.html", _shown(found))


@door(PUBLIC)
@never_cache
@require_http_methods(["GET", "POST"])
def objection_new(request: HttpRequest, number: str) -> HttpResponse:
    """Object to an exception; the query code is shown on the answer, and again if the same is sent again."""
    found = objections.public_exception(number)
    form = ObjectionForm(request.POST or None)
    refusals: list[MingchaError] = []
    if request.method == "POST":
        knock("objection", each=settings.OPEN_FORMS_EACH)
        form.check_hand()
        if form.is_valid():
            try:
                filed = object_to(found, form.said(), _uploads(request))
            except MingchaError as refusal:
                refusals.append(refusal)
                form.add_error(None, f"{refusal.title}{refusal.detail}")
            else:
                status = 200 if filed.again else 201
                return render(request, RECEIPT, _filed(filed), status=status)
    context = _shown(found) | {
        "form": form, "accept": ACCEPTED, "most": MOST_FILES, "has_files": bool(request.FILES),
        "limit": filesizeformat(settings.ATTACHMENT_LIMIT_BYTES),
    }  # fmt: skip
    status = refusals[0].status if refusals else 422 if form.errors else 200
    return render(request, "portal/objection_new.html", context, status=status)


@door(PUBLIC)
@never_cache
@require_http_methods(["GET", "POST"])
def objection_status(request: HttpRequest) -> HttpResponse:
    """How far an objection is, for whoever has its code; with `withdraw` it is taken back."""
    form = CodeForm(request.POST or None, initial={"number": request.GET.get("number", "")})
    context: dict[str, object] = {"form": form}
    status = 200
    if request.method == "POST":
        knock("objection-code", each=settings.OPEN_LOOKUPS_EACH)
        form.check_hand()
        if form.is_valid():
            try:
                context |= _progress(form.cleaned_data, withdraw="withdraw" in request.POST)
            except MingchaError as refusal:
                status = refusal.status
                form.add_error(None, f"{refusal.title}请核对编号和查询码。")
        else:
            status = 422
    return render(request, "portal/objection_status.html", context, status=status)


def _progress(given: dict[str, Any], *, withdraw: bool) -> dict[str, object]:
    if withdraw:
        services.withdraw(given["number"], given["code"])
    progress = objections.progress_of(objections.progress_by_code(given["number"], given["code"]))
    return {
        "progress": progress, "tone": TONES[progress.state], "code": given["code"],
        "withdrawn": withdraw,
        "exception_url": reverse("portal:exception", args=[progress.exception]),
    }  # fmt: skip


def _uploads(request: HttpRequest) -> list[Upload]:
    files = cast("list[UploadedFile[bytes]]", request.FILES.getlist("files"))
    return [Upload(file.name or "", file.chunks()) for file in files]


def _filed(filed: services.Filed) -> dict[str, object]:
    case = filed.case
    return {
        "number": case.number, "code": filed.code, "again": filed.again, "unit": case.unit.name, "due": case.due_on,
        "status_url": f"{reverse('portal:objections')}?number={case.number}",
    }  # fmt: skip


def _shown(found: ItemException) -> dict[str, object]:
    label, tone = exceptions.standing_on(found, local_today())
    return {
        "exception": found, "number": found.case.number,
        "state": {"label": label, "tone": tone},
        "facts": [
            {"label": "事项名称", "value": found.name, "wide": True},
            {"label": "编码", "value": found.code, "code": True, "wide": True},
            {"label": "期限", "value": f"{found.since} 至 {found.until}", "wide": True},
            {"label": "实施机构", "value": found.body.name},
            {"label": "批准单位", "value": found.case.unit.name},
            {"label": "理由", "value": found.reason, "wide": True},
        ],
        "answers": objections.answered(found),
        "object_url": reverse("portal:objection_new", args=[found.case.number]),
        "api_url": f"/api/v1/exceptions/{found.case.number}",
    }  # fmt: skip
