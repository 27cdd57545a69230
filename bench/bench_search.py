"""How long a search takes, and how much of the truth it finds, beside SQLite FTS5 and LanceDB.

    python bench/bench_search.py SNAPSHOT.jsonl.zst [--papers 250000] [--queries 400] [--seed 1]

The queries are made from the papers: 40 % two to five words of a title, 20 % titles, 20 % a sentence, 10 % title words
with a filter, 10 % a whole abstract. Ours are timed in this process, ids, scores and parts, 20 hits; recall is that of
the meaning half at 50, against the exact unrounded vectors. LanceDB takes part where it can be imported.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import io
import json
import os
import random
import re
import sqlite3
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zstandard

HITS, DEPTH = 20, 50
PARTS = {"title words": 0.4, "title": 0.2, "sentence": 0.2, "with a filter": 0.1, "abstract": 0.1}
Row = dict[str, Any]


@dataclass
class Query:
    part: str
    text: str


class Recording:
    """An embedder that keeps what it gave, so that the truth is known without embedding twice."""

    def __init__(self, embedder: Any) -> None:
        self.name, self.dimensions, self.stamp = embedder.name, embedder.dimensions, embedder.stamp
        self._embedder, self.rows, self.recording = embedder, [], True

    def embed(self, texts: Sequence[str]) -> Any:
        rows = self._embedder.embed(texts)
        if self.recording:
            self.rows.append(rows)
        return rows


def rows(path: Path, count: int) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), "utf-8")):
            if number == count:
                return
            yield json.loads(line)


def queries(papers: Sequence[Row], count: int, seed: int) -> list[Query]:
    chance = random.Random(seed)
    made = []
    for part, share in PARTS.items():
        for row in chance.sample(papers, round(count * share)):
            words = row["title"].split()
            some = " ".join(chance.sample(words, min(len(words), chance.randint(2, 5))))
            year, category = int(row["update_date"][:4]), row["categories"].split()[0]
            narrowed = chance.choice([f"year:{year}", f"year:{year - 2}..", f"cat:{category}", f"cat:{category[:2]}"])
            text = {
                "title words": some,
                "title": row["title"],
                "sentence": chance.choice(re.split(r"(?<=[.!?])\s+", row["abstract"])),
                "with a filter": f"{some} {narrowed}",
                "abstract": row["abstract"],
            }[part]
            made.append(Query(part, text))
    chance.shuffle(made)
    return made


def timed(ask: Callable[[str], Any], asked: Sequence[Query]) -> dict[str, list[float]]:
    """Milliseconds by part. One round before warms caches, as a server's are."""
    for query in asked[:50]:
        ask(query.text)
    took: dict[str, list[float]] = {part: [] for part in PARTS}
    for query in asked:
        start = time.perf_counter()
        ask(query.text)
        took[query.part].append((time.perf_counter() - start) * 1000)
    return took


def cells(took: dict[str, list[float]]) -> list[str]:
    all_of_them = [one for some in took.values() for one in some]
    return [
        f"{np.percentile(some, 50):.1f} / {np.percentile(some, 99):.1f}"
        for some in (*took.values(), all_of_them)
        if some
    ]


def recall(found: Sequence[Sequence[int]], exact: Sequence[set[int]]) -> float:
    return float(np.mean([len(set(some) & truth) / DEPTH for some, truth in zip(found, exact, strict=True)]))


def full_text(papers: Sequence[Row], folder: Path) -> Callable[[str], Any]:
    """SQLite's FTS5: one of the words, by bm25()."""
    database = sqlite3.connect(folder / "fts.sqlite3")
    database.execute("CREATE VIRTUAL TABLE papers USING fts5(title, abstract, tokenize='porter unicode61')")
    database.executemany("INSERT INTO papers VALUES (?, ?)", ((row["title"], row["abstract"]) for row in papers))
    database.commit()

    def ask(text: str) -> Any:
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", re.sub(r"\b(year|cat):\S+", "", text)))
        return database.execute(
            "SELECT rowid, bm25(papers) FROM papers WHERE papers MATCH ? ORDER BY bm25(papers) LIMIT ?", (words, HITS)
        ).fetchall()

    return ask


def lance(papers: Sequence[Row], vectors: Any, folder: Path) -> Any:
    """A LanceDB table with both its indexes, at its own choices."""
    import lancedb
    import pyarrow

    table = lancedb.connect(folder / "lance").create_table(
        "papers",
        pyarrow.table(
            {
                "id": np.arange(1, len(papers) + 1),
                "text": [f"{row['title']}\n{row['abstract']}" for row in papers],
                "vector": pyarrow.FixedSizeListArray.from_arrays(vectors.ravel(), vectors.shape[1]),
            }
        ),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the newer forms of these differ from release to release
        table.create_index(metric="dot", vector_column_name="vector")
        table.create_fts_index("text", replace=True)
    return table


def build(papers: Sequence[Row], folder: Path, embedder: Recording) -> tuple[Any, float]:
    """Our index, and the seconds it took."""
    from broadsheet.search.backends.base import Document
    from broadsheet.search.backends.embedded import EmbeddedBackend

    def document(pk: int, row: Row) -> Document:
        day = dt.date.fromisoformat(row["update_date"])
        return Document(pk, row["title"], row["abstract"], (), tuple(row["categories"].split()), ("arxiv",), day)

    backend = EmbeddedBackend(folder / "index", lambda: embedder)
    start = time.perf_counter()
    with backend.lock():
        made = backend.build()
        made.writer.put(document(pk, row) for pk, row in enumerate(papers, start=1))
        made.writer.commit()
        made.writer.close()
        made.publish(documents=len(papers), now=dt.datetime.now(dt.UTC))
    return backend, time.perf_counter() - start


def measure(papers: Sequence[Row], asked: Sequence[Query], folder: Path) -> None:
    from broadsheet.search import registry
    from broadsheet.search.embedder import load
    from broadsheet.search.language import parse

    embedder = Recording(load())
    backend, seconds = build(papers, folder, embedder)
    embedder.recording = False
    vectors = np.concatenate(embedder.rows)
    size = sum(path.stat().st_size for path in (folder / "index").rglob("*") if path.is_file())
    print(f"{len(papers):,} papers at {len(papers) / seconds:,.0f} a second, {size / len(papers):.0f} bytes a paper")

    def vector(text: str) -> Any:
        return embedder.embed([" ".join(part.text for part in parse(text).words)])[0]

    view = backend.reader()._snapshot.view
    plain = [query for query in asked if query.part != "with a filter"]
    exact = [set((np.argpartition(vectors @ vector(query.text), -DEPTH)[-DEPTH:] + 1).tolist()) for query in plain]
    ours = recall([view.pks[view.nearest(vector(query.text), DEPTH)[0]].tolist() for query in plain], exact)
    lines: list[list[str]] = []
    sort = registry.sort_keys()[0]
    for mode in ("lexical", "hybrid"):

        def ask(text: str, mode: Any = mode) -> Any:
            return backend.reader().search(parse(text), sort=sort, limit=HITS, mode=mode)

        lines.append([mode, f"{ours:.3f}" if mode == "hybrid" else "", *cells(timed(ask, asked))])
    lines.append(["SQLite FTS5", "", *cells(timed(full_text(papers, folder), asked[:: max(1, len(asked) // 100)]))])
    if importlib.util.find_spec("lancedb"):
        table = lance(papers, vectors, folder)

        def both(text: str) -> Any:
            found = table.search(query_type="hybrid", vector_column_name="vector", fts_columns="text")
            return found.vector(vector(text)).text(" ".join(re.findall(r"\w+", text))).limit(HITS).to_list()

        found = [[hit["id"] for hit in table.search(vector(one.text)).limit(DEPTH).to_list()] for one in plain]
        lines.append(["LanceDB hybrid", f"{recall(found, exact):.3f}", *cells(timed(both, asked))])
    else:
        print("LanceDB is left out: it can't be imported here.")
    head = ["p50 / p99 ms", f"recall@{DEPTH}", *PARTS, "all"]
    for line in [head, ["---"] * len(head), *lines]:
        print(f"| {' | '.join(line)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("snapshot", type=Path, nargs="?", help="an arXiv snapshot in JSON lines, packed with zstd")
    parser.add_argument("--papers", type=int, default=250_000)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.snapshot is None or not given.snapshot.is_file():
        print("bench_search needs an arXiv snapshot: name its file.")
        return
    print(f"load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("BROADSHEET_HOME", folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.config.settings"
        import django

        django.setup()
        papers = list(rows(given.snapshot, given.papers))
        measure(papers, queries(papers, given.queries, given.seed), Path(folder))


if __name__ == "__main__":
    main()
