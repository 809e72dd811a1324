"""Hand in a file from the terminal: the same door as the page and the API."""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from mingcha.base.errors import MingchaError
from mingcha.base.people.queries import account_called
from mingcha.domains.records import services
from mingcha.domains.records.models import Batch
from mingcha.domains.records.queries import batches as queries

BLOCK_BYTES = 1024**2
LOOK_SECONDS = 0.5


class Command(BaseCommand):
    help = "报送一个数据文件（Excel、CSV、JSON-lines、Parquet），显示进度，打印回执。"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The file, for whom, as whom."""
        parser.add_argument("file", type=Path, help="数据文件")
        parser.add_argument("--table", default="", help="数据表，如 check_action；不填则按表头识别")
        parser.add_argument("--provider", required=True, help="报送单位标识")
        parser.add_argument("--as", dest="login", required=True, help="报送人登录名")
        parser.add_argument("--no-wait", action="store_true", help="交给后台后立即返回，不等回执")

    def handle(
        self, *, file: Path, table: str, provider: str, login: str, no_wait: bool, **_: object
    ) -> None:
        """Talk on stderr, the receipt on stdout; exit status 1 when the file as a whole was refused."""
        try:
            actor = account_called(login)
            delivery = services.Delivery(
                name=file.name,
                provider=queries.provider_for(actor, provider),
                table=table,
                channel="cli",
            )
            batch = services.receive(_blocks(file), delivery, actor=actor)
        except MingchaError as refusal:
            raise CommandError(refusal.as_line()) from refusal
        except OSError as error:
            raise CommandError(
                f"读不到文件 {file}：{error.strerror}。请核对路径和权限。"
            ) from error
        if not no_wait:
            self._follow(batch)
        self.stdout.write(as_text(queries.receipt(batch)))
        if batch.run.error:
            raise CommandError(batch.run.error)

    def _follow(self, batch: Batch) -> None:
        """Show the progress until the batch has ended."""
        told = time.monotonic()
        while (made := queries.receipt(batch)).progress.is_open:
            if sys.stderr.isatty() or time.monotonic() - told > 10:
                told = time.monotonic()
                self.stderr.write(progress_line(made), ending="\r" if sys.stderr.isatty() else "\n")
            time.sleep(LOOK_SECONDS)
            batch.refresh_from_db()


def progress_line(made: queries.Receipt) -> str:
    """How far, how fast, how long still."""
    progress, batch = made.progress, made.batch
    share = "" if progress.percent is None else f"{progress.percent}%，"
    left = "" if progress.seconds_left is None else f"，剩余约 {progress.seconds_left} 秒"
    return f"{batch.run.step or '排队中'}：{share}{batch.read_count:,} 行，{progress.rate:,.0f} 行/秒{left}   "


def as_text(made: queries.Receipt) -> str:
    """The receipt for a terminal."""
    batch = made.batch
    lines = [
        f"回执 {batch.public_id}　{batch.get_state_display()}　{batch.table or '未识别'}　{batch.provider}",
        f"读取 {batch.read_count}　接收 {batch.accepted_count}（更正 {batch.replaced_count}，撤回 {batch.withdrawn_count}）"
        f"　退回 {batch.refused_count}　待核 {batch.waiting_count}　重复 {batch.doubled_count}　提示 {batch.warned_count}",
    ]
    lines += [f"  {line.national} {line.label}：{line.failed}" for line in made.national]
    failed = [line for line in made.checks if line.failed]
    lines += ["未通过的检核："] if failed else []
    lines += [f"  {line.failed:>8}　{line.label}（{line.name}）" for line in failed]
    return "\n".join([*lines, *(f"说明：{note}" for note in batch.notes)])


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block
