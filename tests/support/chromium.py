"""The browser that browser tests drive: the system's, never a downloaded one."""

from __future__ import annotations

import shutil


def find_chromium() -> str | None:
    """The path of Chromium or Chrome; None where neither is installed."""
    for name in ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"):
        if path := shutil.which(name):
            return path
    return None
