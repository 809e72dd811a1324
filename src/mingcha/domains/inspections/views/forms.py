"""Forms of lists, registers, plans and tasks."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.html import format_html

from mingcha.base.days import local_today
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.catalog.queries import items_in_force
from mingcha.domains.inspections.models import (
    PlanLine,
    RandomItem,
    RandomItemVersion,
    Register,
    RegisterVersion,
)
from mingcha.domains.inspections.models.lists import Method
from mingcha.domains.inspections.models.tasks import Level, Mode
from mingcha.domains.inspections.queries import seen
from mingcha.domains.inspections.queries.naming import Naming
from mingcha.domains.inspections.rules import criteria, writing
from mingcha.standards import loader

CODED = {"industries": "industries", "regions": "regions", "areas": "regions", "bodies": "bodies"}
COMMITMENT = re.compile("[0-9a-f]{64}")
LISTED = [("", "不限"), *criteria.LISTS.items()]
SCHEMES = [("", "不限"), *criteria.SCHEMES.items()]
GRADES = [(one, criteria.grade_name(one)) for one in (*criteria.GRADES, criteria.UNGRADED)]


class DateInput(forms.DateInput):
    """A day as browsers pick it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """A moment as browsers pick it."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class MomentField(forms.DateTimeField):
    """A moment to the second: a draw states none finer."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label=label, widget=MomentInput(), **options)

    def clean(self, value: Any) -> Any:
        """The moment, refused when it has a fraction of a second."""
        moment = super().clean(value)
        if moment is not None and moment.microsecond:
            raise forms.ValidationError("时间只能精确到秒，请去掉秒的小数。")
        return moment


def kinds() -> list[tuple[str, str]]:
    """Kinds of objects with their labels."""
    return [
        (one.code, one.label) for one in loader.current().code_table("supervise_object_type").codes
    ]


class BodyField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the bodies for which somebody may do something."""

    def __init__(self, label: str = "单位") -> None:
        super().__init__(Organisation.objects.none(), label=label)

    def of(self, bodies: Sequence[Organisation]) -> None:
        """Offer these, the first chosen."""
        self.queryset = Organisation.objects.filter(pk__in=[one.pk for one in bodies])
        self.initial = bodies[0].pk if bodies else None


class Codes(forms.CharField):
    """Codes typed or pasted, in any usual way."""

    def __init__(self, label: str, help_text: str = "", rows: int = 2) -> None:
        super().__init__(
            label=label, required=False, help_text=help_text, widget=forms.Textarea({"rows": rows})
        )

    def clean(self, value: Any) -> tuple[str, ...]:
        """The codes, each once."""
        return criteria.several(super().clean(value))


class ItemForm(forms.Form):
    """A line of the list of random-inspection items."""

    body = BodyField("检查主体")
    category = forms.CharField(label="抽查类别", max_length=100, help_text="如“食品安全”。")
    name = forms.CharField(label="抽查事项", max_length=200)
    item = forms.CharField(
        label="监管事项目录编码", max_length=100, help_text="须是已发布并在用的监管事项。"
    )
    object_kinds = forms.MultipleChoiceField(
        label="检查对象类型", widget=forms.CheckboxSelectMultiple
    )
    objects_in_words = forms.CharField(
        label="检查对象", max_length=200, help_text="如“食品经营者”。"
    )
    is_key = forms.BooleanField(label="重点检查事项（抽查比例不设上限）", required=False)
    methods = forms.MultipleChoiceField(
        label="检查方式", choices=Method.choices, widget=forms.CheckboxSelectMultiple
    )
    skill = forms.CharField(
        label="执法类别",
        required=False,
        max_length=60,
        help_text="执法证上须有的类别；不填为不限。",
    )
    basis = forms.CharField(label="检查依据", max_length=1000, widget=forms.Textarea({"rows": 3}))
    partners = forms.ModelMultipleChoiceField(
        Organisation.objects.none(), label="联合部门", required=False,
        help_text="可以联合检查的部门；选了即列入跨部门联合抽查事项清单。",
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    since = forms.DateField(label="生效日期", widget=DateInput())
    until = forms.DateField(label="失效日期", widget=DateInput(), required=False)

    def __init__(self, bodies: Sequence[Organisation], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["body"].of(bodies)  # type: ignore[attr-defined]
        self.fields["object_kinds"].choices = kinds()  # type: ignore[attr-defined]
        self.fields["partners"].queryset = Organisation.objects.filter(  # type: ignore[attr-defined]
            kind=Organisation.Kind.DEPARTMENT, closed_on__isnull=True
        )

    def clean_item(self) -> tuple[str, str]:
        """Scheme and code of the item in force."""
        code = self.cleaned_data["item"].strip()
        found = items_in_force(on=local_today()).filter(item__code=code).first()
        if found is None:
            raise forms.ValidationError("没有这个编码的在用监管事项。")
        return found.item.scheme, code


class CreditForm(forms.Form):
    """A credit class as a condition: the scheme of evaluation and its grades, both or neither."""

    scheme = forms.ChoiceField(label="信用评价类别", choices=SCHEMES, required=False)
    grades = forms.MultipleChoiceField(
        label="信用等级", choices=GRADES, required=False, widget=forms.CheckboxSelectMultiple,
        help_text="按各户最近一次有效评价。评价结果供内部配置监管资源，不对外公开。",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Both or neither."""
        given = super().clean() or {}
        if given.get("scheme") and not given.get("grades"):
            self.add_error("grades", "选了评价类别，还要选至少一个等级（未评价也算一项）。")
        if given.get("grades") and not given.get("scheme"):
            self.add_error("scheme", "选了等级，还要选是哪一类评价的等级。")
        return given


class ObjectsForm(CreditForm):
    """A selection of objects."""

    field_order: Iterable[str] = ("kinds", "industries", "regions", "listed")
    kinds = forms.MultipleChoiceField(
        label="对象类型", required=False, widget=forms.CheckboxSelectMultiple
    )
    industries = Codes("行业", "行业代码或其开头，如 F52；空格或逗号分隔。", 1)
    regions = Codes("区域", "行政区划代码或其开头，如 310115。", 1)
    listed = forms.ChoiceField(label="名录", choices=LISTED, required=False)
    words = forms.CharField(label="名称含", required=False, max_length=60)
    founded_since = forms.DateField(label="成立不早于", widget=DateInput(), required=False)
    founded_until = forms.DateField(label="成立不晚于", widget=DateInput(), required=False)
    codes = Codes("自有名单", "只选这些统一社会信用代码，一行一个；不填为不限。", 4)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kinds"].choices = kinds()  # type: ignore[attr-defined]

    def said(self) -> dict[str, Any]:
        """The selection. Once the form is valid."""
        return selected(self.cleaned_data)


class OfficersForm(forms.Form):
    """A selection of officers."""

    bodies = Codes("机构", "机构标识，包括其下级；不填为全部。", 1)
    skills = Codes("执法类别", "空格或逗号分隔；不填为不限。", 1)
    areas = Codes("执法区域", "行政区划代码或其开头。", 1)
    certificates = Codes("自有名单", "只选这些执法证号，一行一个；不填为不限。", 4)

    def said(self) -> dict[str, Any]:
        """The selection. Once the form is valid."""
        return {name: list(value) for name, value in self.cleaned_data.items() if value}


class RegisterForm(forms.Form):
    """A new register."""

    body = BodyField("管理单位")
    of = forms.ChoiceField(label="类别", choices=Register.Of.choices)
    name = forms.CharField(label="名称", max_length=100)

    def __init__(self, bodies: Sequence[Organisation], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["body"].of(bodies)  # type: ignore[attr-defined]


class PlanForm(forms.Form):
    """A new plan."""

    body = BodyField("制定单位")
    title = forms.CharField(label="计划名称", max_length=200)
    year = forms.IntegerField(label="年度", min_value=2019, max_value=2100)
    text = forms.CharField(label="工作要求", required=False, widget=forms.Textarea({"rows": 5}))

    def __init__(self, bodies: Sequence[Organisation], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["body"].of(bodies)  # type: ignore[attr-defined]
        self.fields["year"].initial = local_today().year


class LineForm(forms.Form):
    """A batch of a plan; an empty one is left out."""

    name = forms.CharField(label="抽查任务", max_length=200)
    items = forms.ModelMultipleChoiceField(
        RandomItem.objects.none(), label="随机抽查事项", widget=forms.CheckboxSelectMultiple
    )
    partners = forms.ModelMultipleChoiceField(
        Organisation.objects.none(), label="参加部门", required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    scope = forms.CharField(label="抽查范围", max_length=500)
    ratio = forms.DecimalField(
        label="抽查比例（%）", required=False, min_value=0, max_value=100, decimal_places=4
    )
    count = forms.IntegerField(label="或抽查数量（户）", required=False, min_value=1)
    months = forms.MultipleChoiceField(
        label="实施月份", choices=[(str(n), f"{n} 月") for n in range(1, 13)],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def offer(self, items: Any, bodies: Any) -> None:
        """Offer these items and departments."""
        self.fields["items"].queryset = items  # type: ignore[attr-defined]
        self.fields["items"].label_from_instance = item_name  # type: ignore[attr-defined]
        self.fields["partners"].queryset = bodies  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ratio or number, not both."""
        said = super().clean() or {}
        if bool(said.get("ratio")) == bool(said.get("count")):
            self.add_error("ratio", "比例和数量须填一项，也只填一项。")
        return said


class TaskForm(ObjectsForm):
    """What a task says; its departments, strata and sources have pages of their own."""

    body = BodyField("发起单位")
    name = forms.CharField(label="任务名称", max_length=200)
    mode = forms.ChoiceField(label="检查方式", choices=Mode.choices)
    line = forms.ModelChoiceField(PlanLine.objects.none(), label="计划批次", required=False)
    ground = forms.CharField(
        label="检查缘由", required=False, max_length=500,
        help_text="没有计划的写明依据；有因检查写明线索来源。",
    )  # fmt: skip
    objects_from = forms.ModelChoiceField(
        RegisterVersion.objects.none(), label="检查对象名录库", required=False
    )
    officers_from = forms.ModelChoiceField(
        RegisterVersion.objects.none(), label="执法检查人员名录库", required=False
    )
    first_on = forms.DateField(label="检查期间首日", widget=DateInput())
    last_on = forms.DateField(label="检查期间末日", widget=DateInput())
    level = forms.ChoiceField(
        label="公开方式", choices=Level.choices, initial=Level.KEYED,
        help_text="代号公开：名单以代号公布，任何人都能重算；按内部评分加权的不能全部公开。",
    )  # fmt: skip
    embargo_on = forms.DateField(label="延后公开至", widget=DateInput(), required=False)
    cap = forms.BooleanField(label="排除年度检查频次已满的", required=False, initial=True)
    recent = forms.BooleanField(label="排除豁免期内已检查的", required=False, initial=True)
    vacancies = forms.BooleanField(label="人员不足时接受空缺，由后续轮次补位", required=False)
    named = forms.CharField(
        label="排除名单", required=False, widget=forms.Textarea({"rows": 3}),
        help_text="一行一个：统一社会信用代码 理由。",
    )  # fmt: skip
    field_order = (
        "body", "name", "mode", "line", "ground", "first_on", "last_on", "objects_from",
        "officers_from", "kinds", "industries", "regions", "listed", "scheme", "grades", "words",
        "founded_since", "founded_until", "codes", "cap", "recent", "vacancies", "named", "level", "embargo_on",
    )  # fmt: skip

    def __init__(
        self, account: Account, bodies: Sequence[Organisation], *args: Any, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["body"].of(bodies)  # type: ignore[attr-defined]
        lines = PlanLine.objects.filter(
            plan__in=seen.plans(account), plan__published_at__isnull=False
        )
        self.fields["line"].queryset = lines.select_related("plan")  # type: ignore[attr-defined]
        for name, of in (("objects_from", "objects"), ("officers_from", "officers")):
            self.fields[name].queryset = seen.latest_versions(account, of)  # type: ignore[attr-defined]

    def clean_named(self) -> dict[str, str]:
        """code → reason."""
        found = {}
        for row in self.cleaned_data["named"].splitlines():
            code, _, reason = row.strip().partition(" ")
            if code and not reason.strip():
                raise forms.ValidationError(f"“{code}”没有写明理由。")
            if code:
                found[code] = reason.strip()
        return found

    def columns(self) -> dict[str, Any]:
        """What TaskSaid takes, apart from the strata. Once the form is valid."""
        given = self.cleaned_data
        kept = (
            "name", "mode", "line", "ground", "objects_from", "officers_from", "first_on", "last_on",
            "level", "embargo_on",
        )  # fmt: skip
        out = {name: given[name] for name in ("cap", "recent", "vacancies", "named")}
        return {name: given[name] for name in kept} | {"scope": self.said(), "exclusions": out}


class StratumForm(CreditForm):
    """A class of the frame; an empty one is left out."""

    field_order = ("name", "industries", "regions", "listed", "unlisted")
    name = forms.CharField(
        label="分层名称", max_length=100,
        help_text="全部公开的抽取会公布分层名称；信用分类只供内部参考，名称不宜写明等级。",
    )  # fmt: skip
    industries = Codes("行业", "", 1)
    regions = Codes("区域", "", 1)
    listed = forms.ChoiceField(label="在名录中", choices=LISTED, required=False)
    unlisted = forms.MultipleChoiceField(
        label="不在名录中", choices=list(criteria.LISTS.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    codes = Codes("自有名单", "", 2)
    ratio = forms.DecimalField(
        label="抽取比例（%）", required=False, min_value=0, max_value=100, decimal_places=4
    )
    count = forms.IntegerField(label="或抽取数量（户）", required=False, min_value=1)
    reserves = forms.IntegerField(label="备选（户）", required=False, min_value=0)
    heavier = forms.ChoiceField(
        label="加大权重的名录", choices=LISTED, required=False,
        help_text="选了即按权重抽取。",
    )  # fmt: skip
    weight = forms.IntegerField(label="权重", required=False, min_value=2, max_value=10**9)
    interval = forms.IntegerField(
        label="检查间隔（月）", required=False, min_value=1, max_value=writing.MOST_MONTHS,
        help_text="检查频次：近几个月内检查过的本层对象不再抽取；不填只按豁免期。",
    )  # fmt: skip

    def said(self) -> dict[str, Any]:
        """The stratum as it is saved. Once the form is valid."""
        given = self.cleaned_data
        heavier = given["heavier"]
        return {
            "name": given["name"], "where": selected(given), "ratio": share(given["ratio"]),
            "count": given["count"] or 0, "reserves": given["reserves"] or 0,
            "interval": given["interval"] or 0, "method": "pps" if heavier else "srs",
            "weights": [{"where": {"listed": [heavier]}, "weight": given["weight"] or 3}]
            if heavier else [],
        }  # fmt: skip


class ShareForm(forms.Form):
    """What a department does; an empty one is left out."""

    body = forms.ModelChoiceField(Organisation.objects.none(), label="部门")
    items = forms.ModelMultipleChoiceField(
        RandomItemVersion.objects.none(), label="随机抽查事项", widget=forms.CheckboxSelectMultiple
    )
    skill = forms.CharField(label="执法类别", required=False, max_length=60)
    count = forms.IntegerField(label="每户检查人数", min_value=2, max_value=9, initial=2)

    def offer(self, items: Any, bodies: Any) -> None:
        """Offer these items and departments."""
        self.fields["items"].queryset = items  # type: ignore[attr-defined]
        self.fields["body"].queryset = bodies  # type: ignore[attr-defined]


class SourceForm(forms.Form):
    """A public source of the seed; an empty one is left out."""

    kind = forms.ChoiceField(
        label="来源", choices=[("ssq", "双色球开奖号码"), ("drand-quicknet", "drand 随机信标")]
    )
    occasion = forms.CharField(label="场次", max_length=40, help_text="如 2026138，或信标的轮次。")
    at = MomentField("最早产生时间")
    fallback = forms.CharField(label="备用场次", max_length=40)
    fallback_at = MomentField("备用场次最早产生时间")


class PledgesForm(forms.Form):
    """The parties that commit to a number."""

    pledges = forms.CharField(
        label="随机数承诺", required=False, widget=forms.Textarea({"rows": 4}),
        help_text="一行一方：名称 64 位承诺摘要。各方用页面给出的抽取编号计算；没有公共来源时至少三方。",
    )  # fmt: skip
    reveal_by = MomentField(
        "随机数最迟公开时间", required=False,
        help_text="须早于每个公共来源的最早产生时间；不填为来源前一秒。",
    )  # fmt: skip

    def clean_pledges(self) -> dict[str, str]:
        """party → commitment."""
        found = {}
        for row in self.cleaned_data["pledges"].splitlines():
            if row.strip():
                party, _, commitment = row.strip().rpartition(" ")
                if not COMMITMENT.fullmatch(commitment) or not party.strip():
                    raise forms.ValidationError(
                        f"“{row.strip()}”不是“名称 64 位小写十六进制摘要”。"
                    )
                found[party.strip()] = commitment
        return found


def item_name(item: RandomItem) -> str:
    """The name of an item's newest version."""
    versions = sorted(item.versions.all(), key=lambda one: -one.number)
    return versions[0].name if versions else item.public_id


def selected(given: dict[str, Any]) -> dict[str, Any]:
    """A selection of objects from the fields of a form."""
    said: dict[str, Any] = {}
    for name in ("kinds", "industries", "regions", "codes", "unlisted", "grades"):
        if given.get(name):
            said[name] = list(given[name])
    if given.get("listed"):
        said["listed"] = [given["listed"]]
    for name in ("words", "scheme"):
        if given.get(name):
            said[name] = given[name]
    for name in ("founded_since", "founded_until"):
        if given.get(name):
            said[name] = given[name].isoformat()
    return said


def explained(form: forms.Form) -> forms.Form:
    """The form with the names of the codes it holds beside them, so that nobody has to know codes."""
    naming = Naming()
    for name, what in CODED.items():
        if name in form.fields and (typed := form[name].value()):
            words = naming.joined(what, criteria.several(typed))
            form[name].help_text = format_html("{} 现在的是：{}。", form[name].help_text, words)
    return form


def share(percent: Any) -> str:
    """A percentage as an exact decimal part of one; "" for none."""
    return format((percent / 100).normalize(), "f") if percent else ""
