"""One item or checklist: what it says on a day, its versions, their differences, and its form."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.days import local_today
from mingcha.base.errors import NotFound
from mingcha.domains.catalog.models import ChecklistVersion, Entry, Item, Kind, Version
from mingcha.domains.catalog.queries import record as queries
from mingcha.domains.catalog.queries.claims import claims_about
from mingcha.domains.catalog.queries.reviews import points_of, publications_about
from mingcha.domains.catalog.queries.shelves import point_table, shelf_of, standing
from mingcha.domains.catalog.views import (
    choices,
    day_asked,
    days_in_words,
    found,
    state_badge,
    url_of,
    who,
)
from mingcha.standards import loader

DRAFT = "catalog.draft"
SHOWN, MOST_SUBS = 8, 200  # checklists and sub-items on the page of an item
LONGEST_NUMBER = 8  # digits of the number of a version, as an integer column takes it
HIDDEN = {"item_code", "item_name", "checklist_code", "checklist_name"}  # stand in the head


@door(SIGNED_IN)
@require_GET
def entry(request: HttpRequest, kind: str, scheme: str, code: str) -> HttpResponse:
    """An item or checklist as of a day, or one of its versions by its number."""
    one = found(kind, scheme, code)
    on = day_asked(request)
    version = _version(request, one, on)
    if version is None:
        raise NotFound(what=Kind(kind).label, key=code)
    account = who(request)
    context = {
        "kind": kind,
        "entry": one,
        "version": version,
        "on": on,
        "is_today": on == local_today(),
        "is_asked": "version" in request.GET,
        "state": state_badge(version, on),
        "table": loader.current().table(scheme),
        "facts": _facts(version),
        "places": queries.places_of_law(version),
        "history": _history(one, version, may_draft=account.holds_over(DRAFT, one.owner)),
        "cases": queries.cases_about(account, one),
        "actions": _actions(request, one, on, version),
    }
    if isinstance(one, Item):
        context |= _of_item(one, on)
    elif isinstance(version, ChecklistVersion):
        context |= _of_checklist(version, on)
    return render(request, "catalog/entry.html", context)


@door(SIGNED_IN)
@require_GET
def compare(request: HttpRequest, kind: str, scheme: str, code: str) -> HttpResponse:
    """How two versions differ, field by field and within the texts."""
    one = found(kind, scheme, code)
    every = list(_all_versions(one))
    new = _chosen(every, request.GET.get("to", "")) or every[-1]
    earlier = [version for version in every if version.number < new.number]
    old = _chosen(every, request.GET.get("from", "")) or (earlier[-1] if earlier else new)
    table = loader.current().table(scheme)
    changes = queries.compared(table, old.content, new.content)
    found_points = point_table(scheme)
    if found_points is not None:
        changes += queries.compared_points(found_points[0], points_of(old), points_of(new))
    context = {
        "entry": one,
        "old": old,
        "new": new,
        "versions": every,
        "changes": changes,
        "back": url_of(one),
    }
    return render(request, "catalog/compare.html", context)


@door(SIGNED_IN)
@require_GET
def preview(request: HttpRequest, scheme: str, code: str) -> HttpResponse:
    """A checklist as the form that the inspector sees, at the width of a desk or of a phone."""
    one = found(Kind.CHECKLIST, scheme, code)
    on = day_asked(request)
    version = _version(request, one, on)
    if not isinstance(version, ChecklistVersion):
        raise NotFound(what=Kind.CHECKLIST.label, key=code)
    use = request.GET.get("use", "")
    points = [p for p in queries.points_shown(version) if _is_for(p, use)]
    context = {
        "entry": one,
        "version": version,
        "on": on,
        "state": state_badge(version, on),
        "facts": {name: version.content.get(name, "") for name in version.content},
        "groups": _grouped(points),
        "results": choices("point_result"),
        "uses": [{"key": key, "label": label, "active": key == use} for key, label in
                 [("", "全部"), *choices("checklist_use")]],
        "narrow": request.GET.get("width") == "phone",
        "back": url_of(one),
    }  # fmt: skip
    return render(request, "catalog/preview.html", context)


def _version(request: HttpRequest, one: Entry, on: date) -> Version | None:
    number = request.GET.get("version", "")
    if not number:
        return queries.version_on(one, on)
    is_number = number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER
    return queries.version_numbered(one, int(number)) if is_number else None


def _all_versions(one: Entry) -> Any:
    shelf = shelf_of(one)
    rows = shelf.version._default_manager.filter(**{shelf.link: one})
    return rows.select_related(shelf.link).order_by("number")


def _chosen(versions: list[Version], number: str) -> Version | None:
    return next((one for one in versions if str(one.number) == number), None)


def _facts(version: Version) -> list[dict[str, object]]:
    table = loader.current().table(version.entry.scheme)
    return [
        {"label": one.label, "value": one.value, "wide": one.is_long}
        for one in queries.fields_of(table, version.content)
        if one.key not in HIDDEN
    ]


def _history(one: Entry, shown: Version, *, may_draft: bool) -> list[dict[str, object]]:
    """The versions that stand, newest first, each with who published it."""
    rows: list[dict[str, object]] = []
    today = local_today()
    versions = standing(one)
    for place, version in enumerate(versions):
        before = versions[place - 1] if place else None
        publication = version.publication
        rows.append(
            {
                "version": version,
                "is_shown": version.pk == shown.pk,
                "days": days_in_words(version.since, version.until),
                "cut": _cut(version),
                "state": _status(version, today),
                "publication": publication,
                "url": url_of(one, version=version.number),
                "compare_url": url_of(
                    one, "compare", **{"from": before.number, "to": version.number}
                )
                if before
                else "",
                "withdraw_url": _withdraw_url(version)
                if may_draft and version.since > today
                else "",
            }
        )
    return rows[::-1]


def _withdraw_url(version: Version) -> str:
    one = version.entry
    kind = "item" if isinstance(one, Item) else "checklist"
    return reverse(f"catalog:{kind}_withdraw", args=[one.scheme, one.code, version.number])


def _cut(version: Version) -> str:
    """Says when a stated last day was overtaken by a later version."""
    said, real = version.said_until, version.until
    if said is None or said == real:
        return ""
    return f"原定至 {said}，因后一版提前接替"


def _status(version: Version, today: date) -> dict[str, str]:
    """What a version is, was or will be."""
    label = loader.current().code_table("item_status").label_of(version.status)
    if version.since > today:
        return {"label": f"将{label}", "tone": "doing"}
    if version.until is not None and version.until < today:
        return {"label": f"曾{label}", "tone": "todo"}
    tones = {"01": "done", "02": "todo", "03": "due"}
    return {"label": label, "tone": tones.get(version.status, "plain")}


def _actions(
    request: HttpRequest, one: Entry, on: date, version: Version
) -> list[dict[str, object]]:
    found_: list[dict[str, object]] = []
    if who(request).holds_over(DRAFT, one.owner):
        revise = {"label": "修订", "url": url_of(one, "change"), "post": True, "name": "change"}
        found_.append(revise | {"value": "revise", "icon": "edit", "primary": True})
        found_.append({"label": "暂停、恢复或取消", "url": url_of(one, "change")})
    if isinstance(version, ChecklistVersion):
        found_.append({"label": "预览表单", "url": url_of(one, "preview")})
    if _all_versions(one).count() > 1:
        found_.append({"label": "比较版本", "url": url_of(one, "compare")})
    return [*found_, {"label": "打印本页", "print": True}]


def _of_item(item: Item, on: date) -> dict[str, object]:
    def listed(rows: Any) -> list[dict[str, object]]:
        return [
            {
                "name": row.name, "code": row.entry.code, "url": url_of(row.entry),
                "state": state_badge(row, on), "body": row.content.get("implement_institution", ""),
            }
            for row in rows
        ]  # fmt: skip

    lists = queries.checklists_of(item, on)
    return {
        "main": item.main,
        "main_url": url_of(item.main) if item.main is not None else "",
        "subs": listed(queries.subs_of(item, on)[:MOST_SUBS]),
        "checklists": listed(lists[:SHOWN]),
        "checklist_count": lists.count(),
        "checklists_url": f"{reverse('catalog:checklists')}?item={item.code}",
        "mappings": [
            {
                "relation": loader.current().code_table("mapping_relation").label_of(row.relation),
                "code": other, "is_national": is_national,
                "url": reverse("catalog:item", args=[row.scheme, other]),
                "days": days_in_words(row.since, row.until),
            }
            for row, other, is_national in queries.mappings_of(item)
        ],
        "publications": publications_about(item).count(),
        "claims": claims_about(item),
    }  # fmt: skip


def _of_checklist(version: ChecklistVersion, on: date) -> dict[str, object]:
    table = point_table(version.checklist.scheme)
    points = []
    for point in queries.points_shown(version):
        spec = table[0] if table else None
        points.append(
            {
                key: queries.readable(spec, key, text) if spec else text
                for key, text in point.items()
            }
        )
    item = version.checklist.item
    shown = queries.version_on(item, on) if item is not None else None
    if item is None or shown is None:
        return {"points": points}
    return {
        "points": points, "item": item, "item_url": url_of(item), "item_name": shown.name,
        "item_state": state_badge(shown, on),
    }  # fmt: skip


def _is_for(point: dict[str, str], use: str) -> bool:
    """Whether a check item belongs to a kind of inspection; one without a kind belongs to all."""
    said = point.get("checklist_use", "")
    return not use or not said or use in said.split("、")


def _grouped(points: list[dict[str, str]]) -> list[dict[str, object]]:
    """The check items under their headings, numbered through."""
    groups: list[dict[str, Any]] = []
    for number, point in enumerate(points, 1):
        heading = point.get("check_item", "")
        if not groups or groups[-1]["heading"] != heading:
            groups.append({"heading": heading, "points": []})
        groups[-1]["points"].append({"number": number, **point})
    return groups
