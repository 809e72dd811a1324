"""The process that answers at once what needs a heavy engine: checks of a record being entered."""

import importlib
import importlib.util
import signal
import threading

from django.apps import apps
from django.core.management.base import BaseCommand

from mingcha.base.answering import answering
from mingcha.base.jobs import give_back_memory
from mingcha.standards import loader


class Command(BaseCommand):
    help = "启动即时检核进程，为在线录入当场检核和入库。由 mingcha up 启动和看护。"
    requires_system_checks: list[str] = []  # they import every page; `prepare` has made them

    def handle(self, **_: object) -> None:
        """Answer until told to stop; what is under way is finished first."""
        load_answers()
        loader.current()
        give_back_memory()
        with answering() as server:
            # shutdown() waits for the loop that the signal interrupts, so it needs a thread.
            def stop(*_: object) -> None:
                threading.Thread(target=server.shutdown).start()

            signal.signal(signal.SIGTERM, stop)
            signal.signal(signal.SIGINT, stop)
            server.serve_forever(poll_interval=0.2)


def load_answers() -> None:
    """Import what answers questions in each domain, and nothing heavier."""
    for config in apps.get_app_configs():
        if not config.name.startswith("mingcha."):
            continue
        jobs = importlib.util.find_spec(f"{config.name}.jobs")
        if jobs is None or jobs.submodule_search_locations is None:
            continue
        if importlib.util.find_spec(f"{config.name}.jobs.answers") is not None:
            importlib.import_module(f"{config.name}.jobs.answers")
