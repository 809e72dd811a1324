"""Say which column becomes which field, see it on the first rows, save it for next time."""

import re
import time
from collections.abc import Mapping as MappingOf
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from mingcha.base.access import door
from mingcha.base.errors import MingchaError
from mingcha.base.people.models import Account
from mingcha.domains.records.errors import BadMapping
from mingcha.domains.records.models import Batch, MappingDraft, SourceMapping
from mingcha.domains.records.queries import batches as queries
from mingcha.domains.records.services import mappings as services
from mingcha.standards import loader
from mingcha.standards.mapping import (
    Constant,
    Drop,
    Join,
    Mapping,
    ParseDate,
    Rename,
    Replace,
    Split,
    Step,
    Strip,
    Translate,
    Unit,
)
from mingcha.standards.model import Table
from mingcha.standards.recognition import match

PATIENCE_SECONDS = 6.0
SAMPLES = 3
PAIR = re.compile(r"\s*([^=；;\n]+?)\s*[=＝]\s*([^；;\n]*?)\s*(?:[；;\n]|$)")
UNITS = {"万元→元": 4, "亿元→元": 8, "千元→元": 3, "元→万元": -4, "千克→吨": -3, "吨→千克": 3}
HOWS = (
    ("rename", "照原样", "原样放入字段"),
    ("translate", "代码对照", "如：甲=01；乙=02"),
    ("date", "日期格式", "如：%d/%m/%Y"),
    ("unit", "换算单位", f"如：{'、'.join(UNITS)}"),
    ("strip", "去掉前后缀", "如：前缀|后缀"),
    ("replace", "替换", "如：正则=替换成"),
    ("split", "拆成几个字段", "如：分隔符|字段1,字段2（用字段的英文名）"),
    ("join", "与同字段的列拼接", "填各部分之间的分隔符"),
)


@door("records.mapping")
@require_http_methods(["GET", "POST"])
def mapping(request: HttpRequest, number: str) -> HttpResponse:
    """The page of one file: try (act=preview) or save and take in (act=save)."""
    account = cast(Account, request.user)
    batch = queries.batch_for(account, number)
    table = loader.current().table(request.GET.get("table") or _table_of(batch))
    said = request.POST if request.method == "POST" else _proposed(batch, table)
    refusal: MingchaError | None = None
    draft: MappingDraft | None = None
    try:
        spec = as_mapping(said, table, batch.sample["headers"])
        if said.get("act") == "save":
            taken = services.save(batch, spec, name=said.get("name", ""), actor=account)
            return redirect("records:batch", taken.public_id)
        draft = _wait(services.draft(batch, spec, name=said.get("name", ""), actor=account))
    except BadMapping as error:
        refusal = error
    context = _context(batch, table, said, draft) | {"refusal": refusal}
    return render(request, "records/mapping.html", context, status=422 if refusal else 200)


def as_mapping(said: MappingOf[str, str], table: Table, headers: list[str]) -> Mapping:
    """What was chosen on the page, as steps. Raises BadMapping."""
    try:
        steps = [*_column_steps(said, headers), *_joins(said, headers)]
        for key in table.fields:
            if value := said.get(f"constant-{key}", "").strip():
                steps.append(Constant(field=key, value=value))
        return Mapping(table=table.name, steps=tuple(steps))
    except ValidationError as error:
        problems = "；".join(f"{e['msg']}" for e in error.errors())
        raise BadMapping(problems=f"转换说明的写法不对（{problems}）。") from error


def _column_steps(said: MappingOf[str, str], headers: list[str]) -> list[Step]:
    chosen = [(p, header, said.get(f"how-{p}", "rename")) for p, header in enumerate(headers)]
    return [
        _step(header, said.get(f"field-{place}", ""), how, said.get(f"detail-{place}", ""))
        for place, header, how in chosen
        if how != "join"
    ]


def _joins(said: MappingOf[str, str], headers: list[str]) -> list[Step]:
    """Columns that were sent to one field to be joined, in the order of the file."""
    parts: dict[str, list[int]] = {}
    for place in range(len(headers)):
        if said.get(f"how-{place}") == "join":
            parts.setdefault(said.get(f"field-{place}", ""), []).append(place)
    return [
        Join(
            sources=tuple(headers[place] for place in places),
            field=field,
            separator=said.get(f"detail-{places[0]}", ""),
        )
        for field, places in parts.items()
    ]


def _step(header: str, field: str, how: str, detail: str) -> Step:
    """One column's step; a column without a field is knowingly left out."""
    if not field and how != "split":
        return Drop(source=header)
    first, _, rest = detail.partition("|")
    match how:
        case "translate":
            return Translate(source=header, field=field, values=dict(PAIR.findall(detail)))
        case "date":
            return ParseDate(source=header, field=field, format=detail)
        case "unit":
            return _unit(header, field, detail)
        case "strip":
            return Strip(source=header, field=field, prefix=first, suffix=rest)
        case "replace":
            pattern, _, by = detail.partition("=")
            return Replace(source=header, field=field, pattern=pattern, by=by)
        case "split":
            fields = tuple(name.strip() for name in rest.split(",") if name.strip())
            return Split(source=header, fields=fields, separator=first)
        case _:
            return Rename(source=header, field=field)


def _unit(header: str, field: str, detail: str) -> Unit:
    name = detail.replace("->", "→").replace(" ", "")
    if name not in UNITS:
        raise BadMapping(problems=f"不认识单位换算“{detail}”，可用：{'、'.join(UNITS)}。")
    of, _, to = name.partition("→")
    return Unit(source=header, field=field, shift=UNITS[name], **{"from": of, "to": to})


def _table_of(batch: Batch) -> str:
    return batch.table or batch.table_asked or batch.sample.get("table") or "check_action"


def _proposed(batch: Batch, table: Table) -> dict[str, str]:
    """The choices to begin with: a draft, else what the headers say by themselves."""
    found = match(batch.sample["headers"], table)
    said = {
        f"field-{place}": field
        for place, field in (*found.columns.items(), *found.transport.items())
    }
    return said | {"name": f"{batch.provider.short_name or batch.provider.name}导出"}


def _wait(draft: MappingDraft) -> MappingDraft:
    """Give the job a moment to make the preview; without it the page says that it is being made."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not draft.preview and time.monotonic() < end:
        time.sleep(0.1)
        draft.refresh_from_db()
    return draft


def _context(
    batch: Batch, table: Table, said: MappingOf[str, str], draft: MappingDraft | None
) -> dict[str, object]:
    sample = batch.sample
    columns = [
        {
            "place": place,
            "header": header,
            "samples": [row[place] for row in sample["rows"][:SAMPLES] if row[place]],
            "field": said.get(f"field-{place}", ""),
            "how": said.get(f"how-{place}", "rename"),
            "detail": said.get(f"detail-{place}", ""),
        }
        for place, header in enumerate(sample["headers"])
    ]
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
    preview = draft.preview if draft else {}
    return {
        "batch": batch,
        "file_name": batch.file_name,
        "provider": batch.provider,
        "table": table,
        "tables": [(t.name, t.label) for t in loader.current().tables.values()],
        "columns": columns,
        "fields": fields,
        "hows": [{"key": key, "label": label, "hint": hint} for key, label, hint in HOWS],
        "missing": [f["label"] for f in fields if f["required"] and f["key"] not in given],
        "preview": {"headers": [], "rows": [], "bad": 0, "problems": [], **preview},
        "preview_pending": not preview,
        "name": said.get("name", ""),
        "versions": SourceMapping.objects.filter(provider=batch.provider, table=table.name),
    }
