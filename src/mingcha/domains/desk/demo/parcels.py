"""What each provider hands in, and in which order: the rows of every file with what must come of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from mingcha.domains.desk.demo import acts, catalog, civic, registers
from mingcha.domains.desk.demo.acts import AHEAD, FIRST_WAVE, LATE
from mingcha.domains.desk.demo.dice import Dice
from mingcha.domains.desk.demo.doubts import Doubts
from mingcha.domains.desk.demo.faults import ACCEPTED, assign, spoil
from mingcha.domains.desk.demo.own_columns import Ledger
from mingcha.domains.desk.demo.parties import Block, entities
from mingcha.domains.desk.demo.world import World
from mingcha.domains.desk.demo.writing import rewrite
from mingcha.standards.loader import Catalogue

ITEMS, BASICS, REGISTERS, DEEDS, AFTERMATH, EARLY, TARDY, SUPPLEMENT, POINTS, CORRECTIONS = range(
    1, 11
)
REGISTRARS = {
    "object_enterprise": "demo-market",
    "object_individual": "demo-market",
    "object_organization": "demo-civil",
    "object_person": "demo-labour",
    "special_device": "demo-market",
    "special_site": "demo-fire",
    "special_food": "demo-market",
    "special_milk": "demo-market",
    "special_medicine": "demo-drug",
    "special_cosmetic": "demo-drug",
    "special_instrument": "demo-drug",
    "special_element": "demo-urban",
}
CORRECTED, CHANGED, RESENT = "demo-fire", "demo-urban", "demo-market-310115"
REFUSED_ONCE = ("unknown-code", "date-order", "bad-date", "missing", "lost-zero", "one-officer")
TAX = "demo-tax"  # has a register of its own, which does not always say the same
PUBLICIST = "demo-energy"  # 发展改革: keeps the public credit information
MOVED = 0.005  # of the enterprises, to another address


@dataclass(frozen=True)
class Parcel:
    """The rows of one file. `rows` has `_fault`, `_outcome`, `_checks`; `note` goes into its name."""

    step: int
    provider: str
    table: str
    rows: pl.DataFrame
    note: str = ""
    replaces: bool = False  # its rows are later versions of rows that came before
    enveloped: bool = False


class Maker:
    """Makes the parcels of a city."""

    def __init__(self, world: World, catalogue: Catalogue) -> None:
        self.world, self.catalogue = world, catalogue
        self.officers, self.ledger = catalog.officers(world), Ledger()

    def basics(self) -> Iterator[Parcel]:
        """What acts refer to: the same for every block."""
        yield self._whole(ITEMS, "demo-data", "item", catalog.items(self.world, late=False))
        checklists = catalog.checklists(self.world, late=False)
        yield self._whole(BASICS, "demo-data", "checklist", checklists)
        yield self._whole(BASICS, "demo-justice", "officer", self.officers.table)
        yield self._whole(BASICS, "demo-lead", "random_plan", catalog.plans(self.world))
        for table, rows in catalog.knowledge(self.world).items():
            yield self._whole(BASICS, "demo-lead", table, rows)
        yield self._whole(BASICS, "demo-lead", "power", catalog.powers(self.world))
        yield self._whole(TARDY, "demo-data", "item", catalog.items(self.world, late=True), "增补")
        late = catalog.checklists(self.world, late=True)
        yield self._whole(SUPPLEMENT, "demo-data", "checklist", late, "增补")
        for is_late, note in ((False, ""), (True, "增补")):
            made = catalog.points(self.world, late=is_late)
            yield self._whole(POINTS, "demo-data", "checklist_point", made, note)
        yield self._whole(POINTS, "demo-data", "item_mapping", catalog.mappings(self.world))
        yield from self._doubts()

    def _doubts(self) -> Iterator[Parcel]:
        """Firms put on the register, and complaints of which nobody but a person can say whom they mean."""
        made = Doubts(self.world)
        yield Parcel(REGISTERS, "demo-market", "object_enterprise", made.firms(), "补登")
        yield Parcel(AFTERMATH, "demo-hotline", "complaint", made.reports(again=False), "待辨")
        yield Parcel(CORRECTIONS, "demo-market", "complaint", made.reports(again=True), "再次反映")

    def block(self, block: Block) -> Iterator[Parcel]:
        """Everything about the parties of one block."""
        some = entities(self.world, block)
        yield from self._registers(block, some)
        yield from self._civic(block, some)
        yield from self._acts(block, some)

    def _registers(self, block: Block, some: pl.DataFrame) -> Iterator[Parcel]:
        made = {
            "object_enterprise": registers.enterprises(self.world, block, some),
            "object_individual": registers.individuals(self.world, block, some),
            "object_organization": registers.organizations(self.world, block, some),
            "object_person": registers.persons(self.world, block, some),
            **registers.things(self.world, block, some),
        }
        for table, rows in made.items():
            step = REGISTERS if table.startswith("object_") else DEEDS
            told = self._assigned(table, rows, block)
            yield self._parcel(step, REGISTRARS[table], table, told, block)
            if table == "object_enterprise":
                yield self._moved(told, block)
                elsewhere = registers.seen_elsewhere(self.world, block, told)
                yield self._parcel(DEEDS, TAX, table, elsewhere, block)
                kin = registers.relations(self.world, block, told)
                clean = kin.with_columns(_fault=pl.lit(None, pl.String), _wave=pl.lit("first"))
                yield self._parcel(DEEDS, REGISTRARS[table], "object_relation", clean, block)

    def _moved(self, told: pl.DataFrame, block: Block) -> Parcel:
        """Enterprises that moved: the same key again, another address."""
        dice = Dice(self.world.scale.seed, "moved", block.number)
        sound = told["_fault"].is_null().arg_true().to_numpy()
        chosen = told[dice.some(sound, max(3, int(len(sound) * MOVED)))]
        moved = chosen.with_columns(
            domicile=pl.col("domicile").str.replace("号", "号甲", literal=True)
        )
        return self._parcel(
            CORRECTIONS, "demo-market", "object_enterprise", moved, block, "变更", replaces=True
        )

    def _civic(self, block: Block, some: pl.DataFrame) -> Iterator[Parcel]:
        licences = civic.licences(self.world, block, some)
        yield from self._by_body(
            DEEDS, "licence", self._assigned("licence", licences, block), block
        )
        complaints = civic.complaints(self.world, block, some)
        yield from self._by_body(
            AFTERMATH, "complaint", self._assigned("complaint", complaints, block), block
        )
        credit = civic.listings(self.world, block, some)
        credit["credit_class"] = civic.classes(self.world, block, some)
        for table, rows in credit.items():
            yield from self._by_body(AFTERMATH, table, self._assigned(table, rows, block), block)

    def _acts(self, block: Block, some: pl.DataFrame) -> Iterator[Parcel]:
        made = acts.inspections(self.world, block, some, self.officers)
        told = self._assigned("check_action", made.table, block)
        made = acts.Made(told, made.party)
        yield from self._by_body(DEEDS, "check_action", told, block)
        yield from self._corrections(told, block)
        draws = civic.draws(self.world, block, made, some)
        yield from self._by_body(
            DEEDS, "random_check", self._assigned("random_check", draws, block), block
        )
        penalties = acts.penalties(self.world, block, made, some)
        public = civic.publicity(self.world, block, penalties, some)
        came = {
            "punish_action": penalties.drop("_party", "_fault_words"),
            "force_action": acts.coercions(self.world, block, made, some),
            "other_action": acts.guidance(self.world, block, made, some),
            "penalty_publicity": public,
        }
        for table, rows in came.items():
            told = self._assigned(
                table, rows.with_columns(_body=self._sender(table, rows["_body"])), block
            )
            yield from self._by_body(AFTERMATH, table, told, block)

    def _sender(self, table: str, body: pl.Series) -> pl.Series:
        """Who hands in the acts of a body: itself, the bureau above it, or the credit office."""
        if table == "penalty_publicity":
            return pl.repeat(
                self.world.by_code[PUBLICIST].number, len(body), dtype=pl.Int64, eager=True
            )
        if table == "punish_action":
            return body
        above = {
            b.number: self.world.by_code[f"demo-{b.field}"].number for b in self.world.enforcing
        }
        return body.replace_strict(above, return_dtype=pl.Int64)

    def _corrections(self, told: pl.DataFrame, block: Block) -> Iterator[Parcel]:
        """What is put right later: changed and withdrawn under the envelope, changed without, sent again."""
        dice, share = (
            Dice(self.world.scale.seed, "corrections", block.number),
            self.world.dirt["corrections"],
        )
        sound = told.filter(
            pl.col("_fault").is_null()
            & (pl.col("_wave") == FIRST_WAVE)
            & (pl.col("check_result") == "01")
        )
        number = {code: body.number for code, body in self.world.by_code.items()}
        own = sound.filter(pl.col("_body") == number[CORRECTED])
        own = own[
            dice.some(pl.arange(own.height, eager=True).to_numpy(), max(4, int(own.height * share)))
        ]
        own = own.with_columns(
            cd_operation=pl.when(pl.int_range(pl.len()) % 2 == 0)
            .then(pl.lit("u"))
            .otherwise(pl.lit("d")),
            check_result=pl.lit("02"),
        )
        yield self._parcel(
            CORRECTIONS, CORRECTED, "check_action", own, block, "更正撤回", replaces=True
        )
        own = sound.filter(pl.col("_body") == number[CHANGED])
        own = own[
            dice.some(pl.arange(own.height, eager=True).to_numpy(), max(4, int(own.height * share)))
        ]
        own = own.with_columns(check_result=pl.lit("03"))
        yield self._parcel(CORRECTIONS, CHANGED, "check_action", own, block, "更正", replaces=True)
        again = told.filter(
            (pl.col("_body") == number[RESENT]) & pl.col("_fault").is_in(REFUSED_ONCE)
        )
        if again.height:
            again = again.with_columns(_fault=pl.lit(None, pl.String))
            yield self._parcel(CORRECTIONS, RESENT, "check_action", again, block, "补正重报")

    def _assigned(self, table: str, rows: pl.DataFrame, block: Block) -> pl.DataFrame:
        return assign(self.world, self.catalogue.table(table), rows, block.number)

    def _written(self, table: str, told: pl.DataFrame, part: str, number: int) -> pl.DataFrame:
        """The rows with their faults, as people write them; who has columns of its own comes later."""
        declared = self.catalogue.table(table)
        rows = spoil(self.world, declared, told, number)
        part = f"{part}/{number}"
        if table != self.ledger.table:
            return rewrite(self.world, declared, rows, self.catalogue, part)
        apart = rows["_body"] == self.world.by_code[self.ledger.provider].number
        others = rewrite(self.world, declared, rows.filter(~apart), self.catalogue, part)
        return pl.concat([others, rows.filter(apart)])

    def _whole(
        self, step: int, provider: str, table: str, rows: pl.DataFrame, note: str = ""
    ) -> Parcel:
        told = assign(self.world, self.catalogue.table(table), rows, step)
        return Parcel(
            step, provider, table, self._written(table, told, f"{step}{note}", step), note
        )

    def _parcel(  # noqa: PLR0913  (what a parcel is)
        self, step: int, provider: str, table: str, told: pl.DataFrame, block: Block, note: str = "",
        *, replaces: bool = False,
    ) -> Parcel:  # fmt: skip
        rows = self._written(table, told, f"{step}{provider}{note}", block.number)
        marked = note + ("" if block.number == 0 else f"第{block.number + 1}部分")
        return Parcel(step, provider, table, rows, marked, replaces, "cd_operation" in rows.columns)

    def _by_body(self, step: int, table: str, told: pl.DataFrame, block: Block) -> Iterator[Parcel]:
        """One file per provider and wave, in the order of the bodies."""
        steps = {FIRST_WAVE: (step, ""), AHEAD: (EARLY, "提前"), LATE: (TARDY, "迟报")}
        rows = self._written(table, told, str(step), block.number)
        for (body, wave), own in sorted(rows.partition_by("_body", "_wave", as_dict=True).items()):
            at, note = steps[str(wave)]
            marked = note + ("" if block.number == 0 else f"第{block.number + 1}部分")
            yield Parcel(at, self.world.bodies[int(str(body))].code, table, own, marked)


def expectation(parcel: Parcel) -> dict[str, object]:
    """What the receipt of a parcel must say once everything has been loaded."""
    outcomes = dict(parcel.rows["_outcome"].value_counts().iter_rows())
    said = {key: int(outcomes.get(key, 0)) for key in ("refused", "waiting", "settled", "doubled")}
    accepted = int(outcomes.get(ACCEPTED, 0))
    operations = parcel.rows["cd_operation"].to_list() if parcel.enveloped else []
    withdrawn = operations.count("d")
    checks = parcel.rows["_checks"].str.split(";").explode()
    failed = checks.filter(checks.is_not_null() & (checks != "")).value_counts().sort("_checks")
    warned = (parcel.rows["_outcome"] == ACCEPTED) & (parcel.rows["_checks"] != "")
    return {
        "read": parcel.rows.height,
        "accepted": accepted + said["settled"],
        **said,
        "replaced": accepted - withdrawn if parcel.replaces else 0,
        "withdrawn": withdrawn,
        "warned": int(warned.sum()),
        "checks": dict(failed.iter_rows()),
    }
