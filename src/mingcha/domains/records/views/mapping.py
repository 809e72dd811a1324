"""Say which column becomes which field, see it on the first rows, save it for next time."""

import time
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import door
from mingcha.base.errors import MingchaError
from mingcha.base.people.models import Account
from mingcha.domains.records.errors import BadMapping, NoHeadersRead
from mingcha.domains.records.models import Batch, MappingDraft, SourceMapping
from mingcha.domains.records.queries import batches as queries
from mingcha.domains.records.queries import mappings as saved
from mingcha.domains.records.services import mappings as services
from mingcha.domains.records.views.mapping_form import HOWS, as_mapping, as_said, is_shown_whole
from mingcha.standards import loader
from mingcha.standards.mapping import Mapping, describe
from mingcha.standards.model import Table
from mingcha.standards.recognition import match

PATIENCE_SECONDS = 1.5
SAMPLES = 3
ENVELOPE = {
    "cd_id": "cd_id 数据标识",
    "cd_time": "cd_time 数据时间",
    "cd_source": "cd_source 数据来源",
    "cd_batch": "cd_batch 数据批次",
    "cd_operation": "cd_operation 操作（i 新增、u 更正、d 撤回）",
}


@door("records.mapping")
@require_http_methods(["GET", "POST"])
def mapping(request: HttpRequest, number: str) -> HttpResponse:
    """The page of one file: try (act=preview) or save and take in (act=save)."""
    account = cast(Account, request.user)
    batch = queries.batch_for(account, number)
    if not batch.sample.get("headers"):
        raise NoHeadersRead(file=batch.file_name)
    table = loader.current().table(request.GET.get("table") or _table_of(batch))
    opened = _opened(request, account, table)
    said = request.POST if request.method == "POST" else _proposed(batch, table, opened)
    refusal: MingchaError | None = None
    spec: Mapping | None = None
    draft: MappingDraft | None = None
    try:
        spec = as_mapping(said, table, batch.sample["headers"])
        if said.get("act") == "save":
            taken = services.save(batch, spec, name=said.get("name", ""), actor=account)
            return redirect("records:batch", taken.public_id)
        draft = _wait(services.draft(batch, spec, name=said.get("name", ""), actor=account))
    except BadMapping as error:
        refusal = error
    context = _context(account, batch, table, said) | _preview(batch, table, spec, draft)
    context["refusal"] = refusal
    headers = batch.sample["headers"]
    context["lost"] = opened is not None and not is_shown_whole(_spec(opened), table, headers)
    return render(request, "records/mapping.html", context, status=422 if refusal else 200)


@door("records.mapping")
@require_GET
def preview(request: HttpRequest, number: str) -> HttpResponse:
    """The preview alone, for polling while the job makes it."""
    batch = queries.batch_for(cast(Account, request.user), number)
    draft = MappingDraft.objects.filter(batch=batch).first()
    spec = Mapping.model_validate(draft.spec) if draft else None
    table = loader.current().table(draft.table if draft else _table_of(batch))
    context = {"batch": batch} | _preview(batch, table, spec, draft)
    return render(request, "records/mapping_preview.html", context)


def _opened(request: HttpRequest, account: Account, table: Table) -> SourceMapping | None:
    """The saved version to begin with, when the address names one for this table."""
    said = request.GET.get("from", "")
    if not said.isdigit() or len(said) > 18:
        return None
    found = saved.mapping_for(account, int(said))
    return found if found.table == table.name else None


def _spec(version: SourceMapping) -> Mapping:
    return Mapping.model_validate(version.spec)


def _table_of(batch: Batch) -> str:
    """The table a file is of, or the nearest one."""
    known = batch.table or batch.table_asked or str(batch.sample.get("table", ""))
    if known:
        return known
    tables = loader.current().tables.values()
    return max(tables, key=lambda table: match(batch.sample["headers"], table).rank).name


def _proposed(batch: Batch, table: Table, opened: SourceMapping | None) -> dict[str, str]:
    """The choices to begin with: a saved version, the draft, else what the headers say."""
    headers = batch.sample["headers"]
    if opened is not None:
        return as_said(_spec(opened), headers) | {"name": opened.name}
    draft = MappingDraft.objects.filter(batch=batch, table=table.name).first()
    if draft is not None:
        return as_said(Mapping.model_validate(draft.spec), headers) | {"name": draft.name}
    found = match(headers, table)
    said = {
        f"field-{place}": field
        for place, field in (*found.columns.items(), *found.transport.items())
    }
    return said | {"name": f"{batch.provider.short_name or batch.provider.name}导出"}


def _wait(draft: MappingDraft) -> MappingDraft:
    """Give the job a moment to make the preview; the page asks for it again while it is missing."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not draft.preview and time.monotonic() < end:
        time.sleep(0.1)
        draft.refresh_from_db()
    return draft


def _preview(
    batch: Batch, table: Table, spec: Mapping | None, draft: MappingDraft | None
) -> dict[str, object]:
    """What records/mapping_preview.html needs."""
    made = draft.preview if draft else {}
    return {
        "preview": {"headers": [], "rows": [], "bad": 0, "problems": [], **made},
        "preview_pending": draft is not None and not made,
        "preview_url": reverse("records:mapping_preview", args=[batch.public_id]),
        "sentences": describe(spec, table) if spec else [],
    }


def _context(
    account: Account, batch: Batch, table: Table, said: MappingOf[str, str]
) -> dict[str, object]:
    columns = _columns(batch, said)
    fields = [
        {
            "key": key,
            "label": f.label,
            "required": f.required,
            "value": said.get(f"constant-{key}", ""),
        }
        for key, f in table.fields.items()
    ]
    given = {column["field"] for column in columns} | {f["key"] for f in fields if f["value"]}
    given |= {
        name.strip()
        for column in columns
        if column["how"] == "split"
        for name in str(column["detail"]).partition("|")[2].split(",")
    }
    for field in fields:
        field["is_given"] = field["key"] in given and not field["value"]
    return {
        "batch": batch,
        "file_name": batch.file_name,
        "provider": batch.provider,
        "table": table,
        "tables": [(t.name, t.label) for t in loader.current().tables.values()],
        "columns": columns,
        "fields": fields,
        "constants": sorted(
            (f for f in fields if not f["is_given"]), key=lambda f: not f["required"]
        ),
        "envelope": [{"key": key, "label": label} for key, label in ENVELOPE.items()],
        "hows": [{"key": key, "label": label, "hint": hint} for key, label, hint in HOWS],
        "missing": [f["label"] for f in fields if f["required"] and f["key"] not in given],
        "name": said.get("name", ""),
        "versions": _versions(account, batch, table),
    }


def _columns(batch: Batch, said: MappingOf[str, str]) -> list[dict[str, object]]:
    hints = {key: hint for key, _, hint in HOWS}
    rows: Sequence[Sequence[str | None]] = batch.sample["rows"][:SAMPLES]
    found = []
    for place, header in enumerate(batch.sample["headers"]):
        how = said.get(f"how-{place}", "rename")
        found.append(
            {
                "place": place,
                "header": header,
                "samples": [row[place] for row in rows if row[place]],
                "field": said.get(f"field-{place}", ""),
                "how": how,
                "hint": hints.get(how, ""),
                "detail": said.get(f"detail-{place}", ""),
            }
        )
    return found


def _versions(account: Account, batch: Batch, table: Table) -> list[SourceMapping]:
    """The saved versions one may begin with: this provider's, for this table."""
    mine = saved.visible_to(account).filter(provider=batch.provider, table=table.name)
    return list(mine.order_by("name", "-version"))
