"""The home: one folder that holds everything an owner must keep."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from broadsheet.config.options import OPTIONS, SettingError


def home_path() -> Path:
    """The home folder as set, absolute; it may not exist yet."""
    return Path(OPTIONS["BROADSHEET_HOME"].text()).expanduser().absolute()


def prepare_home(home: Path) -> Path:
    """Make the home if it is not there, readable by its owner only. Raises SettingError when that is not possible."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(
            f"The home {home} can't be made: {error.strerror}. Choose another with --home or BROADSHEET_HOME."
        ) from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise SettingError(f"The home {home} can't be written to. Choose another with --home or BROADSHEET_HOME.")
    return home


def secret_key(home: Path) -> str:
    """The key that signs sessions and links, from `secret.key` in the home, which the first start writes (mode 0600).

    The file appears whole or not at all, also when two processes start at once: it is written beside and linked
    into place.
    """
    path = home / "secret.key"
    try:
        return _read_key(path)
    except FileNotFoundError:
        pass
    draft = home / f".secret.key.{os.getpid()}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its key counts
    finally:
        draft.unlink()
    return _read_key(path)


def _read_key(path: Path) -> str:
    try:
        key = path.read_text().strip()
    except PermissionError as error:
        raise SettingError(f"{path} can't be read by this user.") from error
    if len(key) < 32:
        raise SettingError(
            f"{path} holds no usable key. Restore it from a backup, or delete it: everyone must then log in again."
        )
    return key
