"""Quantities: numbers put together into ranges, from-to pairs and lists, as the text does."""

from __future__ import annotations

import re
from dataclasses import dataclass

from broadsheet.results.extraction.numbers import Number

# Between the two ends of a range.
_RANGE = re.compile(r"\s*(?:-{1,2}|~|—|\.\.\.?)\s*\+?\s?|\s(?:up\s)?to\s\+?~?|\s?x?\s?~\s?")
_BETWEEN_AND = re.compile(r"\sand\s\+?")
_FROM = re.compile(
    r"\bfrom\s(?:about\s|around\s|approximately\s|roughly\s|nearly\s|over\s|an?\s(?:average|"
    r"baseline)\sof\s|~|\+|an?\s|only\s|just\s|\$){0,2}$"
)
_RANGING = re.compile(r"\b(?:rang\w+|vary\w*|varies|spann?\w*|scal\w+|anywhere|sizes?)\s(?:\w+\s)?from\s\S{0,12}$")
_BETWEEN = re.compile(r"\bbetween\s(?:about\s|~|\+)?$")
_FROM_GAP = re.compile(
    r"(?:\s?\([^()]{1,40}\))?(?:\s[A-Za-z@-]+){0,4}?,?\s(?:up\s|down\s)?to\s(?:only\s|just\s|"
    r"about\s|around\s|approximately\s|"
    r"roughly\s|nearly\s|over\s|under\s|below\s|less\sthan\s|more\sthan\s|an?\s(?:average\sof\s)?|"
    r"as\slow\sas\s|~|\+|\$){0,2}"
)
# Between members of a list that share what stands before or behind it.
_LIST = re.compile(r"\s?(?:,|/|;)\s?(?:and\s|or\s)?[+~]?\s?|,?\s(?:and|or|&)\s[+~]?")
_ARROW = re.compile(r"\s?-?>\s?")
_SAME = {"percent": "points", "points": "percent"}


@dataclass(slots=True)
class Quantity:
    """A value with a unit, or a range of them.

    `value` is the smaller end and `value_high` the larger, if it is a range or a from-to pair; `first` and `last` are
    the ends as written, and only a pair (`pair`) has them. `group` numbers the list it stands in, `place` its place.
    """

    start: int
    end: int
    value: float
    value_high: float | None
    unit: str
    kind: str
    word: bool
    decimal: bool
    pair: bool = False
    first: float | None = None
    last: float | None = None
    group: int = -1
    place: int = 0
    size: int = 1


def quantities(flat: str, found: list[Number]) -> list[Quantity]:
    """The quantities that the numbers of a flat text make, in order."""
    _share_units(flat, found)
    made: list[Quantity] = []
    at = 0
    while at < len(found):
        one = found[at]
        other = found[at + 1] if at + 1 < len(found) else None
        pair = _joined(flat, one, other) if other is not None else ""
        if other is not None and pair:
            low, high = sorted((one.value, other.value))
            unit, kind = (one.unit, one.kind) if one.kind != "bare" else (other.unit, other.kind)
            made.append(
                Quantity(
                    one.start,
                    other.end,
                    low,
                    high,
                    unit,
                    kind,
                    one.word,
                    one.decimal or other.decimal,
                    pair == "pair",
                    one.value if pair == "pair" else None,
                    other.value if pair == "pair" else None,
                )
            )
            at += 2
        else:
            made.append(Quantity(one.start, one.end, one.value, None, one.unit, one.kind, one.word, one.decimal))
            at += 1
    _group(flat, made)
    return made


def _comparable(one: Number, other: Number) -> bool:
    if one.kind == other.kind:
        return one.unit == other.unit or one.kind in {"bare", "parameters", "scale"}
    return "bare" in (one.kind, other.kind) or _SAME.get(one.kind) == other.kind


def _joined(flat: str, one: Number, other: Number) -> str:
    """How two numbers in a row are one quantity: "range", "pair" (from-to), or "" if they are two."""
    gap = flat[one.end : other.start]
    if len(gap) > 60 or not _comparable(one, other):
        return ""
    before = flat[max(0, one.start - 28) : one.start]
    if _FROM.search(before) and _FROM_GAP.fullmatch(gap):
        return "range" if _RANGING.search(before) else "pair"
    if _BETWEEN.search(before) and _BETWEEN_AND.fullmatch(gap):
        return "range"
    if _ARROW.fullmatch(gap) and one.kind == other.kind:
        return "pair"
    if _RANGE.fullmatch(gap):
        rising = one.value < other.value
        plain = gap.strip() not in {"to", "up to"} or other.kind != "bare"
        return "range" if rising and plain else ""
    return ""


def _share_units(flat: str, found: list[Number]) -> None:
    """`2.2-3.6x`, `68, 16 and 7%`, `+4.4 and +6.0 points`: the last unit of the row is everybody's."""
    for at in range(len(found) - 2, -1, -1):
        one, other = found[at], found[at + 1]
        if one.kind != "bare" or other.kind in {"bare", "scale", "of", "count", "money", "parameters"}:
            continue
        gap = flat[one.end : other.start]
        if len(gap) < 12 and (_LIST.fullmatch(gap) or _RANGE.fullmatch(gap)):
            one.unit, one.kind = other.unit, other.kind


def _group(flat: str, made: list[Quantity]) -> None:
    """Number the lists: neighbours of one unit with nothing but a comma, a stroke or "and" between them."""
    group, start = 0, 0
    for at in range(1, len(made) + 1):
        follows = at < len(made) and (
            made[at].unit == made[at - 1].unit
            and made[at].start - made[at - 1].end < 8
            and _LIST.fullmatch(flat[made[at - 1].end : made[at].start]) is not None
        )
        if not follows:
            if at - start > 1:
                for place, one in enumerate(made[start:at]):
                    one.group, one.place, one.size = group, place, at - start
                group += 1
            start = at
