"""Everything in a title and an abstract that looks like a name, with the places where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files

from broadsheet.results.extraction.text import Text
from broadsheet.results.extraction.words import word_set

# More name-like words than this stand in no abstract.
MOST = 60
# Nor does it name one thing more often.
_PLACES = 30


def _forms(stems: str) -> frozenset[str]:
    """Verbs in their forms: "propose" gives proposes, proposed, proposing."""
    forms = set()
    for verb in stems.split():
        root = verb.removesuffix("e")
        forms |= {verb, f"{verb}s", f"{root}ed", f"{root}ing"}
    return frozenset(forms)


INTRODUCE = _forms(
    "propose introduce present develop release design construct create contribute curate "
    "establish devise open-source opensource unveil publish "
    "compile instantiate synthesize synthesise"
) | {"build", "builds", "built", "building"}
# They introduce names too, and more often what others made.
WEAKLY = _forms(
    "collect describe offer implement train provide adopt derive formulate define employ "
    "leverage yield produce extend obtain achieve"
) | {"study", "studies", "get"}
CALL = word_set("called named dubbed termed coined namely entitled titled denoted abbreviated call term dub")
_SMALL = frozenset({"of", "for", "and", "the", "in", "with", "to", "from", "by", "as", "over", "is", "&"})
_THINGS = frozenset(
    {"Benchmark", "Dataset", "Framework", "Model", "Models", "Algorithm", "Method", "System", "Library"}
)
_OPENERS = word_set(
    "The A An In On For We Our This These To By With From As At While However Using Unlike Through "
    "Existing Both Experiments Code Project Model Models Data Results It Its Their They And But Here "
    "Recent Such Specifically Moreover Furthermore Finally Additionally Extensive When Given Despite"
)

# "we propose procedure cloning, which …": plain words behind the verb, introduced as a name.
_PLAIN = re.compile(
    r"\s((?!(?:an?|the|our|two|three|several|some|new|novel|to|that|how|it|this|these|and|in|from|"
    r"by|with|through|as|at|under|via|its|their|what|"
    r"whether|when|further|using|more|results|various|multiple|many|different|both|for|us|on|here|"
    r"such|other|additional)\b)"
    r"[a-z][\w-]+(?:\s[a-z][\w-]+){0,3}),?\s(?:an?\s|which\s|that\s|the\s|\()"
)
_CALLED = re.compile(
    r"[\s,:]*(?:the\s|as\s)?[\"']{0,2}((?!(?:an?|the|that|this|these|our|as|it|in|to|by|for|of|"
    r"with|from|us)\b)[A-Za-z0-9][\w^+/.-]*"
    r"(?:\s(?!(?:that|which|to|is|for|and|in|by|with|as|on|where|can|an?|consisting|based|using|"
    r"under|from|into|has|are|was|we|of|through|via)\b)[\w^+-]+){0,3})"
)
_QUOTED = re.compile(r"\"([A-Za-z][\w -]{2,40})\"")
_BRACKET = re.compile(r"\(\s?([A-Za-z][\w+^@-]{1,24}(?:\s[\d.]+)?)(?:\s?\)|[,;]\s)")
_NO_WORD = re.compile(r"[^\w\s^+-]")
_TITLE_PREFIX = re.compile(r"^\s?[\"']?([^:?!]{2,60}?)[\"']?\s?(?::|\s[-—]{1,3}\s|\s?—)\s?(?=\S)")
_REPORT = re.compile(r"\s(?:[Tt]echnical )?[Rr]eport$")
_ENDS = re.compile(r"[\s.,;:'/-]+$")
_VERSION = re.compile(r"\s\d+\.\d+(?![\w%])")
_SHAPED = re.compile(r"[a-z0-9][A-Z]|[A-Z][\w^-]*[A-Z0-9]|[A-Z][\w-]*\^|\w-[A-Z]|\d[a-z]*[A-Z]|[a-z]\d\w*|\+\+")
_FACTOR = re.compile(r"\d[xX]$")
_JOINED = re.compile(r"\+{1,2}|\([\d+]+\)")


@dataclass(slots=True)
class Name:
    """One candidate: its spelling as first met, and its places as (in the title, start, end).

    `how` notes what found it: shaped, capitals, single, plain, called, quoted, short (in brackets behind its long
    form), long, prefix (of the title).
    """

    text: str
    places: list[tuple[bool, int, int]] = field(default_factory=list)
    how: set[str] = field(default_factory=set)
    partner: str = ""


@cache
def known() -> dict[str, int]:
    """Name-like words that many papers use, with how common they are: 1 (some papers) to 3 (very many)."""
    levels: dict[str, int] = {}
    text = files(__package__).joinpath("known_names.txt").read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines()):
        levels.update(dict.fromkeys(line.split("\t"), number + 1))
    return levels


def commonness(key: str) -> int:
    """How common a name is: 0 (rare) to 3 (in very many papers)."""
    levels = known()
    return levels.get(key) or levels.get(key.rstrip("s"), 0)


def name_spans(title: Text, text: Text) -> dict[str, Name]:
    """The candidates for names in a title and an abstract, by their case-folded text."""
    found: dict[str, Name] = {}
    _of_title(found, title.flat)
    _words(found, title, True)
    _words(found, text, False)
    flat = text.flat
    for at, low in enumerate(text.lows):
        if low in INTRODUCE:
            _after(found, flat, text.ends[at], _PLAIN, "plain")
        elif low in CALL:
            _after(found, flat, text.ends[at], _CALLED, "called")
    if '"' in flat:
        for match in _QUOTED.finditer(flat):
            _add(found, flat, match.start(1), match.end(1), "quoted", False)
    if "(" in flat:
        for match in _BRACKET.finditer(flat):
            _pair(found, flat, match)
    _join_plurals(found)
    _everywhere(found, flat)
    return found


def _of_title(found: dict[str, Name], title: str) -> None:
    """What stands before the colon of a title, or a title of few words."""
    prefix = _TITLE_PREFIX.match(title)
    if prefix is None:
        if title.strip() and len(title.split()) <= 4:
            _add(found, title, 0, len(_REPORT.sub("", title.rstrip())), "prefix", True)
        return
    if len(prefix[1].split()) > 6:
        return
    text = _REPORT.sub("", re.sub(r"^(?:The|A|An)\s", "", prefix[1].strip()))
    start = prefix.start(1) + prefix[1].index(text)
    name = _add(found, title, start, start + len(text), "prefix", True)
    bracket = re.search(r"\s\(([\w+-]{2,20})\)$", text)
    if name and bracket:
        _add(found, title, start + bracket.start(1), start + bracket.end(1), "prefix", True)
        _add(found, title, start, start + bracket.start(), "prefix", True)


@lru_cache(20_000)
def _look(word: str) -> str:
    """What a word looks like: "shaped" as names are, "capital", or neither ("")."""
    if _SHAPED.search(word) and not word.isdigit() and len(word) > 1 and not _FACTOR.search(word):
        return "shaped"
    return "capital" if word[0].isupper() and len(word) > 2 else ""


def _words(found: dict[str, Name], text: Text, in_title: bool) -> None:
    """Words that are shaped like names, capitalised words inside a sentence, and runs of capitalised words."""
    words, lows, starts, ends, flat = text.words, text.lows, text.starts, text.ends, text.flat
    opening = {start for start, _ in text.spans}
    run: list[int] = []
    for at, word in enumerate(words):
        low = lows[at]
        if word == low and word.isalpha():
            # A plain word: it can only hold a run together.
            if run:
                if low in _SMALL and flat[ends[at - 1] : starts[at]] == " ":
                    run.append(at)
                else:
                    _run(found, text, run)
                    run = []
            continue
        free = starts[at] == 0 or flat[starts[at] - 1] not in "./:@-\\_"
        look = _look(word) if free else ""
        if look == "shaped":
            more = _VERSION.match(flat, ends[at]) or _JOINED.match(flat, ends[at])
            _add(found, flat, starts[at], more.end() if more else ends[at], "shaped", in_title)
        elif look and not in_title and (starts[at] not in opening or low in found):
            _add(found, flat, starts[at], ends[at], "single", False)
        if in_title:
            continue
        if run and flat[ends[run[-1]] : starts[at]] not in {" ", " & "}:
            _run(found, text, run)
            run = []
        if free and word[0].isupper():
            run.append(at)
        elif run:
            _run(found, text, run)
            run = []
    if run:
        _run(found, text, run)


def _run(found: dict[str, Name], text: Text, run: list[int]) -> None:
    """A run of capitalised words, without the small words at its ends and the word that opens a sentence."""
    while run and text.lows[run[-1]] in _SMALL:
        run = run[:-1]
    if run and text.words[run[0]] in _OPENERS:
        run = run[1:]
        while run and text.lows[run[0]] in _SMALL:
            run = run[1:]
    # "MNIST and CIFAR10" are two names, and the word behind "FollowRAG Benchmark" is no part of it.
    if any(
        text.lows[at] == "and" and "shaped" in (_look(text.words[at - 1]), _look(text.words[at + 1]))
        for at in run[1:-1]
    ):
        return
    if len(run) == 2 and text.words[run[1]] in _THINGS and _look(text.words[run[0]]) == "shaped":
        return
    if 2 <= len(run) <= 8:
        _add(found, text.flat, text.starts[run[0]], text.ends[run[-1]], "capitals", False)


def _after(found: dict[str, Name], flat: str, place: int, pattern: re.Pattern[str], how: str) -> None:
    match = pattern.match(flat, place)
    if match:
        _add(found, flat, match.start(1), match.end(1), how, False)


def _join_plurals(found: dict[str, Name]) -> None:
    """Give "Ptr-Nets" to "Ptr-Net" where the text has both."""
    for key in [key for key in found if key.endswith("s") and key[:-1] in found]:
        one = found.get(key[:-1])
        if one is None:
            continue  # its singular was a plural itself
        other = found.pop(key)
        one.places += [place for place in other.places if place not in one.places]
        one.how |= other.how - {"prefix"}


def _everywhere(found: dict[str, Name], flat: str) -> None:
    """Add the places where a name stands in another case than the patterns look for: "momentum decoding"."""
    low = flat.lower()
    if len(low) != len(flat):
        return
    for key, name in found.items():
        if name.how.isdisjoint(("prefix", "plain", "called", "long", "quoted")):
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


def _pair(found: dict[str, Name], text: str, match: re.Match[str]) -> None:
    """A short form in brackets, and the words before it that it stands for."""
    short = match[1]
    letters = [letter for letter in short.lower() if letter.isalnum()]
    if not letters or short.islower():
        return
    name = _add(found, text, match.start(1), match.end(1), "short", False)
    if name is None:
        return
    before = text[max(0, match.start() - 100) : match.start()].rstrip()
    before = " ".join(_NO_WORD.split(before)[-1].split(" ")[-10:]).lstrip()
    if not before:
        return
    begin = _begin_of_long(before, letters)
    if begin is None:
        return
    long = before[begin:]
    start = text.rfind(long, 0, match.start())
    other = _add(found, text, start, start + len(long), "long", False)
    if other:
        other.partner, name.partner = name.text.casefold(), other.text.casefold()


_INITIAL = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]")


def _begin_of_long(words: str, letters: list[str]) -> int | None:
    """Where the long form begins: the word with the first letter, from which the others follow in order."""
    best = None
    low = words.lower()
    wanted = len(letters) - (1 if len(letters) > 3 else 0)
    for match in reversed(list(_INITIAL.finditer(low))):
        start = match.start()
        if match[0] != letters[0]:
            continue
        at = 0
        for character in low[start:]:
            if at < len(letters) and character == letters[at]:
                at += 1
        count = len(low[start:].split())
        if at >= wanted and count <= len(letters) + 4:
            best = start
            if count >= min(2, len(letters)) or "-" in low[start:]:
                break
    return best


def _add(found: dict[str, Name], text: str, start: int, end: int, how: str, in_title: bool) -> Name | None:
    raw = text[start:end]
    if raw[-1:] in " .,;:'/-":
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
        if len(found) >= MOST or (how in {"shaped", "single"} and not in_title and commonness(key) > 2):
            return None
        name = found[key] = Name(raw)
    place = (in_title, start, end)
    if len(name.places) < _PLACES and place not in name.places:
        name.places.append(place)
    name.how.add(how)
    return name
