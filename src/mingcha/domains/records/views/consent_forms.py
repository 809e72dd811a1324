"""The forms by which a consent is given and withdrawn."""

from collections.abc import Mapping
from typing import cast

from django import forms

from mingcha.base.days import local_today
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.records.queries import consents as queries
from mingcha.domains.records.services.consents import Terms


class DateInput(forms.DateInput):
    """A date as the browser asks for it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class BodyField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when run
    """An organisation of the tree, indented by its depth."""

    def label_from_instance(self, obj: Organisation) -> str:
        """Depth as full-width spaces, so that a select shows the tree."""
        return "　" * (obj.path.count("/") - 2) + obj.name


class GiveForm(forms.Form):
    """What a consent says; several tables are several consents with the same terms."""

    provider = BodyField(
        label="提供单位", queryset=Organisation.objects.none(), to_field_name="code",
        empty_label=None, help_text="代哪个单位同意。",
    )  # fmt: skip
    tables = forms.MultipleChoiceField(
        label="数据表", widget=forms.CheckboxSelectMultiple,
        help_text="只列共享级的表。公开级的表不需要同意；内部级和敏感级的内容不靠同意开放。",
    )  # fmt: skip
    recipient = BodyField(
        label="共享给", queryset=Organisation.objects.filter(closed_on__isnull=True),
        to_field_name="code", required=False, empty_label="各单位的监管人员",
        help_text="选定单位时，只有该单位及其下级的监管人员能看到。",
    )  # fmt: skip
    since = forms.DateField(label="起", widget=DateInput(), initial=local_today)
    until = forms.DateField(
        label="止", widget=DateInput(), required=False, help_text="含当日；不填则到撤回为止。"
    )
    basis = forms.CharField(
        label="依据", max_length=200, help_text="如：某局〔2026〕3 号、局务会 2026 年第 5 次会议。"
    )
    purpose = forms.CharField(
        label="用途和理由", max_length=300, widget=forms.Textarea({"rows": 3}),
        help_text="共享给别人做什么用。记录只能用于履行职责。",
    )  # fmt: skip

    def __init__(self, account: Account, data: Mapping[str, object] | None = None) -> None:
        is_asked = data is not None and "basis" in data
        super().__init__(data if is_asked else None)
        provider = cast(BodyField, self.fields["provider"])
        provider.queryset = queries.providers_for(account).filter(closed_on__isnull=True)
        provider.initial = (data or {}).get("provider") or account.organisation.code
        tables = cast(forms.MultipleChoiceField, self.fields["tables"])
        tables.choices = [(table.name, table.label) for table in queries.shareable()]
        tables.initial = [(data or {}).get("table")]

    def terms(self) -> list[Terms]:
        """One consent for each table."""
        said = dict(self.cleaned_data)
        names = said.pop("tables")
        return [Terms(table=name, **said) for name in names]


class WithdrawForm(forms.Form):
    """From which day on, and why."""

    ends_on = forms.DateField(
        label="停止共享日", widget=DateInput(), initial=local_today,
        help_text="从这一天起不再共享；填今天则立即停止。",
    )  # fmt: skip
    reason = forms.CharField(
        label="撤回理由", max_length=200, help_text="写入操作记录，共享对象也能看到。"
    )
