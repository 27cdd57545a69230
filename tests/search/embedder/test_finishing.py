"""What is done to a table once it is trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from broadsheet.search.embedder.finishing import finish, look
from broadsheet.search.embedder.training import Recipe, Rows

RECIPE = Recipe(context=0.5, rare=0.2, level=0.0)


def corpus(papers: list[list[int]]) -> Rows:
    """Papers of a single part each."""
    ends = np.cumsum([0, *map(len, papers)])
    rows = np.array([row for paper in papers for row in paper], np.int32)
    return Rows(rows, ends, np.arange(len(papers) + 1))


def fields() -> tuple[Rows, np.ndarray]:
    """Two fields of ten papers, each with frequent rows of its own (0 and 1); one paper of the first says row 2."""
    papers = [[0, 0, 4], [0, 5]] * 5 + [[1, 4], [1, 1, 5]] * 5
    papers[0] = [*papers[0], 2]
    return corpus(papers), np.eye(6, 8, dtype=np.float32)


def test_papers_that_say_a_row_are_counted_once_each() -> None:
    rows, table = fields()
    assert look(rows, table).papers.tolist() == [10, 10, 1, 0, 10, 10]


def test_a_rare_row_is_moved_towards_its_papers_and_a_frequent_one_stays() -> None:
    rows, table = fields()
    finished = finish(rows, table, RECIPE)
    assert finished[2] @ table[0] > 0.1
    assert finished[2] @ table[1] < -0.1
    assert finished[[0, 1, 4, 5]] == pytest.approx(table[[0, 1, 4, 5]])
    assert finished[3] == pytest.approx(table[3])  # nobody says it


def test_only_new_rows_are_moved_where_a_table_goes_on() -> None:
    rows, table = fields()
    known = np.zeros(6, np.bool_)
    assert finish(rows, table, replace(RECIPE, level=0.2), new=known) == pytest.approx(table)
    known[2] = True
    assert (finish(rows, table, RECIPE, new=known) == finish(rows, table, RECIPE)).all()


def test_what_varies_most_is_shortened_most() -> None:
    rng = np.random.default_rng(2)
    table = (rng.standard_normal((60, 4)) * [8.0, 1.0, 1.0, 1.0]).astype(np.float32)
    rows = corpus([rng.integers(0, 60, 5).tolist() for _ in range(300)])
    finished = finish(rows, table, replace(RECIPE, context=0.0, level=0.3))
    before, after = (look(rows, one).covariance for one in (table, finished))
    assert np.linalg.cond(after) < np.linalg.cond(before) / 1.5
