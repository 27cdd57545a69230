"""The forms in which names, metrics and baselines are compared. Pure: no Django.

A key is lower-case letters and digits of any script, with hyphens between the words of a metric; it stands in
addresses as it is.
"""

from __future__ import annotations

import re
import unicodedata

from broadsheet.lib.text import title_key

MAX_KEY = 120
_BLANKS = re.compile(r"\s+")
_CAPITALS = re.compile(r"[A-Z]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SAME_METRIC = {
    "speed up": "speedup",
    "speeds up": "speedup",
    "speedups": "speedup",
    "speed ups": "speedup",
    "speed up ratio": "speedup",
    "speedup ratio": "speedup",
    "speedup factor": "speedup",
    "acceleration": "speedup",
    "fid score": "fid",
    "bleu score": "bleu",
    "f1 score": "f1",
    "success": "success rate",
    "memory consumption": "memory usage",
    "memory use": "memory usage",
    "memory footprint": "memory usage",
    "memory": "memory usage",
    "performances": "performance",
    "accuracies": "accuracy",
    "compression": "compression ratio",
    "compression rate": "compression ratio",
}
_LEFT_OUT = frozenset({"the", "a", "an", "its", "their", "our", "model's", "models", "of", "in", "overall", "average"})
# Words that no system is meant by, though they are written with a capital or stand in a baseline.
_NO_NAMES = frozenset(
    {
        "the", "a", "an", "our", "its", "their", "baseline", "baselines", "model", "models", "method",
        "methods", "system", "systems", "state", "of", "art", "sota", "previous", "prior", "existing",
        "standard", "vanilla", "full", "attention", "using", "other", "others", "based", "best", "results",
        "and", "or", "over", "than", "with", "without", "like", "such", "as", "gpu", "cpu", "gpus", "cpus",
        "llm", "llms", "ai", "ml", "original", "dense", "training", "inference",
    }
)  # fmt: skip
_BETWEEN = re.compile(r"\s*(?:,|;|\(|\)|\band\b|\bor\b|\bover\b|\bvs\b|\blike\b|\busing\b|\bwith\b|\bbased\b)\s*")


def name_key(name: str) -> str:
    """The form in which two names are the same: `Flash-Attention`, `FlashAttention` and `flash attention` are; `CoCoA`
    and `CoCoA+` are not. Empty for a name without letters and digits.
    """
    key = title_key(name.replace("+", " plus ").replace("*", " star "))
    return _BLANKS.sub("", "".join(c if c.isalnum() or c.isspace() else "" for c in key))[:MAX_KEY]


def metric_key(metric: str) -> str:
    """The form in which two metrics are the same: `the speed-up` and `speedups` are `speedup`. Empty for no words."""
    words = [word.casefold().replace("’", "'") for word in _WORD.findall(unicodedata.normalize("NFKC", metric))]
    kept = [word for word in words if word not in _LEFT_OUT] or words
    text = " ".join(kept)
    text = _SAME_METRIC.get(text) or _joined(text)
    return re.sub(r"[^\w]+", "-", text).strip("-_")[:MAX_KEY]


def _joined(text: str) -> str:
    """`inference speed up` as `inference speedup`; the plural of a last word as its singular."""
    text = re.sub(r"\bspeed ups?\b", "speedup", text)
    if re.search(r"[a-z]{3}[^sui]s$", text) and not text.endswith(("loss", "ness")):
        text = text[:-1]
    return _SAME_METRIC.get(text, text)


def unit_key(unit: str) -> str:
    """The form in which two units are the same."""
    return " ".join(unit.casefold().split())[:MAX_KEY]


def names_in(baseline: str) -> tuple[str, ...]:
    """The keys of whatever in the words of a baseline may be a system's name: `state-of-the-art systems like vLLM`
    gives that of `vLLM`. Which of them are systems, the catalog tells.
    """
    found: dict[str, None] = {}
    for part in _BETWEEN.split(baseline[:300]):
        words = [word.strip(".,;:'\"") for word in part.split()]
        for start in range(len(words)):
            for end in range(start + 1, min(start + 4, len(words)) + 1):
                _take(words[start:end], found)
    return tuple(found)[:20]


def _take(words: list[str], found: dict[str, None]) -> None:
    bare = [word for word in words if word.casefold() not in _NO_NAMES and any(c.isupper() for c in word)]
    if not bare or not words[0] or words[0].casefold() in _NO_NAMES:
        return
    if len(words) > 1 and not all(any(c.isupper() or c.isdigit() for c in word) for word in words):
        return
    if (key := name_key(" ".join(words))) and len(key) > 1:
        found[key] = None


def is_long_form(short: str, long: str) -> bool:
    """Whether `short` stands for `long` by the first letters of its words: `ETS` for `Efficient Tree Search`."""
    capitals = _CAPITALS.findall(short)
    words = re.findall(r"[A-Za-z0-9]+", long)
    if " " in short.strip() or len(words) < 2 or len(capitals) < 2 or len(short) >= len(long):
        return False
    initials = iter(word[0].upper() for word in words)
    return capitals[0] == words[0][0].upper() and all(letter in initials for letter in capitals)


def paired(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """The names in their order as (name, long form): what stands for another of them takes it along."""
    longs = {short: long for short in names for long in names if is_long_form(short, long)}
    shorts = {long: short for short, long in longs.items()}
    rows: dict[str, tuple[str, str]] = {}
    for name in names:
        short = shorts.get(name, name)
        rows.setdefault(short, (short, longs.get(short, "")))
    return list(rows.values())
