"""`make test`: the suite on SQLite, then on PostgreSQL. What pytest says of the last run is the last line.

`python -m tests.support.run [what pytest takes]`. With CI=true, PostgreSQL or Chromium missing is a failure.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from tests.support import postgres
from tests.support.chromium import browser_missing


def main(arguments: Sequence[str]) -> int:
    """Run both suites; the exit status is the first one that is not 0."""
    # Terminated from outside, the temporary server still has to stop: leave by way of the `finally`s.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    programs = postgres.find_programs()
    missing = []
    if programs is None:
        missing.append("PostgreSQL is not installed: its tests are skipped. To run them: apt install postgresql")
    if reason := browser_missing():
        missing.append(reason)
    for line in missing:
        print(line, flush=True)
    if missing and os.environ.get("CI", "").lower() in {"1", "true"}:
        print("CI=true: everything must be tested, so this is a failure.", flush=True)
        return 1
    status = _pytest("SQLite", "", arguments)
    if status or programs is None:
        return status
    with postgres.server(programs) as url:
        return _pytest("PostgreSQL", url, arguments)


def _pytest(label: str, database_url: str, arguments: Sequence[str]) -> int:
    print(f"── {label} ──", flush=True)
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    environment["DATABASE_URL"] = database_url
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
