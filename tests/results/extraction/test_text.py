"""The flat copy, the sentences, and texts that no abstract should be."""

from __future__ import annotations

import pytest

from broadsheet.results.extraction import KINDS, extract
from broadsheet.results.extraction.flat import LIMIT, flatten
from broadsheet.results.extraction.sentences import sentences

ODD = [
    "",
    " ",
    "\x00\ud800",
    "(" * 5_000,
    "1" * 5_000,
    "1.1" * 3_000,
    "a, " * 4_000,
    "from 1 to " * 1_500,
    "$" * 3_000 + "\\" * 3_000 + "{" * 3_000,
    "https://" * 2_000,
    "A B " * 4_000,
    "X (X) " * 3_000,
    "we propose " * 1_500,
    "up to 5% " * 2_000,
    "ﬀ İ ß ǅ" * 1_000,
    "١٢٣ % ४५x",
]


@pytest.mark.parametrize("text", ODD)
def test_no_text_is_too_odd(text: str) -> None:
    made = extract(text, text)
    assert made.kind in KINDS
    assert made == extract(text, text)
    for claim in made.claims:
        assert text[claim.start : claim.end] == claim.quote


@pytest.mark.parametrize(
    ("text", "flat"),
    [
        (r"62\% of", "62 % of"),
        (r"2.4\times faster", "2.4     x faster"),
        ("10sim100times it", "10  ~100    x it"),
        (r"\textbf{Name} is", "        Name  is"),
        ("Memory~(SAM)", "Memory (SAM)"),
        ("about ~1.8M", "about ~1.8M"),
        ("128times128", "128    x128"),
        ("ran it 4 times in all", "ran it 4 times in all"),
    ],
)
def test_the_flat_copy_keeps_every_place(text: str, flat: str) -> None:
    assert flatten(text) == flat
    assert len(flatten(text)) == len(text)


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    assert len(flatten("word " * LIMIT)) == LIMIT


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One is here. Two is there.", 2),
        ("As in e.g. Fig. 3, it works. So it is.", 2),
        ("It gains 2.5 points. It is fast.", 2),
        ("No stop at all", 1),
        ("", 0),
        ("Is it so? Yes! (We think so.) Good.", 4),
    ],
)
def test_it_finds_the_sentences(text: str, count: int) -> None:
    assert len(sentences(text)) == count
