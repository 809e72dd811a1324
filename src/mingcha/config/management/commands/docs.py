"""`mingcha docs`: print the reference pages and the indexes from the code."""

import argparse
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from mingcha.base.errors import MingchaError
from mingcha.config.docs.generate import DOCS, write


class Command(BaseCommand):
    help = "由代码生成参考文档（docs/reference）和文档目录。不需要数据库，可以重复执行。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Where the documentation lies."""
        parser.add_argument("--folder", type=Path, default=DOCS, help="文档目录，默认是源码的 docs")

    def handle(self, *, folder: Path, **_: object) -> None:
        """The changed pages on stdout, one a line."""
        try:
            changed = write(folder)
        except MingchaError as refusal:
            raise CommandError(refusal.as_line()) from refusal
        self.stdout.write("".join(f"{name}\n" for name in changed), ending="")
        self.stderr.write(self.style.SUCCESS(f"参考文档已是最新（改动 {len(changed)} 页）。"))
