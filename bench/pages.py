"""Pages asked for in this process: server time without the network, and what it cost."""

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bench import rig
from bench.rig import Took

WARM = 20  # pages before the clock


def timed(login: str, addresses: Sequence[str]) -> tuple[list[float], Took]:
    """Milliseconds of each page for a signed-in person, one after the other; and of all together."""
    from django.test import Client

    import mingcha.config.wsgi  # noqa: F401  # what the web server does before its first request
    from mingcha.base.people.models import Account

    client = Client()
    client.force_login(Account.objects.get(login=login))
    for address in addresses[:WARM]:
        _get(client, address)
    times: list[float] = []

    def work() -> None:
        for address in addresses:
            begun = time.perf_counter()
            _get(client, address)
            times.append((time.perf_counter() - begun) * 1000)

    return times, rig.watched(work)


def _get(client: object, address: str) -> None:
    answer = client.get(address, HTTP_HOST="127.0.0.1")
    if answer.status_code != 200:
        raise SystemExit(f"{address}: {answer.status_code} {answer.headers.get('Location', '')}")


@contextmanager
def statements() -> Iterator[list[float]]:
    """Milliseconds of every statement, from sending it to having its first rows."""
    from django.db import connection

    times: list[float] = []

    def clock(execute, sql, params, many, context):
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            times.append((time.perf_counter() - begun) * 1000)

    with connection.execute_wrapper(clock):
        yield times


def told(times: Sequence[float]) -> str:
    """p50 and p99 in words."""
    middle, tail = statistics.median(times), rig.percentile(times, 0.99)
    return f"p50 {rig.number(middle)} ms, p99 {rig.number(tail)} ms"
