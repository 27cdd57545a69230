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


def split_authors(text: str) -> tuple[str, ...]:
    """The names in a string parted by `;`, else by `, ` and ` and `, in order, blanks collapsed, empty ones left out.

    With `;` a name may be "Family, Given"; without it a comma always parts two names.
    """
    parts = text.split(";") if ";" in text else _PARTED.split(" ".join(text.split()))
    names = (" ".join(_LEADING_AND.sub("", part.strip(), count=1).strip(" ,").split()) for part in parts)
    return tuple(name for name in names if name)


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
