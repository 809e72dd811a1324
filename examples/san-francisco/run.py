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

from mingcha.config.cli import database_running
from mingcha.config.supervisor import is_up

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Settle who and where we are before Django reads it, make the database ready, hand in."""
    parser = argparse.ArgumentParser(description="旧金山卫生检查数据：经同一入口入库，打印回执。")
    parser.add_argument("folder", type=Path, help="存放 businesses.csv 等文件的目录")
    parser.add_argument("--home", type=Path, default=HERE.parents[1] / "var", help="数据目录")
    chosen = parser.parse_args()
    home = chosen.home.absolute()
    os.environ |= {"MINGCHA_HOME": str(home), "MINGCHA_STANDARDS": str(HERE)}
    os.environ |= {
        "MINGCHA_DATABASE_ROLE": "app",
        "DJANGO_SETTINGS_MODULE": "mingcha.config.settings",
    }
    (home / "run").mkdir(parents=True, exist_ok=True)
    with database_running():
        watched = is_up(home)
        if not watched:
            owner = os.environ | {"MINGCHA_DATABASE_ROLE": "owner"}
            prepare = [sys.executable, "-m", "mingcha.config.manage", "prepare"]
            subprocess.run(prepare, env=owner, check=True)
        django.setup()
        import_module("taking_in").take_in(chosen.folder, work=not watched)


if __name__ == "__main__":
    main()
