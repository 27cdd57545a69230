"""Which quantities of an abstract are claims of its authors."""

from __future__ import annotations

import re
from collections.abc import Sequence

from broadsheet.results.extraction.candidates import plausible
from broadsheet.results.extraction.claim_features import Setting, claim_features
from broadsheet.results.extraction.model import score, weights
from broadsheet.results.extraction.numbers import numbers
from broadsheet.results.extraction.quantities import Quantity, quantities

# Between two numbers of which one is somebody else's.
_APART = re.compile(
    r"\b(?:compared|than|vs|versus|whereas|while|surpass\w*|outperform\w*|exceed\w*|against|"
    r"instead|unlike|but|only|baseline|where|which)\b|[;]"
)
_TOGETHER = 45
# More claims than this no abstract makes.
MOST = 30


def candidates(setting: Setting) -> list[tuple[Quantity, int, list[str]]]:
    """Every quantity that could be a claim, with the number of its sentence and its features, in order."""
    flat = setting.text.flat
    found: list[tuple[Quantity, int, list[str]]] = []
    previous: tuple[Quantity, int] | None = None
    for one in quantities(flat, numbers(setting.text)):
        if not plausible(flat, one):
            continue
        at = setting.text.sentence_at(one.start)
        before = previous[0] if previous and previous[1] == at else None
        found.append((one, at, claim_features(one, at, setting, before)))
        previous = (one, at)
    return found


def chained(flat: str, found: Sequence[tuple[Quantity, int]]) -> list[list[int]]:
    """Candidates that stand or fall together: neighbours of one kind with little between them, as in
    "2.1x on A and 3x on B".
    """
    chains: list[list[int]] = []
    for number, (one, at) in enumerate(found):
        if chains:
            other, other_at = found[chains[-1][-1]]
            gap = flat[other.end : one.start]
            if at == other_at and one.kind == other.kind and len(gap) < _TOGETHER and not _APART.search(gap):
                chains[-1].append(number)
                continue
        chains.append([number])
    return chains


def claimed(setting: Setting) -> list[tuple[Quantity, int]]:
    """The quantities that are claims, each with the number of its sentence."""
    found = candidates(setting)
    if not found:
        return []
    model = weights("claims")
    kept: list[tuple[Quantity, int]] = []
    odds = pooled(setting.text.flat, found, [score(model, features) for _, _, features in found])
    for (one, at, _), value in zip(found, odds, strict=True):
        if value > 0:
            kept.append((one, at))
    return kept[:MOST]


def pooled(flat: str, found: Sequence[tuple[Quantity, int, list[str]]], odds: Sequence[float]) -> list[float]:
    """The log-odds of each candidate, half its own and half those of its chain."""
    shared = list(odds)
    for chain in chained(flat, [(one, at) for one, at, _ in found]):
        mean = sum(odds[number] for number in chain) / len(chain)
        for number in chain:
            shared[number] = (odds[number] + mean) / 2
    return shared
