"""Secrets of this node, made on first use and kept in files that only we may read."""

import os
import secrets
from pathlib import Path


def secret_key(home: Path) -> str:
    """The key that signs sessions: from MINGCHA_SECRET_KEY, else made once under `home`."""
    given = os.environ.get("MINGCHA_SECRET_KEY")
    return given or secret_file(home / "secrets" / "session.key")


def secret_file(path: Path) -> str:
    """The text of `path`, written with fresh randomness when absent (mode 0600)."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
