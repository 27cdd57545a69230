"""Large inputs for the soaks, the same for the same numbers."""

from __future__ import annotations

import json
import random
from pathlib import Path


def write_heap(path: Path, papers: int, *, start: int = 0) -> Path:
    """A file of `papers` JSON lines, each a paper with an arXiv id, authors and an abstract of 150 words."""
    chance = random.Random(start)
    words = [f"w{n}" for n in range(5_000)]
    with path.open("w") as file:
        for n in range(start, start + papers):
            paper = {
                "title": f"Paper number {n} on {' '.join(chance.choices(words, k=6))}",
                "abstract": " ".join(chance.choices(words, k=150)),
                "authors": [f"Ada{k} Lovelace{n % 977}" for k in range(4)],
                "date": f"20{n % 20 + 4:02}-0{n % 9 + 1}-1{n % 9}",
                "id": f"{n // 99_000 + 10:02}{n // 9_000 % 11 + 1:02}.{n % 9_000:05}",
            }
            file.write(json.dumps(paper) + "\n")
    return path
