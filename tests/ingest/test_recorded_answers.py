"""Every answer on record: real ones, cassettes of other clients, samples of documentation.

Each gives papers or says in a sentence why not; nothing breaks, and the counts are those that the files hold, counted
here by other means than the parsers'. `pytest -s` prints the table. Skipped where the real data is not there.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from broadsheet.catalog.records import SourceRecord, Unreadable
from broadsheet.ingest.sources import HARVESTED, bibtex, crossref, openalex, semantic_scholar, zotero
from broadsheet.ingest.sources.answers import NotPapers
from broadsheet.ingest.sources.format import NotReadable
from broadsheet.ingest.sources.harvest import Answer, Page, Refused, Request, Setup, Source, StartAgain, TryAgain
from broadsheet.ingest.sources.hf_daily import service as hf_daily

from .sources.test_contract import check

AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
Pieces = Sequence[SourceRecord | Unreadable]


@pytest.fixture(scope="module")
def recorded() -> Path:
    """The folder of recorded answers beside the checkout, or in SHARED_DATA."""
    folder = Path(os.environ.get("SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data") / "api"
    if not folder.is_dir():
        pytest.skip("the recorded answers are not there")
    return folder


def cassette_bodies(text: str) -> list[bytes]:
    """The bodies of a cassette's answers: single-quoted YAML, whose lines are joined by blanks."""
    found = []
    for match in re.finditer(r"^      string: '((?:[^']|'')*)'$", text, re.MULTILINE):
        paragraphs = re.split(r"\n[ \t]*\n", match[1].replace("''", "'"))
        found.append("\n".join(re.sub(r"\s*\n\s*", " ", one) for one in paragraphs).strip().encode())
    return found


def of_scholar(path: Path) -> Pieces:
    pieces: list[SourceRecord | Unreadable] = []
    for body in cassette_bodies(path.read_text(encoding="utf-8")):
        pieces += semantic_scholar.papers(body, at=AT)
    return pieces


def in_scholar(path: Path) -> int:
    return sum(body.count(b'"paperId"') for body in cassette_bodies(path.read_text(encoding="utf-8")))


def source(name: str) -> Source:
    return next(one for one in HARVESTED if one.about.name == name)


def read_by(name: str, path: Path) -> Page:
    """What an arXiv source reads in a file, as an answer to its first request."""
    one = source(name)
    own = Setup(one.about.base_url, dict.fromkeys(one.about.settings, "cs"))
    status = int(match[1]) if (match := re.search(r"\.(\d{3})\.xml$", path.name)) else 200
    request = Request(one.about.base_url, notes={"start": 0, "expected": 0})
    return one.read(Answer(request, status, path.read_bytes(), {}, AT), stream="cs", mark={}, setup=own)


def in_json(path: Path, *keys: str) -> int:
    """How many elements the array under `keys` holds; a single object counts as one."""
    value: Any = json.loads(path.read_bytes())
    for key in keys:
        value = value[key]
    return len(value) if isinstance(value, list) else 1


def in_bibtex(path: Path) -> int:
    starts = re.findall(rb"(?<!\\)@[ \t]*([A-Za-z]+)[ \t]*[{(]", path.read_bytes())
    return sum(kind.lower() not in (b"comment", b"string", b"preamble") for kind in starts)


def in_zotero(path: Path) -> int:
    value = json.loads(path.read_bytes())
    return sum(one["data"]["itemType"] in zotero.PAPERS for one in (value if isinstance(value, list) else [value]))


def in_openalex(path: Path) -> int:
    value = json.loads(path.read_bytes())
    return len(value["results"]) if "results" in value else 1


def in_xml(path: Path, *names: str) -> int:
    root = etree.fromstring(path.read_bytes())
    return sum(1 for one in root.iter() if isinstance(one.tag, str) and etree.QName(one).localname in names)


Kind = tuple[Callable[[Path], Pieces], Callable[[Path], int]]
KINDS: dict[str, Kind] = {
    "bibtex": (lambda path: list(bibtex.parse(io.BytesIO(path.read_bytes()), key="")), in_bibtex),  # type: ignore[arg-type]
    "crossref": (lambda path: crossref.works(path.read_bytes(), at=AT)[0], lambda path: in_json(path, "message")),
    "huggingface": (lambda path: hf_daily.listing(path.read_bytes(), at=AT), in_json),
    "openalex": (lambda path: openalex.works(path.read_bytes(), at=AT)[0], in_openalex),
    "semantic-scholar": (of_scholar, in_scholar),
    "zotero": (lambda path: zotero.items(path.read_bytes(), library="users/1")[0], in_zotero),
    "arxiv-atom": (lambda path: read_by("arxiv-api", path).items, lambda path: in_xml(path, "entry")),
    "arxiv-oai": (lambda path: read_by("arxiv-oai", path).items, lambda path: in_xml(path, "record")),
    "arxiv-rss": (lambda path: read_by("arxiv-feed", path).items, lambda path: in_xml(path, "item")),
    "oai-generic": (lambda path: read_by("arxiv-oai", path).items, lambda path: in_xml(path, "record")),
}


def test_every_recorded_answer_gives_papers_or_a_reason(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = [json.loads(line) for line in (recorded / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    files: Counter[str] = Counter()
    papers: Counter[str] = Counter()
    refused: Counter[tuple[str, str]] = Counter()
    wrong: list[str] = []
    for one in listed:
        folder = one["file"].partition("/")[0]
        read, count = KINDS[folder]
        path = recorded / one["file"]
        files[folder] += 1
        try:
            pieces = read(path)
        except (NotReadable, Refused, StartAgain, TryAgain) as error:
            refused[folder, f"{type(error).__name__}: {error}"] += 1
            continue
        check(Page(items=pieces))
        good = sum(isinstance(piece, SourceRecord) for piece in pieces)
        papers[folder] += good
        for piece in pieces:
            if isinstance(piece, Unreadable):
                refused[folder, piece.reason] += 1
        # arXiv's listings name papers whose records another source brings.
        if folder != "arxiv-rss" and len(pieces) != count(path):
            wrong.append(f"{one['file']}: {len(pieces)} read, {count(path)} in the file")
    with capsys.disabled():
        print(table(files, papers, refused))
    assert wrong == []
    assert len(listed) == sum(files.values())


def table(files: Counter[str], papers: Counter[str], refused: Counter[tuple[str, str]]) -> str:
    """The table of the sweep, as Markdown."""
    lines = ["", "| folder | files | papers | not read |", "|---|---|---|---|"]
    for folder in sorted(files):
        told = "; ".join(f"{count} × {why}" for (where, why), count in sorted(refused.items()) if where == folder)
        lines.append(f"| {folder} | {files[folder]} | {papers[folder]} | {told or '–'} |")
    return "\n".join(lines)


def test_a_recorded_listing_announces_papers_that_it_names(recorded: Path) -> None:
    path = recorded / "arxiv-rss" / "arxiv_rss_example.xml"
    announced = {one for batch in read_by("arxiv-feed", path).announced for one in batch.ids}
    assert announced
    assert all(f"/abs/{one}" in path.read_text(encoding="utf-8") for one in announced)


def test_what_is_no_list_of_papers_is_told_apart_from_what_is_broken(recorded: Path) -> None:
    for name in ("openalex/openalex_authors.json", "zotero/groups_doc.json", "zotero/item_fields.json"):
        read, _ = KINDS[name.partition("/")[0]]
        with pytest.raises(NotPapers):
            read(recorded / name)
