"""Look after the files of the lake: gather, merge, rebuild, check."""

import argparse
from collections.abc import Iterable

from django.core.management.base import BaseCommand, CommandError

from mingcha.base.errors import MingchaError
from mingcha.domains.records.errors import LakeBusy
from mingcha.domains.records.jobs import files
from mingcha.standards import loader
from mingcha.standards.model import Table


class Command(BaseCommand):
    help = "检查、整理或重建数据湖文件。可以重复执行，中断后重新执行即可。"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """What to do; by default gather, merge and sweep as the periodic jobs do."""
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--check", action="store_true", help="逐行核对湖文件与数据库，有不符时退出码为 1"
        )
        what.add_argument("--rebuild", action="store_true", help="由数据库重写全部湖文件")
        parser.add_argument("--table", default="", help="只处理一个数据表，如 check_action")

    def handle(self, *, check: bool, rebuild: bool, table: str, **_: object) -> None:
        """Figures on stdout, one line a table; refusals as a sentence."""
        try:
            tables = [loader.current().table(table)] if table else loader.current().tables.values()
            if check:
                self._check(tables)
            else:
                self._work(tables, rebuild=rebuild)
        except MingchaError as refusal:
            raise CommandError(refusal.as_line()) from refusal

    def _check(self, tables: Iterable[Table]) -> None:
        faults = [fault for table in tables for fault in self._checked(table)]
        for fault in faults:
            self.stdout.write(f"{fault.dataset}\t{fault.file}\t{fault.problem}")
        if faults:
            raise CommandError("数据湖与数据库不符；请运行 mingcha lake --rebuild 重建。")
        self.stderr.write("数据湖与数据库逐行相符。")

    def _checked(self, table: Table) -> list[files.Fault]:
        waiting = files.unfiled(table.name)
        if waiting:
            self.stderr.write(f"{table.name}：另有 {waiting} 个入库块尚待写入文件")
        return files.check(table)

    def _work(self, tables: Iterable[Table], *, rebuild: bool) -> None:
        with files.alone() as free:
            if not free:
                raise LakeBusy
            for table in tables:
                done = files.rebuild(table) if rebuild else files.gather(table)
                merged = files.compact(table)
                files.sweep(table)
                if done or merged:
                    what = f"重写 {done} 条" if rebuild else f"汇集 {done} 块"
                    self.stdout.write(f"{table.name}\t{what}\t合并 {merged} 个文件")
