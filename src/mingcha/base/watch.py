"""What runs on this node: how each watched process is doing, as the supervisor writes it down.

The supervisor (`mingcha up`) writes the file, and anybody of the house may read it. No Django here.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass
class Standing:
    """How one process is doing: for whoever looks, and for whoever cleans up after a kill."""

    label: str
    stop_signal: int
    grace_seconds: float
    pid: int | None = None
    created: float = 0.0
    restarts: int = 0


def status_file(home: Path) -> Path:
    """Where the supervisor of a home writes; there is none when nobody watches."""
    return home / "run" / "status.json"


def standings(home: Path) -> dict[str, Standing]:
    """Each watched process by name, as the supervisor last wrote it; none when nobody watches."""
    path = status_file(home)
    if not path.exists():
        return {}
    known = json.loads(path.read_text())["processes"]
    return {name: Standing(**standing) for name, standing in known.items()}


def alive(pid: int, created: float) -> psutil.Process | None:
    """The process with this id, if it is still the one created at that time (epoch seconds)."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - created) < 1
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def memory_bytes(process: psutil.Process) -> int:
    """The resident memory of a process and of those it started; what has just ended counts nothing."""
    total = 0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for one in family:
        try:
            total += one.memory_info().rss
        except (psutil.NoSuchProcess, psutil.AccessDenied):  # gone, or another account's
            continue
    return total
