"""From a text to rows of the table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search.embedder.tokens import MAX_CHARACTERS, MAX_LETTERS, Vocabulary, pieces, words

VOCABULARY = Vocabulary(["dark", "matter", "halo"], ["galaxi"], 10)


def test_a_word_of_the_vocabulary_has_its_row_and_how_often_it_is_said() -> None:
    assert VOCABULARY.rows("Halo, DARK halo!") == ([2, 0], [2, 1])


def test_the_forms_of_a_rarer_word_share_the_row_of_their_stem() -> None:
    assert VOCABULARY.rows("galaxy Galaxies galaxy") == ([3, 3], [2, 1])


def test_another_word_has_shared_rows_that_its_letters_decide() -> None:
    rows, times = VOCABULARY.rows("neutrino neutrino")
    assert times == [2, 2, 2, 2]
    assert len(rows) == len(pieces("neutrino")) == 4
    assert all(4 <= row < 14 for row in rows)
    assert Vocabulary(["dark", "matter", "halo"], ["galaxi"], 10).rows("neutrino")[0] == rows
    assert Vocabulary(["dark"], [], 0).rows("dark neutrino dark") == ([0], [2])
    assert VOCABULARY.rows("owl") == VOCABULARY.rows("Owl")
    assert len(VOCABULARY.rows("owl")[0]) == 1


def test_unheard_words_of_one_root_have_something_in_common() -> None:
    wide = Vocabulary([], [], 100_000)
    one, near, far = (set(wide.rows(word)[0]) for word in ("hepatocyte", "hepatology", "glomerular"))
    assert one & near
    assert not one & far


def test_accents_and_case_are_folded() -> None:
    assert words("Poincaré-SCHRÖDINGER naïve") == ["poincare", "schrodinger", "naive"]
    assert words("x_1 = α²") == ["x", "1", "α2"]


@given(st.text(st.characters(max_codepoint=127)))
def test_the_fast_way_for_ascii_gives_the_words_of_the_other(text: str) -> None:
    assert words(text) == words(text + " é")[:-1]


@given(st.text())
def test_every_text_gives_rows_of_the_table(text: str) -> None:
    assert all(0 <= row < len(VOCABULARY) for row in VOCABULARY.rows(text)[0])


@pytest.mark.parametrize(
    "text", ["a" * 10**6, "ab " * 10**6, "é" * 10**6, "a\u0301" * 10**6, "\ud800" * 10**5, "x_" * 10**6, "一" * 10**6]
)
def test_it_reads_only_the_beginning_of_a_huge_text(text: str) -> None:
    assert len(VOCABULARY.rows(text)[0]) <= 4 * MAX_CHARACTERS
    assert VOCABULARY.rows(text) == VOCABULARY.rows(text[:MAX_CHARACTERS])


def test_a_word_too_long_to_be_one_is_left_out() -> None:
    assert VOCABULARY.rows("b" * (MAX_LETTERS + 1)) == ([], [])
    assert VOCABULARY.rows("b" * (MAX_LETTERS + 1) + " dark") == ([0], [1])
    assert len(VOCABULARY.rows("b" * MAX_LETTERS)[0]) == 4
