"""What a paper calls its own contribution."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from broadsheet.results.extraction.model import score, weights
from broadsheet.results.extraction.name_spans import CALL, INTRODUCE, WEAKLY, Name, commonness, name_spans
from broadsheet.results.extraction.text import Text
from broadsheet.results.extraction.words import word_set

_NOUNS = word_set(
    "dataset datasets benchmark benchmarks framework frameworks model models method methods approach "
    "algorithm algorithms system systems architecture architectures pipeline corpus library toolkit "
    "platform strategy module modules engine network networks paradigm suite agent agents scheme "
    "technique family series loss mechanism metric variant variants tool baseline policy"
)
_ARTICLES = frozenset(["a", "an", "the", "our", "novel", "new", "to", "simple", "us", "as", "its"])
_AWAY = word_set("for to that by with using of in on from into based which via where as through over under and")
_OWNERS = frozenset({"our", "proposed", "resulting"})
_OTHERS = word_set(
    "as like including over than unlike on upon versus vs against from by of in for to with using "
    "existing recent previous prior across between into beyond via under both state-of-the-art at within "
    "through adopt leverage leveraging utilize utilizing combining extending employ employing e.g i.e "
    "outperforms outperforming outperform surpasses surpassing surpass"
)
_TASKS = frozenset(
    ["task", "tasks", "problem", "problems", "challenge", "field", "area", "concept", "notion", "setting", "phenomenon"]
)
_ACTS = word_set(
    "is are was can could achieves achieve achieving outperforms outperform surpasses enables enable uses "
    "used leverages employs consists comprises contains introduces improves provides reduces demonstrates "
    "supports addresses offers combines learns generates integrates allows requires delivers yields "
    "features adopts decomposes treats exhibits consistently significantly not first also effectively "
    "substantially incorporates predicts formulates encodes transforms operates works exploits utilizes "
    "has maintains obtains attains reaches runs shows proposes includes evaluates assesses covers extends "
    "builds dynamically iteratively directly adaptively further successfully automatically explicitly"
)
_APPOSED = re.compile(r"[\"')]*\s?(?:\([^()]{2,60}\)\s?)?(?:,\s(?:an?|the|which|that|our|one)\b|\s(?:-{1,2}|—)\s)")
_ADJECTIVE = re.compile(
    r"-(?:based|driven|aware|guided|level|specific|free|style|like|trained|centric|oriented|wise|"
    r"time|only|related|powered|enhanced|augmented|"
    r"consistent|aligned|generated|efficient|friendly|agnostic|conditioned|tuned|quality|scale|"
    r"range|term|end|shot|context|step|modal|agent|tuning|"
    r"training|supervised|of-experts|language|source|native|horizon|use|policy)$",
    re.IGNORECASE,
)
_CROSS = (
    "introduced",
    "close",
    "prefix",
    "known=0",
    "called:before",
    "apposed",
    "in:title",
    "noun:after",
    "acts",
    "own:before",
    "derives:prefix",
    "verb:after",
    "how=plain",
    "by:comma",
    "how=short",
    "how=long",
    "inside:longer",
)
# Where F1 was best in cross-validation: a name missed costs as much as a word too many.
_LEAST = -0.6
_PLACES = 8  # so many places of a name say enough


@dataclass(frozen=True, slots=True)
class Named:
    """A name with its first place in the text: in the title or not, start, end."""

    text: str
    in_title: bool
    start: int
    end: int


def name_features(title: Text, text: Text) -> list[tuple[Name, list[str]]]:
    """The candidates of a title and an abstract with the features that hold for each."""
    found = name_spans(title, text)
    low_title = title.flat.casefold()
    prefixes = [key for key, name in found.items() if "prefix" in name.how]
    covered = _covered(found)
    rows = []
    introduced: set[str] = set()
    for key, name in found.items():
        places = _places(name, text)
        if "introduced" in places or "called:before" in places:
            introduced.add(key)
        features = _form(key, name, low_title, prefixes) + sorted(places)
        if key in covered:
            features.append("inside:longer")
        rows.append((name, features))
    out = []
    for name, features in rows:
        if name.partner:
            features.append("partner")
            if name.partner in introduced:
                features.append("partner:introduced")
            if name.partner in found and "prefix" in found[name.partner].how:
                features.append("partner:prefix")
        if name.how == {"single"} and "introduced" in features:
            features.append("single&introduced")
        out.append((name, features + _crossed(features)))
    return out


def _covered(found: Mapping[str, Name]) -> set[str]:
    """The candidates that stand nowhere but inside a longer one."""
    spans = sorted((where, start, -end, key) for key, name in found.items() for where, start, end in name.places)
    free: set[str] = set()
    reach = (False, -1)
    for where, _start, end, key in spans:
        if where == reach[0] and -end <= reach[1]:
            continue
        reach = (where, -end)
        free.add(key)
    return set(found) - free


def _crossed(features: Sequence[str]) -> list[str]:
    """Pairs of features that say more together."""
    held = [feature for feature in _CROSS if feature in features]
    shape = next(feature for feature in features if feature.startswith("shape="))
    pairs = [_pair_name(one, other) for number, one in enumerate(held) for other in held[number + 1 :]]
    if "close" in held:
        pairs += [f"close&{one}&{shape}" for one in ("apposed", "in:title", "acts") if one in held]
    return pairs + [_pair_name(one, shape) for one in held]


@lru_cache(4096)
def _pair_name(one: str, other: str) -> str:
    return f"{one}&{other}"


def _form(key: str, name: Name, title: str, prefixes: Sequence[str]) -> list[str]:
    """Features of the candidate itself: how it was found, its shape, how common it is."""
    seen = sum(1 for in_title, _, _ in name.places if not in_title)
    features = [f"how={how}" for how in sorted(name.how)]
    features += [
        f"words={min(4, name.text.count(' ') + 1)}",
        f"shape={shape(name.text)}",
        f"known={commonness(key)}",
        f"times={min(4, seen)}",
    ]
    if "prefix" in name.how:
        features += [
            "prefix",
            "prefix:word" if " " not in name.text else "prefix:phrase:seen" if seen else "prefix:phrase:unseen",
            "is:prefix",
        ]
    else:
        if key in title:
            features.append("in:title")
        if prefixes:
            features.append("other:prefix")
    for prefix in prefixes:
        if prefix != key:
            if prefix in key and len(prefix) > 2:
                features.append("derives:prefix")
            elif key in prefix:
                features.append("inside:prefix")
    if name.text[-1:] == "s" and name.text[:-1].isupper():
        features.append("plural")
    if "-" in key and _ADJECTIVE.search(key):
        features.append("adjective")
    return features


@lru_cache(20_000)
def shape(text: str) -> str:
    """The shape of a name: phrase:capital, camel, upper, hyphen:digit and the like."""
    if " " in text:
        words = text.split()
        small = sum(
            word[0].islower()
            for word in words
            if word not in {"of", "for", "and", "the", "in", "with", "to", "by", "from"}
        )
        return "phrase:lower" if small == len(words) else "phrase:mixed" if small else "phrase:capital"
    digit = any(letter.isdigit() for letter in text)
    if text.isupper():
        return "upper:digit" if digit else "upper"
    if len(text) > 2 and text[-1] == "s" and text[:-1].isupper():
        return "upper"
    if text.islower():
        return "lower"
    if "-" in text:
        return "hyphen:digit" if digit else "hyphen"
    if re.search(r"[a-z][A-Z]|[A-Z]{2,}[a-z]", text):
        return "camel"
    return "digit" if digit else "capital"


def _places(name: Name, text: Text) -> set[str]:
    """Features of where the candidate stands, over its places in the abstract."""
    features: set[str] = set()
    others = total = 0
    own_from = text.spans[text.first_own][0] if text.spans else 0
    for in_title, start, end in name.places[:_PLACES]:
        if in_title:
            continue
        total += 1
        if start < own_from:
            features.add("before:own")
        others += _before(text, start, end, features)
        _behind(text, end, features)
    if total and others == total:
        features.add("others:all")
    elif others:
        features.add("others:some")
    return features


def _before(text: Text, start: int, end: int, features: set[str]) -> bool:
    """Add the features of the words before a place; whether it stands as what others made does."""
    at = text.word_at(start)
    first = text.words_of(text.sentence_at(start))[0]
    if at <= first:
        features.add("opens")
        return False
    lows = text.lows
    _introduced(text, first, at, features)
    last, gap = lows[at - 1], text.flat[text.ends[at - 1] : start]
    if last in CALL or (last in {"as", "the"} and at - 2 >= first and lows[at - 2] in CALL):
        features.add("called:before")
    if not _OWNERS.isdisjoint(lows[max(first, at - 4) : at]) and "," not in gap:
        features.add("own:before")
    if last in _NOUNS:
        features.add("noun:before")
        if "," in gap and text.flat[end : end + 1] == ",":
            features.add("by:comma")
    if last in _TASKS or (last in {"of", "called", "named", "the"} and at - 2 >= first and lows[at - 2] in _TASKS):
        features.add("task:before")
    if gap in {" ", " (", '"', ' "'} and (
        last in _OTHERS or (last in {"the", "a", "an"} and at - 2 >= first and lows[at - 2] in _OTHERS)
    ):
        return True
    if "," in gap or last in {"and", "or"}:
        features.add("listed:before")
    return False


def _introduced(text: Text, first: int, at: int, features: set[str]) -> None:
    """Look back for the verb that introduces, in the same clause."""
    lows, flat = text.lows, text.flat
    for back in range(at - 1, max(first, at - 13) - 1, -1):
        if lows[back] in INTRODUCE:
            between = lows[back + 1 : at]
            features.add("introduced")
            if not between or all(word in _ARTICLES for word in between):
                features.add("close")
            if not _AWAY.isdisjoint(between):
                features.add("introduced:far")
            if text.speaks_of_own(max(first, back - 30), back + 1):
                features.add("introduced:own")
            return
        if lows[back] in WEAKLY and at - back < 7:
            features.add("introduced:weakly")
        gap = flat[text.ends[back] : text.starts[back + 1]] if back + 1 < len(lows) else ""
        if ";" in gap or ":" in gap:
            return


def _behind(text: Text, end: int, features: set[str]) -> None:
    flat = text.flat
    if _APPOSED.match(flat, end):
        features.add("apposed")
    if flat[end : end + 2] == "'s":
        features.add("possessed")
    at = text.word_at(end)
    if at >= len(text.lows):
        return
    gap = flat[end : text.starts[at]]
    if gap.startswith(" (") and ")" in flat[end : end + 30]:
        at = text.word_at(flat.index(")", end))
        gap = " "
    if at >= len(text.lows) or gap not in {" ", '" ', ") "}:
        return
    word = text.lows[at]
    if word in _ACTS:
        features.add("acts")
    elif word in _NOUNS:
        features.add("noun:after")
    elif len(word) > 4 and word.endswith("s") and text.words[at].islower():
        features.add("verb:after")


def names(title: Text, text: Text) -> list[Named]:
    """What the paper calls its own, each once, the surest first."""
    model = weights("names")
    kept = []
    for name, features in name_features(title, text):
        odds = score(model, features)
        if odds > _LEAST:
            kept.append((odds, name))
    kept.sort(key=lambda row: -row[0])
    out: list[Named] = []
    taken: set[str] = set()
    for _, name in kept:
        in_title, start, end = name.places[0]
        spelt = _spelling(name, title.flat, text.flat)
        key = spelt.casefold()
        if key in taken or (key.endswith("s") and key[:-1] in taken) or f"{key}s" in taken:
            continue
        taken.add(key)
        out.append(Named(spelt, in_title, start, end))
    return out


def _spelling(name: Name, title: str, flat: str) -> str:
    """The spelling that the abstract uses most, else the title's."""
    counts: dict[str, int] = {}
    for in_title, start, end in name.places:
        spelt = (title if in_title else flat)[start:end]
        if spelt.casefold() != name.text.casefold():
            continue
        counts[spelt] = counts.get(spelt, 0) + (1 if in_title else 2)
    return " ".join(max(counts, key=lambda spelt: counts[spelt]).split())
