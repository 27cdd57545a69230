"""Telling a withdrawn paper from a paper about withdrawal.

arXiv's metadata has no field for it: the authors or arXiv's administrators write it into the comments, or replace the
abstract by it ("This paper has been withdrawn by the author due to an error in Lemma 2"). What is looked for is a
sentence whose subject is the paper itself, a sentence that begins with "Withdrawn", or authors who say that they
withdraw it. Liquids and money are withdrawn too, and appendices, claims, and earlier versions.
"""

from __future__ import annotations

import re

_KEPT = 500  # characters of the sentence that is kept
_WORK = (
    r"(?:paper|article|manuscript|submission|e-?print|preprint|pre-print|note|draft|posting|letter|report|document|work"
    r"|translation|(?:current )?version of (?:the|this) (?:paper|article|manuscript))"
)
_GONE = r"(?:withdr[ao]wn|withdrwan|withdrown|withdrawed|withdrawan|(?<=been )withdraw)"  # as authors spell it
_ELSEWHERE = r"(?!\s+from\s+(?!(?:the\s+)?arxiv|further|public|consideration|submission|publication))"
_HAS_BEEN = (
    r"(?:(?:has|have|ha)\s+(?:now\s+)?be\w*|is|are|was|were|is\s+being|(?:has|needs?|is\s+requested)\s+to\s+be"
    r"|should\s+now\s+be)"
)
_SUBJECT = (
    rf"(?:(?<!in\s)(?<!of\s)(?<!that\s)\b(?:this|the|our|my)\s+(?:\w+\s+){{0,2}}?"
    rf"|(?:\A|[^\w\s]\s*|\d\s|\b(?:figures?|pages?|tables?|so|and)\s+)){_WORK}(?:\([a-z]\))?s?\b"
)
_BETWEEN = r"(?:\s+(?:referred\s+to\s+in\s+the\s+title|submitted|\(?arxiv:?\s?\S+|math/\S+|is\s+in\w+,?|and)){0,4},?\s+"
_NOW = r"(?:\w+ly\s+|now\s+|therefore\s+)*"
_THE_PAPER = re.compile(rf"{_SUBJECT}{_BETWEEN}(?:{_HAS_BEEN}\s+)?{_NOW}\"?{_GONE}\b{_ELSEWHERE}", re.I)
_REASON = (
    r"by|due|because|since|as|on|at|pending|in|until|after|awaiting|for|and"  # what follows, when no sentence ends
)
_BARE = re.compile(
    rf"(?:\A|[.;!,)]\s+|\bso\s+|\bcomment:\s+|\bnote:\s+)(?:%\S+\s+)?(?:\(\s*)?"
    rf"(?:(?:it|this|this version|the current version|version \d+|v\d+)\s+(?:{_HAS_BEEN}\s+)?)?"
    rf"(?:temporarily\s+)?{_GONE}\b(?=\s*(?:[.,;:!)]|\Z|(?:{_REASON})\b))",
    re.I,
)
_NOTICE = re.compile(r"\bwithdrawal\s+notice\b|(?:leads|led)\s+to\s+the\s+withdrawal\s+of\s+(?:the|this)\s+paper", re.I)
_BY_AUTHORS = re.compile(
    rf"\b(?:I|we|authors?)\b[^.]{{0,60}}?\b(?:withdr[ae]w(?:ing|n)?)\s+(?:it\b|(?:from\s+)?(?:this|the|our|my)\s+"
    rf"(?:(?:arxiv|present|current)\s+)?(?:version|{_WORK})s?\b)|request\s+for\s+(?:the\s+)?withdrawal",
    re.I,
)
_TESTS = (_THE_PAPER, _BARE, _NOTICE, _BY_AUTHORS)
_SENTENCE_END = re.compile(r"[.!?](?=\s+[A-Z(]|\s*\Z)")


def withdrawal(comments: str, abstract: str) -> str:
    """The words that say that the paper is withdrawn, in one line; empty when nothing says so."""
    for text in (comments, abstract):
        # Every form of the word but "WITHDRAWN" holds these letters; two searches of a constant are fast.
        if "ithdr" in text or "ITHDR" in text:
            words = " ".join(text.split())
            for test in _TESTS:
                if match := test.search(words):
                    return _sentence(words, match.start(), match.end())
    return ""


def _sentence(words: str, start: int, end: int) -> str:
    """The sentence around words[start:end]."""
    ends = [match.end() for match in _SENTENCE_END.finditer(words)]
    first = max((at for at in ends if at <= start + 1), default=0)
    last = min((at for at in ends if at >= end), default=len(words))
    return words[first:last].strip()[:_KEPT]
