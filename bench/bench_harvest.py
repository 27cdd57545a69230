"""How fast is a year of arXiv harvested over OAI-PMH, and how fast are its answers parsed?

    python bench/bench_harvest.py SNAPSHOT.jsonl.zst [--records 200000] [--page 1000]

SNAPSHOT is arXiv's metadata snapshot. Its first papers are put into pages of OAI-PMH and served by a process of its own
on this machine, so the server takes its part of the same cores. `broadsheet harvest` reads them without a pause into an
empty home and ends when all of them can be searched. Then pages of both OAI-PMH formats and of the API are parsed in
one process without storing anything. Prints two tables, and the load of the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from bench_ingest import COMMAND, lines_of, watched, weight

OAI = '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><title>x</title>'
)
Row = dict[str, Any]


def element(tag: str, text: object) -> str:
    """`<tag>text</tag>`, or nothing for no text."""
    return f"<{tag}>{escape(str(text))}</{tag}>" if text else ""


def names(row: Row) -> list[list[str]]:
    """[family, given, suffix] of every author."""
    if row.get("authors_parsed"):
        return [[*one, "", ""][:3] for one in row["authors_parsed"]]
    plain = row.get("authors", "").replace(" and ", ", ").split(", ")
    return [[name.rpartition(" ")[2], name.rpartition(" ")[0], ""] for name in plain]


def arxiv(row: Row) -> str:
    """A row of the snapshot as a record of the format `arXiv`."""
    authors = "".join(
        f"<author>{element('keyname', one[0])}{element('forenames', one[1])}{element('suffix', one[2])}</author>"
        for one in names(row)
    )
    created = row["versions"][0]["created"] if row.get("versions") else ""
    day = time.strftime("%Y-%m-%d", time.strptime(created, "%a, %d %b %Y %H:%M:%S GMT")) if created else ""
    fields = ("title", "categories", "comments", "report-no", "journal-ref", "doi", "license", "abstract")
    return (
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/">{element("id", row["id"])}{element("created", day)}'
        f"<authors>{authors}</authors>{''.join(element(name, row.get(name)) for name in fields)}</arXiv>"
    )


def raw(row: Row) -> str:
    """A row of the snapshot as a record of the format `arXivRaw`."""
    versions = "".join(
        f'<version version="{one["version"]}">{element("date", one["created"])}</version>'
        for one in row.get("versions") or ()
    )
    fields = ("title", "authors", "categories", "comments", "report-no", "journal-ref", "doi", "license", "abstract")
    return (
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">{element("id", row["id"])}'
        f"{element('submitter', row.get('submitter'))}{versions}"
        f"{''.join(element(name, row.get(name)) for name in fields)}</arXivRaw>"
    )


def record(row: Row, form: Callable[[Row], str]) -> str:
    """A record of ListRecords."""
    head = f"<identifier>oai:arXiv.org:{row['id']}</identifier><datestamp>{row.get('update_date', '')}</datestamp>"
    return f"<record><header>{head}</header><metadata>{form(row)}</metadata></record>"


def oai_page(rows: list[Row], form: Callable[[Row], str], token: str) -> bytes:
    """An answer of ListRecords."""
    ends = f"<resumptionToken>{token}</resumptionToken>" if token else ""
    inside = "".join(record(row, form) for row in rows)
    said = "<responseDate>2026-01-01T00:00:00Z</responseDate>"
    return f"{OAI}{said}<ListRecords>{inside}{ends}</ListRecords></OAI-PMH>".encode()


def atom_page(rows: list[Row]) -> bytes:
    """An answer of the API."""
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{row['id']}v1</id>"
        f"<published>{row.get('update_date', '2020-01-01')}T00:00:00Z</published>"
        f"<updated>{row.get('update_date', '2020-01-01')}T00:00:00Z</updated>{element('title', row['title'])}"
        f"{element('summary', row['abstract'])}"
        + "".join(f"<author>{element('name', f'{one[1]} {one[0]}')}</author>" for one in names(row))
        + "".join(f'<category term="{one}"/>' for one in row["categories"].split())
        + "</entry>"
        for row in rows
    )
    return f"{ATOM}<opensearch:totalResults>{len(rows)}</opensearch:totalResults>{entries}</feed>".encode()


def serve(folder: Path) -> None:
    """Serve `folder`'s pages by number, on a port that is printed, until killed."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            number = parse_qs(urlsplit(self.path).query).get("resumptionToken", ["0"])[0]
            body = (folder / f"{int(number)}.xml").read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


def pages_of(rows: Iterator[Row], folder: Path, size: int) -> int:
    """Write the rows as numbered pages; how many rows there were."""
    number = count = 0
    part = list(islice(rows, size))
    while part:
        following = list(islice(rows, size))
        (folder / f"{number}.xml").write_bytes(oai_page(part, arxiv, str(number + 1) if following else ""))
        count, number, part = count + len(part), number + 1, following
    return count


def harvest(rows: Iterator[Row], size: int, work: Path) -> None:
    """Harvest from a server beside, and print the first table."""
    folder = work / "pages"
    folder.mkdir()
    count = pages_of(rows, folder, size)
    with subprocess.Popen([sys.executable, __file__, "--serve", folder], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        host = f"127.0.0.1:{server.stdout.readline().strip()}"
        environment = {k: v for k, v in os.environ.items() if k not in {"BROADSHEET_HOME", "DATABASE_URL"}}
        environment |= {
            "BROADSHEET_HOME": str(work / "home"),
            "FETCH_ALLOW": host,
            "FETCH_PAUSE": "0",
            "SOURCE_URLS": f"arxiv-oai=http://{host}/oai",
        }
        done = watched([*COMMAND, "harvest", "arxiv-oai", "--set", "all", "--json"], environment)
        server.kill()
    told = json.loads(done.output)
    assert told["done"], told
    memory = " + ".join(f"{mb:.0f}" for mb in done.memory)
    print(
        "| records | page | records/s | processor ms a record | MB, each process | new | quarantined | bytes a paper |"
    )
    print("|---|---|---|---|---|---|---|---|")
    print(
        f"| {count:,} | {size:,} | {count / done.seconds:,.0f} | {done.processor / count * 1e3:.2f} | {memory} "
        f"| {told['new']:,} | {told['quarantined']:,} | {weight(work / 'home') / max(count, 1):,.0f} |",
        flush=True,
    )


def parse(rows: list[Row]) -> None:
    """Parse pages in this process, and print the second table: processor time, the best of five."""
    from broadsheet.ingest.sources.arxiv_api.parser import parse as read_atom
    from broadsheet.ingest.sources.arxiv_oai.parser import parse as read_oai

    print("\n| parsed | records | bytes a record | records/s |\n|---|---|---|---|")
    for what, content, read in (
        ("OAI-PMH, arXiv", oai_page(rows, arxiv, ""), read_oai),
        ("OAI-PMH, arXivRaw", oai_page(rows, raw, ""), read_oai),
        ("API, Atom", atom_page(rows), read_atom),
    ):
        times = []
        for _ in range(5):
            start = time.process_time()
            found: Any = read(content)  # type: ignore[operator]
            times.append(time.process_time() - start)
            assert len(found.items) == len(rows)
        print(f"| {what} | {len(rows):,} | {len(content) // len(rows):,} | {len(rows) / min(times):,.0f} |", flush=True)


def main() -> None:
    """Measure what the command line asks for."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("snapshot", type=Path, nargs="?", default=os.environ.get("SNAPSHOT"))
    arguments.add_argument("--records", type=int, default=200_000)
    arguments.add_argument("--page", type=int, default=1_000)
    arguments.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.serve:
        serve(asked.serve)
        return
    if not asked.snapshot or not Path(asked.snapshot).exists():
        print("bench_harvest: name arXiv's snapshot on the command line or as SNAPSHOT; it may not be committed.")
        return
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before", flush=True)
    rows = (json.loads(line) for line in islice(lines_of(Path(asked.snapshot)), asked.records))
    with tempfile.TemporaryDirectory(prefix="broadsheet-bench-") as folder:
        harvest(rows, asked.page, Path(folder))
    parse([json.loads(line) for line in islice(lines_of(Path(asked.snapshot)), 2_000)])
    print(f"load {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
