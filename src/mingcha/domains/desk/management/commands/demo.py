"""The demonstration city from the terminal: make its files, set it up, load it."""

import argparse
import json
import shutil
import time
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mingcha.base.days import local_today
from mingcha.base.errors import MingchaError
from mingcha.domains.desk.demo.errors import Foreign, NotEmpty
from mingcha.domains.desk.demo.generate import City, generate, read_city, scale_of
from mingcha.domains.desk.demo.installing import install, is_installed
from mingcha.domains.desk.demo.loading import Loading, differences
from mingcha.domains.desk.demo.world import Scale, World

SIZES = {"small": 1_500, "city": 30_000, "large": 300_000}
SEED = "演示市"
LOADED = "loaded.json"


class Command(BaseCommand):
    help = (
        "装入一座演示市：机构、账号、监管事项和两年的监管数据，全部由种子生成并经真实的数据接入。"
        "可以重复执行；中断后再次执行会接着装。"
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """How large, from which seed, and what to do with the files."""
        parser.add_argument(
            "--size",
            choices=list(SIZES),
            help="规模：small 约一千五百户，city 约三万户，large 约三十万户；默认 city",
        )
        parser.add_argument("--parties", type=int, help="监管对象户数，代替 --size，如 100000")
        parser.add_argument("--seed", help="种子；同一种子生成完全相同的文件")
        parser.add_argument(
            "--today",
            type=date.fromisoformat,
            help="数据截至这一天的前一天，默认今天，如 2026-06-30",
        )
        parser.add_argument("--files", type=Path, help="只把文件写到这个目录，不装入")
        parser.add_argument(
            "--work", action="store_true", help="由本命令自己处理后台任务（没有运行 mingcha up 时）"
        )
        parser.add_argument(
            "--check", action="store_true", help="装完后把每份回执与生成时的账目核对"
        )

    def handle(self, **options: object) -> None:
        """Generate unless it is there, install unless it is there, load what is missing."""
        asked = any(options[name] is not None for name in ("parties", "size", "seed"))
        parties = options["parties"] or SIZES[str(options["size"] or "city")]
        today = options["today"] or local_today()
        scale = Scale(
            str(options["seed"] or SEED), int(str(parties)), date.fromisoformat(str(today))
        )
        try:
            if options["files"] is not None:
                city = generate(scale, Path(str(options["files"])), self.say)
                return self.say(f"共 {len(city.files)} 个文件，{_rows(city):,} 行。")
            city = self._load(scale, asked=asked, work=bool(options["work"]))
            if options["check"]:
                self._check(city)
        except MingchaError as refusal:
            raise CommandError(refusal.as_line()) from refusal
        return None

    def say(self, line: str) -> None:
        """Talk; data would go to stdout."""
        self.stderr.write(line)
        self.stderr.flush()

    def _load(self, scale: Scale, *, asked: bool, work: bool) -> City:
        """The city, there and whole. Raises Foreign, NotEmpty or NothingWorks."""
        folder, begun = Path(settings.HOME) / "demo", time.monotonic()
        if is_installed():
            city = _present(folder, scale if asked else None)
            if (folder / LOADED).exists():
                self.say(f"演示市已经装好（{city.parties:,} 户，数据截至 {city.today} 前一日）。")
                return city
        else:
            city = self._found(scale, folder)
        world = World(scale_of(city))
        Loading(world, city, folder, self.say, work=work).run()
        seconds = round(time.monotonic() - begun)
        (folder / LOADED).write_text(json.dumps({"seconds": seconds}), encoding="utf-8")
        self.say(self.style.SUCCESS(f"演示市装好了，用时 {seconds} 秒。"))
        return city

    def _found(self, scale: Scale, folder: Path) -> City:
        """Make the files, then organisations and accounts."""
        begun = time.monotonic()
        shutil.rmtree(folder, ignore_errors=True)
        city = generate(scale, folder)
        seconds = time.monotonic() - begun
        self.say(
            f"演示市：生成 {len(city.files)} 个文件，{_rows(city):,} 行，用时 {seconds:.1f} 秒"
        )
        world = World(scale)
        accounts = install(world, city)
        where = Path(settings.HOME) / "demo-accounts.txt"
        self.say(f"机构 {len(world.bodies)} 个、账号 {accounts} 个；账号和密码在 {where}")
        return city

    def _check(self, city: City) -> None:
        found = differences(city)
        if found:
            raise CommandError("回执与账目不符：\n" + "\n".join(found))
        self.say(f"{len(city.files)} 份回执与生成时的账目逐项相符。")


def _present(folder: Path, asked: Scale | None) -> City:
    """The city that is there. Raises Foreign, or NotEmpty when another one was asked for."""
    city = read_city(folder)
    if city is None:
        raise Foreign(folder=folder)
    if asked is not None and (city.seed, city.parties) != (asked.seed, asked.parties):
        raise NotEmpty(seed=city.seed, parties=city.parties)
    return city


def _rows(city: City) -> int:
    return sum(int(str(one.expect["read"])) for one in city.files)
