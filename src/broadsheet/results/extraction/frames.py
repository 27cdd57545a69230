"""The frames in which a number names what it measures: "N% METRIC", "METRIC of N", "reduces METRIC by N" and others."""

from __future__ import annotations

import re

from broadsheet.results.extraction.metrics import (
    _CHANGE,
    _COMPARATIVE,
    _PHRASE,
    HIGHER,
    LOWER,
    Metric,
    direction_of,
    measured,
    tidy,
)

_GAP = r"\s?\)?[\s-]?(?:of\s(?:the\s|its\s|all\s|their\s)?(?=\w))?"
_RIGHT_COMPARED = re.compile(
    rf"\s?\)?\s?-?(?:as\s)?(?P<how>{'|'.join(_COMPARATIVE)})\b(?:\sthan\b)?(?:\s(?:number\sof\s)?(?P<what>{_PHRASE}))?",
    re.IGNORECASE,
)
_RIGHT_CHANGE_IN = re.compile(
    rf"\s?\)?\s?-?(?:(?P<adj>(?:[\w-]+\s){{0,3}}?))(?P<change>{_CHANGE}|compression|acceleration|"
    rf"speed[\s-]?ups?)\s(?:in|of|on|for)\s(?:the\s|its\s|average\s|overall\s)*(?P<what>{_PHRASE})",
    re.IGNORECASE,
)
_RIGHT_PHRASE = re.compile(rf"{_GAP}(?P<what>{_PHRASE})")
_LEFT_BY = re.compile(
    r"(?P<verb>improv\w+|reduc\w+|increas\w+|decreas\w+|boost\w*|enhanc\w+|accelerat\w+|"
    r"speed\w*(?:\sup)?|lower\w*|cut\w*|sav\w+|rais\w+|shrink\w*|"
    r"outperform\w*|surpass\w*|exceed\w*|beat\w*|scal\w+(?:\sup)?|compress\w*|extend\w*|degrad\w+|"
    r"drop\w*|lift\w*|shorten\w*|mitigat\w+|slash\w*|rises?|grow\w*|trim\w*)"
    r"(?P<between>(?:\s[^,;:()]{1,90}?|\s[^;:]{1,140}?)?),?\sby\s(?:an?\s)?(?:up\sto\s|over\s|"
    r"more\sthan\s|about\s|around\s|approximately\s|nearly\s|roughly\s|at\sleast\s|less\sthan\s|"
    r"almost\s|as\smuch\sas\s|only\s|an\saverage\sof\s|average\sof\s|a\sfactor\sof\s|factor\sof\s|"
    r"(?:a\s)?margin\sof\s|\+|~){0,3}$",
    re.IGNORECASE,
)
_LEFT_OF = re.compile(
    rf"(?P<what>{_PHRASE})(?:\s(?:in|for|on)\s(?P<inner>{_PHRASE}))?\)?\s?(?:\s(?:of|to|reaching|"
    rf"is|are|at|reaches|exceeding|=|:|as|score|equal\sto|being|by|was)|[(=:>~<])\s?"
    r"(?:only\s|just\s|merely\s|up\sto\s|over\s|more\sthan\s|about\s|around\s|approximately\s|"
    r"nearly\s|roughly\s|at\sleast\s|less\sthan\s|below\s|above\s|under\s|"
    r"as\s(?:high|low|little|few|much)\sas\s|an?\s(?:average\sof\s)?|\+|~|\$|<|>|\(|as\smuch\sas\s|almost\s){0,4}$"
)
_LEFT_FROM = re.compile(
    rf"(?P<what>{_PHRASE})?(?:\s(?:of|in|for|on|with)\s(?:the\s)?(?P<inner>[^,;:()]{{1,60}}?))?"
    r"(?:\s(?:is|are|was|were))?(?:\s(?:improv\w+|increas\w+|ris(?:es|ing)|rose|decreas\w+|"
    r"drop\w*|reduc\w+|rais\w+|grow\w*|boost\w*|jump\w*|fall\w*|goes|going|up|down|climb\w*|"
    r"declin\w+))?"
    r"\sfrom\s(?:about\s|around\s|approximately\s|an?\s(?:average\sof\s)?|~|\+)?$",
    re.IGNORECASE,
)
_LEFT_VERB = re.compile(
    r"\b(sav(?:e|es|ing)|reduc(?:e|es|ing)|us(?:e|es|ing)|requir(?:e|es|ing)|cut(?:s|ting)?|"
    r"consum(?:e|es|ing)|retain\w*|preserv\w+|tun(?:es|ing)|prun\w+)\s(?:only\s|just\s|up\sto\s|"
    r"about\s|over\s|around\s|less\sthan\s|approximately\s|merely\s|nearly\s|roughly\s|"
    r"fewer\sthan\s|\w+ly\s){0,3}[~<]?\s*$"
)
_BENEFIT = {"outperform", "surpass", "exceed", "beat"}
_SPEED = re.compile(r"^(?:accelerat|speed)", re.IGNORECASE)
_LOSING = re.compile(r"^(?:reduc|decreas|lower|cut|drop|degrad|slash|shrink|shorten|trim)", re.IGNORECASE)


def right_frame(right: str, after: int) -> Metric | None:
    """The metric named behind a number; `after` is where `right` begins in the text."""
    match = _RIGHT_COMPARED.match(right)
    if match:
        return _compared(match, after)
    match = _RIGHT_CHANGE_IN.match(right)
    if match:
        what = match["what"]
        change = match["change"].lower()
        if change.startswith(("speed", "accelerat")):
            return Metric(tidy(f"{match['adj'] or ''}{match['change']}"), HIGHER, after, after + match.end("change"))
        if measured(tidy(what)):
            text, direction = _changed(change, tidy(what))
            return Metric(text, direction, after, after + match.end("what"))
        text = tidy(f"{match['adj'] or ''}{match['change']}")
        return Metric(text, direction_of(text), after, after + match.end("change"))
    match = _RIGHT_PHRASE.match(right)
    if match is None:
        return None
    what = match["what"]
    text = tidy(what)
    bare_change = re.fullmatch(_CHANGE, text, re.IGNORECASE)
    if not text or bare_change:
        return Metric(text, direction_of(text), after, after + match.end()) if bare_change else None
    return Metric(text, direction_of(text), after, after + match.end())


def _compared(match: re.Match[str], after: int) -> Metric:
    how = match["how"].lower()
    base, better = _COMPARATIVE[how]
    what = tidy(match["what"]) if match["what"] and "than" not in match[0] else ""
    if re.fullmatch(r"models?|competitors?|baselines?|alternatives?", what):
        what = f"{what.rstrip('s')} size" if base == "size" else ""
    if how in {"faster", "quicker", "fast"}:
        text = re.sub(r"\s?(?:speeds?|times?)$", "", what)
        return Metric(f"{text} speed" if text else base, HIGHER, after, after + match.end())
    if not what:
        return Metric(base, better, after, after + match.end("how"))
    return Metric(what, direction_of(what) if how not in {"fewer", "less"} else LOWER, after, after + match.end())


def _changed(change: str, what: str) -> tuple[str, str]:
    """The metric and its better direction of "a drop in accuracy", "a reduction in memory"."""
    direction = direction_of(what)
    if direction == HIGHER and re.match(r"drop|degrad|declin|loss|reduc|decreas", change):
        return f"{what} {change}", LOWER
    return what, direction


def left_frame(left: str, before: int) -> Metric | None:
    """The metric named before a number; `before` is where `left` begins in the text."""
    match = _last(_LEFT_BY, left) if " by " in left else None
    if match:
        return _by(match, before)
    match = _LEFT_FROM.search(left[-140:]) if " from " in left[-30:] else None
    if match and (match["what"] or match["inner"]):
        offset = before + max(0, len(left) - 140)
        return _from(match, offset)
    match = _LEFT_OF.search(left[-90:])
    if match:
        offset = before + max(0, len(left) - 90)
        what = tidy(match["what"])
        if match["inner"] and re.fullmatch(rf"{_CHANGE}|increase|scores?", what, re.IGNORECASE):
            text, direction = _changed(what.lower(), tidy(match["inner"]))
            return Metric(text, direction, offset + match.start("what"), offset + match.end())
        if what:
            return Metric(what, direction_of(what), offset + match.start("what"), offset + match.end())
    return None


def _last(pattern: re.Pattern[str], left: str) -> re.Match[str] | None:
    """The match that begins nearest to the end, of a pattern that is anchored there."""
    found = None
    at = max(0, len(left) - 190)
    while True:
        match = pattern.search(left, at)
        if match is None:
            return found
        found = match
        at = match.start() + 1


def _by(match: re.Match[str], before: int) -> Metric:
    verb, between = match["verb"].lower(), match["between"].strip()
    start, end = before + match.start("verb"), before + match.end()
    if any(verb.startswith(stem) for stem in _BENEFIT):
        return Metric("performance", HIGHER, start, end)
    phrases = (
        re.findall(_PHRASE, re.split(r"\b(?:on|for|in|of|across|over|while|compared|during|when)\s", between)[0])
        if between
        else []
    )
    text = tidy(phrases[-1]) if phrases else ""
    if _SPEED.match(verb):
        named = re.fullmatch(r"(?:[\w-]+\s)?(?:\w+ing|\w+tion|inference|prefill|search|convergence|end-to-end)", text)
        return Metric(f"{text} speedup" if named else "speedup", HIGHER, start, end)
    if not text:
        subject = re.search(
            rf"({_PHRASE})\s(?:(?:is|are|can|be|was|were|been|has|have|could)\s){{0,3}}(?:\w+ly\s)?$",
            match.string[: match.start("verb")],
        )
        if subject:
            text = tidy(subject[1])
            start = before + subject.start()
    direction = direction_of(text) if text else HIGHER
    if direction == HIGHER and _LOSING.match(verb) and text:
        return Metric(f"{text} decrease", LOWER, start, end)
    return Metric(text or "performance", direction, start, end)


def _from(match: re.Match[str], offset: int) -> Metric:
    what, inner = match["what"] or "", match["inner"] or ""
    if inner:
        phrases = re.findall(_PHRASE, inner)
        inner = phrases[-1] if phrases else inner
    text = tidy(what)
    if inner and (not text or re.fullmatch(rf"{_CHANGE}|accuracy", text, re.IGNORECASE) is not None) and not text:
        text = tidy(inner)
    if inner and re.fullmatch(_CHANGE, text, re.IGNORECASE):
        text = tidy(inner)
    text = re.sub(r"^(?:improv\w+|increas\w+|reduc\w+|rais\w+|boost\w*|decreas\w+|lift\w*)\s", "", text)
    start = match.start("what") if match["what"] else match.start()
    return Metric(text, direction_of(text), offset + start, offset + match.end())


def verb_frame(left: str) -> bool:
    """Whether a verb that takes an amount stands right before a number: "saves 90% GPU memory"."""
    return _LEFT_VERB.search(left) is not None
