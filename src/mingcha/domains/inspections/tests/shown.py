"""A city with a published item, plan, task, draw and results, for the tests of what the public sees.

The frame is that of `made`, so that every checker knows it; rows are written as the services do.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from mingcha.base.cases.models import Case
from mingcha.base.cases.services import Opening, Said, advance, opened
from mingcha.base.days import local_today, utc_now
from mingcha.base.ledger import services as ledger
from mingcha.base.ledger.hashing import HASHINGS
from mingcha.base.people.models import Region
from mingcha.base.rules import services as rules
from mingcha.domains.inspections import models as m
from mingcha.domains.inspections.queries import frozen as frames
from mingcha.domains.inspections.queries.contents import draw_content, item_content
from mingcha.domains.inspections.rules import frame, holding
from mingcha.domains.inspections.rules.bundle import Published
from mingcha.domains.inspections.rules.keyed import keyed
from mingcha.domains.inspections.rules.lines import KINDS, Avoidance, Demand, Excluded
from mingcha.domains.inspections.rules.seeds import Nonce, nonce_commitment
from mingcha.domains.inspections.services.bundling import publish_draw
from mingcha.domains.inspections.tests import made
from mingcha.domains.officers.models import Officer
from mingcha.domains.parties.models import Party

SECRET = bytes(range(32))
EXCLUDED = "91310000MB00000001"
DEPARTMENTS = {"市监": "market", "消防": "fire"}
DRAWN = {"高风险": 6, "中风险": 3, "低风险": 4}
PAST = datetime(2026, 11, 24, 14, tzinfo=UTC)


class Shown:
    """What is there to be shown; `draw()` commits, holds and publishes one."""

    def __init__(self, city: Any, size: int = 120) -> None:
        rules.load_shipped()
        self.city, self.body, self.size = city, city.market, size
        for number in range(7):
            Region.objects.get_or_create(
                code=f"3101{number:02}",
                defaults={
                    "name": f"演示第{number}区",
                    "full_name": f"上海市演示第{number}区",
                    "level": 3,
                },
            )
        Party.objects.bulk_create(
            Party(
                kind="1",
                name=f"演示第{n}商贸有限公司",
                code=key,
                region=area,
                industry="CF"[n % 2] + "52",
            )
            for n, (key, _, _, area) in enumerate(made.units(size))
        )
        Party.objects.create(kind="1", name="演示被排除有限公司", code=EXCLUDED, region="310100")
        bodies = {"市监": city.market, "消防": city.fire}
        Officer.objects.bulk_create(
            Officer(
                certificate=one.name, name=f"演示{one.name}", body=bodies[one.dept].name,
                organisation=bodies[one.dept], fact_id=0, valid_to=one.valid_to, areas=list(one.areas),
            )
            for one in made.officers()
        )  # fmt: skip
        self.item = self.listed("食品经营者监督检查")
        self.plan = self.planned()

    def listed(self, name: str, *, is_key: bool = False) -> m.RandomItemVersion:
        """A published item of the body's list."""
        with transaction.atomic():
            item = m.RandomItem.objects.create(body=self.body)
            version = m.RandomItemVersion.objects.create(
                item=item, number=1, category="食品安全", name=name, scheme="item",
                code="01310000000001", object_kinds=["1"], objects_in_words="食品经营者",
                methods=["site"], basis="食品安全法第一百零九条", is_key=is_key,
                since=date(2026, 1, 1), published_at=utc_now(),
            )  # fmt: skip
            ledger.act(
                None,
                "公布随机抽查事项",
                ("inspections.item", item.public_id),
                content=item_content(item),
            )
        return version

    def planned(self) -> m.Plan:
        """A published plan with one batch."""
        year = local_today().year
        opening = Opening("inspection-plan", f"{year} 年度抽查工作计划", self.body)
        with opened(opening, actor=None) as case:
            plan = m.Plan.objects.create(
                case=case, body=self.body, year=year, title=opening.title,
                filed_with=self.city.government, filed_at=utc_now(), published_at=utc_now(),
            )  # fmt: skip
            self.line = m.PlanLine.objects.create(
                plan=plan,
                number=1,
                name="食品经营者抽查",
                scope="全市食品经营者",
                ratio="0.05",
                months=[11, 12],
            )
            self.line.items.add(self.item.item)
        return plan

    def task(self, name: str = "食品经营者双随机抽查", **columns: object) -> m.Task:
        """A task with two departments."""
        usual = {
            "body": self.body, "name": name, "line": self.line, "level": "open",
            "first_on": made.WINDOW.first, "last_on": made.WINDOW.last,
        }  # fmt: skip
        with opened(Opening("inspection-task", name, self.body), actor=None) as case:
            task = m.Task.objects.create(case=case, **usual | columns)
            for body, skill, count in (
                (self.city.market, "食品", 2), (self.city.market, "综合", 3), (self.city.fire, "消防", 2)
            ):  # fmt: skip
                share = m.Assignment.objects.create(task=task, body=body, skill=skill, count=count)
                m.AssignmentItem.objects.create(assignment=share, item=self.item)
        return task

    def draw(
        self, draw_id: str = made.DRAW_ID, *, level: str = "open", embargo: date | None = None,
        is_held: bool = True, is_kept: bool = True, **changes: object,
    ) -> m.Draw:  # fmt: skip
        """A draw that was committed and, unless told otherwise, held and published."""
        task = self.task(level=level, embargo_on=embargo, name=f"食品经营者双随机抽查 {draw_id}")
        by = HASHINGS["sm3"]
        frozen = frame.freeze(self._frame(level, changes), by)
        nonces = [
            Nonce(party, nonce_commitment(by, draw_id, party, nonce))
            for party, nonce in made.NONCES.items()
        ]
        terms = made.terms(by, draw_id=draw_id, level=level, embargo=embargo, nonces=nonces)
        said = holding.commit(frozen, terms)
        for number, source in enumerate(said.sources, start=1):
            m.SeedSource.objects.create(
                task=task, number=number, source=source.id, label={"ssq": "双色球"}.get(source.id, "随机信标"),
                address="https://www.cwl.gov.cn/", occasion=source.occasion, pattern=source.pattern,
                at=source.at, fallback=source.fallback, fallback_at=source.fallback_at,
            )  # fmt: skip
        for one in nonces:
            nonce = made.NONCES[one.party] if one.party == "D1" else ""
            m.Pledge.objects.create(
                task=task,
                party=one.party,
                commitment=one.commitment,
                nonce=nonce,
                revealed_at=made.TIME if nonce else None,
            )
        with transaction.atomic(), advance(task.case, "freeze", actor=None):
            draw = m.Draw.objects.create(
                task=task,
                draw_id=draw_id,
                commitment=said.file(),
                digest=said.digest().hex(),
                files={k: [frozen.rooted[k].size, frozen.rooted[k].root.hex(), ""] for k in KINDS},
                frozen_at=made.TIME,
            )
            _act(draw, "公布抽取承诺")
        folder = frames.folder_of(draw.draw_id)
        folder.mkdir(parents=True, exist_ok=True)
        for kind in KINDS:
            content = b"".join(line + b"\n" for line in frozen.lines[kind])
            (folder / f"{kind}.txt").write_bytes(content)
        (folder / "secret").write_text(SECRET.hex())
        rows = [f"{key}\x1f{pk}\n" for key, pk in sorted(self._owners(level).items())]
        (folder / "keys.txt").write_text("".join(rows))
        if is_held:
            self._hold(draw, task, holding.hold(frozen, said, made.REVEAL))
        if is_kept:
            publish_draw(draw)
        return m.Draw.objects.select_related("task__case", "published").get(pk=draw.pk)

    def _owners(self, level: str) -> dict[str, int]:
        """key → party."""
        parties = Party.objects.values_list("code", "pk")
        if level == "open":
            return dict(parties)
        return {keyed(SECRET, code, HASHINGS["sm3"]): pk for code, pk in parties}

    def _frame(self, level: str, changes: dict[str, object]) -> frame.Frame:
        rows = made.units(self.size)
        strata = made.strata(rows)
        names = {
            one.name: one.name if level == "open" else str(n) for n, one in enumerate(strata, 1)
        }
        known = {row[0] for row in rows} | {EXCLUDED}
        keys = {
            key: key if level == "open" else keyed(SECRET, key, HASHINGS["sm3"]) for key in known
        }
        whole = made.frame_of(self.size, **changes)
        return frame.Frame(
            [(keys[key], names[stratum], weight, area) for key, stratum, weight, area in rows],
            [
                replace(one, name=names[one.name], wanted=DRAWN[one.name], reserves=1)
                for one in strata
            ],
            [Excluded(keys[one.key], one.reason, one.salt) for one in whole.excluded],
            [
                Demand(names[one.stratum], DEPARTMENTS[one.dept], one.skill, one.count)
                for one in whole.demands
            ],
            [replace(one, dept=DEPARTMENTS[one.dept]) for one in whole.officers],
            [
                Avoidance(one.officer, keys[one.key], one.reason, one.salt)
                for one in whole.avoidances
            ],
        )

    def _hold(self, draw: m.Draw, task: m.Task, found: Published) -> None:
        """Values by two persons, units, visits, parts and teams."""
        self._value(draw)
        parties = {one.code: one for one in Party.objects.all()}
        if task.level != "open":
            by = HASHINGS["sm3"]
            parties = {keyed(SECRET, code, by): one for code, one in parties.items()}
        weights = {}
        for line in found.lines["F"]:
            _, key, _, weight, _ = line.decode().split("\x1f")
            weights[key] = int(weight)
        officers = {one.certificate: one for one in Officer.objects.all()}
        shares = {(one.body.code, one.skill): one for one in task.assignments.all()}
        with transaction.atomic(), advance(task.case, "draw", actor=None):
            draw.seed, draw.drawn_at, draw.result = found.seed.text, PAST, "0" * 64
            draw.counts = {"drawn": sum(len(each.objects) for each in found.drawn)}
            draw.save()
            _act(draw, "随机抽取")
        visits = {}
        for each in found.drawn:
            for is_reserve, keys in ((False, each.objects), (True, each.reserves)):
                for place, key in enumerate(keys, start=1):
                    unit = m.DrawnUnit.objects.create(
                        draw=draw, party=parties[key], key=key, stratum=each.stratum,
                        weight=weights[key], place=place, is_reserve=is_reserve,
                        is_certain=not is_reserve and place <= each.certain,
                    )  # fmt: skip
                    if not is_reserve:
                        visits[key] = m.Visit.objects.create(
                            task=task, party=parties[key], unit=unit
                        )
        for wanted, team in found.pairing.teams.items():
            self._part(visits[wanted.key], shares[wanted.dept, wanted.skill], team, officers)

    def _value(self, draw: m.Draw) -> None:
        one, other = self.city.person("plan-manager"), self.city.person("head")
        for source, value in made.REVEAL.values.items():
            m.SeedValue.objects.create(
                draw=draw,
                source=source,
                value=value,
                entered_by=one,
                confirmed_by=other,
                confirmed_at=PAST,
            )

    def _part(
        self, visit: m.Visit, share: m.Assignment, team: Sequence[str], officers: dict[str, Officer]
    ) -> None:
        title = f"{visit.party.name}：检查"
        opening = Opening("inspection-part", title, share.body, parent=visit.task.case)
        with opened(opening, actor=None) as case:
            part = m.Part.objects.create(case=case, visit=visit, assignment=share, body=share.body)
            for number in range(1, share.count + 1):
                who = officers[team[number - 1]] if number <= len(team) else None
                m.Place.objects.create(
                    part=part, number=number, officer=who, name=who.name if who else "",
                    certificate=who.certificate if who else "",
                    lacks="" if who else f"{share.body.name}没有可派的“{share.skill}”执法人员",
                )  # fmt: skip

    def review(self, task: m.Task, results: dict[str, str] | None = None, *, days: int = 0) -> None:
        """Every part of a task inspected and reviewed so many days ago; credit code → result, else 1."""
        at = utc_now() - timedelta(days=days)
        parts = m.Part.objects.filter(visit__task=task).select_related(
            "case__unit", "case__opener", "visit__party"
        )
        for part in parts:
            for move in ("confirm", "start", "submit"):
                with advance(part.case, move, actor=None, said=Said(on=at.date())):
                    if move == "submit":
                        part.result = (results or {}).get(part.visit.party.code, "1")
                        part.submitted_at, part.ended_at, part.summary = at, at, "已检查"
                        part.save()
            with advance(part.case, "approve", actor=None, said=Said(on=at.date())):
                part.reviewed_at = at
                part.save()


def case_of(task: m.Task) -> Case:
    """The task's case as it stands."""
    return Case.objects.get(pk=task.pk)


def _act(draw: m.Draw, verb: str) -> None:
    ledger.act(None, verb, ("inspections.draw", draw.draw_id), content=draw_content(draw))
