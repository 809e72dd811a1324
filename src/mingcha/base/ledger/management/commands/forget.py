"""`mingcha forget`: destroy the addresses behind a person's acts, when the law asks for it."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from mingcha.base.ledger.services import forget_origins


class Command(BaseCommand):
    help = (
        "销毁一个账号的操作来源（网络地址、设备）及其密钥；留痕本身保留并仍可核验。"
        "须以数据库所有者身份运行（MINGCHA_DATABASE_ROLE=owner）。"
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("account", type=int, help="账号编号，如 42")
        parser.add_argument("--because", required=True, help="依据和理由，记入留痕")

    def handle(self, *, account: int, because: str, **_: Any) -> None:
        gone = forget_origins(account, because=because)
        self.stderr.write(f"已销毁账号 {account} 的 {gone} 条操作来源。")
