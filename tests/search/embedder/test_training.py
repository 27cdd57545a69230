"""Learning a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from broadsheet.lib.text import title_key
from broadsheet.search.embedder.corpus import Gathering, held_out
from broadsheet.search.embedder.making import Made, TooFewPapers, gather, make, measure
from broadsheet.search.embedder.static import StaticEmbedder
from broadsheet.search.embedder.training import softmax_loss

from .conftest import RECIPE, Papers


def untrained(field: Papers) -> StaticEmbedder:
    return make(gather(field).corpus(), replace(RECIPE, rate=0.0)).embedder()


def test_training_finds_more_papers_than_not_training(field: Papers, made: Made) -> None:
    held = gather(field).held
    assert len(held) >= 5
    before, after = measure(untrained(field), field[:200]), measure(made.embedder(), field[:200])
    assert after["title → abstract"] > 1.2 * before["title → abstract"]
    assert after["sentence → paper"] > 1.1 * before["sentence → paper"]


def test_equal_seeds_give_equal_tables(field: Papers, made: Made) -> None:
    again = make(gather(field).corpus(), RECIPE)
    assert (again.vectors == made.vectors).all()
    assert again.vocabulary.words == made.vocabulary.words


def test_training_goes_on_from_a_table(field: Papers, made: Made) -> None:
    start = made.embedder()
    same = make(gather(field).corpus(), replace(RECIPE, rate=0.0), start=start)
    known = start.vectors_of(same.vocabulary)
    kept = known.any(axis=1)
    assert kept.sum() > 400
    assert same.vectors[kept] == pytest.approx(known[kept], abs=1e-6)
    assert same.embedder().embed(["term1x2 unheard"]) == pytest.approx(start.embed(["term1x2 unheard"]), abs=0.01)


def test_words_of_the_earlier_table_stay_known(made: Made) -> None:
    other = [
        (f"Paper {number} on rabbits", "Rabbits dig holes and eat grass all day long. " * 3) for number in range(400)
    ]
    went_on = make(gather(other).corpus(), RECIPE, start=made.embedder())
    assert "rabbits" in went_on.vocabulary.words
    assert "term1x2" in went_on.vocabulary.words


def test_too_few_papers_end_in_a_sentence(field: Papers) -> None:
    with pytest.raises(TooFewPapers, match=r"There are .* papers with an abstract to learn from"):
        make(gather(field[:50]).corpus(), RECIPE)


def test_held_out_and_excluded_papers_are_not_learnt_from(field: Papers) -> None:
    gathering = Gathering(exclude=[field[0][0]])
    for title, abstract in field:
        gathering.add(title, abstract)
        gathering.add(title, abstract)
    assert len(gathering.corpus()) + len(gathering.held) == len(field) - 1
    assert all(held_out_title(title) for title, _ in gathering.held)


def held_out_title(title: str) -> bool:
    return held_out(title_key(title))


def test_one_paper_in_fifty_is_held_out() -> None:
    share = sum(held_out(f"paper {number}") for number in range(20_000)) / 20_000
    assert share == pytest.approx(1 / 50, rel=0.2)


def test_the_gradient_is_that_of_the_loss() -> None:
    rng = np.random.default_rng(4)
    left, right = (rng.standard_normal((5, 3)).astype(np.float32) / 2 for _ in range(2))
    left /= np.linalg.norm(left, axis=1, keepdims=True)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    _, gradient = softmax_loss(left, right, 7.0)
    stacked = np.concatenate([left, right])
    for row, column in [(0, 0), (3, 2), (5, 1), (9, 0)]:
        step = np.zeros_like(stacked)
        step[row, column] = 1e-2
        up, down = stacked + step, stacked - step
        slope = (softmax_loss(up[:5], up[5:], 7.0)[0] - softmax_loss(down[:5], down[5:], 7.0)[0]) / 2e-2
        assert gradient[row, column] == pytest.approx(slope, abs=2e-3)
