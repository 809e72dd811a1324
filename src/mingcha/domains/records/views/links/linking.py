"""How ties are made (怎样关联): the order of steps, and the weights as a table that a person can read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingcha.base.access import door
from mingcha.domains.parties.rules import standard_weights
from mingcha.domains.records.views.links import common

STEPS = (
    ("登记", "登记表的一行建立或更新一个监管对象，它自己的记录即归它。"),
    ("代码", "记录写明的代码已经登记的，归该代码的对象。"),
    (
        "误写的代码",
        "统一社会信用代码的校验位不对时，逐位试改一字、试换相邻两字；只有唯一一个已登记的代码吻合、名称也一致，才归过去，否则存疑。",
    ),
    (
        "名称和地址",
        "没有代码的，把名称拆成行政区划、字号、行业、组织形式，把地址拆成道路、门牌、室号，逐项比较、加权求和。",
    ),
    ("另立", "什么也不像的，按记录自述建一个未登记的对象，不让记录悬空；以后登记到了再比一次。"),
    ("人工", "存疑的等人认定；人的认定优先于机器，随时可以撤销。"),
)


@door("parties.search")
@require_GET
def linking(request: HttpRequest) -> HttpResponse:
    """The steps and the weights, for anybody who sees the register."""
    weights = standard_weights()
    pieces = [
        {
            "label": weights.labels[piece],
            "levels": [
                {"words": weights.words[piece][level], "points": points}
                for level, points in weights.points[piece].items()
            ],
        }
        for piece in weights.labels
    ]
    context = {
        "steps": STEPS,
        "pieces": pieces,
        "weights": weights,
        "may_link": common.who(request).holds("records.link"),
    }
    return render(request, "records/links/linking.html", context)
