"""The data dictionary: every table, field, code table and rule, from the declarations alone."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import PUBLIC, door
from mingcha.base.exports import SPREADSHEET, Sheet, attachment, exported
from mingcha.base.initials import fits
from mingcha.base.listing import export_links, pager_of
from mingcha.domains.portal.views import frame
from mingcha.standards import dictionary as words
from mingcha.standards import loader
from mingcha.standards.model import Code
from mingcha.standards.schema import DIALECT, json_schema
from mingcha.standards.template import template as workbook

TONES = {"退回": "late", "待核": "due", "提示": "doing"}
CODE_HEADERS = ("代码", "名称", "上级", "启用", "停用", "也可写作", "说明")


@door(PUBLIC)
@require_GET
def dictionary(request: HttpRequest) -> HttpResponse:
    """All tables by family, and all code tables; `q` narrows by label, key or field."""
    catalogue, q = loader.current(), request.GET.get("q", "").strip()
    families = [
        {"label": label, "tables": [table for table in tables if words.holds(table, q)]}
        for label, tables in words.entries(catalogue)
    ]
    context = {
        "families": [family for family in families if family["tables"]],
        "code_tables": [c for c in catalogue.code_tables.values() if q in c.label or q in c.name],
        "q": q,
        "api_url": reverse("api:openapi-json"),
        "schema_url": reverse("portal:schemas"),
    } | frame(request)
    return render(request, "portal/dictionary.html", context)


@door(PUBLIC)
@require_GET
def table(request: HttpRequest, name: str) -> HttpResponse:
    """One table: owner, basis, version, share level, fields, rules, code tables."""
    catalogue = loader.current()
    found = catalogue.table(name)
    entry = words.entry(found, catalogue)
    fields = [
        {
            "key": f.key,
            "spec": found.fields[f.key],
            "type_label": f.type,
            "codes_label": f.codes_label,
            "limits": f.length,
        }
        for f in entry.fields
    ]
    rules = [
        {"label": rule.national_label or rule.name, "text": rule.sentence, "severity": rule.severity,
         "tone": TONES[rule.severity], "national": rule.national}
        for rule in entry.rules
    ]  # fmt: skip
    context = {
        "table": found,
        "fields": fields,
        "rules": rules,
        "retired": entry.retired,
        "use": entry.use,
        "key_labels": [found.fields[key].label for key in found.key.fields],
    } | frame(request)
    return render(request, "portal/table.html", context)


@door(PUBLIC)
@require_GET
def codes(request: HttpRequest, name: str) -> HttpResponseBase:
    """One code table; `q` narrows by code, label or pinyin initials."""
    catalogue, q = loader.current(), request.GET.get("q", "").strip()
    found = catalogue.code_table(name)
    used_by = [
        {"table": t.name, "label": f"{t.label}·{f.label}", "field": key}
        for t in catalogue.tables.values()
        for key, f in t.fields.items()
        if f.codes == name
    ]
    rows = [code for code in found.codes if _is_asked(code, q)]
    if "export" in request.GET:
        sheet = Sheet(found.label, CODE_HEADERS, [_cells(code) for code in rows])
        return exported(found.label, sheet, request.GET["export"])
    pager = pager_of(request, len(rows))
    context = {
        "codes": found,
        "rows": rows[pager.here],
        "pager": pager,
        "q": q,
        "used_by": used_by,
        "exports": export_links(request),
    } | frame(request)
    return render(request, "portal/codes.html", context)


def _is_asked(code: Code, q: str) -> bool:
    named = q in code.label or any(q in alias for alias in code.aliases)
    return code.code.startswith(q) or named or (q.isascii() and q.isalpha() and fits(code.label, q))


def _cells(code: Code) -> list[str]:
    days = [day.isoformat() if day else "" for day in (code.since, code.until)]
    return [code.code, code.label, code.parent, *days, "、".join(code.aliases), code.note]


@door(PUBLIC)
@require_GET
def template(request: HttpRequest, name: str) -> HttpResponse:
    """The template to fill in, as a spreadsheet."""
    found = loader.current().table(name)
    file = workbook(found, loader.current())
    headers = {"Content-Disposition": attachment(f"{found.label}填报模板.xlsx")}
    return HttpResponse(file, content_type=SPREADSHEET, headers=headers)


@door(PUBLIC)
@require_GET
def schema(request: HttpRequest, name: str) -> JsonResponse:
    """The table as JSON schema (2020-12)."""
    found = loader.current().table(name)
    return JsonResponse(
        json_schema(found, loader.current()),
        content_type="application/schema+json",
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )


@door(PUBLIC)
@require_GET
def schemas(request: HttpRequest) -> JsonResponse:
    """Every table as JSON schema, by name, in one document."""
    catalogue = loader.current()
    found = {name: json_schema(table, catalogue) for name, table in catalogue.tables.items()}
    return JsonResponse(
        {"$schema": DIALECT, "$defs": found},
        content_type="application/schema+json",
        json_dumps_params={"ensure_ascii": False},
    )
