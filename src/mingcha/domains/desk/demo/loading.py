"""Hand the files of a demonstration city to the real intake, as its providers, and follow them."""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from procrastinate.contrib.django.models import ProcrastinateJob

from mingcha.base.jobs import defer
from mingcha.base.people.models import Account
from mingcha.base.people.queries import account_called, named
from mingcha.domains.desk.demo import deeds, inspecting
from mingcha.domains.desk.demo.errors import NothingWorks, NotLanded
from mingcha.domains.desk.demo.generate import City, Delivery
from mingcha.domains.desk.demo.installing import sender_of
from mingcha.domains.desk.demo.own_columns import Ledger
from mingcha.domains.desk.demo.world import World
from mingcha.domains.records import services as records
from mingcha.domains.records.queries import batches
from mingcha.domains.records.services import mappings
from mingcha.standards import loader
from mingcha.standards.mapping import Mapping
from mingcha.standards.model import Family

READER = "data-admin"  # holds the receipts of the whole city
RIGHTS = {Family.CATALOG: "catalog.import", Family.OFFICER: "officers.import"}
ENDED = {"landed", "refused", "cancelled", "failed"}
BLOCK = 1 << 20
STILL_SECONDS, LOOK_SECONDS = 90, 0.5
FIGURES = ("read", "accepted", "refused", "waiting", "doubled", "replaced", "withdrawn", "warned")
QUEUES = ("intake", "default")
NIGHTLY = ("quality.count", "quality.look", "officers.warn")  # not to wait for the first night
STEPS = {
    1: "监管事项", 2: "清单、人员、计划", 3: "登记信息", 4: "检查与许可", 5: "处罚、投诉、信用",
    6: "提前到达的记录", 7: "迟报与增补事项", 8: "增补清单", 9: "检查内容与事项映射", 10: "更正与撤回",
}  # fmt: skip


class Loading:
    """One run of loading. `work` = do the background jobs in this process; `say` prints a line."""

    def __init__(
        self, world: World, city: City, folder: Path, say: Callable[[str], None], *, work: bool
    ):
        self.world, self.city, self.folder, self.say, self.work = world, city, folder, say, work
        self.reader = account_called(READER)
        self.begun, self.done = time.monotonic(), 0
        self.total = sum(int(str(one.expect["read"])) for one in city.files)

    def run(self) -> None:
        """Hand everything in, step by step, and wait until nothing is left to do.

        May be interrupted and run again: a file handed in before is the same batch. Raises
        NothingWorks, or NotLanded naming files that came to nothing.
        """
        for step, files in itertools.groupby(self.city.files, key=lambda one: one.step):
            self.say(f"第 {step}/{len(STEPS)} 步 {STEPS[step]}")
            self._follow([self._hand_in(one) for one in files])
        self.say("收尾：关联监管对象，复核待核记录")
        self._until(lambda: not _jobs_left(), self._standing)
        self.say("收尾：监管例外及其异议、法律变动")
        deeds.do(self.world, self.say)
        self._until(lambda: not _jobs_left(), self._standing)
        self.say("收尾：抽查事项、名录库、计划和抽查任务")
        inspecting.do(self.world, self.say)
        self._until(lambda: not _jobs_left(), self._standing)
        self.say("收尾：统计数据质量，提醒即将到期的证件")
        for job in NIGHTLY:
            defer(job)
        self._until(lambda: not _jobs_left(), self._standing)
        missing = [one.file for one in self.city.files if not self._landed(one)]
        if missing:
            raise NotLanded(count=len(missing), files="、".join(missing[:3]))

    def _hand_in(self, one: Delivery) -> str:
        """Give a file to the intake. Returns the batch's public id."""
        there = self._landed(one)
        if there:
            return there
        actor = self._sender(one)
        batch = self._receive(one, one.table if one.mapping else one.asked, actor)
        if one.mapping:  # its columns are nobody else's: refused at first, then mapped by hand
            self._await([batch])
            seen = batches.batch_for(self.reader, batch)
            spec = Mapping.model_validate(Ledger().mapping())
            return mappings.save(seen, spec, name=one.mapping, actor=actor).public_id
        return batch

    def _landed(self, one: Delivery) -> str:
        """The public id of the batch that took the file in; "" if none has."""
        mine = batches.visible_to(self.reader).filter(file_name=one.file, state="landed")
        return str(mine.values_list("public_id", flat=True).first() or "")

    def _receive(self, one: Delivery, asked: str, actor: Account) -> str:
        provider = named(one.provider)
        if provider is None:
            raise LookupError(one.provider)
        delivery = records.Delivery(one.file, provider, table=asked, channel="command")
        return records.receive(_blocks(self.folder / one.file), delivery, actor=actor).public_id

    def _sender(self, one: Delivery) -> Account:
        family = loader.current().table(one.table).family
        return sender_of(self.world, one.provider, RIGHTS.get(family, "records.intake"))

    def _await(self, ids: Sequence[str]) -> None:
        open_ = batches.visible_to(self.reader).filter(public_id__in=ids).exclude(state__in=ENDED)
        self._until(lambda: not open_.exists(), self._standing)

    def _follow(self, ids: Sequence[str]) -> None:
        """Say how each file came in, as it comes in."""
        told: set[str] = set()

        def tell() -> bool:
            mine = batches.visible_to(self.reader).filter(public_id__in=ids, state__in=ENDED)
            for batch in mine.exclude(public_id__in=told).order_by("finished_at"):
                told.add(batch.public_id)
                self.done += batch.read_count
                self.say(self._line(batch))
            return len(told) == len(set(ids))

        self._until(tell, self._standing)

    def _line(self, batch: object) -> str:
        counts = [
            f"{label} {getattr(batch, f'{name}_count'):,}"
            for name, label in (("refused", "退回"), ("waiting", "待核"), ("doubled", "重复"))
            if getattr(batch, f"{name}_count")
        ]
        figures = _Figures.of(batch)
        rest = f"，{'、'.join(counts)}" if counts else ""
        return (
            f"  {figures.name}：{figures.read:,} 行{rest}"
            f"（{figures.rate:,.0f} 行/秒，{self._left()}）{figures.trouble}"
        )

    def _left(self) -> str:
        spent = time.monotonic() - self.begun
        if not self.done or self.done >= self.total:
            return "即将完成"
        seconds = int(spent * (self.total - self.done) / self.done)
        return (
            f"约剩 {seconds // 60} 分 {seconds % 60} 秒" if seconds >= 60 else f"约剩 {seconds} 秒"
        )

    def _standing(self) -> object:
        """Whatever changes when anything at all goes forward."""
        mine = batches.visible_to(self.reader).order_by()
        return _jobs_left(), list(mine.values_list("state", "next_row"))

    def _until(self, over: Callable[[], bool], standing: Callable[[], object]) -> None:
        """Wait. Raises NothingWorks when nothing moves for long."""
        before, since = standing(), time.monotonic()
        while not over():
            if self.work:
                work_once()
                continue
            time.sleep(LOOK_SECONDS)
            now = standing()
            if now != before:
                before, since = now, time.monotonic()
            elif time.monotonic() - since > STILL_SECONDS:
                raise NothingWorks(seconds=STILL_SECONDS)


@dataclass(frozen=True)
class _Figures:
    """What one line says of a batch."""

    name: str
    read: int
    rate: float
    trouble: str

    @classmethod
    def of(cls, batch: object) -> "_Figures":
        run = batch.run  # type: ignore[attr-defined]  # a Batch of the records domain
        seconds = (run.finished_at - run.started_at).total_seconds() if run.started_at else 0.0
        read = batch.read_count  # type: ignore[attr-defined]
        trouble = f" {run.error}" if run.error else ""
        return cls(batch.file_name, read, read / seconds if seconds else 0.0, trouble)  # type: ignore[attr-defined]


def differences(city: City) -> list[str]:
    """Where receipts say something else than the generator's own books; empty if nowhere."""
    reader = account_called(READER)
    found = []
    for one in city.files:
        batch = batches.visible_to(reader).filter(file_name=one.file, state="landed").first()
        if batch is None:
            found.append(f"{one.file}：没有入库")
            continue
        got: dict[str, object] = {name: getattr(batch, f"{name}_count") for name in FIGURES}
        got |= {f"检核 {name}": failed for name, failed in batch.counts.items()}
        wanted = {name: one.expect[name] for name in FIGURES}
        wanted |= {f"检核 {name}": failed for name, failed in dict(one.expect["checks"]).items()}  # type: ignore[call-overload]
        found += [
            f"{one.file}：{name} 应为 {wanted.get(name, 0)}，实为 {got.get(name, 0)}"
            for name in sorted(wanted.keys() | got.keys())
            if wanted.get(name, 0) != got.get(name, 0)
        ]
    return found


def work_once() -> None:
    """Do what is queued, in this process."""
    for queue in QUEUES:
        call_command("work", queue=queue, once=True)


def _jobs_left() -> int:
    return ProcrastinateJob.objects.filter(
        status__in=["todo", "doing"], scheduled_at__isnull=True
    ).count()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
