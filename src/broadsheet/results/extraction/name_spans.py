"""Everything in a title and an abstract that looks like a name, with the places where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# More than this many different name-like words stand in no abstract.
MOST = 80

INTRODUCE = (
    r"(?:propos(?:e|es|ed|ing)|introduc(?:e|es|ed|ing)|present(?:s|ed|ing)?|develop(?:s|ed|ing)?|releas(?:e|es|ed|ing)|"
    r"design(?:s|ed|ing)?|build(?:s|ing)?|built|construct(?:s|ed|ing)?|creat(?:e|es|ed|ing)|contribut(?:e|es|ing)|curat(?:e|es|ed|ing)|"
    r"establish(?:es|ed|ing)?|devis(?:e|es|ed)|open-?sourc(?:e|es|ed|ing)|unveil(?:s|ed)?|publish(?:es|ed)?|compil(?:e|es|ed)|"
    r"instantiat(?:e|es|ed|ing)|synthesi[sz]e[sd]?)"
)
# They introduce names too, and more often what others made.
WEAKLY = (
    r"(?:collect(?:s|ed)?|describe[sd]?|offers?|implement(?:s|ed)?|train(?:s|ed)?|provide[sd]?|adopt|deriv(?:e|es|ed|ing)|formulat(?:e|es|ed)|"
    r"defin(?:e|es|ed)|employ|leverag(?:e|es|ing)|study|yield(?:s|ing)?|produc(?:e|es|ed|ing)|extend|obtain|achieve|get)"
)
CALL = r"(?:called|named|dubbed|termed|coined|namely|denoted(?:\sas)?|referred\sto\sas|abbreviated\sas|known\sas|entitled|titled|(?:we|which\swe)\s(?:call|term|name|dub|coin)|refer\sto\s(?:it\s)?as)"

_UNIT = r"[A-Za-z0-9][\w+^@&/-]*(?:\.\d[\w-]*)*(?:\([\d+]+\))?\+{0,2}"
# One word that is shaped like a name: PFGM++, LongWriter-6k, iRoPE, H_2O, d-OPSD, GPT-4.
_SHAPED = re.compile(
    r"(?<![\w./:@-])"
    r"(?=[\w+^@&-]*(?:[a-z0-9][A-Z]|[A-Z][\w^-]*[A-Z0-9]|[A-Z][\w-]*\^|\w-[A-Z]|\d[a-z]*[A-Z]|[a-z]\d\w*|\+\+))"
    rf"{_UNIT}(?:\s\d+\.\d+)?(?![\w])"
)
_CAPITALS = re.compile(
    r"(?<![\w./:@-])[A-Z][\w^+-]*(?:(?:\s(?:of|for|and|the|in|with|to|from|by|as|over|Is|is|&))?\s[A-Z][\w^+]*(?:\.\d+)*(?:-[\w]+)*){1,5}"
)
_SINGLE = re.compile(r"(?<![\w./:@-])[A-Z][a-z]{2,}(?:-[A-Za-z]+)*(?![\w])")
# "we propose procedure cloning, which …": plain words, introduced as a name.
_PLAIN = re.compile(
    rf"\b{INTRODUCE}\s((?!an?\b|the\b|our\b|two\b|three\b|several\b|some\b|new\b|novel\b|to\b|that\b|how\b|it\b|this\b|these\b|and\b|"
    r"in\b|from\b|by\b|with\b|through\b|as\b|at\b|under\b|via\b|its\b|their\b|what\b|whether\b|when\b|further\b|using\b|more\b|results\b|various\b|multiple\b|many\b|different\b|both\b|for\b|us\b|us\b|on\b)[a-z][\w-]+(?:\s[a-z][\w-]+){0,3}),?\s"
    r"(?:an?\s|which\s|that\s|the\s|\()"
)
_CALLED = re.compile(
    rf"\b{CALL}[\s,:]*(?:the\s|as\s)?[\"'`]{{0,2}}((?!an?\b|the\b|that\b|this\b|these\b|our\b|as\b|it\b)[A-Za-z0-9][\w^+/.-]*(?:\s(?!that\b|which\b|to\b|is\b|for\b|and\b|in\b|by\b|with\b|as\b|on\b|"
    r"where\b|can\b|an?\b|consisting\b|based\b|using\b|under\b|from\b|into\b|has\b|has\b|are\b|was\b|we\b)[\w^+-]+){0,3})"
)
_QUOTED = re.compile(r"\"([A-Za-z][\w -]{2,40})\"")
_BRACKET = re.compile(r"\(\s?([A-Za-z][\w+^@-]{1,24}(?:\s[\d.]+)?)(?:\s?\)|[,;]\s)")
_LONG = re.compile(r"(?:[A-Za-z][\w^+-]*(?:[\s-](?:of|for|and|the|in|with|to|from|by|as|over|&)(?=[\s-]))?[\s-]){0,9}[A-Za-z][\w^+-]*$")
_TITLE_PREFIX = re.compile(r"^\s?[\"']?([^:?!]{2,60}?)[\"']?\s?(?::|\s[-—]{1,3}\s|\s?—)\s?(?=\S)")


@dataclass(slots=True)
class Name:
    """One candidate: its spelling as first met, and its places as (in the title, start, end).

    `how` notes the patterns that found it: shaped, capitals, single, plain, called, quoted, short (in brackets behind
    its long form), long, prefix (of the title).
    """

    text: str
    places: list[tuple[bool, int, int]] = field(default_factory=list)
    how: set[str] = field(default_factory=set)
    partner: str = ""


def name_spans(title: str, flat: str) -> dict[str, Name]:
    """The candidates for names in a flat title and a flat abstract, by their case-folded text."""
    found: dict[str, Name] = {}
    prefix = _TITLE_PREFIX.match(title)
    if prefix and len(prefix[1].split()) <= 6:
        _title_prefix(found, prefix)
    elif len(title.split()) <= 4 and title.strip():
        _add(found, title, 0, len(_REPORT.sub("", title.rstrip())), "prefix", True)
    for in_title, text in ((True, title), (False, flat)):
        for match in _SHAPED.finditer(text):
            _add(found, text, match.start(), match.end(), "shaped", in_title)
            if len(found) >= MOST:
                break
        if in_title:
            continue
        for match in _CAPITALS.finditer(text):
            _phrase(found, text, match)
        for pattern, how in ((_PLAIN, "plain"), (_CALLED, "called"), (_QUOTED, "quoted")):
            for match in pattern.finditer(text):
                _add(found, text, match.start(1), match.end(1), how, in_title)
        for match in _BRACKET.finditer(text):
            _pair(found, text, match)
        for match in _SINGLE.finditer(text):
            if match[0].casefold() in found or match.start() and text[match.start() - 2 : match.start()] not in {". ", "? ", "! "}:
                _add(found, text, match.start(), match.end(), "single", in_title)
    found = dict(list(found.items())[:MOST])
    _join_plurals(found)
    _everywhere(found, flat)
    return found


def _join_plurals(found: dict[str, Name]) -> None:
    """Give "Ptr-Nets" to "Ptr-Net" where the text has both."""
    for key in [key for key in found if key.endswith("s") and key[:-1] in found]:
        one = found[key[:-1]]
        other = found.pop(key)
        one.places += [place for place in other.places if place not in one.places]
        one.how |= other.how - {"prefix"}


def _everywhere(found: dict[str, Name], flat: str) -> None:
    """Add the places where a name stands in another case than the patterns look for: "momentum decoding"."""
    low = flat.casefold()
    if len(low) != len(flat):
        return
    for key, name in found.items():
        if not name.how & {"prefix", "plain", "called", "long", "quoted"}:
            continue
        at = low.find(key)
        for _ in range(6):
            if at < 0:
                break
            end = at + len(key)
            whole = not (low[at - 1 : at].isalnum() or low[end : end + 1].isalnum())
            if whole and (False, at, end) not in name.places:
                name.places.append((False, at, end))
            at = low.find(key, end)


def _title_prefix(found: dict[str, Name], prefix: re.Match[str]) -> None:
    text = _REPORT.sub("", re.sub(r"^(?:The|A|An)\s", "", prefix[1].strip()))
    start = prefix.start(1) + prefix[1].index(text)
    name = _add(found, prefix.string, start, start + len(text), "prefix", True)
    bracket = re.search(r"\s\(([\w+-]{2,20})\)$", text)
    if name and bracket:
        _add(found, prefix.string, start + bracket.start(1), start + bracket.end(1), "prefix", True)
        _add(found, prefix.string, start, start + bracket.start(), "prefix", True)


_REPORT = re.compile(r"\s(?:[Tt]echnical )?[Rr]eport$")
_ENDS = re.compile(r"[\s.,;:'/-]+$")
_FIRST_WORD = re.compile(r"^(?:The|A|An|In|On|For|We|Our|This|These|To|By|With|From|As|At|While|However|Using|Unlike|Through|Existing|Both|Experiments|Code|Project|Models?|Data|Results)\s")


def _phrase(found: dict[str, Name], text: str, match: re.Match[str]) -> None:
    """A run of capitalised words, without the small word that opens a sentence."""
    start, end = match.span()
    opening = _FIRST_WORD.match(match[0])
    if opening:
        start += opening.end()
    if " " in text[start:end]:
        _add(found, text, start, end, "capitals", False)


def _pair(found: dict[str, Name], text: str, match: re.Match[str]) -> None:
    """A short form in brackets, and the words before it that it stands for."""
    short = match[1]
    letters = [letter for letter in re.sub(r"[^A-Za-z0-9]", "", short).lower()]
    if not letters or not any(letter.isupper() for letter in short):
        return
    before = _LONG.search(text[max(0, match.start() - 110) : match.start()].rstrip())
    name = _add(found, text, match.start(1), match.end(1), "short", False)
    if not before or name is None:
        return
    begin = _begin_of_long(before[0], letters)
    if begin is None:
        return
    long = before[0][begin:]
    start = text.rfind(long, 0, match.start())
    other = _add(found, text, start, start + len(long), "long", False)
    if other:
        other.partner, name.partner = name.text.casefold(), other.text.casefold()


def _begin_of_long(words: str, letters: list[str]) -> int | None:
    """Where the long form begins: the word with the first letter, from which the others follow in order."""
    starts = [match.start() for match in re.finditer(r"(?<![A-Za-z0-9])[A-Za-z0-9]", words)]
    best = None
    for start in reversed(starts):
        if words[start].lower() != letters[0]:
            continue
        at = 0
        for character in words[start:].lower():
            if at < len(letters) and character == letters[at]:
                at += 1
        if at >= len(letters) - (1 if len(letters) > 3 else 0) and len(words[start:].split()) <= len(letters) + 4:
            best = start
            initials = "".join(word[0] for word in re.split(r"[\s-]+", words[start:].lower()) if word)
            if initials.startswith(letters[0]) and len(initials) >= min(2, len(letters)):
                break
    return best


def _add(found: dict[str, Name], text: str, start: int, end: int, how: str, in_title: bool) -> Name | None:
    raw = text[start:end]
    cut = _ENDS.search(raw)
    if cut:
        end -= len(raw) - cut.start()
        raw = raw[: cut.start()]
    if raw.endswith("'s"):
        end, raw = end - 2, raw[:-2]
    if len(raw) < 2 or len(raw) > 70 or raw.isdigit():
        return None
    key = raw.casefold()
    name = found.get(key)
    if name is None:
        if len(found) >= MOST:
            return None
        name = found[key] = Name(raw)
    place = (in_title, start, end)
    if place not in name.places:
        name.places.append(place)
    name.how.add(how)
    return name
