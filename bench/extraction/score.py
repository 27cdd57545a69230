"""How well the extraction reads.

`python -m bench.extraction.score SHARED_DATA CAPTURES [work|locked|hf-200]... [--errors]`

Prints one JSON object a set: precision, recall and F1 of names, links and claims, the share of right kinds, and of the
claims found how often direction, bound and metric agree and the quote is verbatim; each with a 95 % interval from
1,000 bootstrap samples of papers (percentiles, seed 7). Without a set named, all three, and locked and hf-200 together.
What counts as found is as in the scorer given with the labels: value (and value_high, where the label has one) and the
class of the unit agree, one to one within a paper.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from bench.extraction.sample import read, sample, split

from broadsheet.results.extraction import extract

HERE = Path(__file__).parent
SAMPLES, SEED = 1_000, 7
Row = dict[str, Any]
# The columns of a paper's counts.
COLUMNS = (
    "papers",
    "kind",
    *(f"{what} {part}" for what in ("names", "links", "claims") for part in ("found", "given", "labelled")),
    "direction",
    "bound",
    "metric",
    "verbatim",
    "form",
    "baseline",
    "on",
)


def unit_class(unit: str | None) -> str:
    """Units that count as one: all words for factors, and per cent with points."""
    name = (unit or "").strip().lower()
    if name in {"x", "times", "×"}:
        return "x"
    if name in {"%", "points", "percent", "pp", "point"}:
        return "%"
    return re.sub(r"[^a-z0-9$]", "", name)


def same(one: Any, other: Any) -> bool:
    return (
        one is not None and other is not None and abs(float(one) - float(other)) <= 1e-6 * max(1.0, abs(float(other)))
    )


def found(label: Row, claim: Row) -> bool:
    if unit_class(label["unit"]) != unit_class(claim.get("unit")) or not same(claim.get("value"), label["value"]):
        return False
    return label.get("value_high") is None or same(claim.get("value_high"), label["value_high"])


def overlap(one: str | None, other: str | None) -> float:
    """Dice's coefficient of the words of two texts."""
    a, b = (set(re.findall(r"[a-z0-9@]+", (text or "").lower())) for text in (one, other))
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else float(a == b)


def address(url: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", url.strip().lower()).rstrip("/.")


def counts(label: Row, got: Row, show: Callable[[str], None] | None = None) -> dict[str, float]:
    """The counts of one paper, by `COLUMNS`."""
    row = dict.fromkeys(COLUMNS, 0.0) | {"papers": 1.0, "kind": float(got["kind"] == label["kind"])}
    for key, norm in (("names", lambda name: name.strip().lower()), ("links", lambda link: address(link["url"]))):
        a, b = {norm(one) for one in label[key]}, {norm(one) for one in got[key]}
        row |= {f"{key} found": len(a & b), f"{key} given": len(b), f"{key} labelled": len(a)}
        if show and a ^ b:
            show(f"{key}: missed {sorted(a - b)} extra {sorted(b - a)}")
    left = list(got["claims"])
    row |= {"claims given": len(left), "claims labelled": len(label["claims"])}
    for claim in label["claims"]:
        fits = sorted(
            (one for one in left if found(claim, one)), key=lambda one: -overlap(one["quote"], claim["quote"])
        )
        if not fits:
            if show:
                show(f"missed claim: {claim['value']} {claim['unit']} | {claim['quote']}")
            continue
        hit = fits[0]
        left.remove(hit)
        row["claims found"] += 1
        for key in ("direction", "bound"):
            row[key] += hit[key] == claim[key]
        row["form"] += hit["form"] == claim.get("form", hit["form"])
        for key in ("metric", "baseline", "on"):
            row[key] += overlap(hit[key], claim[key]) >= 0.5
        row["verbatim"] += bool(hit["quote"]) and hit["quote"] in label["abstract"]
        if show and (
            hit["direction"] != claim["direction"]
            or hit["bound"] != claim["bound"]
            or overlap(hit["metric"], claim["metric"]) < 0.5
        ):
            show(
                f"reads {hit['metric']}/{hit['direction']}/{hit['bound']} for "
                f"{claim['metric']}/{claim['direction']}/{claim['bound']} | {claim['quote']}"
            )
    for extra in left if show else ():
        show(f"extra claim: {extra['value']} {extra['unit']} | {extra['quote']}")
    if show and got["kind"] != label["kind"]:
        show(f"kind: {got['kind']} for {label['kind']}")
    return row


def measures(total: np.ndarray) -> dict[str, float]:
    """The measures of summed counts."""
    sums = dict(zip(COLUMNS, total, strict=True))
    made = {"kind": sums["kind"] / max(1, sums["papers"])}
    for what in ("names", "links", "claims"):
        hits, given, labelled = (sums[f"{what} {part}"] for part in ("found", "given", "labelled"))
        made |= {
            f"{what} precision": hits / max(1, given),
            f"{what} recall": hits / max(1, labelled),
            f"{what} f1": 2 * hits / max(1, given + labelled),
        }
    return made | {
        key: sums[key] / max(1, sums["claims found"])
        for key in ("direction", "bound", "metric", "verbatim", "form", "baseline", "on")
    }


def with_intervals(rows: Sequence[dict[str, float]]) -> dict[str, Any]:
    """Each measure as [value, low, high]."""
    table = np.array([[row[column] for column in COLUMNS] for row in rows])
    draws = np.random.default_rng(SEED).integers(0, len(table), (SAMPLES, len(table)))
    drawn = [measures(table[draw].sum(axis=0)) for draw in draws]
    whole = measures(table.sum(axis=0))
    made: dict[str, Any] = {
        "papers": len(rows),
        "claims labelled": int(table[:, COLUMNS.index("claims labelled")].sum()),
    }
    for key, value in whole.items():
        low, high = np.percentile([one[key] for one in drawn], (2.5, 97.5))
        made[key] = [round(float(part), 3) for part in (value, low, high)]
    return made


def labelled_sets(shared: Path, captures: Path) -> dict[str, list[Row]]:
    """The three sets of labels with their texts."""
    work, locked = split(
        [json.loads(line) for line in (shared / "data/contributions-dev.jsonl").open(encoding="utf-8")]
    )
    captured = "\n".join(path.read_text(encoding="utf-8") for path in sorted(captures.iterdir()) if path.is_file())
    texts = {row["id"]: row for row in sample(read(shared / "data/hf-daily-2024-2026.jsonl.zst"), captured)}
    own = [json.loads(line) for line in (HERE / "hf-200.jsonl").open(encoding="utf-8")]
    return {"work": work, "locked": locked, "hf-200": [{**row, **texts[row["id"]]} for row in own]}


def main() -> None:
    named = [word for word in sys.argv[1:] if not word.startswith("--")]
    sets = labelled_sets(Path(named[0]), Path(named[1]))
    chosen = named[2:] or list(sets)
    rows: dict[str, list[dict[str, float]]] = {}
    for name in chosen:
        rows[name] = []
        for label in sets[name]:
            show = (
                (lambda text, paper=label["id"]: print(paper, text, file=sys.stderr))
                if "--errors" in sys.argv
                else None
            )
            rows[name].append(counts(label, extract(label["title"], label["abstract"]).as_json(), show))
    if {"locked", "hf-200"} <= set(chosen):
        rows["locked and hf-200"] = rows["locked"] + rows["hf-200"]
    for name, one in rows.items():
        print(json.dumps({"set": name, **with_intervals(one)}))


if __name__ == "__main__":
    main()
