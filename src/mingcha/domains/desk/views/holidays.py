"""The working calendar: a year's days that differ from the weekdays, and a day's own form."""

import operator
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.calendar import services
from mingcha.base.calendar.services import Setting
from mingcha.base.days import local_today
from mingcha.base.errors import MingchaError, NotFound
from mingcha.base.exports import Sheet, exported
from mingcha.base.listing import export_links, options
from mingcha.domains.desk.queries import CalendarDay, calendar_years, day_set, days_of
from mingcha.domains.desk.views import say_why, who
from mingcha.domains.desk.views.forms import HolidayForm

RIGHT = "calendar.manage"
HEADERS = ("日期", "安排", "名称", "依据", "来源")
WEEKDAYS = "一二三四五六日"
KINDS = [("free", "放假"), ("worked", "上班")]
SORTS = {"day": operator.attrgetter("day"), "name": operator.attrgetter("name", "day")}


@door(SIGNED_IN)
@require_GET
def holiday_list(request: HttpRequest) -> HttpResponseBase:
    """A year's holidays and make-up days: those of the notice and those set by hand."""
    asked, account = request.GET, who(request)
    year = int(asked["year"]) if asked.get("year", "").isdigit() else local_today().year
    year = min(max(year, date.min.year), date.max.year)
    sort = asked.get("sort", "day")
    found = sorted(
        days_of(year), key=SORTS.get(sort.lstrip("-"), SORTS["day"]), reverse=sort[:1] == "-"
    )
    found = [day for day in found if _is_asked(day, asked.get("q", ""), asked.get("kind", ""))]
    if "export" in asked:
        sheet = Sheet(f"工作日历{year}", HEADERS, [_texts(day) for day in found])
        return exported(sheet.name, sheet, asked["export"])
    may_change = account.holds(RIGHT)
    new = {"label": "设置日期", "url": reverse("desk:holiday_new"), "icon": "add", "primary": True}
    years = [(str(number), f"{number} 年") for number in calendar_years(year)]
    context = {
        "title": f"{year} 年工作日历",
        "note": _note(year, found),
        "actions": [new] if may_change else [],
        "exports": export_links(request),
        "filter": {
            "fields": [
                options("year", "年份", years, {"year": str(year)}),
                options("kind", "安排", KINDS, asked),
                {"name": "q", "label": "名称、依据", "kind": "text", "value": asked.get("q", "")},
            ]
        },
        "table": {
            "id": "holidays",
            "caption": f"{year} 年放假和调休安排",
            "columns": [
                _header(request, label, key) for label, key in zip(HEADERS, KEYS, strict=True)
            ],
            "empty": {
                "title": "没有符合条件的安排",
                "text": "通知公布后由有权限的人员录入；在此之前按周末推算。",
            },
        },
        "rows": [_row(day, may_change=may_change) for day in found],
    }
    return render(request, "desk/list_page.html", context)


KEYS = ("day", "", "name", "", "")


def _header(request: HttpRequest, label: str, key: str) -> dict[str, object]:
    if not key:
        return {"label": label}
    sort = request.GET.get("sort", "day")
    state = "" if sort.lstrip("-") != key else "descending" if sort[:1] == "-" else "ascending"
    query = request.GET.copy()
    query["sort"] = f"-{key}" if state == "ascending" else key
    return {"label": label, "sort_url": f"?{query.urlencode()}", "sorted": state}


def _is_asked(day: CalendarDay, text: str, kind: str) -> bool:
    if kind and (kind == "worked") != day.is_workday:
        return False
    return text.strip() in day.name or text.strip() in day.basis


def _note(year: int, found: list[CalendarDay]) -> str:
    if not found or not any(day.is_announced or day.is_set for day in found):
        return f"{year} 年放假安排尚未录入，办理期限暂按周末推算，录入后重新计算。"
    return "办理期限按此计算。人工设置优先于国务院办公厅通知；其余日期按周一至周五工作。"


def _texts(day: CalendarDay) -> list[str]:
    weekday = f"星期{WEEKDAYS[day.day.weekday()]}"
    source = "人工设置" if day.is_set else "随系统发布"
    return [
        f"{day.day} {weekday}",
        "上班" if day.is_workday else "放假",
        day.name,
        day.basis,
        source,
    ]


def _row(day: CalendarDay, *, may_change: bool) -> dict[str, object]:
    cells: list[dict[str, object]] = [{"text": text} for text in _texts(day)]
    cells[1]["badge"] = "doing" if day.is_workday else "done"
    url = reverse("desk:holiday", args=[day.day.isoformat()]) if may_change else ""
    return {"url": url, "cells": cells}


@door(RIGHT)
@require_http_methods(["GET", "POST"])
def holiday_new(request: HttpRequest) -> HttpResponse:
    """Set a day free or worked."""
    form = HolidayForm(request.POST or None)
    context = {
        "title": "设置日期",
        "form": form,
        "submit": "设置日期",
        "back": {"url": reverse("desk:holidays")},
    }
    return _set(request, form) or render(
        request, "desk/form_page.html", context, status=422 if form.errors else 200
    )


@door(RIGHT)
@require_http_methods(["GET", "POST"])
def holiday(request: HttpRequest, day: str) -> HttpResponse:
    """One day: set it otherwise, or let it be again what the notice says."""
    moment = _parsed(day)
    if "reset" in request.POST:
        services.reset_day(moment, actor=who(request))
        messages.success(request, f"{moment} 的人工设置已撤销。")
        return redirect(_year_page(moment))
    found = day_set(moment)
    form = HolidayForm(request.POST or None, initial=vars(found))
    reset = {
        "label": "撤销人工设置", "post": True, "name": "reset", "value": "1",
        "url": reverse("desk:holiday", args=[day]), "danger": True,
    }  # fmt: skip
    context = {
        "title": f"{moment} 星期{WEEKDAYS[moment.weekday()]}",
        "note": "人工设置" if found.is_set else "随系统发布的安排；保存后改为人工设置。",
        "actions": [reset] if found.is_set else [],
        "form": form,
        "submit": "保存安排",
        "back": {"url": _year_page(moment)},
    }
    return _set(request, form) or render(
        request, "desk/form_page.html", context, status=422 if form.errors else 200
    )


def _set(request: HttpRequest, form: HolidayForm) -> HttpResponse | None:
    """Set the day of a form that is right; None when it is not, or the calendar refuses."""
    if not form.is_valid():
        return None
    given = dict(form.cleaned_data)
    day = given.pop("day")
    try:
        services.set_day(day, Setting(**given), actor=who(request))
    except MingchaError as refusal:
        say_why(form, refusal)
        return None
    messages.success(request, f"{day} 已设为{'上班' if given['is_workday'] else '放假'}。")
    return redirect(_year_page(day))


def _year_page(day: date) -> str:
    return f"{reverse('desk:holidays')}?year={day.year}"


def _parsed(text: str) -> date:
    """A day in an address. Raises NotFound for what is none."""
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise NotFound(what="日期", key=text)
    return found
