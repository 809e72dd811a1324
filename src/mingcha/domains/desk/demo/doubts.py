"""Planted cases in which nobody but a person can say who is meant (doubts.yaml, 存疑关联).

Names written otherwise, wrong digits and the like (dirt.yaml) are tied by the machine. These are
made so that it must ask: two that fit alike, a code and a name that contradict each other. Every
case has a trade name that nobody else in the city has, so that it touches no other record.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from mingcha.domains.desk.demo.acts import FIRST_WAVE
from mingcha.domains.desk.demo.codes import credit_codes, resident_ids, rival_of
from mingcha.domains.desk.demo.dice import Dice
from mingcha.domains.desk.demo.faults import ACCEPTED
from mingcha.domains.desk.demo.parties import Block, number_of, people
from mingcha.domains.desk.demo.registers import enterprises
from mingcha.domains.desk.demo.world import MARK, Settings, World, read

FIRST_NUMBER = 500  # behind the city's own bodies, before its first party
BLOCK = 900  # no block of the city: for the dice
MOST = 2  # firms of a case
AWAY = 7  # districts from the firm to `far`
FOUNDED_BEFORE = 1_500  # days before the first day of facts
RECEIVED_BEFORE = 60  # days before today that the first was reported
STRUCK_OFF = {"registration_status": "3", "registration_status_name": "注销"}
ALIVE = {"registration_status": "1", "registration_status_name": "存续"}
BORN = pl.date(1980, 1, 2)


@dataclass(frozen=True)
class Case:
    """One case: its kind, its running number, the trade name, the district, its firms' codes."""

    kind: str
    number: int
    trade: str
    district: str
    codes: tuple[str, ...]
    wrong: str  # a code that is none of theirs


class Doubts:
    """The planted cases of a city."""

    def __init__(self, world: World) -> None:
        self.world = world
        said = read("doubts.yaml")
        self.kinds: Settings = said["kinds"]
        self.first: str = said["first"]
        self.streets: dict[str, str] = said["streets"]
        steps = sorted(said["counts"].items())
        self.count: int = [many for least, many in steps if world.scale.parties >= least][-1]

    @cached_property
    def cases(self) -> list[Case]:
        """All cases, kind by kind."""
        return [
            self._case(kind, place * self.count + i, self.first[i])
            for place, kind in enumerate(self.kinds)
            for i in range(self.count)
        ]

    def foretold(self) -> dict[str, int]:
        """How many questions must wait, by what the machine doubts (records.queries.questions.Doubt)."""
        return dict(sorted(Counter(self.kinds[case.kind]["doubt"] for case in self.cases).items()))

    def firms(self) -> pl.DataFrame:
        """The firms as the register has them (企业法人)."""
        rows = pl.DataFrame(list(self._entities()))
        n, numbers = rows.height, rows["number"].to_numpy()
        rows = rows.with_columns(
            kind=pl.lit("enterprise"),
            person=people(Dice(self.world.scale.seed, "doubts"), self.world, n),
            word=pl.lit("日常经营"),
            industry=pl.lit("72"),
            founded=pl.lit(number_of(self.world.scale.first) - FOUNDED_BEFORE),
            id=resident_ids(rows["division"], pl.select(pl.repeat(BORN, n)).to_series(), numbers),
        )
        made = enterprises(self.world, Block(BLOCK, {}, FIRST_NUMBER), rows)
        status = {
            name: pl.when(rows["gone"]).then(pl.lit(STRUCK_OFF[name])).otherwise(pl.lit(word))
            for name, word in ALIVE.items()
        }
        revoked = {name: pl.lit(None, pl.String) for name in ("revoked_on", "revoked_reason")}
        return _taken(made.with_columns(**status, **revoked, _checks=pl.lit("")))

    def reports(self, *, again: bool) -> pl.DataFrame:
        """What citizens complain of (投诉举报); `again`: what is reported a second time, by another name."""
        said = [case for case in self.cases if not again or "again" in self.kinds[case.kind]]
        return _taken(pl.DataFrame([self._report(case, again=again) for case in said]))

    def _case(self, kind: str, number: int, first: str) -> Case:
        spec, districts = self.kinds[kind], self.world.districts
        district = districts[number * 5 % len(districts)]
        n = len(spec["firms"])
        codes = credit_codes(
            pl.Series(["91"] * n, dtype=pl.String),
            pl.Series([district] * n, dtype=pl.String),
            FIRST_NUMBER + number * MOST + np.arange(n),
        ).to_list()
        wrong = ""
        if spec["code"] in {"slip", "rivals"}:
            rival, wrong = rival_of(codes[0])
            codes[1:] = [rival] * (n - 1)
        return Case(kind, number, first + spec["second"], district, tuple(codes), wrong)

    def _entities(self) -> Iterator[dict[str, object]]:
        """The firms as `parties.entities` gives those of a block, as far as they differ."""
        for case in self.cases:
            box = self.world.city["districts"][case.district]["box"]
            founded_anew = case.kind == "again"
            for place, name in enumerate(self.kinds[case.kind]["firms"]):
                yield {
                    "number": FIRST_NUMBER + case.number * MOST + place,
                    "code": case.codes[place],
                    "name": self._named(case, name),
                    "district": self.world.districts.index(case.district),
                    "division": case.district,
                    "address": self._address(case, "beside" if place and not founded_anew else "home"),
                    "longitude": f"{box[0]:.5f}",
                    "latitude": f"{box[2]:.5f}",
                    "gone": founded_anew and place == 0,
                }  # fmt: skip

    def _report(self, case: Case, *, again: bool) -> dict[str, str | None]:
        spec = self.kinds[case.kind]
        name = self._named(case, spec["again" if again else "record"])
        received = self.world.day(RECEIVED_BEFORE - case.number % 40 - 15 * again).isoformat()
        far = spec["at"] == "far"
        said = {
            "complaint_code": f"DMTS{received.replace('-', '')}Y{int(again)}{case.number:04d}",
            "received_on": received,
            "channel": "02" if again else "01",
            "complaint_kind": "1",
            "respondent": name,
            "respondent_code": {"": None, "own": (*case.codes, None)[0]}.get(spec["code"], case.wrong),
            "respondent_address": self._address(case, "street" if again else spec["at"]),
            "area_number": None if spec["at"] == "vague" else self._district(case, far=far),
            "content": f"市民反映{name}不退预付费，要求处理。",
            "is_real_name": "否",
            "complaint_state": "L00",
        }  # fmt: skip
        return {**said, "_checks": "respondent_code.digit" if case.wrong else ""}

    def _named(self, case: Case, pattern: str) -> str:
        here = self.world.city["districts"][case.district]["name"]
        return (
            pattern.format(
                trade=case.trade,
                other=self.kinds[case.kind].get("other", "") + case.trade[0],
                district=here,
            )
            + MARK
        )

    def _address(self, case: Case, at: str) -> str:
        """Where it is said to be: see doubts.yaml."""
        district = self._district(case, far=at == "far")
        here = "" if at == "vague" else self.world.city["districts"][district]["name"]
        street = self.streets["far" if at == "far" else "own"]
        doors = {"home": 1, "beside": 301, "vague": 601, "far": 901}
        door = f"{doors[at] + case.number}号" if at in doors else ""
        return f"上海市{here}{street}{door}"

    def _district(self, case: Case, *, far: bool) -> str:
        districts = self.world.districts
        return districts[(districts.index(case.district) + AWAY * far) % len(districts)]


def _taken(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that are written as they are, and all taken in."""
    return rows.with_columns(
        _fault=pl.lit(None, pl.String), _wave=pl.lit(FIRST_WAVE), _outcome=pl.lit(ACCEPTED)
    )
