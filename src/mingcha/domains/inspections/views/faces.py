"""The faces of replacements and mergings on their case pages."""

from collections.abc import Mapping
from typing import Any

from mingcha.base.cases.faces import Face, MoveFace
from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Said
from mingcha.base.people.models import Account
from mingcha.domains.inspections.models import Merging, Replacement
from mingcha.domains.inspections.services import merging, replacing
from mingcha.domains.inspections.states import MERGING_KIND, REPLACEMENT_KIND


def replacement_on(case: Case, reader: Account) -> Mapping[str, object]:
    """What is asked, on which evidence, and who takes the place."""
    found = Replacement.objects.select_related("unit__draw", "unit__party", "reserve__party").get(
        case=case
    )
    reserve = found.reserve
    return {"facts": [
        {"label": "抽取编号", "value": found.unit.draw.draw_id},
        {"label": "被替换对象", "value": found.unit.party.name},
        {"label": "事由", "value": found.get_ground_display()},
        {"label": "递补对象", "value": reserve.party.name if reserve else "—"},
        {"label": "证据", "value": found.evidence, "wide": True},
    ]}  # fmt: skip


def merging_on(case: Case, reader: Account) -> Mapping[str, object]:
    """Which visits would be made at once."""
    found = Merging.objects.select_related(
        "kept__task__body", "other__task__body", "kept__party"
    ).get(case=case)
    rows = (("保留", found.kept), ("并入", found.other))
    return {"facts": [
        {"label": "监管对象", "value": found.kept.party.name, "wide": True},
        *(
            {"label": f"{word}的检查", "value": f"{one.task.body.name}：{one.task.name}"
             f"（{one.task.first_on} 至 {one.task.last_on}）", "wide": True}
            for word, one in rows
        ),
    ]}  # fmt: skip


def allowed(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """The next reserve takes the place."""
    return replacing.allow(case, actor=actor, said=said)


def refused(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """The entity stays drawn."""
    return replacing.refuse(case, actor=actor, said=said)


def merged(case: Case, facts: Mapping[str, Any], *, actor: Account, said: Said) -> object:
    """The two visits are made at once."""
    return merging.merge(case, actor=actor, said=said)


FACES = (
    Face(
        REPLACEMENT_KIND.name, "inspections/facts.html", replacement_on,
        {"allow": MoveFace(deed=allowed, help="按次序由下一备选递补，不能另行选取。"),
         "refuse": MoveFace(deed=refused, help="无法联系、不予配合的是检查结果，不能替换。")},
    ),
    Face(
        MERGING_KIND.name, "inspections/facts.html", merging_on,
        {"merge": MoveFace(deed=merged, help="合并后一次入企，各部门的检查组和记录不变。")},
    ),
)  # fmt: skip
