"""Forms made from the declaration of a table, and the small forms that begin a change."""

from collections.abc import Iterable, Mapping, Sequence

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from mingcha.base.people.models import Organisation
from mingcha.domains.catalog.models import Change
from mingcha.domains.catalog.views import choices
from mingcha.standards.model import FieldSpec, FieldType, Table

SHORT = 120  # characters up to which a text gets one line
CHANGES = [(Change.SUSPEND, "暂停"), (Change.RESUME, "恢复"), (Change.ABOLISH, "取消（废止）")]


class DateInput(forms.DateInput):
    """A date as the browser asks for it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DeclaredForm(forms.Form):
    """The fields of a table as a form. It shows what is filled in and what is wrong with it.

    It checks nothing itself: a draft may be saved unfinished, and `problems` (field → sentence)
    says what stands in the way of handing it in.
    """

    def __init__(
        self,
        table: Table,
        names: Iterable[str],
        content: Mapping[str, str],
        problems: Mapping[str, str] | None = None,
        *,
        prefix: str | None = None,
    ) -> None:
        self.problems = dict(problems or {})
        self._specs = {name: table.fields[name] for name in names}
        said = {name: _parts(self._specs[name], text) for name, text in content.items()
                if name in self._specs}  # fmt: skip
        keys = {f"{prefix}-{name}" if prefix else name: parts for name, parts in said.items()}
        super().__init__(MultiValueDict(keys), prefix=prefix, use_required_attribute=False)
        self.fields.update({name: _field(spec) for name, spec in self._specs.items()})

    def full_clean(self) -> None:
        """What is wrong is told by whoever knows the whole row."""
        self._errors = ErrorDict(renderer=self.renderer)
        self.cleaned_data: dict[str, object] = {}
        for name, said in self.problems.items():
            if name in self.fields:
                self.add_error(name, said)


def read(posted: QueryDict, table: Table, names: Iterable[str], prefix: str = "") -> dict[str, str]:
    """What was filled in, as text by field; several ticks are joined as a list."""
    found = {}
    for name in names:
        key = f"{prefix}-{name}" if prefix else name
        spec = table.fields[name]
        if spec.type is FieldType.LIST and spec.codes is not None:
            found[name] = "、".join(posted.getlist(key))
        else:
            found[name] = posted.get(key, "")
    return found


def _parts(spec: FieldSpec, text: str) -> list[str]:
    return text.split("、") if spec.type is FieldType.LIST and spec.codes is not None else [text]


def _field(spec: FieldSpec) -> forms.Field:
    """One declared field as a field of a form."""
    given = {"label": spec.label, "required": spec.required, "help_text": _help(spec)}
    if spec.codes is not None:
        listed = choices(spec.codes)
        if spec.type is FieldType.LIST:
            ticks = forms.CheckboxSelectMultiple()
            return forms.MultipleChoiceField(choices=listed, widget=ticks, **given)  # type: ignore[arg-type]
        return forms.ChoiceField(choices=[("", "请选择"), *listed], **given)  # type: ignore[arg-type]
    if spec.type is FieldType.BOOLEAN:
        return forms.ChoiceField(choices=[("", "请选择"), ("是", "是"), ("否", "否")], **given)  # type: ignore[arg-type]
    return forms.CharField(widget=_widget(spec), max_length=spec.max, **given)  # type: ignore[arg-type]


def _widget(spec: FieldSpec) -> forms.Widget:
    if spec.type is FieldType.DATE:
        return DateInput()
    if spec.type in {FieldType.NUMBER, FieldType.RATIO}:
        return forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
    is_text = spec.type in {FieldType.TEXT, FieldType.LIST}
    if is_text and spec.exact is None and (spec.max is None or spec.max > SHORT):
        return forms.Textarea({"rows": 3})
    return forms.TextInput({"autocomplete": "off"})


def _help(spec: FieldSpec) -> str:
    parts = [spec.note] if spec.note else []
    if spec.type is FieldType.LIST and spec.codes is None and not spec.note:
        parts.append("多项以顿号分隔")
    if spec.max is not None and spec.max > SHORT:
        parts.append(f"不超过 {spec.max} 个字")
    return "；".join(parts)


class Whose(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when run
    """An organisation of the tree, indented by its depth."""

    def label_from_instance(self, obj: Organisation) -> str:
        return "　" * (obj.path.count("/") - 2) + obj.name


class NewItemForm(forms.Form):
    """Who will answer for a new item, and under which main item it stands."""

    owner = Whose(label="归口单位", queryset=Organisation.objects.none())
    main = forms.CharField(
        label="所属主项编码", required=False, max_length=100,
        help_text="子项填写所属主项的编码；新增主项不填。编码由系统按顺序建议。",
    )  # fmt: skip

    def __init__(self, bodies: Sequence[Organisation], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        among(self, "owner", bodies)


class NewChecklistForm(forms.Form):
    """Which body carries out which item."""

    owner = Whose(label="实施主体", queryset=Organisation.objects.none())
    item = forms.CharField(
        label="监管事项编码", max_length=100,
        help_text="须为在用的行政检查子项；名称、依据、对象自动带入。",
    )  # fmt: skip

    def __init__(self, bodies: Sequence[Organisation], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        among(self, "owner", bodies)


class ChangeForm(forms.Form):
    """Suspend, resume or abolish: from when, until when, why."""

    change = forms.ChoiceField(label="变动", choices=CHANGES)
    since = forms.DateField(
        label="自哪一天起", widget=DateInput(),
        help_text="暂停、恢复或取消自这一天起；前一天仍按原版本。可以是将来、今天或过去。",
    )  # fmt: skip
    until = forms.DateField(
        label="至哪一天止", widget=DateInput(), required=False,
        help_text="只用于暂停，含这一天；不填表示恢复日期未定。",
    )  # fmt: skip
    reason = forms.CharField(
        label="理由和依据", widget=forms.Textarea({"rows": 3}), max_length=1000, required=False,
        help_text="追溯到过去的变动必须写明。",
    )  # fmt: skip


class WithdrawForm(forms.Form):
    """Why a version that has not begun is taken back."""

    reason = forms.CharField(label="理由", widget=forms.Textarea({"rows": 3}), max_length=1000)


def among(form: forms.Form, name: str, bodies: Sequence[Organisation]) -> None:
    """Offer some bodies in a field of a form."""
    keys = [body.pk for body in bodies]
    field = form.fields[name]
    field.queryset = Organisation.objects.filter(pk__in=keys).order_by("path")  # type: ignore[attr-defined]
    if len(bodies) == 1:
        field.initial = bodies[0].pk
