"""A supervisor of small shell programs instead of the platform's: `stand_in HOME CASE`."""

import sys
from pathlib import Path

from mingcha.base.errors import MingchaError
from mingcha.config.processes import Program, spawn
from mingcha.config.supervisor import Process, StopRequested, Supervisor, to_terminal

POLITE = "trap 'echo {name} >> ended; exit 0' TERM; echo hello; while :; do sleep 0.05; done"
STUBBORN = "trap '' TERM; echo hello; while :; do sleep 0.05; done"
FAILING = "echo 'out of order'; exit 3"


def row(home, name, script, stage, **more):
    """One process that is ready once it has said something."""
    log = home / "log" / f"{name}.log"
    program = Program(["/bin/sh", "-c", script.replace("{name}", name)], log, folder=home)

    def ready():
        return log.exists() and "hello" in log.read_text()

    return Process(name, f"进程{name}", log, lambda: spawn(program), stage, ready, **more)


CASES = {
    "three": [("last", POLITE, 3), ("first", POLITE, 1), ("second", POLITE, 2)],
    "stubborn": [("stubborn", STUBBORN, 1)],
    "failing": [("sound", POLITE, 1), ("failing", FAILING, 2)],
}


def main():
    """Start the rows of a case, say so, and watch."""
    home, case = Path(sys.argv[1]), sys.argv[2]
    with Supervisor(home, to_terminal) as house:
        try:
            for name, script, stage in CASES[case]:
                process = row(home, name, script, stage, grace_seconds=1.0)
                house.start(process)
                house.await_ready(process, seconds=1.5)
            to_terminal("all there")
            house.watch()
        except StopRequested:
            to_terminal("stopping")


if __name__ == "__main__":
    try:
        main()
    except MingchaError as refusal:
        to_terminal(refusal.as_line())
        sys.exit(1)
