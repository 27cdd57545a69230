"""`make test`: the suite on SQLite and on PostgreSQL. What pytest says of the latter is the last line.

`python -m tests.support.run [what pytest takes]`. With CI=true, PostgreSQL or Chromium missing is a failure.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import IO

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
    if programs is None:
        return _pytest("SQLite", "", arguments)
    with postgres.server(programs) as url:
        return _both(url, arguments)


def _both(url: str, arguments: Sequence[str]) -> int:
    """Both suites at once, which takes two cores little longer than one suite; PostgreSQL's words follow SQLite's."""
    with tempfile.TemporaryFile("w+") as words:
        other = _start("PostgreSQL", url, arguments, words)
        try:
            status = _pytest("SQLite", "", arguments)
            other_status = other.wait()
        finally:
            other.terminate()
            other.wait()
        words.seek(0)
        print("── PostgreSQL ──", words.read(), sep="\n", flush=True)
    return status or other_status


def _pytest(label: str, database_url: str, arguments: Sequence[str]) -> int:
    print(f"── {label} ──", flush=True)
    return _start(label, database_url, arguments, None).wait()


def _start(label: str, database_url: str, arguments: Sequence[str], words: IO[str] | None) -> subprocess.Popen[bytes]:
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    environment["DATABASE_URL"] = database_url
    # What they remember between runs (which tests failed last) is of one suite, not of both.
    cache = ("-o", f"cache_dir=.pytest_cache/{label.lower()}")
    return subprocess.Popen([sys.executable, "-m", "pytest", *cache, *arguments], env=environment, stdout=words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
