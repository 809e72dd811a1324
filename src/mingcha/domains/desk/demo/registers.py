"""The registers of the city (监管对象库): entities of four kinds, and things that belong to them.

Every function gives one table of the data standard: canonical text by field, before any dirt.
"""

import numpy as np
import polars as pl

from mingcha.domains.desk.demo.dice import Bools, Dice, Ints
from mingcha.domains.desk.demo.parties import SCOPE, Block, days, iso, number_of, people, phones
from mingcha.domains.desk.demo.world import MARK, World

REVOKED_SHARE, CLOSED_SHARE = 0.01, 0.03
LEAST_ELSEWHERE, ELSEWHERE_SHARE, MOVED_SHARE, REPLACED_SHARE = 5, 0.02, 0.7, 0.5
ABSORBED, CONTINUED = "02", "05"  # 主体关系: 被吸收合并, 改制承继
MADE_BY = "演示设备厂"


def enterprises(world: World, block: Block, all_entities: pl.DataFrame) -> pl.DataFrame:
    """企业法人."""
    some = all_entities.filter(pl.col("kind") == "enterprise")
    n, dice = some.height, Dice(world.scale.seed, "enterprises", block.number)
    status = dice.by_weight(
        {"1": 1 - REVOKED_SHARE - CLOSED_SHARE, "2": REVOKED_SHARE, "3": CLOSED_SHARE}, n
    )
    founded, last = some["founded"].to_numpy(), number_of(world.scale.last)
    revoked = iso(days(founded + dice.below(last - founded, n)))
    capital = dice.one_of(["10", "50", "100", "200", "500", "1000", "3000", "10000"], n)
    bureau = world.texts("name").gather(world.body_of[0, some["district"].to_numpy()])
    gone = status == "2"
    return some.select(
        pripid="DM" + pl.col("number").cast(pl.String).str.zfill(16),
        registration_number=pl.lit("99") + pl.col("number").cast(pl.String).str.zfill(13),
        uscc="code",
        enterprise_name="name",
        industry="industry",
        organization_kind=pl.lit("11"),
        economy_kind=dice.one_of(["159", "173", "174", "151"], n),
        enterprise_type=pl.lit("1130"),
        enterprise_type_name=pl.lit("有限责任公司（自然人投资或控股）"),
        legal_representative="person",
        registered_capital=capital,
        registered_capital_currency=pl.lit("156"),
        registered_capital_currency_name=pl.lit("人民币"),
        domicile="address",
        business_premises=_unless(dice.under(0.3, n), some["address"]),
        operating_from=_iso("founded"),
        business_scope=pl.format(SCOPE, "word"),
        registration_authority="division",
        registration_authority_name=bureau,
        registration_status=status,
        registration_status_name=status.replace_strict(
            {"1": "存续", "2": "吊销，未注销", "3": "注销"}
        ),
        established_on=_iso("founded"),
        approved_on=iso(days(np.minimum(founded + dice.below(600, n), last))),
        revoked_on=revoked.zip_with(gone, pl.repeat(None, n, dtype=pl.String, eager=True)),
        revoked_reason=pl.when(gone).then(pl.lit("成立后无正当理由超过六个月未开业（演示）")),
        liaison_name=people(dice, world, n),
        liaison_id="id",
        liaison_phone=phones(dice, n),
        longitude="longitude",
        latitude="latitude",
    )


def seen_elsewhere(world: World, block: Block, told: pl.DataFrame) -> pl.DataFrame:
    """Enterprises as another register has them: some with another address, some with another head."""
    dice = Dice(world.scale.seed, "elsewhere", block.number)
    sound = told["_fault"].is_null().arg_true().to_numpy()
    chosen = told[dice.some(sound, max(LEAST_ELSEWHERE, int(len(sound) * ELSEWHERE_SHARE)))]
    n = chosen.height
    moved, replaced = dice.under(MOVED_SHARE, n), dice.under(REPLACED_SHARE, n)
    number = pl.Series(1 + dice.below(900, n)).cast(pl.String) + "号"
    seat = pl.col("domicile").str.replace(r"\d+号", pl.lit(number))
    head = people(dice, world, n)
    return chosen.with_columns(
        domicile=pl.when(pl.Series(moved)).then(seat).otherwise("domicile"),
        legal_representative=pl.when(pl.Series(replaced))
        .then(head)
        .otherwise("legal_representative"),
    )


def relations(world: World, block: Block, told: pl.DataFrame) -> pl.DataFrame:
    """主体关系: who has closed was absorbed by, or is continued by, an enterprise that is still there."""
    dice = Dice(world.scale.seed, "relations", block.number)
    sound = told.filter(pl.col("_fault").is_null())
    gone = sound.filter(pl.col("registration_status") == "3")
    here = sound.filter(pl.col("registration_status") == "1")
    other = here[dice.below(here.height, gone.height)]
    last = number_of(world.scale.last)
    begun = np.maximum(_day(gone["established_on"]), _day(other["established_on"]))
    return pl.DataFrame(
        {
            "uscc": gone["uscc"],
            "party_name": gone["enterprise_name"],
            "relation": dice.by_weight({ABSORBED: 0.5, CONTINUED: 0.5}, gone.height),
            "other_uscc": other["uscc"],
            "other_name": other["enterprise_name"],
            "since": iso(days(begun + dice.below(np.maximum(1, last - begun), gone.height))),
            "document": "演示并字〔" + pl.Series([str(world.scale.last.year)] * gone.height) + "〕"
            + pl.Series(1 + np.arange(gone.height)).cast(pl.String) + "号",
        }
    )  # fmt: skip


def individuals(world: World, block: Block, all_entities: pl.DataFrame) -> pl.DataFrame:
    """个体工商户."""
    some = all_entities.filter(pl.col("kind") == "individual")
    n, dice = some.height, Dice(world.scale.seed, "individuals", block.number)
    founded, last = some["founded"].to_numpy(), number_of(world.scale.last)
    return some.select(
        pripid="DM" + pl.col("number").cast(pl.String).str.zfill(16),
        uscc="code",
        individual_name="name",
        individual_type=pl.lit("9500"),
        individual_type_name=pl.lit("个体"),
        operator="person",
        premises="address",
        business_scope=pl.format(SCOPE, "word"),
        composition_form_name=dice.by_weight({"个人经营": 0.85, "家庭经营": 0.15}, n),
        registration_authority="division",
        registration_authority_name=world.texts("name").gather(
            world.body_of[0, some["district"].to_numpy()]
        ),
        registration_status=pl.lit("1"),
        registration_status_name=dice.by_weight({"存续": 0.94, "注销": 0.06}, n),
        registered_on=_iso("founded"),
        approved_on=iso(days(np.minimum(founded + dice.below(600, n), last))),
        longitude="longitude",
        latitude="latitude",
        liaison_name="person",
        liaison_phone=phones(dice, n),
    )


def organizations(world: World, block: Block, all_entities: pl.DataFrame) -> pl.DataFrame:
    """社会团体、事业单位."""
    some = all_entities.filter(pl.col("kind") == "organization")
    n, dice = some.height, Dice(world.scale.seed, "organizations", block.number)
    institution = pl.col("code").str.starts_with("12")
    return some.select(
        administrative_cp="name",
        administrative_cp_ui_code="code",
        is_key_supervision=dice.by_weight({"否": 0.9, "是": 0.1}, n),
        legal_entity_type=pl.when(institution).then(pl.lit("C03")).otherwise(pl.lit("C02")),
        approval_authority=pl.lit("演示市民政局"),
        approved_on=_iso("founded"),
        legal_representative="person",
        legal_representative_ce_type=pl.lit("111"),
        legal_representative_code="id",
        industry="industry",
        address_registered="address",
        area_number="division",
        address_operating="address",
        longitude="longitude",
        latitude="latitude",
        phone=phones(dice, n),
    )


def persons(world: World, block: Block, all_entities: pl.DataFrame) -> pl.DataFrame:
    """特定自然人."""
    some = all_entities.filter(pl.col("kind") == "person")
    n, dice = some.height, Dice(world.scale.seed, "persons", block.number)
    odd = pl.col("code").str.slice(16, 1).cast(pl.Int32) % 2 == 1
    born = pl.col("code").str.slice(6, 8).str.to_date("%Y%m%d").dt.strftime("%Y-%m-%d")
    return some.select(
        administrative_cp="name",
        administrative_cp_ui_code="code",
        sex=pl.when(odd).then(pl.lit("1")).otherwise(pl.lit("2")),
        ethnic=dice.by_weight({"01": 0.95, "03": 0.03, "02": 0.02}, n),
        born_on=born,
        residence_address="address",
        area_number="division",
        phone=phones(dice, n),
        practice_certificate_type=dice.one_of(["02", "12", "18", "14"], n),
        practice_certificate_name=pl.lit("从业资格证（演示）"),
        practice_certificate_code="DMZ" + pl.col("number").cast(pl.String).str.zfill(10),
    )


def things(world: World, block: Block, all_entities: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """特种设备、场所、食品、药品 and the other kinds of objects, each belonging to an enterprise."""
    makers = {
        "special_device": _devices,
        "special_site": _sites,
        "special_food": _foods,
        "special_milk": _milks,
        "special_medicine": _medicines,
        "special_cosmetic": _cosmetics,
        "special_instrument": _instruments,
        "special_element": _elements,
    }
    owners = all_entities.filter(pl.col("kind") == "enterprise")
    made = {}
    for table, make in makers.items():
        dice = Dice(world.scale.seed, table, block.number)
        n = block.counts[table.removeprefix("special_")]
        chosen = owners[dice.below(owners.height, n)]
        code = pl.Series(block.start + np.arange(n)).cast(pl.String).str.zfill(10)
        made[table] = make(world, dice, chosen.with_columns(thing=code))
    return made


def _devices(world: World, dice: Dice, own: pl.DataFrame) -> pl.DataFrame:
    n, last = own.height, number_of(world.scale.last)
    made = last - 200 - dice.below(5000, n)
    inspected = np.maximum(made + 1, last - dice.below(720, n))
    kind = dice.by_weight({"电梯": 6, "叉车": 2, "锅炉": 1, "压力容器": 2, "起重机械": 1}, n)
    owner = dice.below(n, n)
    return own.select(
        brand=kind + MARK,
        maker=pl.lit(MADE_BY),
        maker_uscc=own["code"].gather(owner),
        made_on=iso(days(made)),
        inspected_on=iso(days(inspected)),
        user="name",
        user_uscc="code",
        district=world.district_names().gather(own["district"].to_numpy()),
        next_inspection_on=iso(days(inspected + 365)),
        valid_to=iso(days(made + 365 * 20)),
        device_code="DMTZ" + pl.col("thing"),
        inspection_body=pl.lit("演示市特种设备检验院"),
    )


def _sites(world: World, dice: Dice, own: pl.DataFrame) -> pl.DataFrame:
    n, last = own.height, number_of(world.scale.last)
    kind = dice.one_of(["仓库", "堆场", "地下车库", "会展厅", "游泳池", "建筑工地"], n)
    here = world.district_names().gather(own["district"].to_numpy())
    return own.select(
        site_name="word" + kind + pl.col("thing").str.slice(-4) + MARK,
        area_name=here,
        area_number="division",
        responsible_unit="name",
        responsible_uscc="code",
        responsible_person="person",
        responsible_person_ce_type=pl.lit("111"),
        responsible_person_code="id",
        phone=phones(dice, n),
        purpose=kind,
        scale=pl.Series(50 + dice.below(5000, n)).cast(pl.String) + "平方米",
        in_use_since=iso(days(last - 100 - dice.below(4000, n))),
        service_life=pl.lit("50年"),
    )


def _foods(world: World, dice: Dice, own: pl.DataFrame) -> pl.DataFrame:
    n, last = own.height, number_of(world.scale.last)
    return own.select(
        food_name=dice.one_of(["糕点", "酱油", "腊肠", "果汁", "速冻水饺", "坚果"], n) + MARK,
        additive_category=pl.lit("防腐剂"),
        category_name=dice.one_of(["糕点", "调味品", "肉制品", "饮料", "速冻食品", "炒货"], n),
        producer=pl.col("name").str.slice(0, 50),
        producer_uscc="code",
        producer_area_number="division",
        specification=pl.Series(100 + dice.below(900, n)).cast(pl.String) + "克",
        net_content=pl.lit("500克"),
        produced_on=iso(days(last - dice.below(500, n))),
        ingredients=pl.lit("小麦粉、白砂糖、食用盐"),
        shelf_life=pl.lit("12个月"),
        standard_code=pl.lit("GB 7099"),
        storage_conditions=pl.lit("阴凉干燥处"),
        additive_names=pl.lit("山梨酸钾"),
        licence_code="DMSC" + pl.col("thing"),
    )


def _milks(world: World, dice: Dice, own: pl.DataFrame) -> pl.DataFrame:
    kind = dice.one_of(["婴幼儿配方乳粉", "特医配方粉", "维生素软胶囊"], own.height)
    return own.select(
        product_name=kind + pl.col("thing").str.slice(-4) + MARK,
        producer=pl.col("name").str.slice(0, 50),
        producer_uscc="code",
        producer_area_number="division",
        licence_code="DMSC" + pl.col("thing"),
        registration_code="DMTS" + pl.col("thing"),
    )


def _medicines(world: World, dice: Dice, own: pl.DataFrame) -> pl.DataFrame:
    issued = number_of(world.scale.last) - 10 - dice.below(1500, own.height)
    return own.select(
        licence_code="DMYP" + pl.col("thing"),
        uscc="code",
        enterprise_name=pl.col("name").str.slice(0, 50),
        address_registered="address",
        production_address="address",
        issued_on=iso(days(issued)),
        licence_valid_to=iso(days(issued + 1826)),
        province=pl.lit("上海市"),
        issuing_authority=pl.lit("演示市药品监督管理局"),
    )


def _cosmetics(world: World, dice: Dice, own: pl.DataFrame) -> pl.DataFrame:
    issued = number_of(world.scale.last) - 10 - dice.below(1500, own.height)
    return own.select(
        licence_code="DMHZ" + pl.col("thing"),
        enterprise_name=pl.col("name").str.slice(0, 50),
        licensed_items=dice.one_of(["一般液态单元", "膏霜乳液单元", "粉单元"], own.height),
        production_address="address",
        enterprise_address="address",
        uscc="code",
        province=pl.lit("上海市"),
        city=pl.lit("演示市"),
        legal_representative="person",
        issuing_authority=pl.lit("演示市药品监督管理局"),
        issued_on=iso(days(issued)),
        licence_valid_to=iso(days(issued + 1826)),
    )


def _instruments(world: World, dice: Dice, own: pl.DataFrame) -> pl.DataFrame:
    approved = number_of(world.scale.last) - 10 - dice.below(1500, own.height)
    return own.select(
        registration_code="DMXZ" + pl.col("thing"),
        registrant=pl.col("name").str.slice(0, 50),
        uscc="code",
        registrant_address="address",
        production_address="address",
        product_name=dice.one_of(["电子体温计", "医用口罩", "血压计", "制氧机"], own.height) + MARK,
        model="DM-" + pl.col("thing").str.slice(-4),
        approved_on=iso(days(approved)),
        registration_valid_to=iso(days(approved + 1826)),
        product_standard=pl.lit("YY 0469"),
    )


def _elements(world: World, dice: Dice, own: pl.DataFrame) -> pl.DataFrame:
    kind = dice.one_of(["户外广告设施", "加油站", "餐厨垃圾收运点", "机动车停车场"], own.height)
    return own.select(
        element_code="DMYS" + pl.col("thing"),
        element_name=pl.col("name").str.replace(MARK, "", literal=True) + kind + MARK,
        category=pl.lit("01"),
        category_name=pl.lit("设施"),
        subcategory_name=kind,
        owner_code="code",
        address_registered="address",
        address_operating="address",
        area_number="division",
    )


def _day(written: pl.Series) -> Ints:
    return written.str.to_date("%Y-%m-%d").cast(pl.Int32).cast(pl.Int64).to_numpy()


def _iso(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Int32).cast(pl.Date).dt.strftime("%Y-%m-%d")


def _unless(empty: Bools, texts: pl.Series) -> pl.Series:
    """The texts, null where `empty`."""
    return texts.to_frame("t").select(pl.when(~pl.Series(empty)).then("t").alias("t")).to_series()
