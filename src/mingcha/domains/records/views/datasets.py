"""Take tables out as files: what may be taken, the filter, the progress, the download."""

from collections.abc import Mapping
from typing import cast

from django import forms
from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingcha.base.access import door
from mingcha.base.exports import attachment
from mingcha.base.people.models import Account, Organisation
from mingcha.base.people.queries import region_names
from mingcha.domains.records.models import Export
from mingcha.domains.records.queries import datasets as queries
from mingcha.domains.records.services import datasets as services
from mingcha.standards.model import Table

RECENT = 20
FORMS = (
    ("csv", "CSV（Excel 可直接打开，行数不限）"),
    ("xlsx", "Excel 工作簿（最多 1,048,575 条记录）"),
    ("jsonl", "JSON-lines（每行一条，字段用英文键名）"),
    ("parquet", "Parquet（带数据类型，适合分析软件）"),
)


class ExportForm(forms.Form):
    """What to take out of one table; fields that the table cannot be limited by are left out."""

    provider = forms.ModelChoiceField(
        Organisation.objects.none(), label="报送单位", to_field_name="code", required=False,
        empty_label="全部",
    )  # fmt: skip
    region = forms.RegexField(
        r"^\d{2,6}$", label="行政区划代码", required=False,
        help_text="可只填开头几位，如 3101 表示该市各区。",
        error_messages={"invalid": "行政区划代码为 2 至 6 位数字。"},
    )  # fmt: skip
    since = forms.DateField(
        label="发生日期，起", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        label="发生日期，止", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    item = forms.CharField(label="监管事项编码", required=False, max_length=60)
    form = forms.ChoiceField(
        label="文件格式", choices=FORMS, widget=forms.RadioSelect, initial="csv"
    )

    def __init__(self, account: Account, table: Table, data: Mapping[str, str] | None) -> None:
        super().__init__(data)
        provider = cast("forms.ModelChoiceField[Organisation]", self.fields["provider"])
        provider.queryset = queries.providers_for(account, table.name)
        if queries.region_field(table) is None:
            del self.fields["region"]
        if table.item is None:
            del self.fields["item"]

    def clean(self) -> dict[str, object]:
        """The days in their order."""
        said = super().clean() or {}
        since, until = said.get("since"), said.get("until")
        if since and until and since > until:
            self.add_error("until", "结束日期早于开始日期。")
        return said

    def wanted(self, table: Table) -> services.Wanted:
        """The valid form as a wish."""
        said = {name: value for name, value in self.cleaned_data.items() if value}
        if "provider" in said:
            said["provider"] = said["provider"].code
        return services.Wanted(table=table.name, **said)


@door("insight.export")
@require_GET
def dataset_list(request: HttpRequest) -> HttpResponse:
    """Every table with what of it may be taken out and why, and what was taken lately."""
    account = cast(Account, request.user)
    offers = queries.offers(account)
    context = {
        "open": [offer for offer in offers if offer.is_open],
        "closed": [offer for offer in offers if not offer.is_open],
        "exports": [queries.progressed(one) for one in queries.exports_of(account)[:RECENT]],
    }
    return render(request, "records/dataset_list.html", context)


@door("insight.export")
@require_http_methods(["GET", "POST"])
def dataset(request: HttpRequest, table: str) -> HttpResponse:
    """One table: choose rows and format, and ask for the file."""
    account = cast(Account, request.user)
    offer = queries.offer_for(account, table)
    if request.POST.get("provider"):  # refused and recorded, not called a wrong choice
        queries.require_provider(account, table, request.POST["provider"])
    form = ExportForm(account, offer.table, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        export = services.ask(form.wanted(offer.table), actor=account)
        return redirect("records:export", export.public_id)
    context = {
        "offer": offer,
        "form": form,
        "masked": queries.masked_fields(account, offer.table),
        "days": settings.EXPORT_DAYS,
    }
    return render(request, "records/dataset.html", context)


@door("insight.export")
@require_GET
def export(request: HttpRequest, number: str) -> HttpResponse:
    """One export: its progress while it runs, its receipt and file afterwards."""
    found = queries.export_for(cast(Account, request.user), number)
    return render(request, "records/dataset_export.html", _context(found))


@door("insight.export")
@require_GET
def export_progress(request: HttpRequest, number: str) -> HttpResponse:
    """The progress alone, for polling; asks the page to load anew once the export has ended."""
    context = _context(queries.export_for(cast(Account, request.user), number))
    response = render(request, "records/dataset_progress.html", context)
    if not cast(queries.Progressed, context["one"]).progress.is_open:
        response["HX-Refresh"] = "true"
    return response


@door("insight.export")
@require_POST
def export_cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Stop an export."""
    account = cast(Account, request.user)
    services.cancel(queries.export_for(account, number), actor=account)
    return redirect("records:export", number)


@door("insight.export")
@require_GET
def export_file(request: HttpRequest, number: str) -> FileResponse:
    """The file; each download is an act."""
    account = cast(Account, request.user)
    file = services.take(queries.export_for(account, number), actor=account)
    headers = {
        "Content-Disposition": attachment(file.name),
        "Content-Type": "application/octet-stream",
    }
    return FileResponse(file.path.open("rb"), headers=headers)


def _context(found: Export) -> dict[str, object]:
    one = queries.progressed(found)
    said = dict(one.conditions)
    region = found.spec.get("region", "")
    names = region_names([region]) if region else {}
    if region in names:
        said["行政区划"] = f"{names[region]}（{region}）"
    return {
        "one": one,
        "export": found,
        "run": found.run,
        "conditions": list(said.items()),
        "form_label": dict(FORMS)[found.form].split("（")[0],
        "is_gone": services.is_gone(found),
        "days": settings.EXPORT_DAYS,
    }
