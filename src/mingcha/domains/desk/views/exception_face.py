"""The face of an exception on its case page: for what, until when, how often used, and how it is decided."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse

from mingcha.base.cases.faces import Face, Facts, MoveFace
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said
from mingcha.base.people.models import Account
from mingcha.domains.catalog.queries.exceptions import ItemException
from mingcha.domains.catalog.services import exceptions as services
from mingcha.domains.catalog.states import ITEM_EXCEPTION
from mingcha.domains.desk.views.exceptions import state_of
from mingcha.domains.desk.views.forms import DateInput
from mingcha.domains.records.queries import marks


class AllowFacts(Facts):
    """Until when an exception is allowed."""

    until = forms.DateField(
        label="截止日期", widget=DateInput(), help_text="可以短于所申请的期限。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = ItemException.objects.get(case=self.case).until


def allowed(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """Until the day of the form, acts under the code pass with a mark."""
    return services.allow(
        case, until=facts["until"], reason=said.reason, actor=actor, seen=said.seen
    )


def ended(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """From tomorrow on no act is excused any more."""
    return services.end(case, reason=said.reason, actor=actor, seen=said.seen)


def exception_of(case: Case, reader: Account) -> Mapping[str, object]:
    """What is excepted, and how many acts passed by it."""
    one = ItemException.objects.select_related("case", "body").get(case=case)
    return {
        "state": state_of(one),
        "facts": [
            {"label": "事项名称", "value": one.name, "wide": True},
            {"label": "监管事项目录编码", "value": one.code, "code": True},
            {"label": "实施机构", "value": one.body.name, "under": one.body.uscc},
            {"label": "期限", "value": f"{one.since} 至 {one.until}"},
            {"label": "理由", "value": one.reason, "wide": True},
        ],
        "uses": marks.uses_of(case.number),
        "uses_url": reverse("desk:excepted", args=[case.number]),
    }


FACE = Face(
    ITEM_EXCEPTION.name,
    template="desk/exception.html",
    context=exception_of,
    moves={
        "allow": MoveFace(
            AllowFacts, allowed, "批准后，待核的记录自动重新核对；放行的每一条都有标记。"
        ),
        "end": MoveFace(deed=ended, help="自明天起不再有效；已放行的记录保留标记。"),
    },
)
