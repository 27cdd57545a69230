"""From texts to what is stored: corrections win, and every quote finds its place in the cleaned abstract."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadsheet.lib.text import clean
from broadsheet.results.reading import (
    NotACorrection,
    checked,
    claim_of,
    place,
    rank,
    read,
    sentence_around,
    what_it_does,
)
from tests.results.conftest import FAST


def test_it_finds_every_quote_in_the_cleaned_abstract() -> None:
    found = read("FastServe: Serving Quickly", FAST)
    shown = clean(FAST)
    assert found.claims
    for claim in found.claims:
        assert FAST[claim.claim.start : claim.claim.end] == claim.claim.quote
        assert shown[claim.start : claim.end] == clean(claim.claim.quote)


def test_it_finds_the_right_one_of_two_equal_quotes() -> None:
    given = "It gains 62\\% here. \\textbf{Later} on   it gains 62\\% there."
    at = given.rindex("62")
    start, end = place(claim_of({"quote": "62\\%", "value": 62}), given, clean(given))
    assert clean(given)[start:end] == "62%"
    second = replace(claim_of({"quote": "62\\%", "value": 62}), start=at, end=at + 4)
    start, end = place(second, given, clean(given))
    assert clean(given)[start:end] == "62%"
    assert start > clean(given).index("Later")


def test_a_quote_that_is_not_there_has_no_place() -> None:
    assert place(claim_of({"quote": "no such words", "value": 1}), "Something else.", "Something else.") == (-1, -1)


def test_it_says_what_a_paper_does_in_the_sentence_that_brings_it() -> None:
    found = read("FastServe: Serving Quickly", FAST)
    assert found.line == "We present FastServe, a serving engine for language models."
    assert clean(FAST)[found.line_start : found.line_end] == found.line
    assert what_it_does("", []) == (0, 0)


def test_a_sentence_is_whole_around_a_quote() -> None:
    text = "One is first. Two gains 3.5% here. Three is last."
    start, end = sentence_around(text, text.index("3.5"), text.index("3.5") + 4)
    assert text[start:end] == "Two gains 3.5% here."


def test_what_readers_correct_wins() -> None:
    said = {
        "names": ["Other"],
        "kind": "library",
        "links": [{"url": "https://example.org", "kind": "project"}],
        "claims": [{"quote": "3.2x speedup", "value": 3.2, "unit": "x", "form": "ratio", "metric": "speedup"}],
    }
    found = read("FastServe: Serving Quickly", FAST, said)
    assert [name[0] for name in found.names] == ["Other"]
    assert (found.kind, found.links) == ("library", (("https://example.org", "project"),))
    [claim] = found.claims
    assert clean(FAST)[claim.start : claim.end] == "3.2x speedup"


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("kind", "poem"),
        ("names", 7),
        ("links", [{"url": "x", "kind": "y"}]),
        ("claims", [{"quote": "x"}]),
        ("claims", [{"quote": "x", "value": 1, "form": "guess"}]),
        ("title", "x"),
    ],
)
def test_what_is_no_correction_is_refused_with_a_sentence(part: str, value: object) -> None:
    with pytest.raises(NotACorrection, match=r"\."):
        checked(part, value)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"form": "level", "value": 82.1, "value_high": 85.3, "direction": "higher"}, 85.3),
        ({"form": "level", "value": 3, "value_high": 5, "direction": "lower"}, 3),
        ({"form": "level", "value": 3, "value_high": 5, "from": 3, "to": 5, "direction": "lower"}, 5),
        ({"form": "ratio", "value": 2.2, "value_high": 3.6}, 3.6),
        ({"form": "ratio", "value": 0.2, "direction": "lower"}, 5),
        ({"form": "change", "value": -36, "direction": "lower"}, 36),
    ],
)
def test_claims_are_compared_by_what_is_reached_or_how_much_is_gained(row: dict[str, object], expected: float) -> None:
    assert rank(claim_of({"quote": "x", **row})) == expected


def test_numbers_that_are_none_are_not_believed() -> None:
    said = {
        "claims": [{"quote": "x", "value": float("inf")}, {"quote": "x", "value": 1e40}, {"quote": "x", "value": 1}]
    }
    assert [one.claim.value for one in read("T", "x", said).claims] == [1]


def test_hostile_texts_are_stored_whole_or_not_at_all() -> None:
    for text in ("\x00\ud800", "$" * 5_000, "\\%" * 3_000, "We present \x00Nul\x00, which gains 5\x00% accuracy."):
        found = read(text, text)
        for piece in (found.line, found.words, *(name for one in found.names for name in one)):
            assert "\x00" not in piece
            piece.encode()
