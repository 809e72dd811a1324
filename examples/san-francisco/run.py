"""San Francisco's health inspections through the same intake as everybody's: `run.py FOLDER`.

Works beside a running `mingcha up`, and without one: then it starts the database for as long as it
needs it and does the jobs itself. May be run again: what is there already is not taken in twice.
"""

import argparse
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import django

from mingcha.base.errors import MingchaError
from mingcha.config.cli import database_running
from mingcha.config.database import home
from mingcha.config.supervisor import is_up

HERE = Path(__file__).resolve().parent
OWN = {
    "MINGCHA_STANDARDS": str(HERE),
    "MINGCHA_DATABASE_ROLE": "app",
    "DJANGO_SETTINGS_MODULE": "mingcha.config.settings",
}


def main() -> None:
    """Settle who and where we are before Django reads it, make the database ready, hand in."""
    parser = argparse.ArgumentParser(description="旧金山卫生检查数据：经同一入口入库，打印回执。")
    parser.add_argument("folder", type=Path, help="存放 businesses.csv 等文件的目录")
    parser.add_argument("--home", type=Path, default=home(), help="数据目录，默认与 mingcha 相同")
    parser.add_argument("--draw", action="store_true", help="入库后按上次得分分层，随机抽查一次")
    chosen = parser.parse_args()
    os.environ |= OWN | {"MINGCHA_HOME": str(chosen.home.absolute())}
    (home() / "run").mkdir(parents=True, exist_ok=True)
    with database_running():
        watched = is_up(home())
        if not watched:
            prepare = [sys.executable, "-m", "mingcha.config.manage", "prepare"]
            owner = os.environ | {"MINGCHA_DATABASE_ROLE": "owner"}
            subprocess.run(prepare, env=owner, check=True)  # noqa: S603  # our own program
        django.setup()
        import_module("taking_in").take_in(chosen.folder, work=not watched)
        if chosen.draw:
            import_module("drawing").draw(work=not watched)


if __name__ == "__main__":
    try:
        main()
    except MingchaError as refusal:
        sys.exit(refusal.as_line())
