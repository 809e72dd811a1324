"""Begin a change: something new, a revision, a suspension, an abolition, taking back."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mingcha.base.access import door
from mingcha.base.cases.models import Case
from mingcha.base.days import local_today
from mingcha.base.errors import BadInput, MingchaError, NotFound
from mingcha.base.people.models import Organisation
from mingcha.base.people.queries import organisations_under
from mingcha.domains.catalog import services
from mingcha.domains.catalog.models import Change, Entry, Item, Kind
from mingcha.domains.catalog.queries import coding, item_in_force
from mingcha.domains.catalog.queries.record import version_numbered
from mingcha.domains.catalog.queries.shelves import entry_for, item_scheme, tables
from mingcha.domains.catalog.services import Days, Text
from mingcha.domains.catalog.views import found, url_of, who
from mingcha.domains.catalog.views.forms import (
    ChangeForm,
    NewChecklistForm,
    NewItemForm,
    WithdrawForm,
)
from mingcha.standards.model import Table

D = TypeVar("D")
DRAFT = "catalog.draft"


@door(DRAFT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Begin something new with what the platform knows already, its code proposed."""
    bodies = bodies_of(request)
    table = _table(request, kind)
    made: type[forms.Form] = NewItemForm if kind == Kind.ITEM else NewChecklistForm
    given = {name: request.GET.get(name, "") for name in ("main", "item")}
    form = made(bodies, request.POST or None, initial=given)  # type: ignore[arg-type]
    if form.is_valid():
        done = attempt(form, lambda: _begin_new(request, kind, table, form.cleaned_data))
        if done is not None:
            messages.success(request, "已建立草稿，请补全后提交审核。")
            return redirect("catalog:draft", done.number)
    label = Kind(kind).label
    context = {
        "title": f"新增{label}", "form": form, "submit": "建立草稿",
        "note": "草稿可以随时保存，审核发布后才生效。",
        "back": {"url": reverse(f"catalog:{kind}s"), "label": "返回列表"},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(DRAFT)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, kind: str, scheme: str, code: str) -> HttpResponse:
    """Begin a revision at once, or ask for the days of another change."""
    one = found(kind, scheme, code)
    if request.POST.get("change") == Change.REVISE:
        case = services.begin_revision(one, actor=who(request))
        messages.success(request, "已按最新版本建立修订稿，请修改后提交审核。")
        return redirect("catalog:draft", case.number)
    initial = {"change": request.GET.get("change", Change.SUSPEND), "since": local_today()}
    form = ChangeForm(request.POST or None, initial=initial)
    if form.is_valid():
        done = attempt(form, lambda: _begin_change(request, one, form.cleaned_data))
        if done is not None:
            messages.success(request, "已建立办件，请核对影响后提交审核。")
            return redirect("desk:case", done.number)
    context = {
        "title": f"暂停、恢复或取消：{name_of(one)}", "form": form, "submit": "建立办件",
        "note": "提交审核前可以查看受影响的对象、人员、记录和办件。",
        "back": {"url": url_of(one)},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


@door(DRAFT)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, kind: str, scheme: str, code: str, number: int) -> HttpResponse:
    """Begin to take back a version that is published and has not begun."""
    one = found(kind, scheme, code)
    version = version_numbered(one, number)
    if version is None or version.displaced_by_id is not None:
        raise NotFound(what="版本", key=number)
    form = WithdrawForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        done = attempt(
            form,
            lambda: services.begin_withdrawal(version, reason=given["reason"], actor=who(request)),
        )
        if done is not None:
            messages.success(request, "已建立办件，审核发布后该版本不再生效。")
            return redirect("desk:case", done.number)
    context = {
        "title": f"撤回第 {number} 版：{version.name}", "form": form, "submit": "建立办件",
        "note": f"该版自 {version.since} 起生效；撤回后由前一版继续有效。",
        "back": {"url": url_of(one)},
    }  # fmt: skip
    return render(request, "desk/form_page.html", context, status=422 if form.errors else 200)


def attempt(form: forms.Form, deed: Callable[[], D]) -> D | None:
    """Do a deed; what it refuses is told in the form."""
    try:
        return deed()
    except MingchaError as refusal:
        form.add_error(None, f"{refusal.title} {refusal.detail}")
        return None


def bodies_of(request: HttpRequest) -> list[Organisation]:
    """The open bodies for which somebody drafts."""
    mine = organisations_under(who(request), DRAFT).filter(closed_on__isnull=True)
    return list(mine.exclude(kind=Organisation.Kind.OPERATOR))


def name_of(one: Entry) -> str:
    """The name of an entry's newest version."""
    version = one.versions.order_by("-since").first()  # type: ignore[attr-defined]
    return version.name if version is not None else one.code


def _table(request: HttpRequest, kind: str) -> Table:
    asked = request.GET.get("scheme", "")
    listed = tables(kind)
    return next((table for table in listed if table.name == asked), listed[0])


def _begin_new(request: HttpRequest, kind: str, table: Table, given: dict[str, object]) -> Case:
    owner = given["owner"]
    if not isinstance(owner, Organisation):
        raise TypeError(type(owner).__name__)
    today = local_today()
    if kind == Kind.ITEM:
        main = _main(table, str(given["main"]).strip())
        content = coding.new_item(table, owner=owner, main=main, on=today)
    else:
        code = str(given["item"]).strip()
        item = item_in_force(item_scheme(table.name), code, on=today)
        if item is None:
            raise BadInput(problem=f"监管事项 {code} 今天不在用")
        content = coding.new_checklist(table, owner=owner, item=item, on=today)
    return services.begin_new(table, Text(content), owner=owner, actor=who(request))


def _main(table: Table, code: str) -> Item | None:
    if not code:
        return None
    main = entry_for(Kind.ITEM, table.name, code)
    if not isinstance(main, Item) or not main.is_main:
        raise BadInput(problem=f"{code} 不是主项")
    return main


def _begin_change(request: HttpRequest, one: Entry, given: dict[str, object]) -> Case:
    asked = Change(str(given["change"]))
    until = given["until"] if asked == Change.SUSPEND else None
    days = Days(given["since"], until, str(given["reason"]))  # type: ignore[arg-type]
    return services.begin_change(one, asked, days, actor=who(request))
