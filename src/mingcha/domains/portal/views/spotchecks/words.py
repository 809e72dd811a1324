"""What the public pages of draws say, in words."""

from typing import Any

from mingcha.domains.inspections.queries.public.draws import Answer

LEVELS = {
    "open": ("全部公开", "参加抽取的名单、分层、人员和结果全部公开。任何人都能重新计算：名单的树根、每户的概率、抽中对象、次序、备选，以及检查组；有回避的，能核对每名成员都可以选派、没有重复、不超过上限。被排除的对象和回避只公布人数，只有监督机关能全部复核。"),
    "keyed": ("代号公开", "名单涉及自然人或内部分类，以代号公开：每户是一个代号，分层是一个号数。任何人都能重新计算名单的树根、每个代号的概率、抽中代号、次序、备选和检查组；代号是谁，只有企业自己（凭查询码）和监督机关知道。"),
    "embargoed": ("延后公开", "为不提前泄露检查，现在只公开承诺、树根和随机数，可以核对承诺和种子；检查期满后公开全部以代号写明的名单，届时可以重新计算全过程。"),
}  # fmt: skip
METHODS = {
    "srs": "等概率抽取", "pareto": "按权重抽取（Pareto）", "systematic": "按权重等距抽取",
    "take-all": "全部检查", "pps": "按权重抽取",
}  # fmt: skip
OUTCOMES = {
    "drawn": "抽中", "reserve": "备选", "missed": "没有抽中", "waiting": "参加抽取",
    "excluded": "没有参加", "absent": "不在名单中", "closed": "暂时不能查询",
    "code-needed": "需要查询码",
}  # fmt: skip
TONES = {
    "drawn": "doing", "reserve": "plain", "missed": "done", "waiting": "plain",
    "excluded": "plain", "absent": "plain", "closed": "due", "code-needed": "due",
}  # fmt: skip


def percent(share: float) -> str:
    """A share of one as a percentage that is not rounded to nothing."""
    value = share * 100
    return f"{value:.4g}%" if value < 1 else f"{value:.2f}%".replace(".00%", "%")


def stratum_name(name: str, level: str) -> str:
    """A stratum as it is called; where names are kept back, its number."""
    return name if level == "open" else f"第 {name} 层"


def stratum(one: dict[str, Any]) -> dict[str, object]:
    """A stratum as the page shows it."""
    least, most = one["least"], one["most"]
    chance = percent(most) if least == most else f"{percent(least)} 至 {percent(most)}"
    return {
        "name": one["name"], "size": one["size"], "wanted": one["wanted"],
        "reserves": one["reserves"], "method": METHODS[one["used"]], "chance": chance,
        "taken": one.get("taken", 0),
    }  # fmt: skip


def facts(answer: Answer) -> list[dict[str, object]]:
    """What is known of the entity asked about, for the facts of the page."""
    rows: list[dict[str, object]] = [{"label": "统一社会信用代码", "value": answer.code}]
    if answer.key and answer.key != answer.code:
        rows.append({"label": "代号", "value": answer.key, "code": True, "wide": True})
    if answer.stratum is not None:
        size, wanted = answer.stratum["size"], answer.stratum["wanted"]
        said = f"{answer.stratum['name']}：{size} 户中抽 {wanted} 户"
        rows.append({"label": "分层", "value": said})
    if answer.chance is not None:
        rows.append({"label": "抽中的概率", "value": percent(answer.chance)})
    if answer.number:
        under = "号码由种子、抽取编号和代码算出，均匀分布在 0 与 1 之间"
        rows.append({"label": "号码", "value": answer.number, "under": under})
        rows.append(
            {"label": "号码（十六进制）", "value": answer.number_hex, "code": True, "wide": True}
        )
    if answer.rank and answer.rank != answer.number:
        rows.append(
            {"label": "排序数", "value": answer.rank, "under": "由号码和权重算出，小者抽中"}
        )
    if answer.cut:
        rows.append({"label": "本层最后一个抽中的", "value": answer.cut})
    return rows
