"""From a text to rows of the table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search.embedder.tokens import MAX_CHARACTERS, MAX_LETTERS, Vocabulary, words

VOCABULARY = Vocabulary(["dark", "matter", "halo"], 10)


def test_a_word_of_the_vocabulary_has_its_row_as_often_as_it_is_said() -> None:
    assert VOCABULARY.rows("Halo, DARK halo!") == [2, 0, 2]


def test_another_word_has_two_shared_rows_that_its_letters_decide() -> None:
    rows = VOCABULARY.rows("neutrino")
    assert len(rows) == 2
    assert all(3 <= row < 13 for row in rows)
    assert Vocabulary(["dark", "matter", "halo"], 10).rows("neutrino") == rows
    assert Vocabulary(["dark"], 0).rows("neutrino") == []


def test_accents_and_case_are_folded() -> None:
    assert words("Poincaré-SCHRÖDINGER naïve") == ["poincare", "schrodinger", "naive"]
    assert words("x_1 = α²") == ["x", "1", "α2"]


@given(st.text(st.characters(max_codepoint=127)))
def test_the_fast_way_for_ascii_gives_the_words_of_the_other(text: str) -> None:
    assert words(text) == words(text + " é")[:-1]


@given(st.text())
def test_every_text_gives_rows_of_the_table(text: str) -> None:
    assert all(0 <= row < len(VOCABULARY) for row in VOCABULARY.rows(text))


@pytest.mark.parametrize(
    "text", ["a" * 10**6, "ab " * 10**6, "é" * 10**6, "a\u0301" * 10**6, "\ud800" * 10**5, "x_" * 10**6, "一" * 10**6]
)
def test_it_reads_only_the_beginning_of_a_huge_text(text: str) -> None:
    assert len(VOCABULARY.rows(text)) <= 2 * MAX_CHARACTERS
    assert VOCABULARY.rows(text) == VOCABULARY.rows(text[:MAX_CHARACTERS])


def test_a_word_too_long_to_be_one_is_left_out() -> None:
    assert VOCABULARY.rows("b" * (MAX_LETTERS + 1)) == []
    assert len(VOCABULARY.rows("b" * MAX_LETTERS)) == 2
