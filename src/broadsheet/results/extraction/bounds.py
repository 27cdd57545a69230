"""Whether a claim is an upper bound, a lower bound, an average or about a value."""

from __future__ import annotations

import re

UP_TO, AT_LEAST, AVERAGE, ABOUT = "up to", "at least", "average", "about"

_LEFT = re.compile(
    r"(?P<up>\bup\s?to\b|\bat\smost\b|\bas\smuch\sas\b|\bmax(?:imum|imal)?\b|\bpeak\b|"
    r"\bless\sthan\b|\bunder\b(?!\s(?:the|an?)\b)|\bbelow\b|\bfewer\sthan\b|"
    r"\bwithin\b|\bno\smore\sthan\b|\bas\s(?:high|low|large)\sas\b|<)"
    r"|(?P<least>(?<!improvement\s)(?<!gain\s)(?<!speedup\s)(?<!increase\s)\bover\b|"
    r"\bmore\sthan\b|\bat\sleast\b|\bexceed(?:s|ing|ed)?\b|\babove\b|\bgreater\sthan\b|"
    r"\bminimum\b|\bbeyond\b|\bhigher\sthan\b|>)"
    r"|(?P<average>\b(?:on\s)?averag(?:e|es|ed|ing|ely)\b|\bmean\b|\bmedian\b|\bgeo(?:metric\s)?mean\b)"
    r"|(?P<about>\babout\b|\baround\b|\bapproximately\b|\bapprox\.?|\bnearly\b|\balmost\b|"
    r"\broughly\b|\bclose\sto\b|~|\bcirca\b|\bon\sthe\sorder\sof\b)",
    re.IGNORECASE,
)
# What may stand between the word of the bound and the number, if it is not an average, which reaches further.
_FILLS = re.compile(
    r"\s?(?:an?\s|the\s|\+|~|\$|\(|to\s|by\s|of\s|only\s|just\s|average\s|additional\s|further\s|"
    r"total\s|relative\s|remarkable\s|impressive\s|up\sto\s|"
    r"as\smuch\sas\s|around\s|about\s|another\s|staggering\s|significant\s|substantial\s|"
    r"whopping\s|value\s|ratio\s){0,4}"
)
_RIGHT_AVERAGE = re.compile(
    r"(?:\s?\)?,?\s?(?:[\w@-]+\s){0,5}?|[^.;,]{0,50}\s)(?:on\saverage|in\saverage(?=[.,;)]|$)|"
    r"averaged|in\sthe\smean)\b|\s?(?:geomean|average|mean|median)\b"
)
_RIGHT_MORE = re.compile(r"\s?(?:\+(?!\s?\d)|or\smore\b|or\shigher\b|or\sgreater\b)")
_RIGHT_MOST = re.compile(r"\s?(?:or\sless\b|or\sfewer\b|at\smost\b|max(?:imum)?\b)")
_RIGHT_PAIR = re.compile(r"\b(?:average|median|mean)\sand\s(?:a\s)?(?:max(?:imum)?|peak|best|highest)\b", re.IGNORECASE)
_KINDS = {"up": UP_TO, "least": AT_LEAST, "average": AVERAGE, "about": ABOUT}


def bound_of(left: str, right: str, place: int, size: int) -> tuple[str | None, int]:
    """The bound of a number between `left` and `right`, and how far before the number its word begins (0: not before).

    `place` and `size` say where it stands in a list: "median and maximum speedups of 45x and 6150x" has one of each.
    """
    if size == 2 and _RIGHT_PAIR.search(left[-200:]):
        return (AVERAGE if place == 0 else UP_TO), 0
    last: re.Match[str] | None = None
    for match in _LEFT.finditer(left[-90:]):
        # "up to ~9%" is an upper bound.
        if _near(left[-90:], match) and not (last is not None and match[0] == "~"):
            last = match
    if last is not None:
        return _KINDS[last.lastgroup or ""], len(left[-90:]) - last.start()
    if _RIGHT_AVERAGE.match(right):
        return AVERAGE, 0
    if _RIGHT_MORE.match(right):
        return AT_LEAST, 0
    if _RIGHT_MOST.match(right):
        return UP_TO, 0
    return None, 0


def _near(left: str, match: re.Match[str]) -> bool:
    gap = left[match.end() :]
    if match.lastgroup != "average":
        return _FILLS.fullmatch(gap) is not None
    if len(gap) > 48 or re.search(r"\d|[,;:()]|\b(?:and|while|on|with)\b", gap):
        return False
    # "the average KV cache size by 2x" is a reduction of an average, not an average reduction.
    if match[0].lower() in {"averagely", "on average"} and len(gap) < 12:
        return True
    return (
        re.search(r"\b(?:of|by|reaching|from|is|to|at|exceeding|reaches)\s(?:\w+\s){0,2}[+~]?$", gap) is not None
        or len(gap) < 4
    )
