"""The forms of a case that no kind has of its own: hand over, extend, urge, link."""

from typing import Any

from django import forms

from mingcha.base.cases import queries as cases
from mingcha.base.cases.machine import Extension
from mingcha.base.cases.models import Case, Rung
from mingcha.base.days import local_today
from mingcha.base.people.models import Account
from mingcha.base.rules.queries import dated

WORDS = forms.Textarea({"rows": 3})


class CaseForm(forms.Form):
    """A form about one case; it carries the version that was seen.

    `labels`: what the trace may call what it does.
    """

    labels: tuple[str, ...] = ()

    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1
    )

    def __init__(self, case: Case, data: Any = None) -> None:
        super().__init__(data, initial={"version": case.version})
        self.case = case


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when run
    """Somebody who may do the work, with the body they belong to."""

    def label_from_instance(self, obj: Account) -> str:
        """Name, post and body."""
        return "　".join(filter(None, [obj.real_name, obj.post, obj.organisation.name]))


class HandOverForm(CaseForm):
    """To whom, and why."""

    labels = ("转交",)

    person = PersonField(
        label="转交给", queryset=Account.objects.none(), empty_label="请选择",
        help_text="列出在承办单位有权办理此件的人员，本单位的在前。",
    )  # fmt: skip
    reason = forms.CharField(
        label="理由", max_length=900, widget=WORDS, help_text="如：休假、分工调整。"
    )

    def __init__(self, case: Case, data: Any = None) -> None:
        super().__init__(case, data)
        keys = [person.pk for person in cases.may_take(case)]
        people = Account.objects.filter(pk__in=keys).select_related("organisation")
        field = self.fields["person"]
        field.queryset = people.order_by("organisation__path", "real_name")  # type: ignore[attr-defined]


class ExtendForm(CaseForm):
    """Which period, and why."""

    which = forms.ChoiceField(label="延长")
    reason = forms.CharField(label="理由", max_length=300, widget=WORDS)

    def __init__(self, case: Case, data: Any = None, *, allowed: list[Extension]) -> None:
        super().__init__(case, data)
        self.allowed = allowed
        self.labels = tuple(one.label for one in allowed)
        known = {rule.key: rule for rule in dated(local_today())}
        self.fields["which"].choices = [  # type: ignore[attr-defined]
            (str(place), _words(one, known)) for place, one in enumerate(allowed)
        ]

    @property
    def extension(self) -> Extension:
        """The one that was chosen."""
        return self.allowed[int(self.cleaned_data["which"])]


class UrgeForm(CaseForm):
    """How high, and in which words."""

    labels = ("催办",)

    rung = forms.TypedChoiceField(
        label="催至", coerce=lambda text: Rung(int(text)), widget=forms.RadioSelect,
        help_text="催到上级时，登记的责任人会在待办的“抄知”中看到。",
    )  # fmt: skip
    text = forms.CharField(
        label="催办内容", max_length=500, required=False, widget=WORDS,
        help_text="不填为“请抓紧办理。”",
    )  # fmt: skip

    def __init__(self, case: Case, data: Any = None) -> None:
        super().__init__(case, data)
        self.initial["rung"] = int(Rung.HANDLER)
        self.fields["rung"].choices = [  # type: ignore[attr-defined]
            (int(rung), f"{rung.label}：{who or '未登记'}") for rung, who in cases.rungs(case)
        ]


class LinkForm(CaseForm):
    """With which case, and why."""

    labels = ("关联办件",)

    number = forms.CharField(label="关联的办件编号", max_length=30, help_text="如 SY-2026-000001。")
    why = forms.CharField(label="关系", max_length=100, help_text="如：同一对象、由此引出。")


def _words(one: Extension, known: dict[str, Any]) -> str:
    """ "审核期限，延长 10 日" """
    run, by = known.get(one.rule), known.get(one.by)
    name = run.label if run else one.rule
    return f"{name}，延长 {by.amount}" if by else f"{name}，{one.label}"
