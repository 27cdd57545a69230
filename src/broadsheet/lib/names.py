"""Names of authors: parting lists of them, and finding the family name."""

from __future__ import annotations

import re
import unicodedata

_PARTICLES = frozenset(
    (  # noqa: SIM905
        "abu af al ap av ben bin bint d' da dal de de' degli dei del dela della den der des di do dos du el ibn la las "
        "le lo los ould san st st. 't ten ter van vander vom von y zu zum zur"
    ).split()
)
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "phd", "ph.d.", "md", "m.d.", "esq", "esq."})
_PARTED = re.compile(r"\s*,\s+and\s+|\s*,\s+|\s+and\s+")
_LEADING_AND = re.compile(r"and\s+")

# Bylines: names with affiliations, and what stands between them that names nobody.
_BRACKET = re.compile(r"[()]")
_UP_TO_NEXT_NAME = re.compile(r"\([^(),;]*")
_NEEDS_CARE = re.compile(
    r"[()&;:*\d]|,\S| [^\w,]*(?:,|\Z)|,? (?:and|for|on|in|representing|by|with|et|Jr|Sr|II|III|IV|collaboration)\b",
    re.I,
)
_BYLINE_PARTED = re.compile(
    r"\s*[,;:]\s*(?:(?:and|&)\s+)?|\s+and\s+|\s+&\s+(?!\w+\s+(?:Group|Project|Team)\b)|\s+(?=with\s+(?:an?\s+)?append)",
    re.I,
)
_FOR_OTHERS = re.compile(
    r"(?:\s+|\A)(?:(?:on|in)\s+behalf\s+of|representing|for\s+the|for(?=\s+\S+\s+(?:collaboration|team|group)\b))\s.*\Z",
    re.I,
)
_LEADING_WORDS = re.compile(
    r"(?:and|by|with\s+(?:an?\s+)?(?:appendi(?:x|ces)|contributions?)\s+(?:jointly\s+written\s+)?(?:by|with|from)|\d+)\s+|\d(?=[A-Z]\.)",
    re.I,
)
_ET_AL = re.compile(r"(?:\s+|\A)et\.?\s+al\b\.?", re.I)
_FOOTNOTE = re.compile(r"(?<=[^\W\d_])\d{1,2}\Z")
# What a comma parted from the name in front of it.
_TAILS = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "collaboration"})


def split_authors(text: str) -> tuple[str, ...]:
    """The names in a string parted by `;`, else by `, ` and ` and `, in order, blanks collapsed, empty ones left out.

    With `;` a name may be "Family, Given"; without it a comma always parts two names.
    """
    parts = text.split(";") if ";" in text else _PARTED.split(" ".join(text.split()))
    names = (" ".join(_LEADING_AND.sub("", part.strip(), count=1).strip(" ,").split()) for part in parts)
    return tuple(name for name in names if name)


def split_byline(text: str) -> tuple[str, ...]:
    """The names in a byline as arXiv gives it, in order: "A. Lovelace (1), B. Babbage Jr. ((1) Inst. of X, London)".

    Parted by `,`, `;`, `and` and `&`. Affiliations in brackets (nested ones and those cut off too) go, and so do "et
    al.", footnote numbers, the colon behind a collaboration, and "for the X Collaboration" or "on behalf of …", which
    name no author. A collaboration that stands as an author stays one. Texts are not cleaned of LaTeX.
    """
    text = " ".join(text.split())
    if not _NEEDS_CARE.search(f" {text}"):  # nine of ten
        return tuple(text.split(", ")) if text else ()
    text = _ET_AL.sub("", _without_brackets(text))
    names: list[str] = []
    for part in _BYLINE_PARTED.split(text):
        name = _LEADING_WORDS.sub("", _FOR_OTHERS.sub("", part.strip(" *")), count=1)
        name = _FOOTNOTE.sub("", " ".join(name.split()))
        if names and name.casefold() in _TAILS:
            names[-1] = f"{names[-1]} {name}"
        elif any(character.isalpha() for character in name):
            names.append(name)
    return tuple(names)


def _without_brackets(text: str) -> str:
    """The text without what stands in round brackets, blanks collapsed. Of a bracket that is never closed only what
    stands before the next name goes: it is better to show an affiliation than to lose a name.
    """
    opened: list[int] = []
    dropped: list[tuple[int, int]] = []
    for match in _BRACKET.finditer(text):
        if match[0] == "(":
            opened.append(match.start())
        elif opened:
            dropped.append((opened.pop(), match.end()))
        else:
            dropped.append(match.span())
    dropped += [rest.span() for at in opened if (rest := _UP_TO_NEXT_NAME.match(text, at))]
    kept, last = [], 0
    for start, end in sorted(dropped):
        if start >= last:
            kept.append(text[last:start])
        last = max(last, end)
    return " ".join(" ".join([*kept, text[last:]]).split())


def family_name(name: str) -> str:
    """The family name, case-folded, with its particles (`van der berg`, not `berg`). Empty only for an empty name.

    Reads "Given Family", "Family, Given" and "Given Family Jr.". A name of one word is its own family name.
    """
    name = " ".join(unicodedata.normalize("NFC", name).casefold().split())
    if "," in name:
        head, rest = (part.strip() for part in name.split(",", 1))
        if head and rest not in _SUFFIXES:
            return head
        name = head or rest.strip(" ,") or name
    words = name.split()
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    start = len(words) - 1
    # The first word is a given name, whatever it looks like ("Di Wang", "Al Gore").
    while start > 1 and words[start - 1] in _PARTICLES:
        start -= 1
    return " ".join(words[max(start, 0) :])
