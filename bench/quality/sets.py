"""The collections that quality is measured on, each in one shape."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import zstandard

from broadsheet.ingest.sources import saved_page
from broadsheet.lib.text import clean, title_key
from broadsheet.search.embedder.corpus import held_out, sentences

HERE = Path(__file__).parent
BEIR = ("cranfield", "cisi", "cacm", "medline")
COMMON_TAG = 0.2  # tags on a larger share of the papers say nothing about likeness
SENTENCES = 2_000


@dataclass(frozen=True, slots=True)
class Set:
    """A collection: `corpus` {id: (title, text)}, `queries` {id: {"text": …} or {"paper": id}}, and what is relevant.

    `measure` is "ndcg@10", "ndcg@20", "mrr" or "success@5".
    """

    name: str
    measure: str
    corpus: dict[str, tuple[str, str]]
    queries: dict[str, dict[str, str]]
    relevance: dict[str, dict[str, float]] = field(default_factory=dict)

    def text(self, document: str) -> str:
        """Title and text of a document."""
        return "\n".join(self.corpus[document]).strip()

    def query_text(self, query: str) -> str:
        """What is asked: the words, or the paper's title and abstract."""
        asked = self.queries[query]
        return asked["text"] if "text" in asked else self.text(asked["paper"])

    def write(self, folder: Path) -> tuple[Path, Path]:
        """`corpus.jsonl` and `queries.jsonl` as `broadsheet rank` reads them."""
        folder.mkdir(parents=True, exist_ok=True)
        corpus, queries = folder / "corpus.jsonl", folder / "queries.jsonl"
        rows = [{"_id": key, "title": title, "text": text} for key, (title, text) in self.corpus.items()]
        corpus.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        asked = [{"_id": key, **query} for key, query in self.queries.items()]
        queries.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in asked), encoding="utf-8")
        return corpus, queries


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file, plain or .zst."""
    with path.open("rb") as file:
        stream = zstandard.ZstdDecompressor().stream_reader(file) if path.suffix == ".zst" else file
        for line in io.TextIOWrapper(stream, encoding="utf-8"):
            if line.strip():
                yield json.loads(line)


def beir(folder: Path) -> Set:
    """A collection in BEIR's form: corpus.jsonl, queries.jsonl, qrels/test.tsv."""
    corpus = {row["_id"]: (row.get("title") or "", row.get("text") or "") for row in rows(folder / "corpus.jsonl")}
    queries = {row["_id"]: {"text": row["text"]} for row in rows(folder / "queries.jsonl")}
    relevance: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        if query in queries and document in corpus and float(grade) > 0:
            relevance.setdefault(query, {})[document] = float(grade)
    asked = {key: query for key, query in queries.items() if key in relevance}
    return Set(folder.name, "ndcg@10", corpus, asked, relevance)


def tags(path: Path) -> Set:
    """Papers with tags: each asks for papers like itself, and the number of tags in common is how relevant one is."""
    papers = list(rows(path))
    counts = Counter(tag for paper in papers for tag in set(paper["tags"]))
    telling = [{tag for tag in paper["tags"] if counts[tag] <= COMMON_TAG * len(papers)} for paper in papers]
    names = [str(number) for number in range(len(papers))]
    corpus = {
        name: (paper["title"] or "", paper.get("abstract") or "") for name, paper in zip(names, papers, strict=True)
    }
    relevance = {
        one: {
            other: float(len(mine & theirs))
            for other, theirs in zip(names, telling, strict=True)
            if other != one and mine & theirs
        }
        for one, mine in zip(names, telling, strict=True)
    }
    relevance = {name: wanted for name, wanted in relevance.items() if wanted}
    return Set("tags-3dgs", "ndcg@20", corpus, {name: {"paper": name} for name in relevance}, relevance)


def sentence_pairs(path: Path, *, seed: int = 7) -> Set:
    """A sentence of an abstract asks for its paper, of which that sentence is taken away. Papers that the embedder
    never learns from, the first so many of the file.
    """
    rng = np.random.default_rng(seed)
    corpus, queries, relevance = {}, {}, {}
    for row in rows(path):
        title, abstract = clean(row["title"] or ""), clean(row.get("abstract") or "")
        parts = sentences(abstract)
        if not held_out(title_key(title)) or len(parts) < 3:
            continue
        name = str(len(corpus))
        chosen = int(rng.integers(1, len(parts)))
        corpus[name] = (title, " ".join(parts[:chosen] + parts[chosen + 1 :]))
        queries[name], relevance[name] = {"text": parts[chosen]}, {name: 1.0}
        if len(corpus) == SENTENCES:
            break
    return Set("sentences", "mrr", corpus, queries, relevance)


def captured(folder: Path) -> dict[str, tuple[str, str]]:
    """The captured papers, by their title's key: title and abstract."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(folder.glob("*.txt")):
        with path.open("rb") as stream:
            for item in saved_page.FORMAT.parse(stream, key=path.stem):
                if title := getattr(item, "title", ""):
                    found.setdefault(title_key(title), (clean(title), clean(item.abstract)))
    return found


def questions(folder: Path) -> Set:
    """Our hundred questions; each asks for one captured paper and uses no word of its title."""
    papers = captured(folder)
    corpus = {str(number): paper for number, paper in enumerate(papers.values())}
    names = {key: str(number) for number, key in enumerate(papers)}
    asked = list(rows(HERE / "questions.jsonl"))
    queries = {row["_id"]: {"text": row["text"]} for row in asked}
    relevance = {row["_id"]: {names[title_key(row["title"])]: 1.0} for row in asked}
    return Set("questions", "success@5", corpus, queries, relevance)


def all_sets(data: Path) -> Iterator[Set]:
    """Every collection that is there; a line says which is missing."""
    places = [(name, data / "beir" / name / "corpus.jsonl") for name in BEIR]
    places += [("tags-3dgs", data / "tags-3dgs" / "papers.jsonl"), ("sentences", data / "papers-2023-2026.jsonl.zst")]
    for name, path in places:
        if not path.is_file():
            print(f"{name} is left out: {path} is not there.")
        elif name in BEIR:
            yield beir(path.parent)
        else:
            yield tags(path) if name == "tags-3dgs" else sentence_pairs(path)
    yield questions(HERE.parents[1] / "demo" / "captures")
