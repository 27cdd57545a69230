"""What is known of kinds before any label is seen: weights by hand, from which the fit of `train.py` starts.

Rare kinds have few labels; that a paper with "survey" in its title is a survey should not have to be learnt from them.
"""

from __future__ import annotations

BIAS = {"method": 1.5, "model": 0.3, "library": -1.5, "survey": -1.5, "theory": -0.3, "dataset": -0.4, "system": 0.1}
# A noun of this class, by which the abstract introduces its contribution, for the kind of that name.
_HEAD = {
    "library": 4.0,
    "survey": 3.0,
    "dataset": 2.5,
    "benchmark": 2.5,
    "system": 2.0,
    "model": 2.0,
    "method": 1.5,
    "study": 1.5,
    "theory": 2.0,
}
# The same in the title.
_TITLE = {
    "library": 4.0,
    "survey": 5.0,
    "dataset": 3.0,
    "benchmark": 3.0,
    "system": 1.5,
    "model": 1.2,
    "method": 0.6,
    "study": 2.0,
    "theory": 2.0,
}
_SINGLE = {
    ("title:says:survey", "survey"): 3.0,
    ("intro:says:survey", "survey"): 2.0,
    ("says:survey=3", "survey"): 2.0,
    ("title:bench", "benchmark"): 2.5,
    ("name:bench", "benchmark"): 2.5,
    ("title:data", "dataset"): 2.0,
    ("title:model", "model"): 1.0,
    ("says:theory=3", "theory"): 2.5,
    ("says:theory=2", "theory"): 1.6,
    ("title:says:theory", "theory"): 2.0,
    ("makes=0", "study"): 1.2,
    ("makes=0", "survey"): 1.2,
    ("makes=0", "theory"): 1.2,
    ("makes=0", "model"): -0.7,
    ("makes=0", "system"): -0.7,
    ("makes=0", "dataset"): -0.7,
    ("makes=0", "benchmark"): -0.7,
    ("says:study=3", "study"): 1.5,
    ("looks:first", "study"): 1.0,
    ("title:asks", "study"): 1.5,
    ("t:first=understanding", "study"): 2.0,
    ("says:system=3", "system"): 1.2,
    ("title:says:system", "system"): 1.0,
    ("says:dataset=3", "dataset"): 0.7,
    ("says:benchmark=3", "benchmark"): 0.7,
    ("names=0", "study"): 0.7,
    ("names=0", "theory"): 0.7,
    ("names=0", "survey"): 0.7,
}


def prior(feature: str, kind: str) -> float:
    """The weight by hand of a feature for a kind; 0 where nothing is known."""
    for head in ("i:propose:class=", "i:appose:class="):
        if feature.startswith(head):
            name = feature.removeprefix(head)
            if name == "framework":
                return {"method": 1.2, "system": 0.4}.get(kind, 0.0)
            return _HEAD.get(name, 0.0) if name == kind else 0.0
    if feature.startswith("t:class="):
        return _TITLE[kind] if feature == f"t:class={kind}" else 0.0
    if feature == f"t:has={kind}" and kind in {"survey", "library", "dataset", "benchmark"}:
        return 1.5
    return _SINGLE.get((feature, kind), 0.0)
