"""What the bodies did: inspections, and the penalties, coercion and guidance that came of them.

Frames hold canonical text by field; columns that begin with "_" are the generator's own: `_body`
(who reports), `_fault` (what is wrong with the row; null = nothing), `_wave` (when it is handed in).
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from mingcha.domains.desk.demo.catalog import Officers
from mingcha.domains.desk.demo.dice import Bools, Dice, Ints
from mingcha.domains.desk.demo.parties import Block, days, iso, number_of, people
from mingcha.domains.desk.demo.world import World

FIRST_WAVE, AHEAD, LATE = "first", "ahead", "late"  # AHEAD: before what it refers to has come
SERIALS = 10_000_000  # running numbers of one block
LATE_DAYS, LATE_SPAN = 20, 40
TARDY, TARDY_DAYS = "demo-market-310120", 120  # who reports late, and since how many days
OBJECT_TYPES = {"enterprise": "1", "individual": "1", "organization": "10", "person": "2"}
NATURES = {"enterprise": "02", "individual": "03", "organization": "03", "person": "01"}


@dataclass(frozen=True)
class Made:
    """One block's inspections with what the other acts need of them."""

    table: pl.DataFrame
    party: Ints  # row of the entity, by row of the table


def party_columns(some: pl.DataFrame) -> dict[str, pl.Series]:
    """The columns about the party (行政相对人) that all acts share; `some` row-aligned entities."""
    person = some["kind"] == "person"
    return {
        "supervise_object_type": some["kind"].replace_strict(OBJECT_TYPES, return_dtype=pl.String),
        "supervise_object": some["name"],
        "administrative_cp": some["name"],
        "administrative_cp_na": some["kind"].replace_strict(NATURES, return_dtype=pl.String),
        "administrative_cp_ce_type": person.replace_strict(
            {True: "111", False: "001"}, return_dtype=pl.String
        ),
        "administrative_cp_ui_code": some["code"],
        "address_registered": some["address"],
        "area_number": some["division"],
    }


def body_columns(world: World, body: Ints) -> dict[str, pl.Series]:
    """The columns about the implementing body that all acts share."""
    return {
        "implement_institution": world.texts("name").gather(body),
        "implement_institution_code": world.texts("uscc").gather(body),
        "_body": pl.Series(body),
    }


def inspections(world: World, block: Block, all_entities: pl.DataFrame, officers: Officers) -> Made:
    """行政检查行为 of the block's parties."""
    dice = Dice(world.scale.seed, "checks", block.number)
    party = np.repeat(np.arange(all_entities.height), _how_many(world, dice, all_entities))
    some, n = all_entities[party], len(party)
    field = _fields(world, dice, some)
    body = world.body_of[field, some["district"].to_numpy()]
    day = _workdays(world, dice, some["founded"].to_numpy())
    chosen = _Chosen.of(world, dice, field, day)
    expired = ~chosen.ended & dice.under(float(world.dirt["rows"]["expired-officer"]), n)
    expired &= day > officers.expired_on()[body]
    team = _Team.of(dice, officers, body, expired)
    late = dice.under(float(world.dirt["late_share"]), n)
    sent = day + 1 + dice.below(5, n) + late * (LATE_DAYS + dice.below(LATE_SPAN, n))
    plan = dice.under(0.25, n)
    form = dice.by_weight(world.city["forms"], n)
    form = form.zip_with(
        (form != "L01") | pl.Series(day >= number_of("2025-01-03")), pl.repeat("01", n, eager=True)
    )
    serial = pl.Series(block.number * SERIALS + np.arange(n)).cast(pl.String).str.zfill(9)
    result = dice.by_weight(world.city["results"], n)
    years = iso(days(day)).str.slice(0, 4)
    plans = "DMJH" + years + pl.Series(body).cast(pl.String).str.zfill(3)
    codes = (
        world.texts("uscc").gather(body) + world.texts("level").gather(body) + chosen.code + "01"
    )
    table = pl.DataFrame(
        {
            "plan_id": where_only(plan, plans),
            "supervise_item_implement_code": chosen.code,
            "supervise_item_check_icode": codes,
            "check_action_name": chosen.name,
            "check_action_code": "DMJC" + years + serial,
            **body_columns(world, body),
            **party_columns(some),
            "check_form": form,
            "check_type": dice.by_weight({"01": 0.9, "02": 0.1}, n),
            "check_mode": where_only(plan, pl.repeat("1", n, eager=True)).fill_null("2"),
            "check_result": result,
            "check_date": iso(days(day)),
            "check_personnel": team.names,
            "check_personnel_code": team.certificates,
            "submitted_date": iso(days(np.minimum(sent, number_of(world.scale.last)))),
            "submitted_personnel": where_only(dice.under(0.5, n), people(dice, world, n)),
            "_fault": _first_fault({"ended-item": chosen.ended, "expired-officer": expired}, n),
            "_wave": _waves(world, body, day, chosen.late),
        }
    )
    return Made(table, party)


def _waves(world: World, body: Ints, day: Ints, is_new: Bools) -> pl.Series:
    """One body reports its last months late; acts under new items come before these items."""
    tardy = (body == world.by_code[TARDY].number) & (day > number_of(world.day(TARDY_DAYS)))
    return pl.Series(np.where(is_new, AHEAD, np.where(tardy, LATE, FIRST_WAVE)), dtype=pl.String)


def _how_many(world: World, dice: Dice, some: pl.DataFrame) -> Ints:
    """Inspections per party over the two years."""
    rates = world.city["rates"] | {"person": {"check": 0.3, "check_least": 0}}
    mean = some["kind"].replace_strict(
        {k: r["check"] for k, r in rates.items()}, return_dtype=pl.Float64
    )
    least = some["kind"].replace_strict(
        {k: r["check_least"] for k, r in rates.items()}, return_dtype=pl.Int64
    )
    times = dice.times((mean * some["activity"]).to_numpy()) + least.to_numpy()
    limited: Ints = np.minimum(times, world.city["most_per_party"])
    return limited


def _fields(world: World, dice: Dice, some: pl.DataFrame) -> Ints:
    """The field each act belongs to, by the party's sector."""
    keys, sector = list(world.fields), some["sector"].to_numpy()
    field = np.zeros(len(sector), np.int64)
    weights = {place: each["fields"] for place, each in enumerate(world.sectors.values())}
    for place, said in (weights | {-1: world.city["organization_fields"]}).items():
        at = np.flatnonzero(sector == place)
        picked = dice.weighted(list(said.values()), len(at))
        field[at] = np.array([keys.index(key) for key in said])[picked]
    return field


def _workdays(world: World, dice: Dice, founded: Ints) -> Ints:
    """Days between the founding and the last day, seldom at a weekend."""
    first, last = number_of(world.scale.first), number_of(world.scale.last)
    since = np.maximum(first, founded + 1)
    day = since + dice.below(last - since + 1, len(founded))
    weekday = (day + 3) % 7  # 1970-01-01 was a Thursday; 0 is Monday
    back = np.where(weekday >= 5, weekday - 4, 0) * ~dice.under(0.08, len(day))
    chosen: Ints = np.maximum(day - back, since)
    return chosen


@dataclass(frozen=True)
class _Chosen:
    """The item of each inspection: code, name, and whether it had ceased or is not known yet."""

    code: pl.Series
    name: pl.Series
    ended: Bools
    late: Bools

    @classmethod
    def of(cls, world: World, dice: Dice, field: Ints, day: Ints) -> "_Chosen":
        lists = [each.checks for each in world.fields.values()]
        flat = [item for each in lists for item in each]
        steady = np.array([sum(i.is_steady for i in each) for each in lists])
        start = np.concatenate([[0], np.cumsum([len(each) for each in lists])[:-1]])
        at = start[field] + dice.below(steady[field], len(field))
        # A field's third item either ceased or came late; the YAML puts it behind the steady ones.
        # Nothing is done under a fourth, which is suspended or on its way out.
        special = np.array([len(each) for each in lists])[field] > steady[field]
        last_of = start[field] + steady[field]
        until = np.array([number_of(i.until) if i.until else 10**9 for i in flat])
        since = np.array([number_of(i.since) for i in flat])
        is_late = np.array([i.is_late for i in flat])
        third = np.where(special, last_of, 0)
        over = special & (day > until[third])
        open_ = special & (day >= since[third]) & (day <= until[third]) & dice.under(0.15, len(day))
        ended = over & dice.under(float(world.dirt["rows"]["ended-item"]) * 8, len(day))
        at = np.where(open_ | ended, third, at)
        codes, names = pl.Series([i.code for i in flat]), pl.Series([i.name for i in flat])
        return cls(codes.gather(at), names.gather(at), ended, is_late[at])


@dataclass(frozen=True)
class _Team:
    """Who inspected: two or three officers of the body, each with a certificate."""

    names: pl.Series
    certificates: pl.Series

    @classmethod
    def of(cls, dice: Dice, officers: Officers, body: Ints, expired: Bools) -> "_Team":
        start, able, n = officers.start[body], officers.count[body] - 1, len(body)
        one = dice.below(able, n)
        two = (one + 1 + dice.below(able - 2, n)) % able
        three = (one + two) % able
        third = dice.under(0.1, n) & (three != one) & (three != two)
        members = [np.where(expired, start, start + 1 + one), start + 1 + two]

        def listed(column: str) -> pl.Series:
            said = officers.table[column]
            pair = said.gather(members[0]) + "、" + said.gather(members[1])
            more = "、" + said.gather(start + 1 + three)
            return pair + more.zip_with(pl.Series(third), pl.repeat("", n, eager=True))

        return cls(listed("officer_name"), listed("certificate_code"))


def penalties(world: World, block: Block, made: Made, all_entities: pl.DataFrame) -> pl.DataFrame:
    """行政处罚行为 that came of inspections; carries `_party` for the publicity."""
    sound = _sound(made) & (made.table["check_result"] == "04")
    at = sound.arg_true().to_numpy()
    dice, checks, some, n = _came_of(world, block, "penalties", made, all_entities, at)
    day, last = (
        checks["check_date"].str.to_date().to_physical().to_numpy(),
        number_of(world.scale.last),
    )
    decided = np.minimum(day + dice.below(60, n), last)
    filed = day + (decided - day) // 3
    closed = np.minimum(decided + dice.below(40, n), last)
    kind = dice.by_weight({"02": 78, "01": 14, "03": 5, "05": 1, "L0701": 2}, n)
    fine = pl.Series(100 * (1 + dice.below(500, n) ** 2 // 400)).cast(pl.String)
    big = dice.under(0.1, n)
    fault, law = _faults(world, dice, checks["_body"].to_numpy())
    serial = pl.Series(block.number * SERIALS + np.arange(n)).cast(pl.String).str.zfill(8)
    year = iso(days(decided)).str.slice(0, 4)
    body = checks["_body"].to_numpy()
    fined = where_only((kind == "02").to_numpy(), fine)
    words = pl.select(
        w=pl.when(kind == "02")
        .then(pl.format("罚款人民币{}元", fine))
        .otherwise(pl.lit("警告并责令改正"))
    ).to_series()
    yes = pl.Series(big).replace_strict({True: "是", False: "否"}, return_dtype=pl.String)
    return pl.DataFrame(
        {
            "supervise_item_implement_code": _item_of(world, body, "punish"),
            "punish_action_name": some["name"] + fault + "案",
            "punish_action_code": "DMCF" + year + serial,
            **_cited(checks),
            "case_source": pl.repeat("01", n, eager=True),
            "illegal_fact": "当事人" + fault + "，有现场笔录、照片为证。",
            "punish_basis": law,
            "punish_procedure": dice.by_weight({"02": 0.8, "01": 0.2}, n),
            "is_hearing": pl.repeat("否", n, eager=True),
            "case_filing_date": iso(days(filed)),
            "is_criminal_case": pl.repeat("否", n, eager=True),
            "is_major_case": yes,
            "is_legal_review": yes,
            "legal_review_date": where_only(big, iso(days(filed + (decided - filed) // 2))),
            "is_collective_discussion": pl.repeat("否", n, eager=True),
            "punish_document_code": "演示罚〔" + year + "〕" + serial + "号",
            "set_date": iso(days(decided)),
            "punish_type": kind,
            "fine_amount": fined,
            "penalty_result": words,
            "administrative_reconsideration": dice.by_weight({"00": 97, "04": 2, "12": 1}, n),
            "administrative_litigation": dice.by_weight({"12": 1, "99": 99}, n),
            "closing_execution_mode": pl.repeat("1", n, eager=True),
            "closing_execution_result": pl.repeat("1", n, eager=True),
            "paid_fine_amount": fined,
            "closing_no_punishment": pl.repeat("否", n, eager=True),
            "closing_date": iso(days(closed)),
            "submitted_date": iso(days(np.minimum(closed + 1 + dice.below(6, n), last))),
            "_party": pl.Series(made.party[at]),
            "_fault_words": fault,
        }
    )


def coercions(world: World, block: Block, made: Made, all_entities: pl.DataFrame) -> pl.DataFrame:
    """行政强制行为 that came of inspections, by the bodies that may take such measures."""
    may = np.array(
        [world.fields[b.field].force is not None if b.field else False for b in world.bodies]
    )
    body = made.table["_body"].to_numpy()
    sound = _sound(made) & (made.table["check_result"] == "05") & pl.Series(may[body])
    at = sound.arg_true().to_numpy()
    dice, checks, some, n = _came_of(world, block, "coercions", made, all_entities, at)
    fault, law = _faults(world, dice, checks["_body"].to_numpy())
    day, last = (
        checks["check_date"].str.to_date().to_physical().to_numpy(),
        number_of(world.scale.last),
    )
    ends = day + 30
    serial = pl.Series(block.number * SERIALS + np.arange(n)).cast(pl.String).str.zfill(8)
    return pl.DataFrame(
        {
            "supervise_item_implement_code": _item_of(world, checks["_body"].to_numpy(), "force"),
            "force_action_name": some["name"] + "涉嫌" + fault + "查封扣押",
            "force_action_code": "DMQZ" + checks["check_date"].str.slice(0, 4) + serial,
            **_cited(checks),
            "illegal_fact": "涉嫌" + fault,
            "force_basis": law,
            "force_decision_code": "演示强〔"
            + checks["check_date"].str.slice(0, 4)
            + "〕"
            + serial
            + "号",
            "force_type": pl.repeat("01", n, eager=True),
            "coercive_measure_type": dice.by_weight({"02": 0.6, "03": 0.4}, n),
            "force_result": pl.repeat("已执行", n, eager=True),
            "force_start_date": checks["check_date"],
            "force_end_date": where_only(ends <= last, iso(days(ends))),
            "submitted_date": iso(days(np.minimum(day + 3, last))),
        }
    )


def guidance(world: World, block: Block, made: Made, all_entities: pl.DataFrame) -> pl.DataFrame:
    """其他行为: orders to put right, guidance, talks."""
    sound = _sound(made) & made.table["check_result"].is_in(["02", "03", "06"])
    at = sound.arg_true().to_numpy()
    dice, checks, some, n = _came_of(world, block, "guidance", made, all_entities, at)
    day, last = (
        checks["check_date"].str.to_date().to_physical().to_numpy(),
        number_of(world.scale.last),
    )
    measure = dice.one_of(["责令改正", "行政指导", "行政约谈"], n)
    serial = pl.Series(block.number * SERIALS + np.arange(n)).cast(pl.String).str.zfill(8)
    end = np.minimum(day + 5 + dice.below(25, n), last)
    return pl.DataFrame(
        {
            "supervise_item_implement_code": _item_of(world, checks["_body"].to_numpy(), "other"),
            "action_name": measure + "（" + some["name"] + "）",
            "action_code": "DMQT" + checks["check_date"].str.slice(0, 4) + serial,
            **_cited(checks),
            "item_source": pl.repeat("行政检查", n, eager=True),
            "supervise_measure": measure,
            "closing_case": pl.repeat("已改正", n, eager=True),
            "start_date": checks["check_date"],
            "end_date": iso(days(end)),
            "submitted_date": iso(days(np.minimum(end + 3, last))),
        }
    )


def _sound(made: Made) -> pl.Series:
    """The inspections that will be taken in, so that others may cite them."""
    return made.table["_fault"].is_null() & (made.table["_wave"] != AHEAD)


def _came_of(
    world: World, block: Block, purpose: str, made: Made, all_entities: pl.DataFrame, at: Ints
) -> tuple[Dice, pl.DataFrame, pl.DataFrame, int]:
    """Dice, the inspections at these rows, their parties, and how many they are."""
    dice = Dice(world.scale.seed, purpose, block.number)
    return dice, made.table[at], all_entities[made.party[at]], len(at)


def _cited(checks: pl.DataFrame) -> dict[str, pl.Series]:
    """The columns that an act takes over from the inspection it cites."""
    taken = (
        "implement_institution", "implement_institution_code", "supervise_object_type",
        "supervise_object", "check_action_code", "administrative_cp", "administrative_cp_na",
        "administrative_cp_ce_type", "administrative_cp_ui_code", "address_registered",
        "area_number", "_body",
    )  # fmt: skip
    wave = checks["_wave"].replace({LATE: AHEAD})  # comes before the late report that it cites
    return {name: checks[name] for name in taken} | {"_wave": wave}


def _faults(world: World, dice: Dice, body: Ints) -> tuple[pl.Series, pl.Series]:
    """For each act what was wrong, and the law that forbids it."""
    fields = [world.fields.get(each.field) for each in world.bodies]
    lists = [list(field.faults) if field else ["无"] for field in fields]
    sizes = np.array([len(each) for each in lists])
    start = np.concatenate([[0], sizes.cumsum()[:-1]])
    flat = pl.Series([text for each in lists for text in each])
    laws = pl.Series([field.law if field else "" for field in fields])
    return flat.gather(start[body] + dice.below(sizes[body], len(body))), laws.gather(body)


def _item_of(world: World, body: Ints, kind: str) -> pl.Series:
    """The code of a body's item of one kind: punish, other or force."""
    fields = [world.fields.get(each.field) for each in world.bodies]
    items = [getattr(field, kind) if field else None for field in fields]
    return pl.Series([item.code if item else "" for item in items]).gather(body)


def _first_fault(faults: dict[str, Bools], n: int) -> pl.Series:
    """The name of the first fault that holds; null where none does."""
    said: pl.Expr = pl.lit(None, pl.String)
    for name, holds in reversed(faults.items()):
        said = pl.when(pl.Series(holds)).then(pl.lit(name)).otherwise(said)
    return pl.select(fault=said).to_series() if n else pl.Series("fault", [], pl.String)


def where_only(holds: Bools, texts: pl.Series) -> pl.Series:
    """The texts where it holds, else null."""
    return texts.zip_with(
        pl.Series(holds), pl.Series([None], dtype=pl.String).new_from_index(0, len(texts))
    )
