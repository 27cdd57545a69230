"""How long a search takes, and how much of the truth it finds, beside SQLite FTS5 and LanceDB.

    python bench/bench_search.py SNAPSHOT.jsonl.zst [--papers 250000] [--queries 400] [--seed 1] [--lancedb PYTHON]

The queries are made from the papers: 40 % two to five words of a title, 20 % titles, 20 % a sentence, 10 % title words
with a filter, 10 % a whole abstract. Ours are timed in this process: reading the query, embedding it, ids, scores and
parts, 20 hits. Recall is that of the meaning half at 50, against the exact unrounded vectors. LanceDB takes part where
PYTHON is a Python that has it, in an environment of its own; it is given the queries' vectors ready made.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import random
import re
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zstandard

HITS, DEPTH = 20, 50
PARTS = {"title words": 0.4, "title": 0.2, "sentence": 0.2, "with a filter": 0.1, "abstract": 0.1}
SHARES = (0.1, 0.01, 0.001)  # of the papers that a filter lets pass
Row = dict[str, Any]
Took = dict[str, list[float]]  # milliseconds by part


@dataclass
class Query:
    part: str
    text: str


class Recording:
    """An embedder that keeps what it gave, so that the truth is known without embedding twice."""

    def __init__(self, embedder: Any) -> None:
        self.name, self.dimensions, self.stamp = embedder.name, embedder.dimensions, embedder.stamp
        self._embedder, self.recording = embedder, True
        self.rows: list[Any] = []

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


def timed(ask: Callable[[str], Any], asked: Sequence[Query]) -> Took:
    """Milliseconds by part. One round before warms caches, as a server's are."""
    for query in asked[:50]:
        ask(query.text)
    took: Took = {part: [] for part in PARTS}
    for query in asked:
        start = time.perf_counter()
        ask(query.text)
        took[query.part].append((time.perf_counter() - start) * 1000)
    return took


def cells(took: Took) -> list[str]:
    all_of_them = [one for some in took.values() for one in some]
    return [
        f"{np.percentile(some, 50):.2f} / {np.percentile(some, 99):.2f}"
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


def lance(python: str, papers: Sequence[Row], vectors: Any, asked: Sequence[Row], folder: Path) -> tuple[Took, Any]:
    """LanceDB's times, and the keys it found nearest to each query."""
    np.save(folder / "vectors.npy", vectors)
    texts = (json.dumps(f"{row['title']}\n{row['abstract']}") for row in papers)
    (folder / "texts.jsonl").write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    (folder / "queries.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in asked), encoding="utf-8")
    command = [python, str(Path(__file__).with_name("lance.py")), str(folder)]
    said = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return said["took"], said["found"]


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


def under_filters(view: Any, vectors: Any, asked: Any) -> Iterator[str]:
    """Recall and time of the meaning half where chance lets a share of the papers pass."""
    chance = np.random.default_rng(1)
    for share in SHARES:
        allowed = chance.random(len(vectors)) < share
        places = np.flatnonzero(allowed)
        exact = vectors[places] @ asked.T
        depth = min(DEPTH, len(places) - 1)
        found, took = [], []
        for number, vector in enumerate(asked):
            start = time.perf_counter()
            slots, _ = view.nearest(vector, depth, allowed=allowed[view.pks - 1])
            took.append((time.perf_counter() - start) * 1000)
            truth = set((places[np.argpartition(exact[:, number], -depth)[-depth:]] + 1).tolist())
            found.append(len(truth & set(view.pks[slots].tolist())) / depth)
        p50, p99 = np.percentile(took, [50, 99])
        yield f"{share:.1%} pass: recall@{depth} {np.mean(found):.3f}, {p50:.2f} / {p99:.2f} ms"


def measure(papers: Sequence[Row], asked: Sequence[Query], folder: Path, python: str | None) -> None:
    from broadsheet.search import registry
    from broadsheet.search.embedder import load
    from broadsheet.search.language import parse

    embedder = Recording(load())
    backend, seconds = build(papers, folder, embedder)
    embedder.recording = False
    vectors = np.concatenate(embedder.rows)
    size = sum(path.stat().st_size for path in (folder / "index").rglob("*") if path.is_file())
    print(f"{len(papers):,} papers at {len(papers) / seconds:,.0f} a second, {size / len(papers):.0f} bytes a paper")
    sort = registry.sort_keys()[0]

    def vector(text: str) -> Any:
        return embedder.embed([" ".join(part.text for part in parse(text).words)])[0]

    def ours(mode: Any) -> Callable[[str], Any]:
        return lambda text: backend.reader().search(parse(text), sort=sort, limit=HITS, mode=mode)

    view = backend.reader()._snapshot.view
    plain = [at for at, query in enumerate(asked) if query.part != "with a filter"]
    rows_of = np.array([vector(query.text) for query in asked])
    exact = [set((np.argpartition(vectors @ rows_of[at], -DEPTH)[-DEPTH:] + 1).tolist()) for at in plain]
    near = recall([view.pks[view.nearest(rows_of[at], DEPTH)[0]].tolist() for at in plain], exact)
    by_peer = {"lexical": timed(ours("lexical"), asked), "hybrid": timed(ours("hybrid"), asked)}
    by_peer["SQLite FTS5"] = timed(full_text(papers, folder), asked[:: max(1, len(asked) // 100)])
    recalls = {"hybrid": near}
    if python:
        given = [
            {"part": one.part, "text": one.text, "vector": row.tolist()}
            for one, row in zip(asked, rows_of, strict=True)
        ]
        by_peer["LanceDB hybrid"], found = lance(python, papers, vectors, given, folder)
        recalls["LanceDB hybrid"] = recall([found[at] for at in plain], exact)
    else:
        print("LanceDB is left out: name a Python that has it with --lancedb.")
    tell(by_peer, recalls)
    print("\n".join(under_filters(view, vectors, rows_of[plain][:100])))
    embedded = timed(vector, asked)
    print(f"a query is embedded in {cells(embedded)[-1]} ms")


def tell(by_peer: dict[str, Took], recalls: dict[str, float]) -> None:
    """The table, and how many times faster ours are."""
    head = ["p50 / p99 ms", f"recall@{DEPTH}", *PARTS, "all"]
    lines = [head, ["---"] * len(head)]
    for name, took in by_peer.items():
        lines.append([name, f"{recalls[name]:.3f}" if name in recalls else "", *cells(took)])
    for line in lines:
        print(f"| {' | '.join(line)} |")
    for peer, part in (("SQLite FTS5", "title words"), ("LanceDB hybrid", "")):
        for mode in ("lexical", "hybrid"):
            if peer in by_peer:
                times = middle(by_peer[peer], part) / middle(by_peer[mode], part)
                print(f"{mode} is {times:.1f} times as fast as {peer} on {part or 'all'} at p50")


def middle(took: Took, part: str) -> float:
    some = took[part] if part else [one for each in took.values() for one in each]
    return float(np.percentile(some, 50))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("snapshot", type=Path, nargs="?", help="an arXiv snapshot in JSON lines, packed with zstd")
    parser.add_argument("--papers", type=int, default=250_000)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lancedb", metavar="PYTHON", help="a Python that has LanceDB")
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
        measure(papers, queries(papers, given.queries, given.seed), Path(folder), given.lancedb)


if __name__ == "__main__":
    main()
