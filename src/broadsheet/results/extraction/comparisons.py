"""Against what and on what a number was measured."""

from __future__ import annotations

import re

_END = (
    r"(?=\s?[,;:]|\.\s|\.$|\s?\(|\)|\s-{1,2}\s|—|$|\s(?:and\s(?:\d|up\sto|over|by|reduc\w+|"
    r"improv\w+|achiev\w+|increas\w+|a\s\d|~|an?\s\w+\sof)|while|whereas|which|that|with(?!out)|"
    r"when|where|without|by|thereby|thus|respectively|achiev\w+|demonstrat\w+|indicat\w+|"
    r"highlight\w+|due|but|under|across|at\s(?:the\s)?(?:same|similar)|"
    r"using|as\swell\sas|leading|making|enabling|validat\w+|showing|outperform\w*|surpass\w*|"
    r"in\sterms|through|during)\b)"
)
_OVER = re.compile(
    rf"\b(?:over|than|compared\s(?:to|with|against)|in\scomparison\s(?:to|with)|relative\sto|"
    rf"against|versus|vs\.?|that\sof|with\srespect\sto|behind)\s"
    rf"(?:that\sof\s|those\sof\s)?(?P<what>(?!\d)[^;]{{2,90}}?){_END}",
    re.IGNORECASE,
)
_BEATS = re.compile(
    r"\b(?:outperform\w*|surpass\w*|exceed\w*|beat\w*|improv\w+\s(?:over|upon))\s(?P<what>[^;]{2,90}?)"
    r"(?=\s(?:by|in|on|with|across|for|at)\s|[,;(]|\s\(|\.|$)",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"^\s?(?:\w+,?\s)?(?:[Cc]ompared\s(?:to|with)|[Rr]elative\sto|[Ii]n\scomparison\s(?:to|with)|"
    r"[Vv]ersus|[Aa]gainst)\s(?P<what>[^,;]{2,90}),"
)
_ON = re.compile(
    rf"\b(?:on|for|in|across|over)\s(?P<what>(?!average\b|terms\b|comparison\b|total\b|contrast\b|"
    rf"particular\b|just\b|only\b|under\b|\d)[^;]{{2,80}}?){_END}"
)
_ON_FIRST = re.compile(
    r"^\s?(?:\w+,\s)?(?:[Oo]n|[Ff]or|[Ii]n|[Aa]t|[Ww]ith|[Uu]sing|[Uu]nder|"
    r"[Aa]cross)\s(?P<what>(?!particular|addition|contrast|summary|this\s(?:paper|work)|"
    r"our\sexperiments|total)[^,;]{2,80}),"
)
_PARTS = re.compile(r",\s(?:and\s)?|\sand\s|\s?/\s?")
_CLEAN = re.compile(r"^(?:the\s(?=task|dataset)|both\s|an?\saverage\s)|[\s,.;:]+$")


def baseline_of(sentence: str, left: str, right: str) -> str | None:
    """What a number between `left` and `right` of a sentence is compared with; None if the text names nothing."""
    match = _OVER.search(right[:170])
    if match and not re.search(r"\d\s?(?:%|x\b)", right[: match.start()]):
        return clean(match["what"])
    beats = list(_BEATS.finditer(left[-160:]))
    if beats:
        return clean(beats[-1]["what"])
    match = match or _OVER.search(left[-120:]) or _FIRST.match(sentence)
    return clean(match["what"]) if match else None


def setting_of(sentence: str, left: str, right: str) -> str | None:
    """What a number between `left` and `right` of a sentence was measured on; None if the text names nothing."""
    near = re.split(r"\d\s?(?:%|x\b)", right[:140])[0]
    match = _ON.search(near)
    if match:
        return clean(match["what"])
    before = list(_ON.finditer(left[-90:] + "."))
    if before:
        return clean(before[-1]["what"])
    match = _ON_FIRST.match(sentence)
    return clean(match["what"]) if match else None


_LISTED = re.compile(
    r"\b(?P<how>over|than|compared\s(?:to|with)|against|versus|relative\sto|on|for|in)\s(?P<what>[^;]{2,160}?)"
    r"(?=,?\srespectively|\s?[;:(]|\.\s|\.$|$|,\s(?:while|which|with|and\s\w+(?:s|ing)\s))"
)
_AGAINST = frozenset({"over", "than", "against", "versus"})


def shared_out(right: str, size: int) -> tuple[list[str], list[str]]:
    """Baselines and settings of a list of `size` numbers that `right` stands behind: the parts of "over A, B and C" or
    "on A, B and C", where there are as many; else empty lists.
    """
    baselines: list[str] = []
    settings: list[str] = []
    for match in _LISTED.finditer(right[:220]):
        parts = [clean(part) for part in _PARTS.split(match["what"]) if part.strip()]
        if len(parts) == size > 1:
            versus = match["how"].split()[0] in _AGAINST or match["how"].startswith(("compared", "relative"))
            if versus:
                baselines = baselines or parts
            else:
                settings = settings or parts
    return baselines, settings


def clean(text: str) -> str:
    """A noun phrase without stray articles and stops."""
    return _CLEAN.sub("", " ".join(text.split())).strip()
