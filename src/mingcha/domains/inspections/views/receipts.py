"""The signed receipt of an order to correct: kept from the office or the phone, and taken away."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.cases.queries import case_for
from mingcha.base.days import local_today
from mingcha.base.exports import attachment
from mingcha.domains.inspections.models import OrderReceipt
from mingcha.domains.inspections.queries import followups as queries
from mingcha.domains.inspections.services import receipts as services
from mingcha.domains.inspections.services.receipts import Picture, ReceiptSaid
from mingcha.domains.inspections.states import INSPECT, SEE
from mingcha.domains.inspections.views import attempt, who
from mingcha.domains.records.services import attachments, vault


class ReceiptForm(forms.Form):
    """How and when the order was served, who signed, and the receipt itself."""

    manner = forms.ChoiceField(label="送达方式", choices=OrderReceipt.Manner.choices)
    served_on = forms.DateField(
        label="送达日期", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), initial=local_today
    )
    received_by = forms.CharField(
        label="签收人",
        required=False,
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    note = forms.CharField(
        label="没有签收的情况", required=False, max_length=300, widget=forms.Textarea({"rows": 2}),
        help_text="拒绝签收、留置、公告或邮寄退回的，写明情况和见证人。",
    )  # fmt: skip
    file = forms.FileField(
        label="送达回证", widget=forms.FileInput({"accept": "image/jpeg,image/png,.pdf", "class": "form-control"}),
        help_text="照片或扫描件（JPEG、PNG、PDF）；按内容的 SM3 值保存，存入后不能更换，可以再存一份。",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Somebody signed, or it is said why nobody did."""
        given: dict[str, Any] = super().clean() or {}
        if not given.get("received_by") and not given.get("note"):
            self.add_error("received_by", "请填写签收人；没有签收的，在下面写明情况。")
        return given


@door(INSPECT)
@never_cache
@require_http_methods(["GET", "POST"])
def receipt_new(request: HttpRequest, number: str) -> HttpResponse:
    """Keep a signed receipt."""
    account = who(request)
    case = case_for(account, number)
    found = queries.correction_of(case)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ReceiptForm(*sent)
    if form.is_valid():
        given = dict(form.cleaned_data)
        file = given.pop("file")
        said, picture = ReceiptSaid(**given), Picture(file.name or "", file.chunks())
        done = attempt(form, lambda: services.keep_receipt(case, said, picture, actor=account))
        if done is not None:
            messages.success(request, "已存入送达回证。")
            return redirect("desk:case", number)
    context = {
        "title": "存入送达回证", "form": form, "case": case, "party": found.part.visit.party.name,
        "back": {"url": reverse("desk:case", args=[number]), "label": "返回办件"},
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "inspections/receipt.html", context, status=status)


@door(SEE)
@never_cache
@require_GET
def receipt(request: HttpRequest, number: str, file: int) -> HttpResponseBase:
    """A receipt, as a download that no browser opens by itself. Leaves one act."""
    account = who(request)
    found = queries.receipt_of(case_for(account, number), file)
    services.note_taken(found, number=number, actor=account)
    response = FileResponse(
        vault.path_of(found.file.digest).open("rb"), content_type=attachments.type_of(found.name)
    )
    response["Content-Disposition"] = attachment(found.name)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
