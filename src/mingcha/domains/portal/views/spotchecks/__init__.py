"""Public pages of random inspections (双随机、一公开): lists, draws, and what a year of them says."""

from django.urls import reverse

TABS = (
    ("portal:random_items", "抽查事项清单"),
    ("portal:plans", "抽查计划公告"),
    ("portal:tasks", "抽查任务公告"),
    ("portal:draws", "随机抽取公示"),
    ("portal:results", "抽查结果公告"),
    ("portal:rates", "违规率推算"),
    ("portal:frequencies", "抽取概率检验"),
)


def tabs(here: str) -> list[dict[str, object]]:
    """The tabs over every list, `here` being the one that is open."""
    return [
        {"label": label, "url": reverse(name), "active": name == here, "count": ""}
        for name, label in TABS
    ]
