"""Make the dictionary with which records are packed, from the demo's captures.

    python scripts/make_record_dictionary.py OUT

It holds what records have in common: the keys, how dates and ids are written, the words of abstracts. A dictionary
that records were packed with must never change nor go; a better one gets a file of its own (catalog/packing.py).
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from broadsheet.catalog.records import SourceRecord
from broadsheet.ingest.sources.saved_page import parse

SIZE = 16_000  # bytes; twice as much gains another 2 %
CAPTURES = Path(__file__).parents[1] / "demo" / "captures"
CATEGORIES = (
    *("cs.LG", "cs.CL", "cs.CV", "cs.AI", "stat.ML", "math.NA"),
    *("quant-ph", "hep-ph", "astro-ph", "cond-mat.mes-hall", "q-bio.QM", "eess.IV"),
)


def main() -> None:
    chance = random.Random(1)  # noqa: S311  # made-up rows, no secrets
    texts: list[bytes | bytearray | memoryview] = []
    for path in sorted(CAPTURES.iterdir()):
        with path.open("rb") as file:
            records = [one for one in parse(file, key=path.stem) if isinstance(one, SourceRecord)]
        for number, record in enumerate(records):
            texts += [record.canonical(), *_as_archived(record, number, chance)]
    Path(sys.argv[1]).write_bytes(zstandard.train_dictionary(SIZE, texts).as_bytes())


def _as_archived(record: SourceRecord, number: int, chance: random.Random) -> Iterator[bytes]:
    """The same words as an archive's record would have them."""
    year, month = chance.randrange(2007, 2026), chance.randrange(1, 13)
    day = f"{year}-{month:02}-{chance.randrange(1, 28):02}"
    name = f"{year % 100:02}{month:02}.{chance.randrange(1_000, 99_999):05}"
    value: dict[str, Any] = {
        "title": record.title,
        "abstract": "  " + record.abstract.replace(". ", ".\n", 2),
        "authors": ["A. Author", "B. C. Writer"],
        "date": day,
        "updated": day,
        "identifiers": [("arxiv", name), ("doi", f"10.1103/PhysRevD.{number}")][: chance.choice([1, 2])],
        "categories": chance.sample(CATEGORIES, chance.choice([1, 2])),
        "versions": [("v1", day), ("v2", f"{year}-{month:02}-28")][: chance.choice([1, 2])],
        "extra": {
            "comments": f"{chance.randrange(4, 40)} pages, {chance.randrange(1, 12)} figures",
            "journal-ref": f"Phys.Rev.D{number}:{chance.randrange(10_000)},{year}",
            "license": "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
            "submitter": "A. Author",
        },
    }
    yield json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


if __name__ == "__main__":
    main()
