"""`mingcha verify ledger`: is anything altered, removed or inserted?"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mingcha.base.ledger.verify import Report, verify_ledger


class Command(BaseCommand):
    help = "核验留痕、封存和现有记录。发现改动、删除或插入时指出第一处，并以 1 退出。"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("what", choices=["ledger"], help="核验什么：ledger 为全部留痕")
        parser.add_argument("--seals", type=Path, help="保存在系统之外的封存文件（seals.jsonl）")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")

    def handle(self, *, seals: Path | None, json: bool, **_: Any) -> None:
        try:
            report = verify_ledger(seals)
        except FileNotFoundError as error:
            raise CommandError(f"没有找到封存文件 {seals}。请核对 --seals 后的路径。") from error
        self.stdout.write(as_json(report) if json else "\n".join(as_lines(report)))
        if not report.is_sound:
            sys.exit(1)


def as_json(report: Report) -> str:
    """The report for machines."""
    return json.dumps({"sound": report.is_sound} | asdict(report), ensure_ascii=False)


def as_lines(report: Report) -> list[str]:
    """The report for people: findings first, then what was checked, then what it cannot show."""
    counted = "，".join(f"{name} {count}" for name, count in report.counts.items())
    verdict = "未发现改动、删除或插入。" if report.is_sound else "核验未通过。"
    return [
        *(f"【{finding.check}】{finding.sentence}" for finding in report.findings),
        f"{verdict}已核验：{counted}。",
        *(f"注意：{note}" for note in report.notes),
    ]
