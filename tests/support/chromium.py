"""The browser that browser tests drive: the system's, never a downloaded one."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path


def find_chromium() -> str | None:
    """The path of Chromium or Chrome; None where neither is installed."""
    for name in ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"):
        if path := shutil.which(name):
            return path
    return None


@cache
def browser_missing() -> str | None:
    """Why browser tests cannot run here, naming the package to install; None where they can."""
    if find_chromium() is None:
        return "Chromium is not installed: the browser tests are skipped. To run them: apt install chromium"
    import playwright

    # Playwright steers the browser from a program of its own, which needs one library more than a bare Debian has.
    driver = Path(playwright.__file__).parent / "driver" / "node"
    if driver.exists() and subprocess.run([driver, "--version"], capture_output=True, check=False).returncode:
        return "The browser's driver can't start: the browser tests are skipped. To run them: apt install libatomic1"
    return None
