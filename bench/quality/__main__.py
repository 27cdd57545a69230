"""How well papers are found: `python -m bench.quality DATA [--minilm PYTHON]` prints one table.

DATA is a folder with `beir/<name>/` (BEIR's form), `tags-3dgs/papers.jsonl` and `papers-2023-2026.jsonl.zst`; what is
missing is left out, with a line that says so. Our own rankings go through `broadsheet rank`, as anybody's would.
PYTHON is a Python with PyTorch and all-MiniLM-L6-v2 (see `minilm.py`); without it those rows are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.quality import metrics, peers
from bench.quality.sets import Set, all_sets

OUT = Path(__file__).parents[1] / "out" / "quality"
MODES = ("lexical", "semantic", "hybrid")
LIMIT = 1_000
MEASURES: dict[str, Callable[[metrics.Relevance, metrics.Run], dict[str, float]]] = {
    "ndcg@10": lambda relevance, run: metrics.ndcg(relevance, run, 10),
    "ndcg@20": lambda relevance, run: metrics.ndcg(relevance, run, 20),
    "mrr": metrics.reciprocal_rank,
    "success@5": lambda relevance, run: metrics.success(relevance, run, 5),
}


def as_run(chosen: Set, scores: peers.Scores) -> metrics.Run:
    """Scores of all documents as a run; a paper that asks is not in its own answer."""
    documents = list(chosen.corpus)
    run = {}
    for query, row in zip(chosen.queries, scores, strict=True):
        found = dict(zip(documents, map(float, row), strict=True))
        found.pop(chosen.queries[query].get("paper", ""), None)
        run[query] = found
    return run


def our_run(chosen: Set, mode: str, home: Path) -> metrics.Run:
    """What `broadsheet rank` answers in this mode."""
    corpus, queries = chosen.write(OUT / chosen.name)
    out = OUT / chosen.name / f"{mode}.trec"
    command = [Path(sys.executable).with_name("broadsheet"), "rank", "--mode", mode, "--limit", str(LIMIT)]
    command += ["--corpus", corpus, "--queries", queries, "--out", out, "--home", home]
    subprocess.run(command, check=True)
    run: dict[str, dict[str, float]] = {}
    for line in out.read_text(encoding="utf-8").splitlines():
        query, _, document, _, score, _ = line.split(" ")
        run.setdefault(query, {})[document] = float(score)
    return run


def runs_of(chosen: Set, home: Path, minilm: Path | None) -> dict[str, metrics.Run]:
    """Every system's run on a set."""
    runs = {mode: our_run(chosen, mode, home) for mode in MODES}
    bm25 = peers.bm25(chosen)
    runs["BM25"] = as_run(chosen, bm25)
    runs["TF-IDF"] = as_run(chosen, peers.tfidf(chosen))
    if minilm:
        neural = peers.minilm(chosen, minilm, OUT / "minilm")
        runs["MiniLM"] = as_run(chosen, neural)
        runs["MiniLM + BM25"] = as_run(chosen, peers.blended(neural, bm25))
    return runs


def compare(chosen: Set, runs: dict[str, metrics.Run]) -> tuple[dict[str, float], float]:
    """Each system's mean on a set, and the p-value of hybrid against its better half."""
    measured = {name: MEASURES[chosen.measure](chosen.relevance, run) for name, run in runs.items()}
    means = {name: metrics.mean(values) for name, values in measured.items()}
    better = max(("lexical", "semantic"), key=lambda name: means[name])
    return means, metrics.bootstrap(measured["hybrid"], measured[better])


def table(results: dict[str, tuple[Set, dict[str, float], float]]) -> str:
    """The results in Markdown: a row a system, a column a set."""
    heads = [f"{name} ({chosen.measure})" for name, (chosen, _, _) in results.items()]
    lines = [f"| | {' | '.join(heads)} | mean |", "|---" * (len(results) + 2) + "|"]
    systems = list(next(iter(results.values()))[1])
    for system in systems:
        values = [means[system] for _, means, _ in results.values()]
        cells = [f"{value:.3f}" for value in [*values, sum(values) / len(values)]]
        lines.append(f"| {system} | {' | '.join(cells)} |")
    ps = [
        f"{means['hybrid'] - max(means['lexical'], means['semantic']):+.3f} (p {p:.3f})"
        for _, means, p in results.values()
    ]
    lines.append(f"| hybrid against its better half | {' | '.join(ps)} | |")
    return "\n".join(lines)


def main() -> None:
    """Measure everything and print the table; `bench/out/quality` keeps it, and all runs of ours."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("data", type=Path, help="folder with the collections")
    arguments.add_argument("--minilm", type=Path, help="a Python with PyTorch and all-MiniLM-L6-v2")
    arguments.add_argument("--only", help="names of sets, parted by commas")
    given = arguments.parse_args()
    if not given.minilm:
        print("MiniLM is left out: name a Python that has it with --minilm.")
    only = given.only.split(",") if given.only else []
    results: dict[str, tuple[Set, dict[str, float], float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(os.environ.get("BROADSHEET_HOME", folder))
        for chosen in all_sets(given.data):
            if only and chosen.name not in only:
                continue
            print(f"{chosen.name}: {len(chosen.corpus):,} papers, {len(chosen.queries):,} queries", file=sys.stderr)
            means, p = compare(chosen, runs_of(chosen, home, given.minilm))
            results[chosen.name] = (chosen, means, p)
    found = table(results)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "table.md").write_text(found + "\n", encoding="utf-8")
    plain = {name: {"measure": chosen.measure, "means": means, "p": p} for name, (chosen, means, p) in results.items()}
    (OUT / "table.json").write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    print(found)


if __name__ == "__main__":
    main()
