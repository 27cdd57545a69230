"""Linear models over named features: how much each speaks for an answer stands in `weights.json`."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files


@cache
def weights(name: str) -> Mapping[str, float]:
    """The weights of one model by feature; `bias` is the constant."""
    text = files(__package__).joinpath("weights.json").read_text(encoding="utf-8")
    models: dict[str, dict[str, float]] = json.loads(text)
    return models[name]


def score(model: Mapping[str, float], features: Iterable[str]) -> float:
    """The log-odds that a model gives to what shows `features`; unknown features say nothing."""
    return model["bias"] + sum(filter(None, map(model.get, features)))


def probability(log_odds: float) -> float:
    """The probability of log-odds."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))
