"""Fit the weights of the extraction anew: `python -m bench.extraction.train SHARED_DATA CAPTURES [--cross]`.

Reads the 112 given labels to work on and our own of 400 more papers (`train-400.jsonl`: which numbers are claims, and
for most also names and kind); texts come from the shared data. Writes `weights.json` beside the extraction. Logistic
regression with L2, by Newton's method, in numpy; no locked label and none of hf-200 is read. `--cross` fits nothing
and prints what ten-fold cross-validation gives.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from bench.extraction.priors import BIAS, prior
from bench.extraction.sample import digest, letters, read, split

from broadsheet.results.extraction import claims as claims_module
from broadsheet.results.extraction.claim_features import setting_of
from broadsheet.results.extraction.kinds import kind_features
from broadsheet.results.extraction.names import name_features
from broadsheet.results.extraction.quantities import Quantity
from broadsheet.results.extraction.records import KINDS
from broadsheet.results.extraction.text import ready

HERE = Path(__file__).parent
WEIGHTS = Path(claims_module.__file__).with_name("weights.json")
STRENGTH = {"claims": 3.0, "names": 1.5, "kind": 15.0}
LEAST = 3  # a feature that fewer examples show is left out
TRAIN_SEED, FROM_DAILY, FROM_ARXIV = "broadsheet-train", 260, 140

Row = dict[str, Any]


@dataclass(slots=True)
class Example:
    """One thing to decide: its paper, its features, the answer."""

    paper: str
    features: list[str]
    answer: bool


def training_texts(shared: Path, captures: Path) -> dict[str, Row]:
    """The papers of `train-400.jsonl` by id, with their texts; neither captured ones nor those of hf-200."""
    seen = letters("\n".join(path.read_text(encoding="utf-8") for path in sorted(captures.iterdir()) if path.is_file()))
    wanted = {json.loads(line)["id"] for line in (HERE / "train-400.jsonl").open(encoding="utf-8")}
    found: dict[str, Row] = {}
    for name in ("papers-2023-2026.jsonl.zst", "hf-daily-2024-2026.jsonl.zst"):
        for row in read(shared / "data" / name):
            if row["id"] in wanted and letters(row["title"]) not in seen:
                found[row["id"]] = row
    return found


def fits(label: Row, one: Quantity) -> bool:
    """Whether a quantity has the value of a labelled claim."""
    high = label.get("value_high")
    same = abs(one.value - float(label["value"])) < 1e-9
    return same and (high is None or (one.value_high is not None and abs(one.value_high - float(high)) < 1e-9))


def answers_of_labels(row: Row, candidates: Sequence[tuple[Quantity, int, list[str]]]) -> list[bool]:
    """Which candidates the claims of a label mean: of those with the value, the nearest to the quote."""
    answers = [False] * len(candidates)
    for label in row["claims"]:
        at = row["abstract"].find(label["quote"])
        near = [
            (max(0, at - one.start, one.start - at - len(label["quote"])), number)
            for number, (one, _, _) in enumerate(candidates)
            if not answers[number]
            and fits(label, one)
            and (one.unit == label["unit"] or one.kind not in {"factor", "percent"})
        ]
        if near:
            answers[min(near)[1]] = True
    return answers


def examples(rows: Sequence[Row]) -> tuple[list[Example], list[Example], list[tuple[str, list[str], str]], list[Row]]:
    """The examples for claims, names and kind of labelled rows, each with its text."""
    for_claims, for_names, for_kind = [], [], []
    for row in rows:
        title, text = ready(row["title"]), ready(row["abstract"])
        found = claims_module.candidates(setting_of(title.flat, text))
        if "claims" in row:
            answers = answers_of_labels(row, found)
            for_claims += [
                Example(row["id"], features, answer) for (_, _, features), answer in zip(found, answers, strict=True)
            ]
        else:
            places = {int(start): bool(answer) for start, answer in row["numbers"].items()}
            for one, _, features in found:
                said = [answer for start, answer in places.items() if abs(start - one.start) < 3]
                if said:
                    for_claims.append(Example(row["id"], features, max(said)))
        if "kind" in row:
            mine = {name.casefold() for name in row["names"]}
            for_names += [
                Example(row["id"], features, name.text.casefold() in mine)
                for name, features in name_features(title, text)
            ]
            for_kind.append((row["id"], kind_features(title, text, row["names"]), row["kind"]))
    return for_claims, for_names, for_kind, list(rows)


def vocabulary(rows: Sequence[Sequence[str]]) -> dict[str, int]:
    counts = Counter(feature for features in rows for feature in set(features))
    return {
        feature: number
        for number, feature in enumerate(sorted(name for name, count in counts.items() if count >= LEAST))
    }


def matrix(rows: Sequence[Sequence[str]], index: dict[str, int]) -> np.ndarray:
    table = np.zeros((len(rows), len(index)))
    for number, features in enumerate(rows):
        for feature in features:
            if feature in index:
                table[number, index[feature]] = 1.0
    return table


def logistic(table: np.ndarray, answers: np.ndarray, strength: float) -> np.ndarray:
    """Weights and, last, the constant, of a logistic regression with L2 of this strength; Newton's method."""
    table = np.c_[table, np.ones(len(table))]
    penalty = np.r_[np.full(table.shape[1] - 1, strength), 1e-6]
    weights = np.zeros(table.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ (chance - answers) + penalty * weights
        curve = (table * (chance * (1 - chance) + 1e-6)[:, None]).T @ table + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def named(index: dict[str, int], weights: np.ndarray) -> dict[str, float]:
    model = {feature: round(float(weights[number]), 3) for feature, number in index.items()}
    return {"bias": round(float(weights[-1]), 3), **{feature: weight for feature, weight in model.items() if weight}}


def fitted(rows: Sequence[Example], strength: float) -> dict[str, float]:
    features = [row.features for row in rows]
    index = vocabulary(features)
    return named(index, logistic(matrix(features, index), np.array([row.answer for row in rows], float), strength))


def kinds_fitted(rows: Sequence[tuple[str, list[str], str]], strength: float) -> dict[str, dict[str, float]]:
    """A softmax regression over the kinds, drawn by L2 towards the weights of `priors`; Adam, 300 steps."""
    features = [row[1] for row in rows]
    counts = Counter(feature for one in features for feature in one)
    usable = sorted(
        name for name, count in counts.items() if count >= LEAST or any(prior(name, kind) for kind in KINDS)
    )
    index = {feature: number for number, feature in enumerate(usable)}
    table = np.c_[matrix(features, index), np.ones(len(rows))]
    wanted = np.array([[row[2] == kind for kind in KINDS] for row in rows], float)
    start = np.array(
        [[prior(name, kind) for kind in KINDS] for name in usable] + [[BIAS.get(kind, 0.0) for kind in KINDS]]
    )
    penalty = np.r_[np.full(len(usable), strength), strength / 3][:, None]
    weights, first, second = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for step in range(1, 301):
        logits = table @ weights
        chance = np.exp(logits - logits.max(1, keepdims=True))
        chance /= chance.sum(1, keepdims=True)
        slope = (table.T @ (chance - wanted) + penalty * (weights - start)) / len(rows)
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope * slope
        rate = 0.05 * (0.1 + 0.9 * (1 - step / 300))
        weights -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return {f"kind:{kind}": named(index, weights[:, number]) for number, kind in enumerate(KINDS)}


def odds(model: dict[str, float], features: Sequence[str]) -> float:
    return model["bias"] + sum(model.get(feature, 0.0) for feature in features)


def cross(
    rows: Sequence[Any],
    paper: Callable[[Any], str],
    fit: Callable[[Sequence[Any]], Any],
    decide: Callable[[Any, Any], Any],
) -> list[Any]:
    """What ten-fold cross-validation decides for every row; a paper is wholly in one fold."""
    fold = [int(digest(paper(row))[:8], 16) % 10 for row in rows]
    out: list[Any] = [None] * len(rows)
    for part in range(10):
        model = fit([row for row, one in zip(rows, fold, strict=True) if one != part])
        for number, row in enumerate(rows):
            if fold[number] == part:
                out[number] = decide(model, row)
    return out


def report(name: str, answers: Sequence[bool], decided: Sequence[bool]) -> None:
    hits = sum(a and d for a, d in zip(answers, decided, strict=True))
    precision, recall = hits / max(1, sum(decided)), hits / max(1, sum(answers))
    print(f"{name}: precision {precision:.3f}, recall {recall:.3f} of candidates")


def load(shared: Path, captures: Path) -> list[Row]:
    """All labelled papers to learn from, with texts."""
    work, _ = split([json.loads(line) for line in (shared / "data/contributions-dev.jsonl").open(encoding="utf-8")])
    texts = training_texts(shared, captures)
    own = [json.loads(line) for line in (HERE / "train-400.jsonl").open(encoding="utf-8")]
    with_texts = [
        {**row, **{key: texts[row["id"]][key] for key in ("title", "abstract")}} for row in own if row["id"] in texts
    ]
    return work + with_texts


def main() -> None:
    shared, captures = Path(sys.argv[1]), Path(sys.argv[2])
    for_claims, for_names, for_kind, _ = examples(load(shared, captures))
    if "--cross" in sys.argv:
        for name, rows in (("claims", for_claims), ("names", for_names)):
            decided = cross(
                rows,
                lambda row: row.paper,
                lambda part, key=name: fitted(part, STRENGTH[key]),
                lambda model, row: odds(model, row.features) > 0,
            )
            report(name, [row.answer for row in rows], decided)
        kinds = cross(
            for_kind,
            lambda row: row[0],
            lambda part: kinds_fitted(part, STRENGTH["kind"]),
            lambda models, row: max(KINDS, key=lambda kind: odds(models[f"kind:{kind}"], row[1])),
        )
        right = [one == row[2] for one, row in zip(kinds, for_kind, strict=True)]
        work = [ok for ok, row in zip(right, for_kind, strict=True) if row[0].startswith("seed-")]
        print(f"kind: {sum(right) / len(right):.3f} right; on the given labels {sum(work) / len(work):.3f}")
        confused = Counter((row[2], one) for one, row in zip(kinds, for_kind, strict=True) if one != row[2])
        print(confused.most_common(14))
        return
    models = {"claims": fitted(for_claims, STRENGTH["claims"]), "names": fitted(for_names, STRENGTH["names"])}
    models |= kinds_fitted(for_kind, STRENGTH["kind"])
    WEIGHTS.write_text(json.dumps(models, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    learnt = f"{len(for_claims):,} numbers, {len(for_names):,} words, {len(for_kind)} papers"
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size:,} bytes; learnt from {learnt}")


if __name__ == "__main__":
    main()
