"""From a quantity that is a claim to the claim: quote, form, metric, direction, bound, baseline, on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from broadsheet.results.extraction.bounds import bound_of
from broadsheet.results.extraction.claim_features import METRIC, Setting
from broadsheet.results.extraction.claims import chained
from broadsheet.results.extraction.comparisons import baseline_of, setting_of, shared_out
from broadsheet.results.extraction.frames import left_frame, right_frame, verb_frame
from broadsheet.results.extraction.metrics import HIGHER, LOWER, Metric, direction_of, measured, score_unit
from broadsheet.results.extraction.quantities import Quantity
from broadsheet.results.extraction.records import Claim

_CHANGED = re.compile(
    r"\b(?:improv\w*|gains?|increas\w*|boost\w*|outperform\w*|surpass\w*|exceed\w*|reduc\w*|"
    r"decreas\w*|drop\w*|degrad\w*|loss|lower\w*|higher|better|"
    r"fewer|less|more|sav\w+|cut\w*|faster|margin|lift\w*|rais\w+|relative|absolute|advantage|"
    r"speed\w*|beat\w*)\b|\+\s?$",
    re.IGNORECASE,
)
_LEVEL_VERB = re.compile(
    r"\b(?:using|uses|use|with|requir\w+|only|just|of|at|is|to|reach\w*|achiev\w+|attain\w*|"
    r"retain\w*|preserv\w+|score[sd]?)\s(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
_TIME = re.compile(r"(?:ms|μs|ns|s|minutes|hours|days|weeks|months|years|.*(?:hours|days))$")
_UNIT_METRICS = {
    "FPS": ("frame rate", HIGHER),
    "dB": ("PSNR", HIGHER),
    "W": ("power", LOWER),
    "mW": ("power", LOWER),
    "J": ("energy", LOWER),
    "GB": ("memory", LOWER),
    "MB": ("memory", LOWER),
    "KB": ("memory", LOWER),
    "bytes": ("storage", LOWER),
    "$": ("cost", LOWER),
    "USD": ("cost", LOWER),
    "dollars": ("cost", LOWER),
    "tokens/s": ("throughput", HIGHER),
    "bits": ("bits", LOWER),
    "Hz": ("frequency", HIGHER),
    "kbps": ("bitrate", LOWER),
    "bps": ("performance", HIGHER),
    "TFLOPS": ("throughput", HIGHER),
}
_MEMBER_LIMIT = 130


def claims_of(abstract: str, setting: Setting, kept: Sequence[tuple[Quantity, int]]) -> list[Claim]:
    """The claims that the quantities `kept` make; `abstract` is as the source gave it."""
    flat, spans = setting.text.flat, setting.text.spans
    chains = chained(flat, kept)
    made: list[Claim] = []
    for chain in chains:
        first: Metric | None = None
        first_bound: str | None = None
        for place, number in enumerate(chain):
            one, at = kept[number]
            window = _window(flat, spans[at], one, kept, number)
            metric = _metric(flat, kept, number, window, first)
            bound, reach = bound_of(
                _before(flat, spans[at], window, one), flat[one.end : window[1]][:70], one.place, one.size
            )
            if place == 0:
                first, first_bound = metric, bound
            elif bound is None and _inherits(flat, kept[chain[place - 1]][0], one):
                bound = first_bound
            claim = _claim(flat, abstract, spans[at], one, metric, bound, reach)
            if one.size > 1:
                baselines, settings = shared_out(flat[_list_end(kept, number) : spans[at][1]], one.size)
                claim = replace(
                    claim,
                    baseline=baselines[one.place] if baselines else claim.baseline,
                    on=settings[one.place] if settings else None if baselines else claim.on,
                )
            if one.kind == "bare" and not claim.unit and place and kept[chain[place - 1]][0].group == one.group != -1:
                claim = replace(claim, unit=made[-1].unit, metric=made[-1].metric, direction=made[-1].direction)
            made.append(claim)
    return made


def _before(flat: str, span: tuple[int, int], window: tuple[int, int], one: Quantity) -> str:
    """What stands before a number: in a list the words before the list, else the words since the claim before."""
    return flat[span[0] if one.size == 2 else window[0] : one.start]


def _inherits(flat: str, before: Quantity, one: Quantity) -> bool:
    """Whether the bound of the number before holds for this one too."""
    return re.search(r"\b(?:respectively|while|only|just|with\san?)\b", flat[before.end : one.start]) is None


def _window(
    flat: str, span: tuple[int, int], one: Quantity, kept: Sequence[tuple[Quantity, int]], number: int
) -> tuple[int, int]:
    """The part of the sentence that is about this number: from the claim before it to the claim behind it."""
    start, end = span
    if number and kept[number - 1][0].end > start:
        start = kept[number - 1][0].end
    behind = number + 1
    while behind < len(kept) and one.group != -1 and kept[behind][0].group == one.group:
        behind += 1
    if behind < len(kept) and kept[behind][0].start < end:
        end = kept[behind][0].start
    return start, end


def _list_end(kept: Sequence[tuple[Quantity, int]], number: int) -> int:
    """Where the list ends that a number stands in: what follows "9.3% and 17.5%" is about both."""
    one = kept[number][0]
    last = number
    while one.group != -1 and last + 1 < len(kept) and kept[last + 1][0].group == one.group:
        last += 1
    return kept[last][0].end


def _metric(
    flat: str, kept: Sequence[tuple[Quantity, int]], number: int, window: tuple[int, int], first: Metric | None
) -> Metric:
    one = kept[number][0]
    left, right = flat[window[0] : one.start], flat[_list_end(kept, number) : window[1]]
    if one.kind in {"count", "scale"} or (one.kind == "parameters"):
        noun = re.sub(r"^(?:[KMBTkmb]|thousand|million|billion)\s", "", one.unit).strip() or "size"
        return Metric(noun, _count_direction(flat, one, noun))
    to_the_right = (
        None if one.pair and not right.startswith(" in ") else right_frame(right[:110], _list_end(kept, number))
    )
    to_the_left = left_frame(left, window[0])
    chosen = _choose(one, left, right, to_the_left, to_the_right)
    unmeasured = one.kind in {"time", "fixed", "money", "rate"} and chosen is not None and not measured(chosen.text)
    if chosen is None or not chosen.text or unmeasured:
        chosen = _fallback(one, first)
    return chosen


def _count_direction(flat: str, one: Quantity, noun: str) -> str:
    left = flat[max(0, one.start - 50) : one.start]
    if re.search(
        r"\b(?:up\sto|exceeding|over|beyond|skip\w*|context|outputs?|length|support\w*|"
        r"scal\w+\sto)\s(?:\w+\s)?$",
        left,
    ):
        return HIGHER
    return LOWER


def _choose(
    one: Quantity, left: str, flat_right: str, to_the_left: Metric | None, to_the_right: Metric | None
) -> Metric | None:
    """Which of the two frames names the metric."""
    if to_the_left is None or to_the_right is None:
        return to_the_right or to_the_left
    if re.search(r"\bby\s(?:[\w-]+\s){0,4}[+~]?$", left) and to_the_left.text not in {
        "performance",
        "performance decrease",
    }:
        return to_the_left
    if one.kind in {"percent", "factor", "points"} or verb_frame(left):
        if not _weak(to_the_right):
            return to_the_right
        return (
            to_the_right
            if to_the_left.text in {"", "performance"} and to_the_right.text not in {"", "performance"}
            else to_the_left
        )
    if one.kind == "bare" and re.match(rf"\s{METRIC.pattern}", flat_right):
        return to_the_right
    return to_the_left


def _weak(metric: Metric) -> bool:
    return metric.text.lower() in {
        "",
        "improvement",
        "improvements",
        "gain",
        "gains",
        "increase",
        "reduction",
        "performance",
        "boost",
        "relative",
        "absolute",
        "relative improvement",
        "point",
        "points",
        "decrease",
        "margin",
        "score",
        "scores",
    }


def _fallback(one: Quantity, first: Metric | None) -> Metric:
    """The metric of a number without one of its own: that of the list it stands in, or what its unit measures."""
    if first is not None and first.text:
        return Metric(first.text, first.direction)
    if one.unit in _UNIT_METRICS:
        text, direction = _UNIT_METRICS[one.unit]
        return Metric(text, direction)
    if _TIME.match(one.unit) and one.kind == "time":
        return Metric("time", LOWER)
    return Metric(
        "speedup" if one.kind == "factor" else "performance" if one.kind in {"percent", "points"} else "score", HIGHER
    )


def _claim(
    flat: str, abstract: str, span: tuple[int, int], one: Quantity, metric: Metric, bound: str | None, reach: int
) -> Claim:
    sentence, left, right = flat[span[0] : span[1]], flat[span[0] : one.start], flat[one.end : span[1]]
    unit = one.unit if one.kind != "bare" else score_unit(left, right)
    text, direction = metric.text, metric.direction
    if one.kind == "bare" and unit:
        direction = direction_of(unit)
        if len(text.split()) > 2 or unit not in text:
            text = unit
    start, end = _quote(flat, span, one, metric, reach)
    return Claim(
        quote=abstract[start:end],
        start=start,
        end=end,
        value=one.value,
        value_high=one.value_high,
        unit=unit,
        form=_form(one, left, right),
        from_value=one.first,
        to_value=one.last,
        metric=text,
        direction=direction,
        bound=bound,
        baseline=baseline_of(sentence, left, right),
        on=setting_of(sentence, left, right),
    )


def _form(one: Quantity, left: str, right: str) -> str:
    if one.pair:
        return "level"
    if one.kind == "factor":
        return "ratio"
    near = left[-60:]
    if one.kind in {"parameters", "count", "scale", "of", "money"}:
        return "level"
    if near.endswith("+") or re.match(
        r"\s?\)?\s?(?:[\w@-]+\s){0,3}?(?:improvement|reduction|gain|increase|decrease|speed|saving|"
        r"boost|drop|degradation|loss|higher|lower|fewer|less|more|better|faster|smaller|shorter|"
        r"relative|absolute|lift|uplift|advantage|margin)",
        right,
    ):
        return "change"
    if re.search(r"\bby\s(?:[\w-]+\s){0,4}[~+]?$", near):
        return "change"
    if _LEVEL_VERB.search(near) and not re.search(
        r"\b(?:gains?|improvements?|reductions?|increases?|drops?|margin|advantage|decreases?|"
        r"savings?)\s(?:in\s[\w\s-]{1,40}\s)?of\s",
        near,
    ):
        return "level"
    return "change" if _CHANGED.search(near) else "level"


def _quote(flat: str, span: tuple[int, int], one: Quantity, metric: Metric, reach: int) -> tuple[int, int]:
    """The stretch of the abstract that a claim quotes: the number, its bound and the words of its metric."""
    start, end = one.start - reach, one.end
    if metric.start >= span[0] and metric.end <= one.start and one.start - metric.start < _MEMBER_LIMIT:
        start = min(start, metric.start)
    if metric.end > end and metric.start >= one.end and metric.end <= span[1]:
        end = metric.end
    if reach == 0:
        before = re.search(
            r"(?:\b(?:by|to|of|only|just|in|from)\s(?:an?\s|only\s|just\s)?|[+~$(<>]\s?)$",
            flat[max(span[0], start - 14) : start],
        )
        if before and before[0].strip() not in {"of"}:
            start -= len(before[0])
    while start < end and flat[start].isspace():
        start += 1
    if flat[start:end].count("(") > flat[start:end].count(")") and flat[end : end + 1] == ")":
        end += 1
    return start, end
