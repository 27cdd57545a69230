"""How text becomes the words that are indexed. Documents, queries and explanations all go through here.

`prose` (titles, abstracts): split at everything that is neither letter nor digit, lower case, accents folded, English
stems.
`names` (authors): the same without stems. Words of more than 60 bytes are left out.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata

import tantivy

TOKENISER = "words-1"  # raise it whenever the same text may give other words
_LONGEST = 60


def _analyzer(*, stem: bool) -> tantivy.TextAnalyzer:
    builder = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_LONGEST))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
    )
    return (builder.filter(tantivy.Filter.stemmer("english")) if stem else builder).build()


PROSE = _analyzer(stem=True)
NAMES = _analyzer(stem=False)


def clean(text: str) -> str:
    """The text as the analysers want it: NFC, without lone surrogates, which the engine can't take."""
    text = unicodedata.normalize("NFC", text)
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def prose(text: str) -> list[str]:
    """The words of a title, an abstract or a query, in order."""
    return PROSE.analyze(clean(text))


def names(text: str) -> list[str]:
    """The words of an author's name, in order."""
    return NAMES.analyze(clean(text))


def title_key(words: list[str]) -> str:
    """What equal titles have in common: 48 bits of BLAKE2b over their words, in base 64. Short, since an index holds
    one a paper.
    """
    return base64.urlsafe_b64encode(hashlib.blake2b(" ".join(words).encode(), digest_size=6).digest()).decode()


# Words that say nothing about a subject, in the form `prose` gives them. They count in phrases and verbatim runs, and
# they are searched when a query has no others; otherwise they would make every paper a match.
_FUNCTION_WORDS = """
    a about after all also an and any are as at be been between both but by can could did do does during each for from
    had has have how if in into is it its may more most no nor not of on only or other our over s should so some such
    than that the their them then there these they this those through to under upon via was we were what when where
    whether which while who whose why will with within without would
"""
STOP_WORDS = frozenset(prose(_FUNCTION_WORDS))
