"""LanceDB's part of bench_search, run by a Python that has it: `python bench/lance.py FOLDER`.

FOLDER holds `vectors.npy`, `texts.jsonl` (a text a paper) and `queries.jsonl` ({"part", "text", "vector"}). It makes a
table with both its indexes, at its own choices, and prints {"took": milliseconds by part, "found": ids by query}.
"""

from __future__ import annotations

import json
import re
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow

HITS, DEPTH, WARM = 20, 50, 50


def table_of(folder: Path) -> Any:
    vectors = np.load(folder / "vectors.npy")
    texts = [json.loads(line) for line in (folder / "texts.jsonl").open(encoding="utf-8")]
    columns = {
        "id": np.arange(1, len(texts) + 1),
        "text": texts,
        "vector": pyarrow.FixedSizeListArray.from_arrays(vectors.ravel(), vectors.shape[1]),
    }
    table = lancedb.connect(folder / "lance").create_table("papers", pyarrow.table(columns))
    table.create_index(metric="dot", vector_column_name="vector")
    table.create_fts_index("text", replace=True)
    return table


def main() -> None:
    folder = Path(sys.argv[1])
    queries = [json.loads(line) for line in (folder / "queries.jsonl").open(encoding="utf-8")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the newer forms of these calls differ from release to release
        table = table_of(folder)

    def both(query: dict[str, Any]) -> Any:
        words = " ".join(re.findall(r"\w+", query["text"]))
        found = table.search(query_type="hybrid", vector_column_name="vector", fts_columns="text")
        return found.vector(query["vector"]).text(words).limit(HITS).to_list()

    for query in queries[:WARM]:
        both(query)
    took: dict[str, list[float]] = {}
    for query in queries:
        start = time.perf_counter()
        both(query)
        took.setdefault(query["part"], []).append((time.perf_counter() - start) * 1000)
    found = [[hit["id"] for hit in table.search(query["vector"]).limit(DEPTH).to_list()] for query in queries]
    print(json.dumps({"took": took, "found": found}))


if __name__ == "__main__":
    main()
