"""How fast is what papers made and claim read and stored, and how fast does the systems table answer then?

    python bench/bench_results.py SNAPSHOT.jsonl.zst [--sizes 20000,250000] [--database-url postgres://…]

SNAPSHOT is arXiv's metadata snapshot (JSON lines, plain or packed). For each size its first lines are taken in by the
command `broadsheet ingest` into an empty home, without being read; then `broadsheet results` is timed, which reads with
one process for each core and brings the index up to date at its end (both are timed apart). Then the table's pages are
asked for in one process, twenty times each. There is no peer: no self-hosted tool reads claims. Prints one table, and
the load of the machine.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from bench_ingest import COMMAND, lines_of

READ = """
import sys, time
from broadsheet.cli.boot import boot
boot(None)
from django.utils import timezone
from broadsheet.results import queries, services
from broadsheet.search.services import holder_name
start = time.perf_counter()
read = services.read_waiting(now=timezone.now(), holder=holder_name(), processes=services.processes_for(10_000))
print(read, time.perf_counter() - start, *queries.totals().values())
"""
PAGES = {
    "the table": "/systems",
    "best first": "/systems?metric=speedup&unit=x&form=ratio&sort=best",
    "words": "/systems?task=language",
    "metrics": "/systems/metrics",
    "a metric": "/systems/metrics/speedup",
}
ASK = f"""
import time
from broadsheet.cli.boot import boot
boot(None)
from django.test import Client
client = Client(headers={{"host": "localhost"}})
for name, path in {PAGES!r}.items():
    client.get(path)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        assert client.get(path).status_code in (200, 404)
        times.append(time.perf_counter() - start)
    print(name, round(sorted(times)[10] * 1000), sep="\\t")
"""


def run(code: str, environment: dict[str, str]) -> str:
    """What a Python program prints."""
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout


def measure(file: Path, work: Path, environment: dict[str, str]) -> dict[str, str]:
    """One row of the table."""
    home = work / "home"
    shutil.rmtree(home, ignore_errors=True)
    own = {**environment, "BROADSHEET_HOME": str(home)}
    subprocess.run([*COMMAND, "ingest", str(file)], env=own, check=True, capture_output=True)
    before = sum(path.stat().st_size for path in home.glob("*.sqlite3"))
    read, seconds, systems, claims, papers = run(READ, own).split()
    started = time.perf_counter()
    subprocess.run([*COMMAND, "index"], env=own, check=True, capture_output=True)
    indexed = time.perf_counter() - started
    after = sum(path.stat().st_size for path in home.glob("*.sqlite3"))
    row = {
        "papers": papers,
        "read and stored": f"{float(seconds):.0f} s",
        "a second": f"{int(read) / float(seconds):.0f}",
        "systems": systems,
        "claims": claims,
        "added to the database": f"{(after - before) / 1e6:.0f} MB",
        "indexed again": f"{indexed:.0f} s",
    }
    for line in run(ASK, own).splitlines():
        name, middle = line.split("\t")
        row[name] = f"{middle} ms"
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("snapshot", type=Path)
    parser.add_argument("--sizes", default="20000,250000")
    parser.add_argument("--database-url", default="")
    given, _ = parser.parse_known_args()
    if not given.snapshot.exists():
        sys.exit(f"There is no {given.snapshot}: name arXiv's metadata snapshot.")
    environment = {
        key: value for key, value in os.environ.items() if key not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}
    }
    environment["DATABASE_URL"] = given.database_url
    rows = []
    load = statistics.fmean(os.getloadavg())
    for size in map(int, given.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="bench-results-") as folder:
            file = Path(folder) / "papers.jsonl"
            with file.open("wb") as out:
                out.writelines(islice(lines_of(given.snapshot), size))
            rows.append(measure(file, Path(folder), environment))
    for name in rows[0]:
        print(f"{name:>22} " + " ".join(f"{row.get(name, '–'):>12}" for row in rows))
    print(f"load before {load:.1f}, after {statistics.fmean(os.getloadavg()):.1f}, {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
