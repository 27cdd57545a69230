"""What a paper calls its own contribution."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from broadsheet.results.extraction.claim_features import OWN
from broadsheet.results.extraction.model import score, weights
from broadsheet.results.extraction.name_spans import CALL, INTRODUCE, WEAKLY, Name, name_spans

_INTRODUCED = re.compile(
    rf"\b{INTRODUCE}\s(?P<between>(?:[^.;:()]|\([^()]*\)){{0,70}}?)[\"'(\s]*$"
)
_WEAKLY = re.compile(rf"\b{WEAKLY}\s(?:[^.;:()]{{0,40}}?)[\"'(\s]*$")
_TASK = re.compile(r"\b(?:tasks?|problems?|challenges?|field|area|concept|notion|setting|phenomenon)(?:\sof|,|\scalled|\snamed|:)?\s(?:the\s)?$")
_BY_COMMA = re.compile(rf"\b(?:{'method|framework|approach|algorithm|system|model|dataset|benchmark|strategy|pipeline|paradigm|module|technique|architecture|network|scheme|metric|agent|library|platform|engine|variant|objective|loss'})s?,\s$")
_VERB_AFTER = re.compile(r"\"?\s(?:\([\w+-]+\)\s)?[a-z]{3,}(?:s|es)\s(?!of\b)")
_ADJECTIVE = re.compile(r"-(?:based|driven|aware|guided|level|specific|free|style|like|trained|centric|oriented|wise|time|only|related|powered|enhanced|augmented|consistent|aligned|generated|efficient|friendly|agnostic|conditioned|tuned|quality|scale|range|term|end|shot|context|step|modal|agent|tuning|training|supervised|of-experts|language|source|native|horizon|use|policy)$", re.IGNORECASE)
_CALLED_BEFORE = re.compile(rf"\b{CALL}[\s,:\"'(]*(?:the\s|as\s)?[\"']*$")
_KIND_NOUN = (
    r"(?:datasets?|benchmarks?|frameworks?|models?|methods?|approach|algorithms?|systems?|architectures?|pipelines?|corpus|library|"
    r"toolkit|platform|strategy|modules?|engine|networks?|paradigm|suite|agents?|scheme|technique|family|series|loss|mechanism|dubbed)"
)
_OWN_BEFORE = re.compile(r"\b(?:[Oo]ur|[Tt]he\sproposed|we\scall|[Tt]he\sresulting)\s(?:[\w-]+\s){0,3}$")
_OTHERS_BEFORE = re.compile(
    r"\b(?:such\sas|like|e\.g\.?,?|including|i\.e\.?,?|over|than|compared\s(?:to|with)|unlike|outperform\w*|surpass\w*|based\son|built\s(?:up)?on|"
    r"versus|vs\.?|against|from|by|of|on|in|for|to|with|using|existing|recent|previous|prior|across|between|into|beyond|via|under|both|"
    r"state-of-the-art|as|at|within|through|adopt|leverag\w+|utiliz\w+|combin\w+|extend\w*|employ\w*)\s(?:the\s|a\s|an\s|\()?$"
)
_LISTED_BEFORE = re.compile(r"(?:,|and|or|/)\s$")
_APPOSED_AFTER = re.compile(r"[\"')]*\s?(?:\([^()]{2,60}\)\s?)?(?:,\s(?:an?|the|which|that|our|one)\b|\s(?:-{1,2}|—)\s)")
_ACTS_AFTER = re.compile(
    r"\"?\s(?:\([\w+-]+\)\s)?(?:is|are|was|can|could|achiev\w+|outperform\w*|surpass\w*|enabl\w+|us(?:es|ed)|leverag\w+|employ\w*|consist\w*|compris\w+|contain\w*|"
    r"introduc\w+|improv\w+|provid\w+|reduc\w+|demonstrat\w+|support\w*|addresses|offers?|combines?|learns?|generat\w+|integrat\w+|allows?|requires?|"
    r"delivers?|yields?|features?|adopts?|decompos\w+|treats?|exhibits?|consistently|significantly|not\sonly|first|also|effectively|substantially|incorporat\w+|"
    r"predicts?|formulat\w+|encod\w+|transforms?|operat\w+|works?|exploits?|utiliz\w+|has|maintains?|obtains?|attains?|reaches|runs?|shows?|proposes?|includes?|evaluat\w+|assess\w+|covers?|extends?|builds?|dynamically|iteratively|directly|adaptively|further|successfully|automatically|explicitly)\b"
)
_NOUN_AFTER = re.compile(rf"[\"')]*\s{_KIND_NOUN}\b")
_NOUN_BEFORE = re.compile(rf"\b{_KIND_NOUN},?\s[\"'(]*$")
_POSSESSED_AFTER = re.compile(r"'s\b")


@dataclass(frozen=True, slots=True)
class Named:
    """A name with its first place in the text: in the title or not, start, end."""

    text: str
    in_title: bool
    start: int
    end: int


@cache
def known() -> dict[str, int]:
    """Name-like words that many papers use, with how common they are: 1 (some papers) to 3 (very many)."""
    levels: dict[str, int] = {}
    text = files(__package__).joinpath("known_names.txt").read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines()):
        levels.update(dict.fromkeys(line.split("\t"), number + 1))
    return levels


def name_features(title: str, flat: str, spans: Sequence[tuple[int, int]], first_own: int) -> list[tuple[Name, list[str]]]:
    """The candidates of a flat title and abstract with the features that hold for each."""
    found = name_spans(title, flat)
    low_title = title.casefold()
    prefixes = [key for key, name in found.items() if "prefix" in name.how]
    own_from = spans[first_own][0] if spans else 0
    rows = []
    introduced: dict[str, bool] = {}
    covered = _covered(found)
    for key, name in found.items():
        features = _form(key, name, low_title, prefixes)
        places = _places(name, title, flat, spans, own_from)
        if key in covered:
            features.append("inside:longer")
        introduced[key] = "introduced" in places or "called:before" in places
        rows.append((key, name, features + sorted(places)))
    out = []
    for _key, name, features in rows:
        if name.partner:
            features.append("partner")
            if introduced.get(name.partner):
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
    for where, start, end, key in spans:
        if where == reach[0] and -end <= reach[1]:
            continue
        reach = (where, -end)
        free.add(key)
    return set(found) - free


_CROSS = ("introduced", "close", "prefix", "known=0", "called:before", "apposed", "in:title", "noun:after", "acts",
          "own:before", "derives:prefix", "verb:after", "how=plain", "by:comma", "how=short", "how=long", "inside:longer")  # fmt: skip


def _crossed(features: Sequence[str]) -> list[str]:
    """Pairs of features that say more together."""
    held = [feature for feature in _CROSS if feature in features]
    shape = next((feature for feature in features if feature.startswith("shape=")), "")
    pairs = [f"{one}&{other}" for number, one in enumerate(held) for other in held[number + 1 :]]
    three = []
    if "close" in held:
        three = [f"close&{one}&{shape}" for one in ("apposed", "in:title", "acts") if one in held]
    return pairs + three + [f"{one}&{shape}" for one in held]


def _form(key: str, name: Name, title: str, prefixes: Sequence[str]) -> list[str]:
    """Features of the candidate itself: how it was found, its shape, how common it is."""
    features = [*sorted(f"how={how}" for how in name.how), f"words={min(4, len(name.text.split()))}", f"shape={_shape(name.text)}"]
    features.append(f"known={known().get(key, known().get(key.rstrip('s'), 0))}")
    if "prefix" in name.how:
        seen = any(not in_title for in_title, _, _ in name.places)
        features += ["prefix", "prefix:word" if " " not in name.text else "prefix:phrase:seen" if seen else "prefix:phrase:unseen"]
    elif key in title:
        features.append("in:title")
    in_text = sum(1 for in_title, _, _ in name.places if not in_title)
    features.append(f"times={min(4, in_text)}")
    if any(prefix != key and prefix in key and len(prefix) > 2 for prefix in prefixes):
        features.append("derives:prefix")
    if any(prefix != key and key in prefix for prefix in prefixes):
        features.append("inside:prefix")
    if name.text[-1:] == "s" and name.text[:-1].isupper():
        features.append("plural")
    if _ADJECTIVE.search(name.text):
        features.append("adjective")
    if prefixes:
        features.append("other:prefix" if "prefix" not in name.how else "is:prefix")
    return features


def _shape(text: str) -> str:
    if " " in text:
        words = text.split()
        small = sum(word[0].islower() for word in words if word not in {"of", "for", "and", "the", "in", "with", "to", "by", "from"})
        return "phrase:lower" if small == len(words) else "phrase:mixed" if small else "phrase:capital"
    if text.isupper():
        return "upper:digit" if any(letter.isdigit() for letter in text) else "upper"
    if re.fullmatch(r"[A-Z]{2,}s", text):
        return "upper"
    if text.islower():
        return "lower"
    if "-" in text:
        return "hyphen:digit" if any(letter.isdigit() for letter in text) else "hyphen"
    if re.search(r"[a-z][A-Z]|[A-Z]{2,}[a-z]", text):
        return "camel"
    return "digit" if any(letter.isdigit() for letter in text) else "capital"


def _places(name: Name, title: str, flat: str, spans: Sequence[tuple[int, int]], own_from: int) -> set[str]:
    """Features of where the candidate stands, over all its places in the abstract."""
    features: set[str] = set()
    others = total = 0
    for in_title, start, end in name.places[:12]:
        if in_title:
            continue
        begin = next((first for first, last in spans if first <= start < last), 0)
        left, right = flat[max(begin, start - 110) : start], flat[end : end + 60]
        total += 1
        if start < own_from:
            features.add("before:own")
        match = _INTRODUCED.search(left)
        if match:
            between = match["between"]
            features.add("introduced")
            if not between or re.fullmatch(r"(?:an?|the|our|novel|new|to|simple|\s)*", between):
                features.add("close")
            if re.search(rf"\b(?:for|to|that|by|with|using|of|in|on|from|into|based|which|via|where|as)\s", between):
                features.add("introduced:far")
            if OWN.search(left):
                features.add("introduced:own")
        if "introduced" not in features and _WEAKLY.search(left):
            features.add("introduced:weakly")
        if _TASK.search(left):
            features.add("task:before")
        if _BY_COMMA.search(left) and right[:1] == ",":
            features.add("by:comma")
        if _CALLED_BEFORE.search(left):
            features.add("called:before")
        if _OWN_BEFORE.search(left):
            features.add("own:before")
        if _NOUN_BEFORE.search(left):
            features.add("noun:before")
        if _OTHERS_BEFORE.search(left):
            others += 1
        elif _LISTED_BEFORE.search(left):
            features.add("listed:before")
        features |= _behind(right)
        if not left.strip():
            features.add("opens")
    if total and others == total:
        features.add("others:all")
    elif others:
        features.add("others:some")
    return features


def _behind(right: str) -> set[str]:
    found = set()
    for feature, pattern in (
        ("apposed", _APPOSED_AFTER), ("verb:after", _VERB_AFTER), ("acts", _ACTS_AFTER), ("noun:after", _NOUN_AFTER), ("possessed", _POSSESSED_AFTER)
    ):  # fmt: skip
        if pattern.match(right):
            found.add(feature)
    return found


def names(title: str, flat: str, spans: Sequence[tuple[int, int]], first_own: int) -> list[Named]:
    """What the paper calls its own, each once, the surest first."""
    model = weights("names")
    kept = []
    for name, features in name_features(title, flat, spans, first_own):
        odds = score(model, features)
        if odds > 0:
            kept.append((odds, name))
    kept.sort(key=lambda row: -row[0])
    out: list[Named] = []
    taken: set[str] = set()
    for _, name in kept:
        in_title, start, end = name.places[0]
        text = _spelling(name, title, flat)
        key = text.casefold()
        if key in taken or (key.endswith("s") and key[:-1] in taken) or f"{key}s" in taken:
            continue
        taken.add(key)
        out.append(Named(text, in_title, start, end))
    return out


def _spelling(name: Name, title: str, flat: str) -> str:
    """The spelling that the abstract uses most, else the title's."""
    counts: dict[str, int] = {}
    for in_title, start, end in name.places:
        text = (title if in_title else flat)[start:end]
        counts[text] = counts.get(text, 0) + (1 if in_title else 2)
    return " ".join(max(counts, key=lambda text: counts[text]).split())
