"""The numbers of a text: every figure or number word with its unit, in order, as spans of the flat text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from broadsheet.results.extraction.text import Text

# More numbers than this stand in no abstract.
MOST = 60

_FIGURE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d^_])|\d+(?:\.\d+)?(?![\d^_])")
# provide25-33X: a blank was lost.
_GLUED = re.compile(r"[a-z]{4}$")
_IN_NAME = re.compile(r"[A-Za-z]\w*-[\w.]*-$")
_GLUED_UNIT = re.compile(r"(?:-\d+(?:\.\d+)?)?\s?[xX%](?!\w)")
_COUNTING = re.compile(
    r"-?fold\b|\s(?:times|orders?\sof|%|percent|x|seconds?|minutes?|hours?|days?|weeks?|steps?|"
    r"(?:[a-z-]+\s){0,2}(?:tokens?|steps?|timesteps?|samples?|examples?|layers?|iterations?|epochs?|"
    r"demonstrations?|images?|labels?|parameters|queries|shots?|passes|GPUs?)\b)"
)
_WHOLE_AFTER = re.compile(r"\s(?:the|its|their|\w+\s\w+)")

_WORDS = {
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "hundred": 100,
}
_FOLDS = {"twofold": 2, "threefold": 3, "fourfold": 4, "fivefold": 5, "sixfold": 6, "tenfold": 10}
_VERBS = {
    "half": (50.0, "%"),
    "halves": (50.0, "%"),
    "halved": (50.0, "%"),
    "halving": (50.0, "%"),
    "twice": (2.0, "x"),
    "double": (2.0, "x"),
    "doubles": (2.0, "x"),
    "doubled": (2.0, "x"),
    "doubling": (2.0, "x"),
    "triples": (3.0, "x"),
    "tripled": (3.0, "x"),
    "tripling": (3.0, "x"),
    "quadruples": (4.0, "x"),
    "quadrupled": (4.0, "x"),
    "quadrupling": (4.0, "x"),
}
_SPELT = frozenset({*_WORDS, *_FOLDS, *_VERBS, "order-of-magnitude"})

_TIMES = (
    r"x(?!\w|\s*\d)|X(?!\w|\s*\d)|-?\s?fold\b"
    r"|times(?=\s(?:faster|slower|larger|bigger|smaller|more|less|fewer|higher|lower|better|greater|longer|shorter|"
    r"cheaper|as|the|that|speed|reduction|improvement|increase|acceleration|compression|lighter|quicker))"
)
_PLAIN_WORD = (
    r"(?!(?:for|and|of|on|in|with|to|the|over|at|by|than|as|or|per|from|while|is|are|under|using|"
    r"across)\b)[A-Za-z][\w-]*"
)
# Things that a contribution may need few, or reach many, of.
_THINGS = (
    r"(?:steps?|timesteps?|tokens?|words|samples|examples|pairs|layers?|iterations?|epochs?|"
    r"demonstrations?|images?|labels?|"
    r"queries|shots?|frames|calls|NFEs?|GPUs?|passes|evaluations|interactions|trajectories|rollouts|turns|rounds|"
    r"characters|points|annotations|hours|videos|prompts|cells|lines\sof\scode)\b(?!-)"
)
# 3D, 128x128, [23], (2), 8x H800: not what is looked for.
_NOT_AFTER = re.compile(r"-?D\b|\s*x\s*\d|\s?\]|-way\b|-shot\b|st\b|nd\b|rd\b|th\b|-th\b")
_MACHINES = re.compile(r"\s?[xX]\s(?:NVIDIA|AMD|Nvidia|[A-Z]+\d|RTX|V100|TPU|GPU)")
# What stands behind a number, tried in this order; the group's name is the unit's class.
_UNIT = re.compile(
    r"\s{0,9}(?:"
    r"(?P<points>%\s?(?:absolute\s)?points?\b|-?percentage[\s-]points?\b|(?:absolute\s|accuracy\s|"
    r"F1\s|BLEU\s|mAP\s|mIoU\s|"
    r"AP\s|Elo\s|AUC\s)?points?\b(?!\scloud)|pp\b|p\.p\.|pts\b|ppts?\b)"
    r"|(?P<percent>%(?!ile)|-?percent\b|per\scent\b)"
    rf"|(?P<factor>{_TIMES})"
    r"|(?P<orders>-?\s?orders?[\s-]of[\s-]magnitudes?\b)"
    r"|(?P<rate>(?P<rate_scale>[KMkGT]\s?)?(?:tokens?|frames?|images?|samples?|queries|requests?|"
    r"words|iterations|steps)"
    r"(?:/(?:s|sec|second|min|joule|J)\b|\sper\s(?:second|minute|joule|hour)\b))"
    r"|(?P<fixed>-?\s?(?:FPS|fps|Hz|kHz|MHz|GHz|dB|TFLOPS|TFLOPs|GFLOPS|GFLOPs|PFLOPS|TOPS/W|TOPS|GOPS|MACs|GMACs|"
    r"QPS|GB/s|TB/s|MB/s|Gbps|Mbps|kbps|kb/s|bps|KiB|MiB|GiB|KB|kB|MB|GB|TB|PB|bytes?|bits?|mW|kW|"
    r"W|mJ|pJ|nJ|uJ|kWh|Wh|J|"
    r"meV|eV|kcal/mol|mm|cm|km|nm|um|µm|μm|°C|°|degrees?|USD|dollars|cents|Elo|nats|bpp|bpc|perplexity)(?![A-Za-z]))"
    r"|(?P<time>[\s-]?(?:milliseconds?|ms|microseconds?|μs|µs|us|nanoseconds?|ns|seconds?|secs?|s|minutes?|mins?|"
    r"hours?|hrs?|h|days?|weeks?|months?|years?|"
    r"(?:[A-Z][\w-]*[\s-]){0,3}(?:GPU|TPU|CPU)s?(?:[\s-][A-Z]\w+)?[\s-](?:hours?|days?|minutes?))(?![A-Za-z/]))"
    r"|(?P<parameters>(?:(?:[KMBT]|thousand|million|billion|"
    r"trillion)\s)?(?:[KMBT]\s?)?(?:(?:extra|additional|trainable|learnable|tunable|"
    r"active|activated|total|model)\s){0,2}param(?:eter)?s?\b)"
    r"|(?P<of>(?:/|of|out\sof)\s?(?:the\s|all\s)?(?P<whole>\d+|two|three|four|five|six|seven|"
    r"eight|nine|ten|eleven|twelve)"
    r"(?![\w%]|[.,]\d))"
    r"|(?P<scale>[KMBTkmb](?![A-Za-z\d])|thousand\b|million\b|billion\b|trillion\b)"
    r"|(?P<count>-steps?\b|(?:(?:" + _PLAIN_WORD + r"\s){0,2}?" + _THINGS + r")(?:\s(?:/|out\sof|of)\s(?P<all>\d+)\b)?)"
    r")"
)

_TIME_NAMES = {
    "milliseconds": "ms",
    "millisecond": "ms",
    "microseconds": "μs",
    "microsecond": "μs",
    "us": "μs",
    "µs": "μs",
    "nanosecond": "ns",
    "nanoseconds": "ns",
    "second": "s",
    "seconds": "s",
    "sec": "s",
    "secs": "s",
    "min": "minutes",
    "mins": "minutes",
    "minute": "minutes",
    "h": "hours",
    "hr": "hours",
    "hrs": "hours",
    "hour": "hours",
    "day": "days",
    "week": "weeks",
    "month": "months",
    "year": "years",
}
_FIXED_NAMES = {"fps": "FPS", "byte": "bytes", "bit": "bits", "degree": "degrees", "kB": "KB"}


@dataclass(slots=True)
class Number:
    """One number of a text.

    `start` and `end` bound the figure and its unit in the flat text, `figure_end` the figure alone. `kind` is the
    class of the unit (percent, points, factor, time, fixed, rate, parameters, of, scale, money, count, bare);
    `unit` is the unit as claims write it.
    """

    start: int
    figure_end: int
    end: int
    value: float
    kind: str
    unit: str
    word: bool = False
    decimal: bool = False


def numbers(text: Text) -> list[Number]:
    """Every number of a text that is not part of a name, at most `MOST`, in order."""
    flat = text.flat
    found = []
    for match in _FIGURE.finditer(flat):
        number = _figure(flat, *match.span())
        if number is not None:
            found.append(number)
            if len(found) == MOST:
                break
    if not _SPELT.isdisjoint(text.lows) or "fold" in flat:
        found += _spelt(text)
        found.sort(key=lambda number: number.start)
    kept: list[Number] = []
    for number in found:
        if not kept or number.start >= kept[-1].end:
            kept.append(number)
    return kept[:MOST]


def _figure(flat: str, start: int, end: int) -> Number | None:
    """The number whose figure stands there; None if the figure is part of a name, a place, a size, a year."""
    if end - start > 15 or not _free(flat, start, end):
        return None
    if _NOT_AFTER.match(flat, end) or _MACHINES.match(flat, end) or _is_place(flat, start, end):
        return None
    figure = flat[start:end].replace(",", "")
    number = Number(start, end, end, float(figure), "bare", "", decimal="." in figure)
    if flat[start - 1 : start] == "$":
        number.start, number.kind, number.unit = start - 1, "money", "$"
        return number
    unit = _UNIT.match(flat, end)
    if unit:
        _set_unit(number, unit)
        if number.kind == "scale":
            _scaled(flat, number)
    return number


def _free(flat: str, start: int, end: int) -> bool:
    """Whether a figure stands on its own: MATH-500 and GPT-4-1106 are names, 2-4x is a range."""
    before = flat[max(0, start - 2) : start]
    last = before[-1:]
    if last.isalnum() or last in {"_", "@", "^"}:
        return _GLUED.search(flat[max(0, start - 4) : start]) is not None and _GLUED_UNIT.match(flat, end) is not None
    if last in {".", ","}:
        return not before[0].isalnum()
    if last == "-":
        if _IN_NAME.search(flat[max(0, start - 20) : start]):
            return False
        return not before[0].isalpha() or before in {"x-", "X-"}
    return True


def _is_place(flat: str, start: int, end: int) -> bool:
    """Whether a figure numbers something: the second side of 128x128, (2), 3), a year."""
    if flat[max(0, start - 12) : start].rstrip()[-1:] == "x" and re.search(
        r"\d\s*x\s*$", flat[max(0, start - 12) : start]
    ):
        return True
    whole = flat[start:end].isdigit()
    if whole and end - start < 3 and flat[end : end + 1] == ")":
        return flat[start - 1 : start] in {"", " ", "(", ",", ";", ":"} and not re.search(
            r"[A-Za-z%]\s$", flat[max(0, start - 2) : start]
        )
    return whole and end - start == 4 and flat[start : start + 2] in {"19", "20"} and not _UNIT.match(flat, end)


def _spelt(text: Text) -> list[Number]:
    """The numbers written in words: `halves`, `twice`, `two orders of magnitude`, `ten seconds`, `five-fold`."""
    found: list[Number] = []
    for at, low in enumerate(text.lows):
        word = low.removesuffix("-fold") if low.endswith("-fold") else low
        if word in _SPELT and len(found) < MOST:
            number = _word(text.flat, text.starts[at], text.starts[at] + len(word), word)
            if number is not None:
                found.append(number)
    return found


def _word(flat: str, start: int, end: int, word: str) -> Number | None:
    if word in _FOLDS:
        return Number(start, end, end, float(_FOLDS[word]), "factor", "x", word=True)
    if word in _VERBS:
        value, unit = _VERBS[word]
        noun = word in {"double", "triples"} and not _WHOLE_AFTER.match(flat, end)
        if word != "twice" and (noun or flat[end : end + 4] == " as " or flat[start - 1 : start] == "-"):
            return None
        return Number(start, end, end, value, "percent" if unit == "%" else "factor", unit, word=True)
    if word.startswith("order"):
        return Number(start, end, end, 10.0, "factor", "x", word=True)
    if not _COUNTING.match(flat, end):
        return None
    number = Number(start, end, end, float(_WORDS[word]), "count", "", word=True)
    unit_match = _UNIT.match(flat, end)
    if unit_match:
        _set_unit(number, unit_match)
    return None if word == "an" and number.unit != "x" else number


# Inner groups of the unit's pattern that may be the last to match, and the class they belong to.
_CLASS = {"whole": "of", "rate_scale": "rate", "all": "count"}
_PLAIN = {"percent": "%", "points": "points", "factor": "x"}


def _set_unit(number: Number, unit: re.Match[str]) -> None:
    """Give a number the unit that stands behind it."""
    kind = _CLASS.get(unit.lastgroup or "", unit.lastgroup or "")
    text = unit[0].strip()
    number.end = unit.end()
    if kind == "orders":
        if number.value <= 12:
            number.value, number.kind, number.unit = 10.0**number.value, "factor", "x"
        return
    if kind == "count" and unit["all"]:
        kind, text = "of", f"of {unit['all']}"
    elif kind == "of":
        text = f"of {_WORDS.get(unit['whole'], unit['whole'])}"
    number.kind = kind
    number.unit = _PLAIN.get(kind) or _unit_name(kind, text)


def _unit_name(kind: str, text: str) -> str:
    """A unit as claims write it."""
    match kind:
        case "time":
            return _time_name(text)
        case "fixed":
            return _FIXED_NAMES.get(text.strip("- "), text.strip("- "))
        case "rate":
            return _rate_name(text)
        case "parameters":
            return _parameters_name(text)
        case "count":
            return text.strip("- ")
        case _:
            return text


@lru_cache(256)
def _time_name(text: str) -> str:
    name = text.strip("- ")
    return _TIME_NAMES.get(name, re.sub(r"([\s-])(hour|day|minute)$", r"\1\2s", name).replace("-", " "))


@lru_cache(256)
def _rate_name(text: str) -> str:
    name = re.sub(r"\s?per\s", "/", text)
    name = re.sub(r"/(?:sec(?:ond)?|s)$", "/s", name)
    return re.sub(r"^(token|frame|image|sample|request)/", r"\1s/", name)


@lru_cache(256)
def _parameters_name(text: str) -> str:
    scale = re.match(r"(?:[KMBT](?![A-Za-z])|thousand|million|billion|trillion)", text)
    named = "parameters" if "param" in text else text
    return f"{scale[0]} {named}" if scale else named


_COUNTED_THING = re.compile(r"\s((?:" + _PLAIN_WORD + r"\s){0,2}?(?:parameters|" + _THINGS[3:] + ")")


def _scaled(flat: str, number: Number) -> None:
    """`10K preference data pairs` counts pairs; `a 7B model` counts nothing that follows."""
    thing = _COUNTED_THING.match(flat, number.end)
    if thing:
        number.unit = f"{number.unit} {thing[1]}"
        number.end = thing.end()
