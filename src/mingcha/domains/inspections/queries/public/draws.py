"""One draw as the public may see it on a day, by its level; and what anybody may ask of it."""

import hmac
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Prefetch, QuerySet

from mingcha.base.days import utc_now
from mingcha.base.errors import NotFound
from mingcha.domains.inspections.models import Draw, DrawnUnit, Place, PublishedDraw
from mingcha.domains.inspections.models.tasks import Level
from mingcha.domains.inspections.queries import frozen as frames
from mingcha.domains.inspections.queries import seeding
from mingcha.domains.inspections.queries.frozen import Placed
from mingcha.domains.inspections.rules import asking
from mingcha.domains.inspections.rules.chance import Chance
from mingcha.domains.inspections.rules.commitment import Commitment
from mingcha.domains.inspections.rules.keyed import keyed
from mingcha.domains.inspections.rules.lines import Excluded, Unit

CODE_LENGTH = 20
STAGES = {
    "committed": ("已承诺，待来源产生", "doing"),
    "ready": ("来源已产生，待抽取", "due"),
    "drawn": ("已抽取", "done"),
    "cancelled": ("已取消", "late"),
}


def draw_called(draw_id: str) -> Draw:
    """A draw by its address. Raises NotFound."""
    found = Draw.objects.filter(draw_id=draw_id).select_related(
        "task__body", "task__case", "task__line__plan__case", "published"
    )
    draw = found.first()
    if draw is None:
        raise NotFound(what="随机抽取", key=draw_id)
    return draw


def stage_of(draw: Draw, said: Commitment, now: Any) -> str:
    """The key in STAGES of where a draw stands."""
    if draw.cancelled_at is not None:
        return "cancelled"
    if draw.drawn_at is not None:
        return "drawn"
    return "ready" if said.sources and now >= max(one.at for one in said.sources) else "committed"


def published_of(draw: Draw) -> PublishedDraw | None:
    """What was made for the public; None until the job has made it."""
    try:
        return draw.published
    except PublishedDraw.DoesNotExist:
        return None


def is_closed(said: Commitment, on: date) -> bool:
    """Whether the lines of an embargoed draw may not be seen yet."""
    return said.level == Level.EMBARGOED and said.embargo is not None and on < said.embargo


def bundle_of(draw: Draw, said: Commitment, on: date) -> Path | None:
    """The zip that may be served on a day; None while there is none."""
    row = published_of(draw)
    digest = "" if row is None else row.early if is_closed(said, on) else row.bundle
    return frames.folder_of(draw.draw_id) / f"{digest}.zip" if digest else None


def unseeded_of(draw: Draw, said: Commitment, on: date) -> Path | None:
    """The zip from which anybody who knows the values computes what a cancelled draw would have drawn;
    None while there is none, or while the values cannot be known.
    """
    row = published_of(draw)
    if row is None or not row.unseeded or is_closed(said, on):
        return None
    if seeding.obstacle(draw, said, utc_now()):
        return None
    return frames.folder_of(draw.draw_id) / f"{row.unseeded}.zip"


def units(draw: Draw, words: str = "", *, is_reserve: bool = False) -> QuerySet[DrawnUnit]:
    """What was drawn, in the order of the draw, each with its visit's teams. Ask `is_closed` before."""
    places = Place.objects.filter(left_at__isnull=True).order_by("part", "number")
    found = (
        DrawnUnit.objects.filter(draw=draw, is_reserve=is_reserve)
        .select_related("party", "visit", "replaces__unit")
        .prefetch_related(
            Prefetch("visit__parts__places", places), "visit__parts__body", "replacements"
        )
    )
    if words:
        found = found.filter(key__icontains=words.strip())
    return found.order_by("stratum", "place")


@dataclass(frozen=True)
class Lacking:
    """How many places of a body stay vacant, and what officers it lacks, in words."""

    body: str
    lacks: str
    count: int


def vacancies(draw: Draw) -> list[Lacking]:
    """The vacant places of a draw by body and reason. One query."""
    found = (
        Place.objects.filter(
            officer__isnull=True, left_at__isnull=True, part__visit__unit__draw=draw
        )
        .values("part__body__name", "lacks")
        .annotate(count=Count("pk"))
        .order_by("part__body__name", "lacks")
    )
    return [Lacking(one["part__body__name"], one["lacks"], one["count"]) for one in found]


def subject_code(draw: Draw, code: str) -> str:
    """The query code (查询码) that the entity itself gets: 20 characters, one per draw and credit code.

    Only whoever runs the platform can make it, so that an open door tells nobody who was excluded.
    """
    said = f"{draw.draw_id}\x1f{code}".encode()
    made = hmac.new(f"{settings.SECRET_KEY}|draw-subject".encode(), said, "sha256").digest()
    return b32encode(made).decode()[:CODE_LENGTH]


def is_subject(draw: Draw, code: str, given: str) -> bool:
    """Whether a query code is that of a credit code in a draw; case and hyphens do not matter."""
    said = given.replace("-", "").replace(" ", "").upper()
    return hmac.compare_digest(said.encode(), subject_code(draw, code).encode())


@dataclass(frozen=True)
class Answer:
    """What is told about one credit code in one draw.

    `outcome`: drawn, reserve, missed (took part and was not drawn), waiting (takes part, not drawn
    yet), excluded, absent, closed (nothing can be told yet), or code-needed.
    """

    outcome: str
    words: str
    code: str = ""
    key: str = ""
    line: Sequence[str] = ()
    proof: dict[str, Any] | None = None
    number: str = ""
    number_hex: str = ""
    rank: str = ""
    cut: str = ""
    chance: float | None = None
    stratum: dict[str, Any] | None = None
    place: int = 0
    is_certain: bool = False


def ask(draw: Draw, code: str, *, given: str = "", on: date) -> Answer:
    """Whether, why and with what number an entity was or was not drawn, with its proof.

    Without its query code only what the published lines say anyway is told: of an open draw the F
    line. Who is excluded and who was never in the register look the same then. With the code, the
    entity learns its own line, F or X, and of a keyed draw the key that stands for it.
    """
    said, code = frames.commitment_of(draw), code.strip().upper()
    row = published_of(draw)
    if row is None or is_closed(said, on):
        day = f"{said.embargo} " if said.embargo else ""
        words = f"本次抽取延后公开，{day}起可以查询。" if day else "抽取数据正在生成，请稍后再查。"
        return Answer("closed", words, code)
    subject = bool(given) and is_subject(draw, code, given)
    if given and not subject:
        return Answer("code-needed", "查询码与统一社会信用代码不符，请核对后再查。", code)
    if said.level != Level.OPEN and not subject:
        words = (
            "本次抽取以代号公开，名单中没有企业名称和代码。只有企业自己凭查询码能查到本户的一行。"
        )
        return Answer("code-needed", words, code)
    if not draw.seed and draw.cancelled_at is not None and not subject:
        words = (
            "本次抽取已取消，没有检查任务；来源的取值核对以后，本应抽中的名单列在本次抽取的页面上。"
        )
        return Answer("closed", words, code)
    if not draw.seed and not subject:
        words = (
            "尚未抽取，名单在抽取时公布。届时再来查询；企业自己凭查询码现在就可以查到本户的一行。"
        )
        return Answer("closed", words, code)
    key = _key_of(draw, said, code)
    found = frames.placed(draw, "F", key)
    if found is not None:
        return _took_part(draw, row, found, code)
    excluded = frames.placed(draw, "X", key) if subject else None
    if excluded is not None:
        reason = Excluded.read(excluded.line).reason
        words = f"没有参加抽取，排除的理由是：{reason}。"
        return Answer("excluded", words, code, key, _fields(excluded), _proof(said, excluded))
    more = "" if subject else "是被排除还是不在名录库中，只告知企业自己：请凭查询码查询。"
    return Answer("absent", f"不在参加抽取的名单中。{more}", code)


def _key_of(draw: Draw, said: Commitment, code: str) -> str:
    secret = frames.secret_of(draw) if said.level != Level.OPEN else None
    return keyed(secret, code, said.by) if secret else code


def _took_part(draw: Draw, row: PublishedDraw, found: Placed, code: str) -> Answer:
    said, unit = frames.commitment_of(draw), Unit.read(found.line)
    stratum = next(one for one in row.strata if one["name"] == unit.stratum)
    facts: dict[str, Any] = {
        "code": code, "key": unit.key, "line": _fields(found), "proof": _proof(said, found),
        "stratum": stratum,
    }  # fmt: skip
    if not draw.seed:
        words = (
            "列入了抽取名单；抽取已取消，没有检查任务。"
            if draw.cancelled_at
            else "参加抽取，尚未抽取。"
        )
        return Answer("waiting", words, **facts)
    chance = Chance.of(said.by, draw.seed, draw.draw_id)
    terms = _terms(stratum)
    mine = asking.Ticket(chance.number(unit.key.encode()), unit.weight)
    drawn = DrawnUnit.objects.filter(draw=draw, key=unit.key).first()
    last = (
        DrawnUnit.objects.filter(
            draw=draw, stratum=unit.stratum, is_reserve=False, is_certain=False
        )
        .order_by("-place")
        .first()
    )
    rank = asking.rank(mine, terms)
    cut = None
    if last is not None:
        theirs = asking.Ticket(chance.number(last.key.encode()), last.weight)
        cut = asking.rank(theirs, terms)
    outcome = "missed" if drawn is None else "reserve" if drawn.is_reserve else "drawn"
    known = row.chances.get(unit.stratum, {}).get(str(unit.weight))
    facts |= {
        "number": asking.shown(asking.rank(mine, asking.Terms("srs")) or 0),  # type: ignore[arg-type]
        "number_hex": f"{mine.u:064x}",
        "rank": "" if rank is None else asking.shown(rank),
        "cut": "" if cut is None else asking.shown(cut),
        "chance": known if known is not None else _chance(stratum, unit.weight),
        "place": 0 if drawn is None else drawn.place,
        "is_certain": terms.is_certain(unit.weight),
    }  # fmt: skip
    return Answer(outcome, _why(outcome, facts, stratum), **facts)


def _terms(stratum: dict[str, Any]) -> asking.Terms:
    if stratum["method"] == "srs":
        return asking.Terms("srs")
    return asking.Terms(stratum["used"], stratum["certain"], stratum["m"], stratum["total"])


def _chance(stratum: dict[str, Any], weight: int) -> float:
    terms = _terms(stratum)
    if terms.used == "srs":
        return float(stratum["wanted"]) / float(stratum["size"])
    return 1.0 if terms.is_certain(weight) else terms.m * weight / terms.total


def _why(outcome: str, facts: dict[str, Any], stratum: dict[str, Any]) -> str:
    """The reason in a sentence."""
    head = {
        "drawn": f"被抽中，是本层第 {facts['place']} 户。",
        "reserve": f"没有被抽中，是本层第 {facts['place']} 名备选。",
        "missed": "参加了抽取，没有被抽中。",
    }[outcome]
    if facts["is_certain"]:
        return f"{head}按权重应查，不靠随机数决定。"
    if not facts["rank"] or not facts["cut"]:
        return f"{head}本层按权重等距抽取，号码决定先后，落在抽样标记上的被抽中。"
    what = "号码" if stratum["used"] == "srs" else "排序数（由号码和权重算出）"
    sign = "不大于" if outcome == "drawn" else "大于"
    return (
        f"{head}本层 {stratum['size']} 户中取{what}最小的 {stratum['wanted']} 户；"
        f"本户的{what}是 {facts['rank']}，{sign}最后一个抽中的 {facts['cut']}。"
    )


def _fields(found: Placed) -> list[str]:
    return found.line.decode().split("\x1f")


def _proof(said: Commitment, found: Placed) -> dict[str, Any]:
    """What a checker needs beside the line: place, size, path, root and the hash."""
    return {
        "alg": said.alg, "index": found.index, "size": found.size, "root": found.root,
        "path": [one.hex() for one in found.path], "line": found.line.decode(),
    }  # fmt: skip
