"""The data dictionary: every table, field, code table and rule, from the declarations alone."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingcha.base.access import PUBLIC, door
from mingcha.base.listing import attachment
from mingcha.standards import dictionary as words
from mingcha.standards import loader
from mingcha.standards.schema import json_schema
from mingcha.standards.template import template as workbook

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@door(PUBLIC)
@require_GET
def dictionary(request: HttpRequest) -> HttpResponse:
    """All tables by family, and all code tables; `q` narrows by label, key or field."""
    catalogue, q = loader.current(), request.GET.get("q", "").strip()
    groups = [
        (family, [table for table in tables if words.holds(table, q)])
        for family, tables in words.entries(catalogue)
    ]
    code_tables = [c for c in catalogue.code_tables.values() if q in c.label or q in c.name]
    context = {
        "groups": [(family, tables) for family, tables in groups if tables],
        "code_tables": code_tables,
        "table_count": len(catalogue.tables),
        "q": q,
    }
    return render(request, "portal/dictionary.html", context)


@door(PUBLIC)
@require_GET
def table(request: HttpRequest, name: str) -> HttpResponse:
    """One table: owner, basis, version, share level, fields, rules, code tables."""
    catalogue = loader.current()
    entry = words.entry(catalogue.table(name), catalogue)
    return render(request, "portal/table.html", {"entry": entry})


@door(PUBLIC)
@require_GET
def codes(request: HttpRequest, name: str) -> HttpResponse:
    """One code table."""
    found = loader.current().code_table(name)
    used_by = [t for t in loader.current().tables.values() if any(f.codes == name for f in t.fields.values())]
    return render(request, "portal/codes.html", {"code_table": found, "used_by": used_by})


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
