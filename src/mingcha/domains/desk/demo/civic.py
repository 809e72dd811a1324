"""Licences, penalties made public, complaints, draws, credit listings and classes about the parties."""

import numpy as np
import polars as pl

from mingcha.domains.desk.demo.acts import FIRST_WAVE, SERIALS, Made, where_only
from mingcha.domains.desk.demo.catalog import plan_id
from mingcha.domains.desk.demo.dice import Dice, Ints
from mingcha.domains.desk.demo.own_columns import in_ten_thousands
from mingcha.domains.desk.demo.parties import Block, days, iso, number_of, people, phones
from mingcha.domains.desk.demo.world import MARK, World

COMPLAINED = (
    "食品变质",
    "不退预付费",
    "噪声扰民",
    "虚假宣传",
    "服务态度差",
    "价格不符",
    "占道经营",
    "油烟扰民",
)
SERIOUS = ("三年内多次因同一违法行为受到行政处罚", "被吊销许可证件", "提交虚假材料取得登记")
PUBLIC_TYPES = {
    "enterprise": "法人及非法人组织",
    "organization": "法人及非法人组织",
    "individual": "个体工商户",
    "person": "自然人",
}
PUBLIC_KINDS = {
    "01": "警告",
    "02": "罚款",
    "03": "没收违法所得",
    "05": "暂扣许可证",
    "L0701": "其他",
}


def licences(world: World, block: Block, all_entities: pl.DataFrame) -> pl.DataFrame:
    """行政许可 of the public form: what a party of this sector needs."""
    dice, party = _events(world, block, all_entities, "licence")
    some, n = all_entities[party], len(party)
    field = _licence_fields(world, dice, some)
    said = list(world.fields.values())
    body = world.body_of[field, 0]
    last, first = number_of(world.scale.last), number_of(world.scale.first)
    decided = np.maximum(some["founded"].to_numpy() + 1, first + dice.below(last - first, n))
    begins = np.minimum(decided + dice.below(4, n), last)
    serial = _serial(block, n)
    year = iso(days(decided)).str.slice(0, 4)
    name = pl.Series([f.licence for f in said]).gather(field)
    return pl.DataFrame(
        {
            "administrative_cp": some["name"],
            "administrative_cp_type": some["kind"].replace_strict(PUBLIC_TYPES),
            "administrative_cp_uscc": some["code"],
            "legal_representative": some["person"],
            "document_name": "准予行政许可决定书" + pl.repeat(MARK, n, eager=True),
            "document_code": "演示许〔" + year + "〕" + serial + "号",
            "licence_kind": pl.Series([f.licence_kind for f in said]).gather(field),
            "certificate_name": name,
            "licence_code": "DMXK" + year + serial,
            "content": "准予" + name + "所列事项",
            "decided_on": iso(days(decided)),
            "valid_from": iso(days(begins)),
            "valid_to": where_only(
                dice.under(0.8, n), iso(days(begins + 365 * 3 + dice.below(800, n)))
            ),
            "authority": world.texts("name").gather(body),
            "authority_uscc": world.texts("uscc").gather(body),
            "licence_status": dice.by_weight({"1": 0.95, "3": 0.04, "4": 0.01}, n),
            "data_source": world.texts("name").gather(body),
            "data_source_uscc": world.texts("uscc").gather(body),
            "_body": pl.Series(body),
        }
    )


def publicity(
    world: World, block: Block, penalties: pl.DataFrame, all_entities: pl.DataFrame
) -> pl.DataFrame:
    """行政处罚信息公示 of penalties on entities: amounts in 万元."""
    dice = Dice(world.scale.seed, "publicity", block.number)
    kinds = all_entities["kind"].gather(penalties["_party"])
    kept = dice.under(world.city["publicity_share"], penalties.height)
    told = penalties.with_columns(kind=kinds).filter(
        pl.Series(kept) & (pl.col("kind") != "person") & (pl.col("_wave") == FIRST_WAVE)
    )
    some = all_entities[told["_party"].to_numpy()]
    until = told["set_date"].str.to_date() + pl.duration(days=365 * 3)
    return told.select(
        administrative_cp=some["name"],
        administrative_cp_type=some["kind"].replace_strict(PUBLIC_TYPES, return_dtype=pl.String),
        administrative_cp_uscc=some["code"],
        legal_representative=some["person"],
        document_code="punish_document_code",
        illegal_kind="_fault_words",
        illegal_fact="illegal_fact",
        punish_basis="punish_basis",
        penalty_kinds=pl.col("punish_type").replace_strict(PUBLIC_KINDS, return_dtype=pl.String),
        penalty_content="penalty_result",
        fine_wan=in_ten_thousands(pl.col("fine_amount")),
        decided_on="set_date",
        published_until=until.dt.strftime("%Y-%m-%d"),
        authority="implement_institution",
        authority_uscc="implement_institution_code",
        data_source="implement_institution",
        data_source_uscc="implement_institution_code",
        _body="_body",
    )


def draws(world: World, block: Block, made: Made, all_entities: pl.DataFrame) -> pl.DataFrame:
    """双随机抽查对象: whom the plans drew; all who were inspected under a plan, and some more."""
    dice, party = _events(world, block, all_entities, "random")
    field = dice.below(len(world.fields), len(party))
    body = world.body_of[field, all_entities["district"].gather(party).to_numpy()]
    year = world.scale.last.year - dice.below(2, len(party))
    more = pl.DataFrame(
        {"plan_id": [plan_id(y, b) for y, b in zip(year, body, strict=True)], "party": party}
    )
    checked = pl.DataFrame({"plan_id": made.table["plan_id"], "party": made.party})
    drawn = pl.concat([checked.filter(pl.col("plan_id").is_not_null()), more])
    drawn = drawn.unique(maintain_order=True).sort("plan_id", maintain_order=True)
    some = all_entities[drawn["party"].to_numpy()]
    drawn = drawn.with_columns(
        object_name=some["name"], object_uscc=some["code"],
        object_id="DM" + some["number"].cast(pl.String).str.zfill(16), kind=some["kind"],
    )  # fmt: skip
    drawn = drawn.filter(pl.col("kind") != "person")
    lead = world.by_code["demo-lead"].number
    return drawn.select("plan_id", "object_name", "object_id", "object_uscc", _body=pl.lit(lead))


def complaints(world: World, block: Block, all_entities: pl.DataFrame) -> pl.DataFrame:
    """投诉举报, taken in by the hotline and by the market supervision platform."""
    dice, party = _events(world, block, all_entities, "complaint")
    some, n = all_entities[party], len(party)
    first, last = number_of(world.scale.first), number_of(world.scale.last)
    since = np.maximum(first, some["founded"].to_numpy() + 1)
    received = since + dice.below(last - since + 1, n)
    accepted = received + dice.below(7, n)
    closed = accepted + 3 + dice.below(40, n)
    done = closed <= last
    taken = accepted <= last
    state = pl.select(
        s=pl.when(pl.Series(done))
        .then(dice.by_weight({"03": 0.8, "04": 0.2}, n))
        .when(pl.Series(taken))
        .then(pl.lit("02"))
        .otherwise(pl.lit("L00"))
    ).to_series()
    hotline = dice.under(0.55, n)
    desk = np.where(
        hotline, world.by_code["demo-hotline"].number, world.by_code["demo-market"].number
    )
    what = dice.one_of(COMPLAINED, n)
    field = dice.weighted([4.0 if f.key == "market" else 0.4 for f in world.fields.values()], n)
    office = world.body_of[field, some["district"].to_numpy()]
    named = dice.under(0.7, n)
    problems = pl.Series([f.problem for f in world.fields.values()])
    return pl.DataFrame(
        {
            "complaint_code": "DMTS"
            + iso(days(received)).str.replace_all("-", "")
            + _serial(block, n),
            "received_on": iso(days(received)),
            "channel": where_only(hotline, pl.repeat("01", n, eager=True)).fill_null("02"),
            "complaint_kind": dice.by_weight({"1": 0.75, "2": 0.2, "3": 0.05}, n),
            "problem_type": problems.gather(field),
            "respondent": some["name"],
            "respondent_code": some["code"],
            "respondent_address": some["address"],
            "area_number": some["division"],
            "content": "市民反映" + some["name"] + what + "，要求处理。",
            "is_real_name": where_only(named, pl.repeat("是", n, eager=True)).fill_null("否"),
            "complainant": where_only(named, people(dice, world, n)),
            "complainant_phone": where_only(named, phones(dice, n)),
            "handling_institution": world.texts("name").gather(office),
            "handling_institution_code": world.texts("uscc").gather(office),
            "complaint_state": state,
            "accepted_on": where_only(taken, iso(days(accepted))),
            "closed_on": where_only(done, iso(days(closed))),
            "result": where_only(
                done, "经核实，已" + dice.one_of(["责令改正", "调解达成一致", "解释说明"], n)
            ),
            "satisfaction": where_only(done, dice.by_weight({"1": 5, "2": 3, "3": 1, "9": 1}, n)),
            "_body": pl.Series(desk),
        }
    ).filter(pl.Series(some["kind"] != "person"))


def listings(world: World, block: Block, all_entities: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """经营异常名录 and 严重违法失信名单."""
    dice = Dice(world.scale.seed, "listings", block.number)
    firms = (all_entities["kind"] == "enterprise").arg_true().to_numpy()
    made = {}
    for table, share in (
        ("abnormal_listing", "abnormal_share"),
        ("serious_listing", "serious_share"),
    ):
        at = dice.some(firms, max(2, int(len(firms) * world.city[share])))
        made[table] = _listing(world, dice, all_entities[at], table, block)
    return made


def classes(world: World, block: Block, all_entities: pl.DataFrame) -> pl.DataFrame:
    """企业信用风险分类 of the enterprises of some sectors: the latest month's, some not yet evaluated."""
    dice = Dice(world.scale.seed, "classes", block.number)
    sectors = [list(world.sectors).index(name) for name in world.city["classed_sectors"]]
    firms = (all_entities["kind"] == "enterprise") & all_entities["sector"].is_in(sectors)
    some = all_entities.filter(
        firms & ~pl.Series(dice.under(world.city["unclassed_share"], len(firms)))
    )
    n, last = some.height, number_of(world.scale.last)
    body = world.by_code["demo-market"].number
    return pl.DataFrame(
        {
            "scheme": pl.repeat("2", n, eager=True),
            "uscc": some["code"],
            "entity_name": some["name"],
            "grade": dice.by_weight(world.city["class_weights"], n),
            "evaluated_on": iso(days(np.full(n, last - 20))),
            "evaluated_by": world.texts("name").gather(np.full(n, body)),
            "_body": pl.Series(np.full(n, body)),
        }
    )


def _listing(
    world: World, dice: Dice, some: pl.DataFrame, table: str, block: Block
) -> pl.DataFrame:
    n, last = some.height, number_of(world.scale.last)
    since = np.maximum(some["founded"].to_numpy() + 1, number_of(world.scale.first))
    listed = since + dice.below(last - since + 1, n)
    removed = listed + 60 + dice.below(300, n)
    out = (removed <= last) & dice.under(0.6, n)
    serious = table == "serious_listing"
    mark, reasons = ("DMYZ", SERIOUS) if serious else ("DMYC", ("1", "2", "3", "4"))
    place = np.zeros(n, np.int64) if serious else some["district"].to_numpy()
    body = np.full(n, world.by_code["demo-market"].number) if serious else world.body_of[0, place]
    bureau = world.texts("name").gather(body)
    columns = {
        "listing_id": mark + _serial(block, n),
        "entity_name": some["name"],
        "uscc": some["code"],
        "area_number": some["division"],
        "listed_on": iso(days(listed)),
        "listed_reason": dice.one_of(reasons, n),
        "listed_by": bureau,
        "removed_on": where_only(out, iso(days(removed))),
        "removed_reason": where_only(out, pl.repeat("已履行相关义务，申请移出", n, eager=True)),
        "removed_by": where_only(out, bureau),
        "_body": pl.Series(np.full(n, world.by_code["demo-market"].number)),
    }
    if serious:
        columns |= {
            "city": pl.repeat("演示市", n, eager=True),
            "county": world.district_names().gather(some["district"].to_numpy()),
        }
    return pl.DataFrame(columns)


def _events(world: World, block: Block, all_entities: pl.DataFrame, what: str) -> tuple[Dice, Ints]:
    """Dice, and the party of each event: as many as its kind's rate and its own activity give."""
    dice = Dice(world.scale.seed, what, block.number)
    rates = {kind: (r[what], r.get(f"{what}_least", 0)) for kind, r in world.city["rates"].items()}
    kind = all_entities["kind"]
    mean = kind.replace_strict(
        {k: v[0] for k, v in rates.items()}, default=0.0, return_dtype=pl.Float64
    )
    least = kind.replace_strict(
        {k: v[1] for k, v in rates.items()}, default=0, return_dtype=pl.Int64
    )
    times = dice.times((mean * all_entities["activity"]).to_numpy()) + least.to_numpy()
    times = np.minimum(times, world.city["most_per_party"])
    return dice, np.repeat(np.arange(all_entities.height), times)


def _licence_fields(world: World, dice: Dice, some: pl.DataFrame) -> Ints:
    keys, sector = list(world.fields), some["sector"].to_numpy()
    field = np.full(len(sector), keys.index("civil"))
    for place, said in enumerate(world.sectors.values()):
        at = np.flatnonzero(sector == place)
        choice = np.array([keys.index(key) for key in said["licences"]])
        field[at] = choice[dice.below(len(choice), len(at))]
    return field


def _serial(block: Block, n: int) -> pl.Series:
    return pl.Series(block.number * SERIALS + np.arange(n)).cast(pl.String).str.zfill(9)
