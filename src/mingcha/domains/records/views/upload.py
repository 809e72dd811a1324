"""Hand in files."""

from typing import cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.views.decorators.http import require_http_methods

from mingcha.base.access import door
from mingcha.base.errors import MingchaError, NotAllowed
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.records import services
from mingcha.domains.records.models import Batch, SourceMapping
from mingcha.domains.records.queries import batches as queries
from mingcha.standards import loader


class UploadForm(forms.Form):
    """Who provides the files, and for which table."""

    provider = forms.ModelChoiceField(
        Organisation.objects.none(), label="报送单位", to_field_name="code", empty_label=None
    )
    table = forms.ChoiceField(label="数据表", required=False, help_text="不选时按表头自动识别。")
    mapping = forms.ModelChoiceField(
        SourceMapping.objects.none(), label="字段对应", required=False, empty_label="自动选择",
        help_text="表头与标准不一致时使用；存过的对应会自动套用。",
    )  # fmt: skip

    def __init__(self, account: Account, data: QueryDict | None = None) -> None:
        super().__init__(data)
        provider = cast("forms.ModelChoiceField[Organisation]", self.fields["provider"])
        provider.queryset = queries.providers_for(account)
        provider.initial = account.organisation.code
        mapping = cast("forms.ModelChoiceField[SourceMapping]", self.fields["mapping"])
        mapping.queryset = queries.mappings(account)
        table = cast(forms.ChoiceField, self.fields["table"])
        named = [(table.name, table.label) for table in loader.current().tables.values()]
        table.choices = [("", "自动识别"), *named]


@door("records.intake")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """The page to hand in files; several at once are several batches."""
    account = cast(Account, request.user)
    provider = people.named(request.POST.get("provider", ""))
    if provider is not None:
        people.require(account, queries.INTAKE, provider)
    form = UploadForm(account, request.POST if request.method == "POST" else None)
    taken: list[Batch] = []
    refusals: list[dict[str, object]] = []
    if request.method == "POST" and form.is_valid():
        taken, refusals = _receive_each(request, form.cleaned_data)
        if taken and not refusals:
            return _onward(request, taken)
        if not taken and not refusals:
            form.add_error(None, "还没有选择文件。")
    recent = list(queries.visible_to(account)[:5])
    for batch in recent:
        batch.table_label = label_of(batch)  # type: ignore[attr-defined]  # for the template
    context = {
        "form": form,
        "taken": taken,
        "refusals": refusals,
        "recent": recent,
        "limit": filesizeformat(settings.UPLOAD_LIMIT_BYTES),
    }
    status = 422 if refusals or form.errors else 200
    return render(request, "records/upload.html", context, status=status)


def _onward(request: HttpRequest, taken: list[Batch]) -> HttpResponse:
    """To the batch of one file, to the list for several."""
    if len(taken) == 1:
        return redirect("records:batch", taken[0].public_id)
    messages.success(request, f"已接收 {len(taken)} 个文件，正在检核。")
    return redirect("records:batches")


def label_of(batch: Batch) -> str:
    """The Chinese name of a batch's table, also while it is not recognised yet."""
    return loader.current().table(batch.table).label if batch.table else "待识别"


def _receive_each(
    request: HttpRequest, said: dict[str, object]
) -> tuple[list[Batch], list[dict[str, object]]]:
    """Receive the files one by one: a refused one does not keep the others out.

    Raises NotAllowed, which is answered and recorded in one place.
    """
    taken: list[Batch] = []
    refusals: list[dict[str, object]] = []
    for file in request.FILES.getlist("files"):
        try:
            taken.append(_receive(file, said, cast(Account, request.user)))
        except NotAllowed:
            raise
        except MingchaError as error:
            refusals.append({"file": file.name, "error": error})
    return taken, refusals


def _receive(file: "UploadedFile[bytes]", said: dict[str, object], account: Account) -> Batch:
    delivery = services.Delivery(
        name=file.name or "未命名文件",
        provider=cast(Organisation, said["provider"]),
        table=cast(str, said["table"]),
        mapping=cast(SourceMapping | None, said["mapping"]),
        channel="page",
    )
    return services.receive(file.chunks(), delivery, actor=account)
