"""Which quantities may be claims at all."""

from __future__ import annotations

import re

from broadsheet.results.extraction.claim_features import METRIC
from broadsheet.results.extraction.quantities import Quantity

_REACHES = re.compile(
    r"\b(?:achiev\w+|attain\w*|reach\w*|obtain\w*|yield\w*|scor(?:e|es|ed|ing)|sets?|hits?|"
    r"records?|from|to|with|of|by|improv\w+|"
    r"gains?|surpass\w*|outperform\w*)\s(?:\w+\s){0,2}?(?:of\s|at\s|up\sto\s|only\s|just\s|an?\s|[+~])?$"
)
_FEW = re.compile(
    r"\b(?:only|just|merely|mere|(?:few|little|low|many|much|long)(?:\sas)?|under|within|"
    r"requir\w+|fewer\sthan|less\sthan|over|more\sthan|exceed\w*|"
    r"up\sto|beyond|instead\sof|into|to|than|us(?:es|ing)|need\w*|skip\w*|solv\w+|in)\s(?:an?\s|"
    r"about\s|around\s|~|approximately\s)?$|[<>~]\s*$"
)
# Claude 3.7, LTX 2.3: a version.
_NAMED = re.compile(r"\b[A-Z][\w.+-]*\s$")
_TUNED = re.compile(r"(?:[=^_]|\b[A-Za-z]\s?[<>])\s*$")


def plausible(flat: str, one: Quantity) -> bool:
    """Whether a quantity could be a claim by its form alone: most bare numbers and counts could not."""
    left = flat[max(0, one.start - 45) : one.start]
    match one.kind:
        case "bare":
            if one.value_high is not None and one.pair:
                return True
            if _NAMED.search(left) and not METRIC.search(left[-20:]):
                return False
            if METRIC.search(left) or METRIC.search(flat[one.end : one.end + 22]):
                return True
            return left.endswith("+") or ((one.decimal or one.value >= 10) and _REACHES.search(left) is not None)
        case "count":
            return one.pair or _FEW.search(left) is not None
        case "scale":
            return " " in one.unit and _FEW.search(left) is not None
        case "of":
            return one.value <= float(one.unit[3:]) and not _TUNED.search(left)
        case "fixed" if one.unit == "bits" or flat[one.start : one.end].find("-b") > 0:
            return one.pair or _FEW.search(left) is not None
        case "time" if one.value_high is None and re.search(r"\d-", flat[one.start : one.end]):
            return _FEW.search(left) is not None
        case _:
            return True
