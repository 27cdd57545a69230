"""What quality is measured with: our questions and the measures."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.quality import metrics
from bench.quality.sets import captured, questions, rows

from broadsheet.lib.text import title_key
from broadsheet.search.analysis import STOP_WORDS, prose

ROOT = Path(__file__).parents[3]
CAPTURES = ROOT / "demo" / "captures"
QUESTIONS = list(rows(ROOT / "bench" / "quality" / "questions.jsonl"))


def test_there_are_a_hundred_questions_for_a_hundred_captured_papers() -> None:
    papers = captured(CAPTURES)
    assert len({row["_id"] for row in QUESTIONS}) == 100
    asked = [title_key(row["title"]) for row in QUESTIONS]
    assert len(set(asked)) == 100
    assert [key for key in asked if key not in papers] == []
    assert len(questions(CAPTURES).relevance) == 100


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row["_id"])
def test_no_question_uses_a_word_of_the_title(row: dict[str, str]) -> None:
    assert (set(prose(row["title"])) & set(prose(row["text"]))) - STOP_WORDS == set()


def test_ndcg_is_that_of_a_worked_example() -> None:
    # Gains 3, 2, 3, 0, 1, 2 in the ranking, as in the textbook example of Järvelin and Kekäläinen's measure.
    relevance = {"q": dict(zip("abcdef", (3.0, 2.0, 3.0, 0.0, 1.0, 2.0), strict=True))}
    run = {"q": {name: float(-place) for place, name in enumerate("abcdef")}}
    assert metrics.ndcg(relevance, run, 6)["q"] == pytest.approx(0.961, abs=1e-3)
    assert metrics.ndcg(relevance, {}, 6)["q"] == 0


def test_ranks_are_counted_from_one_and_ties_go_by_name() -> None:
    relevance = {"q": {"b": 1.0}}
    assert metrics.reciprocal_rank(relevance, {"q": {"a": 1.0, "b": 1.0}})["q"] == 0.5
    assert metrics.success(relevance, {"q": {"a": 1.0, "b": 1.0}}, 1)["q"] == 0
    assert metrics.success(relevance, {"q": {"a": 1.0, "b": 1.0}}, 2)["q"] == 1


def test_the_bootstrap_tells_chance_from_a_difference() -> None:
    base = {str(query): query % 7 / 7 for query in range(100)}
    noise = {query: value + (0.1 if int(query) % 2 else -0.1) for query, value in base.items()}
    better = {query: value + 0.05 + (0.02 if int(query) % 2 else -0.02) for query, value in base.items()}
    assert metrics.bootstrap(base, base) == 1
    assert metrics.bootstrap(noise, base) > 0.5
    assert metrics.bootstrap(better, base) < 0.01
