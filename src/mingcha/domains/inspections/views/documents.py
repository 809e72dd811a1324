"""The documents of an inspection as PDF: notice, on-site record, order to correct."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.base.cases.queries import case_for
from mingcha.base.exports import attachment
from mingcha.base.typeset import as_pdf
from mingcha.domains.inspections import errors
from mingcha.domains.inspections.models import Part, Visit
from mingcha.domains.inspections.queries import documents, followups
from mingcha.domains.inspections.queries import parts as queries
from mingcha.domains.inspections.services import onsite
from mingcha.domains.inspections.views import who

SEE = "inspections.see"


@door(SEE)
@never_cache
@require_GET
def notice_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The notice with its check code. Raises NoticeTooEarly before it may be shown."""
    found = queries.part_for(who(request), number)
    visit = queries.made_in(found.visit)
    if not queries.is_shown(visit):
        raise errors.NoticeTooEarly(on=queries.shown_from(visit))
    site = request.build_absolute_uri(reverse("inspections:check_code_typed"))
    said = documents.notice(found, qr=picture_of(address_of(request, visit)), site=site)
    return _pdf(request, found, "检查通知书", "notice", said)


@door(SEE)
@never_cache
@require_GET
def record_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The on-site record as it stands."""
    found = queries.part_for(who(request), number)
    return _pdf(request, found, "现场检查笔录", "record", documents.record(found))


@door(SEE)
@never_cache
@require_GET
def order_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The order to correct."""
    found = followups.correction_of(case_for(who(request), number))
    return _pdf(request, found.part, "责令改正通知书", "order", documents.order(found))


def address_of(request: HttpRequest, visit: Visit) -> str:
    """The address that the check code holds."""
    return request.build_absolute_uri(reverse("inspections:check_code", args=[visit.token]))


def picture_of(address: str) -> str:
    """A check code as SVG."""
    drawn = segno.make(address, error="m").svg_inline(scale=4, border=2)
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def _pdf(
    request: HttpRequest, part: Part, label: str, name: str, said: Mapping[str, Any]
) -> HttpResponse:
    source = files("mingcha.domains.inspections").joinpath(f"documents/{name}.typ")
    made = as_pdf(source.read_text("utf-8"), said, folders=settings.FONT_FOLDERS)
    onsite.note_printed(part, label, actor=who(request))
    return HttpResponse(
        made, content_type="application/pdf",
        headers={"Content-Disposition": attachment(f"{label} {said['number']}.pdf")},
    )  # fmt: skip
