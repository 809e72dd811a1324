"""What acts refer to: items, checklists, officers, plans; and the knowledge base."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from mingcha.domains.desk.demo.codes import resident_ids
from mingcha.domains.desk.demo.dice import Dice, Ints
from mingcha.domains.desk.demo.parties import days, iso, number_of, people, phones
from mingcha.domains.desk.demo.world import (
    CITY_REGION,
    DISTRICT_LEVEL,
    MARK,
    Body,
    Item,
    World,
    own_law,
)

IN_USE, CANCELLED, SUSPENDED = "01", "02", "03"
NATIONAL, CITY_ADDED = "1", "3"  # 事项来源
WITHOUT_LICENCE = "sport"  # a field whose inspection items do not say which licence they go with
AMENDED = 6  # which of the city's own regulations the table of laws calls amended
OFFICER_NUMBERS = 500_000_000  # resident ids of officers come from numbers beyond those of parties


def items(world: World, *, late: bool) -> pl.DataFrame:
    """监管事项目录, one row per version; with `late` those handed in after acts under them."""
    rows = [row for item in world.items() if item.is_late == late for row in _versions(world, item)]
    mains = {row["main_item_code"]: row for row in rows}
    whole = [_main(world, row) for row in mains.values()] + rows
    return pl.DataFrame(whole, infer_schema_length=None)


def _main(world: World, sub: dict[str, str | None]) -> dict[str, str | None]:
    """主项: what the sub-items of a field stand under."""
    bureau = sub["business_line"] or ""
    return dict.fromkeys(sub) | {
        "item_code": sub["main_item_code"],
        "item_name": sub["main_item_name"],
        "main_or_sub": "1",
        "item_origin": sub["item_origin"],
        "department": sub["department"],
        "business_line": bureau,
        "exercise_levels": "3、4",
        "basis": f"{own_law(bureau)}第一条",
        "area_number": CITY_REGION,
        "effective_from": date(2020, 1, 1).isoformat(),
        "item_status": IN_USE,
    }


def _versions(world: World, item: Item) -> list[dict[str, str | None]]:
    field = world.fields[item.field]
    whole = {
        "item_code": item.code,
        "item_name": item.name,
        "main_or_sub": "2",
        "main_item_code": item.main,
        "main_item_name": f"{field.bureau}监管{MARK}",
        "item_origin": CITY_ADDED if item.is_late else NATIONAL,
        "department": field.department,
        "business_line": field.bureau,
        "action_kind": item.action,
        "supervise_object_type": "1",
        "supervise_object": item.object,
        "check_mode": "1、3" if item.action == "01" else None,
        "supervise_measure": "现场检查、书面检查" if item.action == "01" else None,
        "exercise_levels": "3、4",
        "apply_scope": "2、3",
        "basis": item.basis,
        "process": "任务下达、现场检查、结果告知、归档",
        "result": "未发现问题、责令改正、移送立案" if item.action == "01" else None,
        "licence_item": _licence(world, item),
        "licence_item_code": _licence_code(world, item) if _licence(world, item) else None,
        "area_number": CITY_REGION,
        "effective_from": item.since.isoformat(),
        "effective_to": item.until.isoformat() if item.until else None,
        "item_status": CANCELLED if item.until else IN_USE,
    }
    return [whole | later for later in ({}, *_later(item))]


def _licence(world: World, item: Item) -> str | None:
    """The licence that an inspection item goes with; in one field the items do not say."""
    if item.action != "01" or item.field == WITHOUT_LICENCE:
        return None
    return f"{world.fields[item.field].licence}核发"


def _licence_code(world: World, item: Item) -> str | None:
    """The code of the licence that an inspection item goes with; what came late has none yet."""
    if item.action != "01" or item.is_late:
        return None
    return f"DMXK{list(world.fields).index(item.field) + 1:04d}"


def _later(item: Item) -> Iterator[dict[str, str | None]]:
    """What each later version of an item says otherwise; each ends the one before it."""
    if item.turned is not None:
        yield {"effective_from": item.turned.isoformat(), "basis": f"{item.basis}（修订后）"}
    if item.coming is not None:
        yield {
            "effective_from": item.coming.isoformat(),
            "exercise_levels": "4",
            "supervise_measure": "书面检查、非现场检查；必要时现场检查",
        }
    if item.stopped is not None:
        since, until = item.stopped
        yield {"effective_from": since.isoformat(), "item_status": SUSPENDED}
        yield {"effective_from": (until + timedelta(days=1)).isoformat()}
    if item.abolished is not None:
        yield {"effective_from": item.abolished.isoformat(), "item_status": CANCELLED}


def mappings(world: World) -> pl.DataFrame:
    """事项映射关系: what the city added, beside the national item of its field that it is like."""
    rows = []
    for field in world.fields.values():
        steady = next(item for item in field.checks if item.is_steady)
        rows += [
            {
                "local_item_code": item.code,
                "local_item_name": item.name,
                "national_item_code": steady.code,
                "national_item_name": steady.name,
                "mapping_relation": "4",
                "effective_from": item.since.isoformat(),
            }
            for item in field.checks
            if item.is_late
        ]
    return pl.DataFrame(rows, infer_schema_length=None)


def checklist_code(uscc: str, level: str, item_code: str) -> str:
    """检查实施清单编码: credit code of the body, its level, then our own item code."""
    return f"{uscc}{level}{item_code}01"


def checklists(world: World, *, late: bool) -> pl.DataFrame:
    """检查实施清单: every body that inspects has one for each of its field's items."""
    rows = [
        {
            "checklist_code": checklist_code(body.uscc, body.level, item.code),
            "checklist_name": item.name,
            "item_code": item.code,
            "implement_institution": body.name,
            "implement_institution_code": body.uscc,
            "implementer_nature": "01",
            "exercise_level": body.level,
            "check_object": item.object,
            "supervise_object_type": "1",
            "check_type": "01",
            "checklist_use": "DAILY、RANDOM",
            "check_contents": "；".join(item.contents),
            "check_method": "查阅资料、现场查看、询问",
            "check_process": "出示证件、现场检查、制作笔录、告知结果",
            "check_ratio": ["0.03", "0.05", "0.1"][body.number % 3],
            "check_frequency": "每年不超过一次" if body.level == DISTRICT_LEVEL else "按年度计划",
            "evidence": "现场照片、资料复印件",
            "check_basis": item.basis,
            "area_number": body.region,
            "effective_from": item.since.isoformat(),
            "effective_to": item.until.isoformat() if item.until else None,
            "checklist_status": CANCELLED if item.until else IN_USE,
        }
        for body, item in _carried_out(world, late=late)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def points(world: World, *, late: bool) -> pl.DataFrame:
    """检查内容: the check items of every checklist, one by one."""
    rows = [
        {
            "checklist_code": checklist_code(body.uscc, body.level, item.code),
            "effective_from": item.since.isoformat(),
            "point_number": str(number),
            "check_item": item.contents[0] if number == 1 else "日常管理",
            "check_content": f"{content}是否符合规定",
            "essentials": f"查看{content}的资料和现场",
            "punish_basis": item.basis.split("；")[-1],
            "checklist_use": "DAILY" if number == len(item.contents) else None,
            "evidence": "照片" if number == 1 else None,
            "is_key": "是" if number == 1 else "否",
            "may_be_absent": "否" if number == 1 else "是",
        }
        for body, item in _carried_out(world, late=late)
        for number, content in enumerate(item.contents, 1)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _carried_out(world: World, *, late: bool) -> Iterator[tuple[Body, Item]]:
    """Which body inspects under which item."""
    for body in world.enforcing:
        for item in world.fields[body.field].checks:
            if item.is_late == late:
                yield body, item


@dataclass(frozen=True)
class Officers:
    """执法人员 sorted by body: of body b those from `start[b]`, `count[b]` of them.

    The first of each body has a certificate that ran out within the two years of facts, the others
    may act throughout.
    """

    table: pl.DataFrame
    start: Ints
    count: Ints

    def expired_on(self) -> Ints:
        """Per body, the last day (since 1970) of its first officer's certificate; -1 without one."""
        last = self.table["certificate_valid_to"].str.to_date().to_physical().to_numpy()
        return np.where(self.count > 0, last[np.minimum(self.start, len(last) - 1)], -1)


def officers(world: World) -> Officers:
    """The officers of the whole city."""
    dice, bodies = Dice(world.scale.seed, "officers"), len(world.enforcing)
    per_body = world.city["officers"] // bodies
    extra = world.city["officers"] - per_body * bodies
    counts = np.full(bodies, per_body) + (np.arange(bodies) < extra)
    body = np.repeat([each.number for each in world.enforcing], counts)
    place = np.concatenate([np.arange(count) for count in counts])
    n, first, last = len(body), number_of(world.scale.first), number_of(world.scale.last)
    valid_to = np.where(
        place == 0, first + 150 + dice.below(300, n), last + 60 + dice.below(1500, n)
    )
    born = days(last - 365 * 24 - dice.below(365 * 34, n))
    region = world.texts("region").gather(body)
    ids = resident_ids(region, born, OFFICER_NUMBERS + np.arange(n))
    table = pl.DataFrame(
        {
            "officer_name": people(dice, world, n),
            "institution": world.texts("name").gather(body),
            "id_number": ids,
            "sex": _sex(ids),
            "born_on": iso(born),
            "political_status": dice.one_of(["01", "03", "13"], n),
            "ethnic": dice.by_weight({"01": 0.95, "03": 0.05}, n),
            "education": dice.by_weight({"21": 0.75, "31": 0.25}, n),
            "officer_kind": dice.by_weight({"01": 0.8, "03": 0.2}, n),
            "is_supervisor": dice.by_weight({"否": 0.95, "是": 0.05}, n),
            "has_legal_qualification": dice.by_weight({"否": 0.85, "是": 0.15}, n),
            "phone": phones(dice, n),
            "certificate_code": "DM"
            + region
            + pl.Series(1 + np.arange(n)).cast(pl.String).str.zfill(6),
            "issuing_authority": ["演示市人民政府"] * n,
            "law_enforcement_area": ["演示市"] * n,
            "law_enforcement_type": world.enforcement_kinds().gather(body),
            "certificate_valid_to": iso(days(valid_to)),
            "area_number": region,
            "department_code": world.texts("department").gather(body),
        }
    )
    start, count = np.zeros(len(world.bodies), np.int64), np.zeros(len(world.bodies), np.int64)
    numbers = [each.number for each in world.enforcing]
    start[numbers], count[numbers] = np.concatenate([[0], counts.cumsum()[:-1]]), counts
    return Officers(table, start, count)


def _sex(ids: pl.Series) -> pl.Series:
    odd = ids.str.slice(16, 1).cast(pl.Int32) % 2 == 1
    return (
        ids.to_frame("id")
        .select(sex=pl.when(odd).then(pl.lit("1")).otherwise(pl.lit("2")))
        .to_series()
    )


def powers(world: World) -> pl.DataFrame:
    """权责清单 of the city's bureaus: what they license, inspect and punish, and what nobody checks.

    In every seventh field a power is newly given that no item supervises yet.
    """
    bureaus = {body.field: body for body in world.enforcing if body.region == CITY_REGION}
    rows = []
    for number, field in enumerate(world.fields.values(), 1):
        body = bureaus.get(field.key)
        if body is None:
            continue
        steady = [item for item in field.checks if item.is_steady]
        listed = [
            ("01", f"{field.licence}核发", [item.code for item in steady]),
            *(("06", item.name, [item.code]) for item in steady),
            ("02", field.punish.name, [field.punish.code]),
            ("08", f"{field.bureau}领域先进表彰{MARK}", []),
        ]
        if number % 7 == 0:
            listed.append(("02", f"对未按规定报告{field.faults[0]}的处罚{MARK}", []))
        rows += [
            {
                "power_code": f"DMQL{number:03d}{place:03d}",
                "power_name": name,
                "power_kind": kind,
                "institution": body.name,
                "institution_code": body.uscc,
                "exercise_level": body.level,
                "basis": f"{field.law}；{own_law(field.bureau)}第一条",
                "item_codes": "、".join(codes) or None,
                "effective_from": date(2021, 1, 1).isoformat(),
            }
            for place, (kind, name, codes) in enumerate(listed, 1)
        ]
    return pl.DataFrame(rows, infer_schema_length=None)


def plan_id(year: int | str, body: int) -> str:
    """双随机计划 of a body in a year."""
    return f"DMJH{year}{body:03d}"


def _amended(world: World) -> dict[str, str]:
    """What the table of laws says of the one that is to be amended."""
    since = world.scale.today + timedelta(days=45)
    return {
        "law_status": "02",
        "changed_on": since.isoformat(),
        "changed_by": "演府令（演示）第99号",
    }


def plans(world: World) -> pl.DataFrame:
    """双随机计划: every body has one per year."""
    rows = []
    for year in range(world.scale.first.year, world.scale.last.year + 1):
        for body in world.enforcing:
            name = (
                "演示市"
                if body.region == CITY_REGION
                else world.city["districts"][body.region]["name"]
            )
            rows.append(
                {
                    "plan_id": plan_id(year, body.number),
                    "plan_name": f"{body.short_name}{year}年度双随机抽查计划{MARK}",
                    "plan_year": str(year),
                    "area_name": name,
                    "area_number": body.region,
                    "department_uscc": body.uscc,
                    "department_code": body.department,
                    "check_ratio": ["0.03", "0.05", "0.1"][body.number % 3],
                }
            )
    return pl.DataFrame(rows, infer_schema_length=None)


def knowledge(world: World) -> dict[str, pl.DataFrame]:
    """知识库: laws, cases, contingency plans, risk features, rules."""
    published = world.scale.first.isoformat()
    fields = list(world.fields.values())
    cases = [
        {
            "case_code": f"DMAL{number:04d}",
            "department_category": field.bureau,
            "business_category": field.checks[0].name[:50],
            "case_name": f"{field.faults[0]}案{MARK}",
            "case_summary": f"检查发现当事人{field.faults[0]}，依法处理。",
            "field": field.bureau,
            "result": "罚款并责令改正",
            "published_on": world.day(20 * number + 5).isoformat(),
        }
        for number, field in enumerate(fields)
    ]
    plans_ = [
        {
            "plan_code": f"DMYA{number:03d}",
            "event_level": level,
            "emergency_measures": "启动响应、现场处置、信息报送",
            "emergency_type": kind,
            "emergency_scale": "区级以上",
            "emergency_body": "演示市应急指挥中心",
            "industry_name": kind,
        }
        for number, (kind, level) in enumerate(
            [("食品安全", "较大"), ("危险化学品", "重大"), ("特种设备", "一般")]
        )
    ]
    features = [
        {"feature_name": f"{field.bureau}：一年内两次以上处罚", "business_category": field.bureau,
         "feature_indicator": "近一年行政处罚次数", "relation": "行政处罚"}
        for field in fields
    ]  # fmt: skip
    rules = [
        {"rule_name": f"{field.bureau}投诉集中预警", "field": field.bureau, "content": "三十日内投诉不少于五件",
         "purpose": "发现集中投诉", "constraints": "同一对象", "scope": "全市"}
        for field in fields
    ]  # fmt: skip
    law_rows = [
        {"law_category": "地方政府规章", "law_name": own_law(field.bureau).strip("《》"),
         "issuing_authority": "演示市人民政府", "document_number": f"演府令（演示）第{number}号",
         "published_on": published, "effective_from": published, "keywords": "监管",
         **(_amended(world) if number == AMENDED else {"law_status": "01"})}
        for number, field in enumerate(fields, 1)
    ]  # fmt: skip
    made = {"knowledge_law": law_rows, "knowledge_case": cases, "knowledge_plan": plans_,
            "knowledge_risk": features, "knowledge_rule": rules}  # fmt: skip
    return {table: pl.DataFrame(rows, infer_schema_length=None) for table, rows in made.items()}
