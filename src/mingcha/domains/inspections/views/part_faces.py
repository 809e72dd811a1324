"""The faces of parts, orders to correct and clues on their case pages."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse

from mingcha.base.cases.faces import Face, Facts, MoveFace
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said
from mingcha.base.days import local_today
from mingcha.base.people.models import Account, Organisation
from mingcha.domains.inspections.models import Correction, Part
from mingcha.domains.inspections.queries import avoidances, followups, parts
from mingcha.domains.inspections.queries.documents import title_of
from mingcha.domains.inspections.services import avoiding, onsite, reviewing
from mingcha.domains.inspections.services import followups as following
from mingcha.domains.inspections.states import CLUE_KIND, CORRECTION_KIND, INSPECT, PART_KIND

DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class StartFacts(Facts):
    """Who is there, and that they have shown their certificates and the notice."""

    present = forms.TypedMultipleChoiceField(
        label="到场的执法人员", coerce=int, widget=forms.CheckboxSelectMultiple,
        help_text="至少两人；没有确认任务的不列。",
    )  # fmt: skip
    shown = forms.BooleanField(label="已出示执法证件和检查通知书")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = parts.team(parts.part_of(self.case))
        choices = [(p.number, f"{p.name}（{p.certificate}）") for p in team if p.confirmed_at]
        self.fields["present"].choices = choices  # type: ignore[attr-defined]  # a choice field
        self.initial["present"] = [number for number, _ in choices]


class SubmitFacts(Facts):
    """What the check came to."""

    result = forms.ChoiceField(label="抽查结果")
    summary = forms.CharField(
        label="检查情况", max_length=2000, widget=forms.Textarea({"rows": 4}),
        help_text="概括检查经过和发现的问题，写入现场检查笔录；公示的是结果，不是这段文字。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "请选择"), *parts.results()]
        self.fields["result"].choices = choices  # type: ignore[attr-defined]  # a choice field


class AvoidFacts(Facts):
    """Why one keeps away; the reason says more."""

    ground = forms.ChoiceField(label="回避事由", choices=avoidances.OWN)


class ApproveFacts(Facts):
    """Whether anything is another body's."""

    hand_over_to = forms.ModelChoiceField(
        label="同时移送其他机关", required=False, queryset=Organisation.objects.none(),
        help_text="只在发现不属于本机关职责的线索时选择。",
    )  # fmt: skip
    hand_over_text = forms.CharField(
        label="移送内容", required=False, max_length=1000, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = [one.pk for one in followups.may_hand_over(self.actor)]
        field = self.fields["hand_over_to"]
        field.queryset = Organisation.objects.filter(pk__in=bodies)  # type: ignore[attr-defined]


class ServeFacts(Facts):
    """What the order says."""

    order = forms.CharField(
        label="责令改正内容", max_length=2000, widget=forms.Textarea({"rows": 5})
    )
    basis = forms.CharField(label="依据", max_length=500)
    correct_by = forms.DateField(label="改正期限", widget=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = followups.correction_of(self.case)
        self.initial.update({
            "order": found.order, "basis": found.basis, "correct_by": found.correct_by,
        })  # fmt: skip
        if doubt := followups.doubt_of(found):
            self.fields["basis"].help_text = f"待核：{doubt}；请核对原文后再送达。"


class AnswerFacts(Facts):
    """What the enterprise reports."""

    answer = forms.CharField(
        label="当事人改正情况", max_length=2000, widget=forms.Textarea({"rows": 4}),
        help_text="没有收到报告而期限届满的，写明“期限届满，未收到改正报告”。",
    )  # fmt: skip


class RecheckFacts(Facts):
    """When to look again."""

    on = forms.DateField(label="复查日期", widget=DAY, initial=local_today)


class CloseFacts(Facts):
    """What came of a clue."""

    outcome = forms.CharField(label="处置情况", max_length=1000, widget=forms.Textarea({"rows": 3}))
    document = forms.CharField(label="处置文书号", required=False, max_length=100)


def _confirm(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    return onsite.confirm(case, actor=actor, seen=said.seen)


def _avoid(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    return avoiding.avoid(case, facts["ground"], said.reason, actor=actor, seen=said.seen)


def _start(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    return onsite.start(case, facts["present"], actor=actor, said=said)


def _submit(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    outcome = onsite.Outcome(facts["result"], facts["summary"])
    return onsite.submit(case, outcome, actor=actor, said=said)


def part_on(case: Case, reader: Account) -> Mapping[str, object]:
    """A part on its case page: what it is, how far it is, and the way to the page for the site."""
    part = parts.part_of(case)
    lines = parts.lines_of(part)
    done = sum(bool(line.answer) for line in lines)
    return {
        "url": reverse("inspections:part", args=[case.number]),
        "facts": [
            {"label": "检查方式", "value": title_of(part.visit), "wide": True},
            {"label": "检查主体", "value": part.body.name},
            {"label": "检查期间",
             "value": f"{part.visit.task.first_on} 至 {part.visit.task.last_on}"},
            {"label": "检查人员", "value": _team(part), "wide": True},
            {"label": "已记录", "value": f"{done} / {len(lines)} 项"},
            {"label": "抽查结果", "value": parts.result_label(part.result)},
            {"label": "检查情况", "value": part.summary, "wide": True},
        ],
        "bad": [line for line in lines if line.answer not in {"", "01"}],
        "followed": followups.followed(part),
        "records": list(part.records.order_by("pk")),
    }  # fmt: skip


def correction_on(case: Case, reader: Account) -> Mapping[str, object]:
    """An order to correct on its case page."""
    found = followups.correction_of(case)
    doubt = followups.doubt_of(found) if found.served_at is None else ""
    return {
        "facts": [
            {"label": "当事人", "value": found.part.visit.party.name},
            {"label": "改正期限", "value": str(found.correct_by)},
            {"label": "责令改正内容", "value": found.order, "wide": True},
            {"label": "依据", "value": found.basis, "wide": True},
            *([{"label": "待核", "value": f"依据{doubt}", "wide": True}] if doubt else []),
            {"label": "送达时间", "value": found.served_at},
            {"label": "改正结论", "value": _concluded(found)},
            {"label": "当事人改正情况", "value": found.answer, "wide": True},
        ],
        "check": found.part.case, "recheck": found.recheck.case if found.recheck else None,
        "pdf": reverse("inspections:order_pdf", args=[case.number]),
        "receipts": list(found.receipts.select_related("file", "by").order_by("pk")),
        "may_keep": case.state not in ("draft", "revoked") and reader.holds_over(INSPECT, case.unit),
    }  # fmt: skip


def clue_on(case: Case, reader: Account) -> Mapping[str, object]:
    """A clue on its case page."""
    found = followups.clue_of(case)
    return {
        "facts": [
            {"label": "种类", "value": found.get_kind_display()},
            {"label": "移来单位", "value": found.part.body.name},
            {"label": "线索内容", "value": found.text, "wide": True},
            {"label": "开启依据", "value": found.rule, "wide": True},
            *([{"label": "送交依据", "value": found.addressed, "wide": True}] if found.addressed else []),
            {"label": "处置情况", "value": found.outcome, "wide": True},
            {"label": "处置文书号", "value": found.document},
        ],
        "check": found.part.case,
    }  # fmt: skip


def _team(part: Part) -> str:
    return "、".join(place.name or f"席位 {place.number} 空缺" for place in parts.team(part))


def _concluded(found: Correction) -> str:
    return {True: "已改正", False: "逾期未改正", None: ""}[found.is_corrected]


def _about(case: Case) -> str:
    return reverse("inspections:part", args=[case.about_key]) if case.about_key else ""


FACES = (
    Face(
        PART_KIND.name, "inspections/part_face.html", part_on,
        {
            "confirm": MoveFace(
                deed=_confirm, help="确认后由您和其他成员一起实施检查；与对象有利害关系的，请声明回避。"
            ),
            "avoid": MoveFace(
                AvoidFacts, _avoid,
                "声明后您离开检查组，席位按公布的规则补位，其他成员重新确认；回避对以后的抽取也有效。",
            ),
            "start": MoveFace(StartFacts, _start),
            "submit": MoveFace(SubmitFacts, _submit, "提交后由另一人审核，不能自行更改。"),
            "approve": MoveFace(
                ApproveFacts, reviewing.approved,
                "通过后结果自动进入数据中心，并按后续处置表开启责令改正和线索。",
            ),
            "revoke": MoveFace(deed=reviewing.revoked, help="撤销后从公示页面撤下，数据中心的记录一并撤回。"),
        },
    ),
    Face(
        CORRECTION_KIND.name, "inspections/correction_face.html", correction_on,
        {
            "serve": MoveFace(ServeFacts, following.served, "送达后改正期限开始计算；先打印通知书请当事人签收，签收后把送达回证存入本件。"),
            "answer": MoveFace(AnswerFacts, following.answered),
            "recheck": MoveFace(
                RecheckFacts, following.rechecked,
                "由原检查组到现场复查不合格的各项，不计入年度频次；结果审核通过后自动认定。",
            ),
            "corrected": MoveFace(deed=following.decided_by_recheck, help="由复查结果自动认定。"),
            "failed": MoveFace(deed=following.decided_by_recheck, help="由复查结果自动认定。"),
        },
        about=_about,
    ),
    Face(
        CLUE_KIND.name, "inspections/clue_face.html", clue_on,
        {"close": MoveFace(CloseFacts, following.closed)},
        about=_about,
    ),
)  # fmt: skip
