"""Fits the constants of `search.backends.embedded.fusion` on held-out papers of an arXiv snapshot.

    python bench/fit_fusion.py SNAPSHOT.jsonl.zst

The index holds the papers that no table is trained on, one in fifty, among others. Of half of them the title is taken
out and asked for, of the other half a sentence of the abstract, and some words of the title. It prints the mean
reciprocal rank of the paper for each kind of question, by words, by meaning, and by the rule with other constants.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import random
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zstandard

PAPERS, QUESTIONS = 40_000, 700


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8"):
            yield json.loads(line)


def documents(path: Path, chance: random.Random) -> tuple[list[Any], dict[str, list[tuple[str, int]]]]:
    """The papers of the index, and by kind the questions with the key of the paper that is meant."""
    from broadsheet.lib.text import title_key as key
    from broadsheet.search.backends.base import Document
    from broadsheet.search.embedder.corpus import held_out

    made: list[Any] = []
    asked: dict[str, list[tuple[str, int]]] = {"words": [], "title": [], "sentence": [], "paragraph": []}
    others = 0
    for row in rows(path):
        title, abstract = " ".join(row["title"].split()), " ".join(row["abstract"].split())
        held = held_out(key(title))
        others += not held
        if not held and others > PAPERS:
            continue
        pk = len(made) + 1
        if held and pk % 2:
            asked["title"].append((title, pk))
            title = ""
        elif held:
            words = re.findall(r"\w{3,}", title)
            asked["words"].append((" ".join(chance.sample(words, min(len(words), chance.randint(2, 5)))), pk))
            sentences = re.split(r"(?<=[.!?])\s+", abstract)
            if len(sentences) > 4:
                at = chance.randrange(len(sentences))
                asked["sentence"].append((sentences.pop(at), pk))
                half = len(sentences) // 2
                if pk % 4:
                    asked["paragraph"].append((" ".join(sentences[:half]), pk))
                    sentences = sentences[half:]
            abstract = " ".join(sentences)
        made.append(Document(pk, title, abstract))
    return made, {kind: chance.sample(some, min(QUESTIONS, len(some))) for kind, some in asked.items()}


@dataclass
class Pool:
    """The candidates of one question."""

    right: np.ndarray
    words: np.ndarray
    verbatim: np.ndarray
    meaning: np.ndarray  # deviations
    asked: int


def pools(reader: Any, questions: list[tuple[str, int]], embedder: Any) -> list[Pool]:
    from broadsheet.search.backends.embedded import fusion, hybrid
    from broadsheet.search.language import parse

    made = []
    for text, pk in questions:
        query = parse(text)
        snapshot = reader._snapshot
        one = hybrid.Hybrid(snapshot, snapshot.view)
        vector = embedder.embed([" ".join(part.text for part in query.words)])[0]
        prepared = one._ranking.query(query)
        hits = snapshot.searcher.search(prepared, hybrid.DEPTH, count=False).hits
        near, _ = snapshot.view.nearest(vector, hybrid.POOL)
        asked, _ = one._ranking.asked(query)
        found = one._both(
            hits, near, hybrid.POOL, vector, lambda scores, asked=asked: fusion.tiers(scores, asked=asked)
        )
        deviations = fusion.deviations(found.meaning, snapshot.background(vector))
        made.append(Pool(found.pks == pk, found.words, found.verbatim, deviations, asked))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("snapshot", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("BROADSHEET_HOME", home)
        os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.config.settings"
        import django

        django.setup()
        from broadsheet.search.backends.embedded import EmbeddedBackend
        from broadsheet.search.embedder import load

        made, asked = documents(options.snapshot, random.Random(options.seed))
        backend = EmbeddedBackend(Path(home) / "fit")
        with backend.lock():
            build = backend.build()
            build.writer.put(made)
            build.writer.commit()
            build.writer.close()
            build.publish(documents=len(made), now=dt.datetime.now(dt.UTC))
        found = {kind: pools(backend.reader(), questions, load()) for kind, questions in asked.items()}
    tell(found)


def reciprocal_rank(scores: np.ndarray, right: np.ndarray) -> float:
    """Of the paper that is meant; 0 when it is no candidate."""
    return 1 / (1 + int((scores[~right] > scores[right].max()).sum())) if right.any() else 0.0


def tell(found: dict[str, list[Pool]]) -> None:
    """Print a line for each half and each constant."""
    from broadsheet.search.backends.embedded import fusion

    rules: dict[str, float | None] = {"words": 0.0, "meaning": None}
    rules |= {f"MEANING {constant}": constant for constant in (0.3, 0.5, 0.6, 0.7, 0.8, 1.0)}
    print(f"| {' | '.join(['', *found, 'mean'])} |\n{'|---' * (len(found) + 2)}|")
    for name, constant in rules.items():
        fusion.MEANING = constant or 0.0
        means = []
        for some in found.values():
            ranks = []
            for pool in some:
                fused = pool.verbatim + fusion.fuse(pool.words, pool.meaning, asked=pool.asked)
                ranks.append(reciprocal_rank(pool.meaning if constant is None else fused, pool.right))
            means.append(float(np.mean(ranks)))
        print(f"| {name} | {' | '.join(f'{mean:.3f}' for mean in [*means, sum(means) / len(means)])} |")


if __name__ == "__main__":
    main()
