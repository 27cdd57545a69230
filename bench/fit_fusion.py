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
from dataclasses import dataclass, replace
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
    """The candidates of one question, with all that fusing them takes."""

    right: np.ndarray
    found: Any
    vector: np.ndarray
    asked: int


def pools(reader: Any, questions: list[tuple[str, int]], embedder: Any) -> list[Pool]:
    from broadsheet.search.backends.embedded import hybrid
    from broadsheet.search.backends.embedded.words import ByWords
    from broadsheet.search.language import parse

    made = []
    snapshot = reader._snapshot
    for text, pk in questions:
        query = parse(text)
        words = ByWords(snapshot, query)
        vector = embedder.embed([" ".join(part.text for part in query.words)])[0]
        near, _ = snapshot.view.nearest(vector, hybrid.POOL)
        found = hybrid.both(snapshot.view, words.best(hybrid.DEPTH), near, hybrid.POOL, vector)
        # A tenth of the memory, and the same products to three digits.
        found = replace(found, vectors=found.vectors.astype(np.float16))
        made.append(Pool(found.pks == pk, found, vector, words.said.telling))
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
        reader = backend.reader()
        found = {kind: pools(reader, questions, load()) for kind, questions in asked.items()}
        tell(found, reader._snapshot)


def reciprocal_rank(scores: np.ndarray, right: np.ndarray) -> float:
    """Of the paper that is meant; 0 when it is no candidate."""
    return 1 / (1 + int((scores[~right] > scores[right].max()).sum())) if right.any() else 0.0


def tell(found: dict[str, list[Pool]], snapshot: Any) -> None:
    """Print a line for each half and each choice of the constants."""
    from broadsheet.search.backends.embedded import fusion

    chosen = fusion.MEANING, fusion.HALF, fusion.TURN
    rules = [(0.0, 1.0, 0.0)] + [(meaning, chosen[1], chosen[2]) for meaning in (0.5, 0.7, 1.0, 1.3)]
    rules += [(chosen[0], half, chosen[2]) for half in (0.0, 3.0, 9.0)]
    rules += [(chosen[0], chosen[1], turn) for turn in (0.0, 0.15, 0.6)]
    print(f"| MEANING, HALF, TURN | {' | '.join([*found, 'mean'])} |\n{'|---' * (len(found) + 2)}|")
    for rule in rules:
        fusion.MEANING, fusion.HALF, fusion.TURN = rule
        means = []
        for some in found.values():
            ranks = []
            for pool in some:
                candidates = replace(pool.found, vectors=pool.found.vectors.astype(np.float32))
                scores, _ = candidates.fused(pool.vector, snapshot, asked=pool.asked)
                ranks.append(reciprocal_rank(scores, pool.right))
            means.append(float(np.mean(ranks)))
        print(f"| {rule} | {' | '.join(f'{mean:.3f}' for mean in [*means, sum(means) / len(means)])} |")
    meaning = [[reciprocal_rank(pool.found.meaning, pool.right) for pool in some] for some in found.values()]
    print(f"| meaning alone | {' | '.join(f'{np.mean(ranks):.3f}' for ranks in meaning)} | |")


if __name__ == "__main__":
    main()
