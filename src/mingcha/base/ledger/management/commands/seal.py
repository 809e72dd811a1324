"""`mingcha seal`: the sealer."""

import argparse
import logging
import signal
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, connection
from psycopg import sql

from mingcha.base.jobs import give_back_memory
from mingcha.base.ledger.sealer import file_signer, seal_once
from mingcha.base.ledger.services import WAKE
from mingcha.base.ledger.signing import Signer

logger = logging.getLogger("mingcha.ledger")
LONGEST_PERIOD = 10.0  # seconds; an act is sealed no later than this after its commit
RETRY_SECONDS = 1.0


class Command(BaseCommand):
    help = (
        "封存留痕：给新的留痕编号、延伸杂凑树、签名并发布。由 mingcha up 启动；--once 只封存一次。"
    )
    requires_system_checks: list[str] = []  # they import every page; `prepare` has made them

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="封存现有留痕后退出")
        parser.add_argument(
            "--period", type=float, default=LONGEST_PERIOD, help="最长间隔（秒），不超过 10"
        )

    def handle(self, *, once: bool, period: float, **_: Any) -> None:
        signer = file_signer()
        if once:
            self.stderr.write(f"留痕已全部封存，新增封存 {drain(signer)} 份。")
            return
        give_back_memory()
        # Leaving by exception rolls back whatever was not committed.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        while True:
            try:
                serve(signer, min(period, LONGEST_PERIOD))
            except OperationalError as error:
                logger.warning("sealer_waits_for_database", extra={"facts": {"error": str(error)}})
                connection.close()
                time.sleep(RETRY_SECONDS)


def serve(signer: Signer, period: float) -> None:
    """Seal whenever woken and at least every `period` seconds, until the database goes away."""
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("LISTEN {}").format(sql.Identifier(WAKE)))
    while True:
        seal_once(signer)
        # The first notice ends the wait; those that pile up behind it end the next at once.
        with connection.wrap_database_errors:
            for _ in connection.connection.notifies(timeout=period, stop_after=1):
                break


def drain(signer: Signer) -> int:
    """Seal until nothing is open. Returns how many seals it took."""
    seals = 0
    while seal_once(signer) is not None:
        seals += 1
    return seals
