"""How fast are papers taken in, from file to searchable by words, and what do they weigh?

    python bench/bench_ingest.py SNAPSHOT.jsonl.zst [--sizes 10000,250000] [--database-url postgres://…] [--no-peer]

SNAPSHOT is arXiv's metadata snapshot (JSON lines, plain or packed). For each size its first lines are taken in by the
command `broadsheet ingest` into an empty home, which ends when all of them can be searched; then once more. Beside it,
in the same run, the peer: sqlite-utils inserts the same rows and enables its full-text search on title and abstract.
Prints one table, and the load of the machine before and after, without which no figure means much.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-c", "from broadsheet.cli.main import main; main()"]
PEER = """
import json, sys
from sqlite_utils import Database
papers = Database(sys.argv[2])["papers"]
papers.insert_all(map(json.loads, open(sys.argv[1])), pk="id", batch_size=1000)
papers.enable_fts(["title", "abstract"], tokenize="porter")
"""


@dataclass
class Run:
    """One command: its time, and the greatest memory (MB) of each process, the first being the command itself."""

    seconds: float  # on the clock
    processor: float  # seconds of all its processes
    memory: list[float]
    output: str


def watched(command: list[str], environment: dict[str, str]) -> Run:
    """Run a command and watch the memory of it and its children. Raises RuntimeError when it fails."""
    start, used = time.perf_counter(), _processor()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        peaks: dict[int, float] = {}
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, peaks, over))
        watcher.start()
        assert process.stdout
        output = process.stdout.read()
        status = process.wait()
        seconds = time.perf_counter() - start
        over.set()
        watcher.join()
    if status:
        raise RuntimeError(f"{command} ended with status {status}.")
    return Run(
        seconds, _processor() - used, [peaks.pop(process.pid, 0.0), *sorted(peaks.values(), reverse=True)], output
    )


def _processor() -> float:
    """Processor seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(pid: int, peaks: dict[int, float], over: threading.Event) -> None:
    """Note the peak resident memory (VmHWM) of a process and its children until `over`."""
    while not over.wait(0.2):
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            continue
        for one in [pid, *map(int, children)]:
            try:
                status = Path(f"/proc/{one}/status").read_text()
            except OSError:
                continue
            for line in status.splitlines():
                if line.startswith("VmHWM:"):
                    peaks[one] = int(line.split()[1]) / 1000


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a plain or zstd-packed file."""
    if path.suffix == ".zst":
        import zstandard

        with zstandard.open(path, "rb") as file:
            yield from io.BufferedReader(file)
    else:
        with path.open("rb") as file:
            yield from file


def weight(folder: Path) -> int:
    """Bytes of all files under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure(file: Path, count: int, work: Path, environment: dict[str, str], *, url: str) -> dict[str, Any]:
    """Take the file in twice; the figures of one row of the table."""
    home = work / "home"
    shutil.rmtree(home, ignore_errors=True)
    own = {**environment, "BROADSHEET_HOME": str(home), "DATABASE_URL": url}
    ingest = [*COMMAND, "ingest", "--json", str(file)]
    first = watched(ingest, own)
    totals = json.loads(first.output)["totals"]
    assert totals["new"] + totals["updated"] + totals["unchanged"] + totals["quarantined"] == count, totals
    size = weight(home)
    again = watched(ingest, own)
    assert json.loads(again.output)["totals"]["unchanged"] == count - totals["quarantined"]
    return {
        "papers/s": round(count / first.seconds),
        "processor ms a paper": f"{first.processor / count * 1e3:.2f}",
        "MB, each process": " + ".join(f"{mb:.0f}" for mb in first.memory),
        "bytes a paper": "" if url else round(size / count),
        "second pass/s": round(count / again.seconds),
        "second pass, s": round(again.seconds, 1),
    }


def measure_peer(file: Path, count: int, work: Path, environment: dict[str, str]) -> dict[str, Any]:
    """The same rows through sqlite-utils with its full-text search."""
    target = work / "peer.sqlite3"
    target.unlink(missing_ok=True)
    run = watched([sys.executable, "-c", PEER, str(file), str(target)], environment)
    return {
        "papers/s": round(count / run.seconds),
        "processor ms a paper": f"{run.processor / count * 1e3:.2f}",
        "MB, each process": f"{run.memory[0]:.0f}",
        "bytes a paper": round(target.stat().st_size / count),
        "second pass/s": "",
        "second pass, s": "",
    }


def main() -> None:
    """Measure what the command line asks for and print the table."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("snapshot", type=Path, nargs="?", default=os.environ.get("SNAPSHOT"))
    arguments.add_argument("--sizes", default="10000,50000,250000")
    arguments.add_argument("--database-url", default="", help="an empty PostgreSQL, measured beside SQLite")
    arguments.add_argument("--no-peer", action="store_true")
    asked = arguments.parse_args()
    if not asked.snapshot or not Path(asked.snapshot).exists():
        print("bench_ingest: name arXiv's snapshot on the command line or as SNAPSHOT; it may not be committed.")
        return
    environment = {k: v for k, v in os.environ.items() if k not in {"BROADSHEET_HOME", "DATABASE_URL"}}
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before", flush=True)
    header = ["what", "papers", "papers/s", "processor ms a paper", "MB, each process", "bytes a paper"]
    header += ["second pass/s", "second pass, s"]
    print("| " + " | ".join(header) + " |\n|" + "---|" * len(header), flush=True)
    with tempfile.TemporaryDirectory(prefix="broadsheet-bench-") as folder:
        work = Path(folder)
        for size in map(int, asked.sizes.split(",")):
            file = work / "papers.jsonl"
            with file.open("wb") as out:
                out.writelines(islice(lines_of(Path(asked.snapshot)), size))
            count = sum(1 for _ in file.open("rb"))
            rows = {"SQLite": measure(file, count, work, environment, url="")}
            if asked.database_url:
                rows["PostgreSQL"] = measure(file, count, work, environment, url=fresh_database(asked.database_url))
            if not asked.no_peer:
                rows["sqlite-utils with FTS5"] = measure_peer(file, count, work, environment)
            for what, row in rows.items():
                print(f"| {what} | {count:,} | " + " | ".join(str(row[key]) for key in header[2:]) + " |", flush=True)
            if not asked.no_peer:
                ratio = rows["SQLite"]["papers/s"] / rows["sqlite-utils with FTS5"]["papers/s"]
                print(f"| ratio to the peer | {count:,} | {ratio:.2f} | | | | | |", flush=True)
    print(f"load {os.getloadavg()[0]:.1f} after; {_processor():.0f} processor seconds in all")


def fresh_database(url: str) -> str:
    """An empty database of its own on the server of `url`."""
    import psycopg

    name = f"bench_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{url.rpartition('/')[0]}/{name}"


if __name__ == "__main__":
    main()
