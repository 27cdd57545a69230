"""How fast the extraction reads: `python -m bench.extraction.speed PAPERS.jsonl[.zst] [COUNT]`.

One process, so one core. Prints abstracts a second by the clock and by the processor (which a busy machine does not
distort), and how long the slowest took, over the first COUNT papers (20,000), each read once.
"""

from __future__ import annotations

import sys
import time
from itertools import islice
from pathlib import Path

from bench.extraction.sample import read

from broadsheet.results.extraction import extract


def main() -> None:
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    papers = [(row["title"], row["abstract"] or "") for row in islice(read(Path(sys.argv[1])), count)]
    extract(*papers[0])  # the weights are read once
    slowest = claims = 0.0
    clock, start = time.perf_counter(), time.process_time()
    for title, abstract in papers:
        before = time.process_time()
        claims += len(extract(title, abstract).claims)
        slowest = max(slowest, time.process_time() - before)
    by_clock, by_processor = time.perf_counter() - clock, time.process_time() - start
    rates = f"{len(papers) / by_clock:,.0f} a second by the clock, {len(papers) / by_processor:,.0f} by the processor"
    each = claims / len(papers)
    print(f"{len(papers):,} abstracts, {each:.2f} claims each: {rates}; the slowest {slowest * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
