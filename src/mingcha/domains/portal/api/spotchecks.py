"""Machine door of what is public of random inspections: lists, draws, results, rates. Answers by ETag."""

import hashlib
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from ninja import Field, Path, Router, Schema
from ninja.responses import Response

from mingcha.base.access import PUBLIC, door
from mingcha.base.days import local_today, utc_now
from mingcha.base.opendoors.services import knock
from mingcha.domains.inspections.queries.frozen import commitment_of
from mingcha.domains.inspections.queries.public import draws, notices, statistics
from mingcha.domains.inspections.queries.public.notices import Sought

router = Router(tags=["双随机公开"], auth=None)
MOST = 500
Number = Annotated[str, Path(max_length=60, pattern=r"^[0-9A-Za-z_-]+$", description="编号")]
Year = Annotated[int, Path(ge=2000, le=2200, description="年度")]


class ItemOut(Schema):
    """An item of random inspection in force."""

    id: str
    category: str = Field(description="抽查类别")
    name: str = Field(description="抽查事项")
    scheme: str
    code: str = Field(description="监管事项目录编码")
    is_key: bool = Field(description="重点检查事项；否则为一般检查事项")
    objects: str = Field(description="检查对象")
    methods: list[str] = Field(description="检查方式：site 实地、paper 书面、net 网络")
    body: str = Field(description="检查主体标识")
    body_name: str
    basis: str = Field(description="检查依据")
    since: date
    until: date | None


class PlanOut(Schema):
    """A published plan."""

    number: str
    title: str
    kind: str
    year: int
    body: str
    body_name: str
    published_at: datetime


class BatchOut(Schema):
    """One batch of a plan."""

    number: int
    name: str
    items: list[str] = Field(description="随机抽查事项编号")
    partners: list[str] = Field(description="参加部门标识")
    scope: str
    ratio: str | None = Field(description="抽查比例，小数")
    count: int | None
    months: list[int]


class PlanWholeOut(PlanOut):
    """A published plan with its batches."""

    filed_with: str = Field(description="备案机关标识")
    text: str
    batches: list[BatchOut]


class TaskOut(Schema):
    """An announced task."""

    number: str
    name: str
    mode: str
    state: str
    body: str
    body_name: str
    plan: str = Field(description="抽查计划编号，没有的为空")
    first_on: date
    last_on: date
    draws: list[str] = Field(description="抽取编号，取消的也在内")


class ResultOut(Schema):
    """A published result. Of a natural person only the family name is told."""

    number: str
    task: str
    name: str = Field(description="检查对象")
    code: str = Field(description="统一社会信用代码；自然人不公开")
    body: str
    body_name: str
    result: str = Field(description="代码表“抽查结果”")
    result_label: str
    checked_at: datetime | None
    published_at: datetime


class DrawOut(Schema):
    """A draw that was committed."""

    draw_id: str
    stage: Literal["committed", "ready", "drawn", "cancelled"]
    task: str
    body: str
    level: Literal["open", "keyed", "embargoed"]
    embargo: date | None
    digest: str = Field(description="承诺摘要，SM3")
    frozen_at: datetime
    drawn_at: datetime | None
    cancelled_at: datetime | None
    cancelled_because: str


class StratumOut(Schema):
    """A stratum: how many of how many, how, and the chance of each."""

    name: str
    size: int
    wanted: int
    reserves: int
    used: str = Field(description="实际方法：srs、pareto、systematic、take-all")
    least: float = Field(description="最小的每户概率")
    most: float = Field(description="最大的每户概率")


class DrawWholeOut(DrawOut):
    """A draw as far as its level lets it be seen today."""

    commitment: str = Field(description="承诺文件原文")
    frame: int = Field(description="参加抽取户数")
    excluded: dict[str, int] = Field(description="排除户数，按理由")
    strata: list[StratumOut]
    seed: str
    withheld: list[str] = Field(description="没有按时公开随机数的各方")
    witness: str
    bundle: str = Field(description="数据包的摘要（SM3），没有时为空")
    bundle_url: str


class AskIn(Schema):
    """A credit code, and the query code of its owner where there is one."""

    code: str = Field(min_length=1, max_length=40, description="统一社会信用代码")
    given: str = Field("", max_length=40, description="查询码")


class ProofOut(Schema):
    """That a line stands in the committed file: RFC 9162, 2.1.3."""

    alg: str
    index: int
    size: int
    root: str
    path: list[str]
    line: str


class AnswerOut(Schema):
    """Whether, why and with what number an entity was or was not drawn."""

    outcome: str
    words: str
    key: str
    number: str = Field(description="号码 U，0 至 1")
    number_hex: str
    rank: str = Field(description="决定次序的数")
    cut: str = Field(description="本层最后一个抽中的")
    chance: float | None
    place: int
    proof: ProofOut | None


class RateOut(Schema):
    """A violation rate with its interval and counts; `rate` is null where results are too few."""

    by: Literal["all", "trade", "district", "class"]
    name: str
    rate: float | None
    low: float | None = None
    high: float | None = None
    bounds: list[float] | None = Field(None, description="未联系上者均无问题、均有问题时的两个界限")
    drawn: int
    clean: int
    violation: int
    out: int = Field(description="不在抽查范围")
    unreached: int
    reserves: int
    reserves_violation: int
    is_conservative: bool = False


class RatesOut(Schema):
    """The rates of a year, and the draws they rest on."""

    year: int
    least: int
    made_at: datetime | None
    draws: list[str]
    rows: list[RateOut]


class SeenOut(Schema):
    """How often something came up, and how often it should have."""

    name: str
    observed: int
    intended: float
    deviations: float | None = Field(description="相差几个标准差；不能单独比较的为空")
    is_fixed: bool = Field(description="次数由规则固定，没有留给随机的余地")


class TestOut(Schema):
    """Observed against intended."""

    statistic: float
    freedom: int = Field(description="自由度；模拟得出的为 0")
    probability: float | None = Field(description="公平时出现这样偏差的可能性；不能检验的为空")
    detectable: float | None = Field(description="一个类别多抽或少抽这一比例以上才多半看得出来")
    words: str
    draws: list[str]
    seen: list[SeenOut]


class FrequenciesOut(Schema):
    """Observed against intended over a year."""

    year: int
    districts: TestOut = Field(description="按地区")
    classes: TestOut = Field(description="按分层和权重")
    trades: TestOut = Field(description="按行业门类")
    pairs: TestOut = Field(description="按人员配对")


@router.get("/items", response=list[ItemOut], summary="随机抽查事项清单")
@door(PUBLIC)
def items(
    request: HttpRequest, on: date | None = None, body: str = "", after: str = "", limit: int = 100
) -> HttpResponse:
    """In force on a day, by id; `after` goes on after an id. Answers 304 by ETag."""
    found = notices.items(Sought(body=_plain(body), on=on or local_today()))
    page = found.filter(item__public_id__gt=_plain(after)).order_by("item__public_id")
    return _said(request, [_item(one) for one in page[: _most(limit)]])


@router.get("/plans", response=list[PlanOut], summary="抽查计划公告")
@door(PUBLIC)
def plans(
    request: HttpRequest, year: int | None = None, after: str = "", limit: int = 100
) -> HttpResponse:
    """By number. Answers 304 by ETag."""
    found = notices.plans(Sought(year=str(year or "")))
    page = found.filter(case__number__gt=_plain(after)).order_by("case__number")
    return _said(request, [_plan(one) for one in page[: _most(limit)]])


@router.get("/plans/{number}", response=PlanWholeOut, summary="一项抽查计划")
@door(PUBLIC)
def plan(request: HttpRequest, number: Number) -> HttpResponse:
    """With its batches. Refuses with 404."""
    found = notices.plan_called(number)
    batches = [
        {
            "number": one.number, "name": one.name, "scope": one.scope, "count": one.count,
            "items": [item.public_id for item in one.items.all()],
            "partners": [body.code for body in one.partners.all()],
            "ratio": None if one.ratio is None else format(one.ratio.normalize(), "f"),
            "months": one.months,
        }
        for one in found.lines.all()
    ]  # fmt: skip
    more = {
        "filed_with": found.filed_with.code if found.filed_with else "", "text": found.text,
        "batches": batches,
    }  # fmt: skip
    return _said(request, _plan(found) | more)


@router.get("/tasks", response=list[TaskOut], summary="抽查任务公告")
@door(PUBLIC)
def tasks(request: HttpRequest, after: str = "", limit: int = 100) -> HttpResponse:
    """By number. Answers 304 by ETag."""
    found = notices.tasks(Sought()).filter(case__number__gt=_plain(after))
    page = found.order_by("case__number").prefetch_related("draws", "line__plan__case")
    return _said(request, [_task(one) for one in page[: _most(limit)]])


@router.get("/tasks/{number}", response=TaskOut, summary="一项抽查任务")
@door(PUBLIC)
def task(request: HttpRequest, number: Number) -> HttpResponse:
    """Refuses with 404."""
    return _said(request, _task(notices.task_called(number)))


@router.get("/results", response=list[ResultOut], summary="抽查结果公告")
@door(PUBLIC)
def results(
    request: HttpRequest, task: str = "", body: str = "", after: str = "", limit: int = 100
) -> HttpResponse:
    """As they stand published, by number; withdrawn ones are gone. Answers 304 by ETag."""
    found = notices.results(Sought(state=_plain(task), body=_plain(body)))
    page = found.filter(case__number__gt=_plain(after)).order_by("case__number")
    return _said(request, [_result(one) for one in page[: _most(limit)]])


@router.get("/results/{number}", response=ResultOut, summary="一项抽查结果")
@door(PUBLIC)
def result(request: HttpRequest, number: Number) -> HttpResponse:
    """Refuses with 404, for one that was withdrawn too."""
    return _said(request, _result(notices.result_called(number)))


@router.get("/draws", response=list[DrawOut], summary="随机抽取公示")
@door(PUBLIC)
def all_draws(request: HttpRequest, after: str = "", limit: int = 100) -> HttpResponse:
    """Every draw by its number, cancelled ones too. Answers 304 by ETag."""
    found = notices.draws(Sought()).filter(draw_id__gt=_plain(after)).order_by("draw_id")
    return _said(request, [_draw(one) for one in found[: _most(limit)]])


@router.get("/draws/{draw_id}", response=DrawWholeOut, summary="一次随机抽取")
@door(PUBLIC)
def draw(request: HttpRequest, draw_id: Number) -> HttpResponse:
    """As far as its level lets it be seen today. Refuses with 404."""
    found = draws.draw_called(draw_id)
    said, on = commitment_of(found), local_today()
    row = draws.published_of(found)
    path = draws.bundle_of(found, said, on) or draws.unseeded_of(found, said, on)
    is_closed = draws.is_closed(said, on)
    revealed = set(found.task.pledges.exclude(nonce="").values_list("party", flat=True))
    is_due = utc_now() >= said.reveal_by
    return _said(request, _draw(found) | {
        "commitment": bytes(found.commitment).decode(), "frame": said.roots["F"][0],
        "excluded": row.excluded if row else {},
        "strata": [
            {key: one[key] for key in StratumOut.model_fields} for one in row.strata
        ] if row and not is_closed else [],
        "seed": found.seed, "witness": found.witness,
        "withheld": [one.party for one in said.nonces if is_due and one.party not in revealed],
        "bundle": path.stem if path else "",
        "bundle_url": f"/draws/{draw_id}/bundle.zip" if path else "",
    })  # fmt: skip


@router.post("/draws/{draw_id}/ask", response=AnswerOut, summary="查询一户是否抽中")
@door(PUBLIC)
def ask(request: HttpRequest, draw_id: Number, asked: AskIn) -> draws.Answer:
    """Counted by the hour, as the page is. Refuses with 404 or 429 (too often)."""
    knock("draw-ask", each=settings.OPEN_LOOKUPS_EACH)
    found = draws.draw_called(draw_id)
    return draws.ask(found, _plain(asked.code), given=asked.given, on=local_today())


@router.get("/rates/{year}", response=RatesOut, summary="违规率推算")
@door(PUBLIC)
def rates(request: HttpRequest, year: Year) -> HttpResponse:
    """From random inspections alone; empty rows while nothing was counted. Answers 304 by ETag."""
    found = statistics.rates(year)
    names = list(RateOut.model_fields)
    rows = [{key: one[key] for key in names if key in one} for one in found.rows]
    numbers = [one["draw_id"] for one in found.draws]
    return _said(request, {
        "year": year, "least": found.least, "made_at": found.made_at, "draws": numbers,
        "rows": rows,
    })  # fmt: skip


@router.get("/frequencies/{year}", response=FrequenciesOut, summary="抽取概率检验")
@door(PUBLIC)
def frequencies(request: HttpRequest, year: Year) -> HttpResponse:
    """Observed against intended, by district, class, trade and pair. Answers 304 by ETag."""
    kinds = [name for name in FrequenciesOut.model_fields if name != "year"]
    tests = {kind: _test(statistics.observed(year, kind)) for kind in kinds}
    return _said(request, {"year": year} | tests)


def _said(request: HttpRequest, content: Any) -> HttpResponse:
    """The answer with its ETag; 304 to whoever has it already."""
    response: HttpResponse = Response(content)
    etag = f'"{hashlib.new("sm3", response.content).hexdigest()}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"
    return response


def _plain(text: str) -> str:
    return text.replace("\0", "")


def _most(limit: int) -> int:
    return min(max(limit, 1), MOST)


def _item(one: Any) -> dict[str, object]:
    return {
        "id": one.item.public_id, "category": one.category, "name": one.name,
        "scheme": one.scheme, "code": one.code, "is_key": one.is_key,
        "objects": one.objects_in_words, "methods": one.methods, "body": one.item.body.code,
        "body_name": one.item.body.name, "basis": one.basis, "since": one.since,
        "until": one.until,
    }  # fmt: skip


def _plan(one: Any) -> dict[str, object]:
    return {
        "number": one.case.number, "title": one.title, "kind": one.kind, "year": one.year,
        "body": one.body.code, "body_name": one.body.name, "published_at": one.published_at,
    }  # fmt: skip


def _task(one: Any) -> dict[str, object]:
    plan = one.line.plan if one.line else None
    return {
        "number": one.case.number, "name": one.name, "mode": one.mode, "state": one.case.state,
        "body": one.body.code, "body_name": one.body.name,
        "plan": plan.case.number if plan and plan.published_at else "",
        "first_on": one.first_on, "last_on": one.last_on,
        "draws": sorted(draw.draw_id for draw in one.draws.all()),
    }  # fmt: skip


def _result(one: Any) -> dict[str, object]:
    party = one.visit.party
    return {
        "number": one.case.number, "task": one.visit.task.case.number,
        "name": notices.name_of(party.kind, party.name),
        "code": notices.code_of(party.kind, party.code), "body": one.body.code,
        "body_name": one.body.name, "result": one.result,
        "result_label": notices.result_label(one.result), "checked_at": one.ended_at,
        "published_at": one.published_at,
    }  # fmt: skip


def _draw(one: Any) -> dict[str, object]:
    said = commitment_of(one)
    return {
        "draw_id": one.draw_id, "stage": draws.stage_of(one, said, utc_now()),
        "task": one.task.case.number, "body": one.task.body.code, "level": said.level,
        "embargo": said.embargo, "digest": one.digest, "frozen_at": one.frozen_at,
        "drawn_at": one.drawn_at, "cancelled_at": one.cancelled_at,
        "cancelled_because": one.cancelled_because,
    }  # fmt: skip


def _test(found: statistics.Observed) -> dict[str, object]:
    return {
        "statistic": found.statistic, "freedom": found.freedom,
        "probability": found.probability, "detectable": found.detectable,
        "words": found.words, "draws": found.draws, "seen": [vars(one) for one in found.seen],
    }  # fmt: skip
