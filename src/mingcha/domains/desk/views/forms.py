"""The forms of the desk."""

from collections.abc import Iterable
from datetime import date, timedelta

from django import forms
from django.db.models import QuerySet

from mingcha.base.days import local_today
from mingcha.base.people import queries as people
from mingcha.base.people.models import Account, Organisation, Region, Role

LEVELS = [("1", "国家级"), ("2", "省级"), ("3", "市级"), ("4", "县级"), ("5", "乡级")]


class DateInput(forms.DateInput):
    """A date as the browser asks for it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class OrganisationField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when run
    """An organisation of the tree, indented by its depth."""

    def label_from_instance(self, obj: Organisation) -> str:
        """Depth as full-width spaces, so that a select shows the tree."""
        return "　" * (obj.path.count("/") - 2) + obj.name


class SignInForm(forms.Form):
    """Login and password."""

    login = forms.CharField(
        label="登录名", max_length=40,
        widget=forms.TextInput({"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}),
    )  # fmt: skip
    password = forms.CharField(
        label="密码", max_length=200, strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )  # fmt: skip


class CodeForm(forms.Form):
    """The six digits of the second factor."""

    code = forms.RegexField(
        r"^\s*\d{6}\s*$", label="动态口令", help_text="手机认证器上显示的 6 位数字，每 30 秒更新。",
        error_messages={"invalid": "请填写 6 位数字。"},
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )  # fmt: skip


class PasswordForm(forms.Form):
    """The present password and the new one, twice."""

    present = forms.CharField(
        label="当前密码", strip=False, max_length=200,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )  # fmt: skip
    new = forms.CharField(
        label="新密码", strip=False, max_length=200,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label="再次输入新密码", strip=False, max_length=200,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean_again(self) -> str:
        """Both must be the same."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("new"):
            raise forms.ValidationError("两次输入的新密码不一致。")
        return again


class PresentPasswordForm(forms.Form):
    """One's password again before something is switched off."""

    present = forms.CharField(
        label="当前密码", strip=False, max_length=200,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )  # fmt: skip


class TokenForm(forms.Form):
    """What a token is for and until when."""

    name = forms.CharField(label="用途", max_length=60, help_text="如：市场监管局前置机每日报送")
    expires_on = forms.DateField(label="有效期至", widget=DateInput(), initial=lambda: in_days(90))


class PersonForm(forms.Form):
    """The holder of an account."""

    real_name = forms.CharField(label="真实姓名", max_length=40)
    post = forms.CharField(label="职务", max_length=60, required=False)
    phone = forms.CharField(
        label="联系电话", max_length=20, required=False,
        help_text="办公电话；“为什么看不到”页面会向申请人显示管理员的电话。",
    )  # fmt: skip
    expires_on = forms.DateField(
        label="有效期至",
        widget=DateInput(),
        required=False,
        help_text="借调、挂职人员请填写；不填为长期。",
    )


class NewPersonForm(PersonForm):
    """A new account: also its login and where it belongs."""

    login = forms.CharField(
        label="登录名", max_length=40, help_text="小写字母开头，3 至 40 位，如姓名拼音加工号。"
    )
    organisation = OrganisationField(
        label="所属机构", queryset=Organisation.objects.none(), empty_label="请选择"
    )
    is_machine = forms.BooleanField(
        label="系统对接账号（不能登录页面，只用接口令牌）", required=False
    )
    field_order = [
        "real_name",
        "login",
        "organisation",
        "post",
        "phone",
        "expires_on",
        "is_machine",
    ]

    def __init__(self, actor: Account, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["organisation"].queryset = open_under(actor, people.MANAGE)  # type: ignore[attr-defined]


class GrantForm(forms.Form):
    """A role over an organisation, from when to when."""

    role = forms.ModelChoiceField(label="角色", queryset=Role.objects.none(), empty_label="请选择")
    scope = OrganisationField(
        label="范围", queryset=Organisation.objects.none(), help_text="该机构及其所有下级机构。"
    )
    since = forms.DateField(
        label="生效日期", widget=DateInput(), required=False, help_text="不填为今天。"
    )
    until = forms.DateField(
        label="失效日期", widget=DateInput(), required=False, help_text="不填为长期。"
    )
    reason = forms.CharField(label="授权理由", max_length=200, required=False)

    def __init__(
        self, actor: Account, roles: Iterable[Role], *args: object, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        keys = [role.pk for role in roles]
        self.fields["role"].queryset = Role.objects.filter(pk__in=keys)  # type: ignore[attr-defined]
        self.fields["scope"].queryset = open_under(actor, people.MANAGE)  # type: ignore[attr-defined]


class MoveForm(forms.Form):
    """Another place in the tree, and why."""

    to = OrganisationField(
        label="调整到", queryset=Organisation.objects.none(), empty_label="请选择"
    )
    reason = forms.CharField(
        label="理由", max_length=200, help_text="如：机构改革文件号、干部调动通知。"
    )

    def __init__(self, choices: QuerySet[Organisation], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["to"].queryset = choices  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="理由", max_length=200)


class CloseForm(ReasonForm):
    """Why a body is closed, and which one takes over what is open with it."""

    successor = OrganisationField(
        label="承继机构", queryset=Organisation.objects.none(), required=False,
        empty_label="没有", help_text="未答复的事项认领转给它；没有的，认领收回并说明理由。",
    )  # fmt: skip

    def __init__(self, actor: Account, body: Organisation, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        open_ = open_under(actor, "people.organisations").exclude(pk=body.pk)
        self.fields["successor"].queryset = open_  # type: ignore[attr-defined]


class BodyForm(forms.Form):
    """What is said about an organisation."""

    name = forms.CharField(label="机构全称", max_length=100)
    short_name = forms.CharField(label="简称", max_length=40, required=False)
    uscc = forms.CharField(label="统一社会信用代码", max_length=18, min_length=18, required=False)
    level = forms.ChoiceField(label="行使层级", choices=LEVELS)
    department = forms.CharField(
        label="监管部门代码", max_length=2, required=False, help_text="代码表“监管部门”的两位代码。"
    )
    region = forms.CharField(label="行政区划代码", max_length=6, help_text="6 位代码，如 310115。")

    def clean_region(self) -> str:
        """The code must be one we know and that still stands."""
        code: str = self.cleaned_data["region"]
        found = Region.objects.filter(code=code).first()
        if found is None:
            raise forms.ValidationError("没有这个行政区划代码，请在行政区划页面查找。")
        if found.is_abolished:
            raise forms.ValidationError(f"{found.full_name}已于 {found.until_year} 年后废止。")
        return code


class NewBodyForm(BodyForm):
    """A new organisation: also its code, kind and line above."""

    parent = OrganisationField(
        label="上级机构", queryset=Organisation.objects.none(), empty_label="请选择"
    )
    code = forms.CharField(
        label="机构标识", max_length=40, help_text="报送文件用它指明单位，开通后不能修改。"
    )
    kind = forms.ChoiceField(label="机构性质", choices=Organisation.Kind.choices)
    field_order = [
        "parent",
        "code",
        "name",
        "short_name",
        "kind",
        "level",
        "region",
        "department",
        "uscc",
    ]

    def __init__(self, actor: Account, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["parent"].queryset = open_under(actor, "people.organisations")  # type: ignore[attr-defined]


class RegionForm(forms.Form):
    """What is said about a region by hand."""

    name = forms.CharField(label="名称", max_length=60)
    parent = forms.CharField(
        label="上级区划代码", max_length=6, required=False, help_text="省级不填。"
    )
    since_year = forms.IntegerField(
        label="启用年份", min_value=1949, max_value=2999, required=False
    )
    note = forms.CharField(label="说明", max_length=200, required=False)


class NewRegionForm(RegionForm):
    """A new region: also its code."""

    code = forms.CharField(label="行政区划代码", min_length=6, max_length=6)
    field_order = ["code", "name", "parent", "since_year", "note"]


class AbolishForm(forms.Form):
    """The last year in which a code stood, and on what ground it ended."""

    year = forms.IntegerField(
        label="废止年份", min_value=1949, max_value=2999, help_text="该代码有效的最后一年。"
    )
    note = forms.CharField(label="依据", max_length=200, help_text="如：国务院批复文号。")


class HolidayForm(forms.Form):
    """What a day shall be, and on which ground."""

    day = forms.DateField(label="日期", widget=DateInput())
    is_workday = forms.TypedChoiceField(
        label="安排",
        choices=[("False", "放假"), ("True", "上班（调休）")],
        coerce=lambda text: text == "True",
    )
    name = forms.CharField(label="名称", max_length=40, help_text="如：国庆节、国庆节调休上班")
    basis = forms.CharField(label="依据", max_length=200, help_text="通知的标题或文号")
    note = forms.CharField(label="说明", max_length=200, required=False)


def open_under(actor: Account, right: str) -> QuerySet[Organisation]:
    """The organisations still open over which `actor` holds `right`."""
    return people.organisations_under(actor, right).filter(closed_on__isnull=True)


def in_days(days: int) -> date:
    """The day so many days from today."""
    return local_today() + timedelta(days=days)
