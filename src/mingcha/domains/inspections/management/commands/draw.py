"""Draws from the terminal: how they stand, holding one, its bundle, recomputing it."""

import argparse
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from mingcha.base.days import local_today
from mingcha.base.errors import MingchaError
from mingcha.base.people.queries import account_called
from mingcha.domains.inspections.queries import seen
from mingcha.domains.inspections.queries.frozen import commitment_of
from mingcha.domains.inspections.queries.public import draws as public
from mingcha.domains.inspections.services import bundling, drawing, refusals


class Command(BaseCommand):
    help = "查看、进行和复核随机抽取。"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """What to do with which draw, as whom."""
        deeds = parser.add_subparsers(dest="deed", required=True)
        deeds.add_parser("list", help="列出全部抽取")
        hold = deeds.add_parser("hold", help="来源取值齐备后抽取；只抽一次")
        hold.add_argument("draw_id")
        hold.add_argument("--by", required=True, help="办理人的登录名")
        again = deeds.add_parser("recompute", help="由冻结文件和种子重算，与当时的结果核对")
        again.add_argument("draw_id")
        bundle = deeds.add_parser("bundle", help="把公开的文件包存到一个文件")
        bundle.add_argument("draw_id")
        bundle.add_argument("target", type=Path)

    def handle(self, **said: object) -> None:
        """Do it; a refusal ends with its sentence."""
        try:
            getattr(self, f"_{said['deed']}")(**said)
        except MingchaError as refusal:
            raise CommandError(refusal.as_line()) from refusal

    def _list(self, **_: object) -> None:
        for one in seen.published_draws():
            state = "已取消" if one.cancelled_at else "已抽取" if one.drawn_at else "待抽取"
            self.stdout.write(f"{one.draw_id}\t{state}\t{one.files['F'][0]}\t{one.task.name}")

    def _hold(self, *, draw_id: str, by: str, **_: object) -> None:
        actor = account_called(by)
        found = seen.draw_for(actor, draw_id)
        try:
            done = drawing.hold(found, actor=actor, tell=self._tell)
        except MingchaError as refusal:
            refusals.note(draw_id, "随机抽取", refusal, actor=actor)
            raise
        bundling.publish_draw(done)
        self.stdout.write(f"抽中 {done.counts['drawn']} 户，空缺 {done.counts['vacant']} 个席位")

    def _recompute(self, *, draw_id: str, **_: object) -> None:
        found = public.draw_called(draw_id)
        if not drawing.agrees(found, self._tell):
            raise CommandError(f"抽取 {draw_id} 重算的结果与记录不符")
        self.stdout.write(f"抽取 {draw_id} 重算一致：{found.result}")

    def _bundle(self, *, draw_id: str, target: Path, **_: object) -> None:
        found = public.draw_called(draw_id)
        path = public.bundle_of(found, commitment_of(found), local_today())
        if path is None or not path.exists():
            raise CommandError(f"抽取 {draw_id} 还没有文件包")
        target.write_bytes(path.read_bytes())
        self.stdout.write(f"{target}，承诺摘要 {commitment_of(found).digest().hex()}")

    def _tell(self, done: int, total: int, step: str) -> None:
        self.stderr.write(f"{step} {done}/{total}" if total else step)
