"""The proof of service of a case (送达回证), as a page that prints and as PDF."""

from importlib.resources import files

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingcha.base.access import SIGNED_IN, door
from mingcha.base.cases import queries as cases
from mingcha.base.days import second_text, utc_now
from mingcha.base.exports import attachment
from mingcha.base.typeset import as_pdf
from mingcha.domains.desk import queries
from mingcha.domains.desk.services import note_look
from mingcha.domains.desk.views import who


@door(SIGNED_IN)
@require_GET
def service(request: HttpRequest, number: str) -> HttpResponse:
    """Who was served with what, when it was delivered, opened and claimed, and how to check it."""
    found = cases.case_for(who(request), number)
    context = {
        "case": found,
        "services": queries.services(found),
        "acts": queries.testimony(found),
        "basis": queries.BASIS,
    }
    return render(request, "desk/service.html", context)


@door(SIGNED_IN)
@require_GET
def service_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The same as PDF/A. Taking it out is an act. Raises NoChineseFont."""
    account = who(request)
    found = cases.case_for(account, number)
    printed = f"{second_text(utc_now())}　{account.organisation}　{account}"
    source = files("mingcha.domains.desk").joinpath("documents/service.typ").read_text("utf-8")
    made = as_pdf(source, queries.document(found, printed=printed), folders=settings.FONT_FOLDERS)
    note_look(account, "导出送达回证", at=request.get_full_path())
    name = f"送达回证 {found.number}.pdf"
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": attachment(name)}
    )
