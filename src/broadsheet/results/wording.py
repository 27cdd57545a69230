"""Claims in a few words, as tables, chips and charts write them. Pure: no Django."""

from __future__ import annotations

import re
from typing import Protocol

_WORSE = re.compile(r"\b(?:drop|loss|degradation|decline|overhead|gap|slowdown|decrease)s?\b", re.IGNORECASE)
_TIGHT = frozenset({"x", "%"})  # units that stand behind the number without a blank
# The canonical metric, where texts write one quantity in several ways.
_METRIC_NAMES = {
    "speedup": "speedup",
    "fid": "FID",
    "bleu": "BLEU",
    "f1": "F1",
    "success-rate": "success rate",
    "memory-usage": "memory usage",
    "compression-ratio": "compression ratio",
}


class Claimed(Protocol):
    """The parts of a claim that words are made from; both the extractor's and the stored ones have them."""

    @property
    def value(self) -> float: ...
    @property
    def value_high(self) -> float | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def form(self) -> str: ...
    @property
    def from_value(self) -> float | None: ...
    @property
    def to_value(self) -> float | None: ...
    @property
    def metric(self) -> str: ...
    @property
    def direction(self) -> str: ...
    @property
    def bound(self) -> str | None: ...


def number(value: float) -> str:
    """`2.3`, `1,000`, `0.0004`, `1.5e+12`: as short as it is exact to six digits."""
    if abs(value) >= 1e9 or (value and abs(value) < 1e-4):
        return f"{value:.4g}"
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return text or "0"


def amount(claim: Claimed) -> str:
    """The number with its bound and unit: `up to 2.3x`, `82.1 to 85.3%`, `about 3 ms`."""
    ends = [claim.value] if claim.value_high is None else [claim.value, claim.value_high]
    if claim.from_value is not None and claim.to_value is not None:
        ends = [claim.from_value, claim.to_value]
    unit = claim.unit if claim.unit in _TIGHT or not claim.unit else f" {claim.unit}"
    between = " → " if claim.from_value is not None and claim.to_value is not None else " to "
    if claim.unit == "$":
        text = between.join(f"${number(end)}" for end in ends)
    else:
        text = between.join(map(number, ends)) + unit
    return f"{claim.bound} {text}" if claim.bound else text


def in_words(claim: Claimed) -> str:
    """A claim in a few words: `speedup: up to 2.3x`, `accuracy: 3 points better`, `top-1 accuracy: 84.1%`."""
    text = amount(claim)
    if claim.form == "change" and not _WORSE.search(claim.metric):
        text += " better"
    return f"{claim.metric}: {text}" if claim.metric else text


def metric_name(key: str, written: str) -> str:
    """A metric as a heading writes it: the usual word where there is one, else as a text has it."""
    return _METRIC_NAMES.get(key) or written or key.replace("-", " ")


def unit_name(unit: str) -> str:
    """A unit in a sentence; a number without one is said to have none."""
    return {"x": "times (x)", "": "no unit"}.get(unit, unit)
