"""Which abstracts are labelled, and which of the given labels are worked on.

Both follow from hashes, so anyone gets the same.

usage: python -m bench.extraction.sample HF_DAILY.jsonl.zst CAPTURES_DIR > texts.jsonl
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import zstandard

SEED = "broadsheet-hf-200"
SIZE = 200
WORK = 112

Row = dict[str, Any]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def split(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """The given labels as (work, locked): ordered by sha256 of the id, the first 112 to work on, the rest locked."""
    ordered = sorted(rows, key=lambda row: digest(row["id"]))
    return ordered[:WORK], ordered[WORK:]


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def read(path: Path) -> Iterator[Row]:
    """The objects of a .jsonl or .jsonl.zst file, a line each."""
    with path.open("rb") as raw:
        stream = zstandard.ZstdDecompressor().stream_reader(raw) if path.suffix == ".zst" else raw
        for line in io.TextIOWrapper(stream, encoding="utf-8"):
            if line.strip():
                yield json.loads(line)


def sample(papers: Iterable[Row], captured: str) -> list[Row]:
    """200 papers of the daily list that stand in no capture, in the order of sha256 of the seed and their id."""
    seen = letters(captured)
    pool = {
        row["id"]: row for row in papers if letters(row["title"]) not in seen and (row.get("abstract") or "").strip()
    }
    chosen = sorted(pool, key=lambda key: digest(SEED + key))[:SIZE]
    return [{"id": key, "title": pool[key]["title"], "abstract": pool[key]["abstract"]} for key in chosen]


def main() -> None:
    papers, captures = Path(sys.argv[1]), Path(sys.argv[2])
    captured = "\n".join(path.read_text(encoding="utf-8") for path in sorted(captures.iterdir()) if path.is_file())
    for row in sample(read(papers), captured):
        print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
