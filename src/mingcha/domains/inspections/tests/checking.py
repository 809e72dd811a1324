"""The three checkers of a bundle as one kind of function: files → (whether all holds, what was said)."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from mingcha.domains.inspections.rules.bundle import zipped

ROOT = Path(__file__).parents[5]
SCRIPT = ROOT / "src/mingcha/domains/inspections/static/inspections/verify_draw.py"
BROWSER = ROOT / "web/src/draw/node.ts"
NODE = shutil.which("node", path=f"{Path(sys.executable).parent}:/usr/bin")


def script():
    """verify_draw.py as a module."""
    spec = importlib.util.spec_from_file_location("verify_draw", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def by_script(files, folder):
    """What verify_draw.py says of the zip."""
    path, said = folder / "bundle.zip", []
    path.write_bytes(zipped(files))
    return script().main(path, said.append) == 0, "\n".join(said)


def by_browser_code(files, folder):
    """What the browser's code says of the same files, run by node."""
    path = folder / "bundle.zip"
    path.write_bytes(zipped(files))
    run = subprocess.run(  # noqa: S603
        [NODE, "--no-warnings", BROWSER, path], capture_output=True, text=True, check=False
    )
    assert run.returncode in (0, 1), run.stderr
    return run.returncode == 0, run.stdout
