"""Secrets of this node, made on first use and kept in files that only we may read."""

import os
import secrets
from pathlib import Path

from mingcha.config.env import setting


def secret_key(home: Path) -> str:
    """The key that signs sessions: as set, else made once under `home`."""
    given = setting(
        "MINGCHA_SECRET_KEY",
        "",
        str,
        help="签发登录会话的密钥；留空则自动生成，存于数据目录的 secrets/session.key。多台网页服务器须相同。",
    )
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
