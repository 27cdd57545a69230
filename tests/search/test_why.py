from __future__ import annotations

import pytest

from broadsheet.catalog.cards import CardData
from broadsheet.search.language import parse
from broadsheet.search.why import Explainer, Why

CARD = CardData(
    id="x",
    title="Sparse Attention Is Enough: The Case of Poincaré",
    abstract="We show that attention over few tokens reaches the quality of dense layers.",
    authors=["Yann LeCun"],
    author_count=1,
    date=None,
    categories=[],
    identifiers=[],
    links=[],
    comments=None,
    upvotes=None,
    sources=[],
    listings=[],
)


def why(text: str) -> Why:
    return Explainer(parse(text)).why(CARD, words=7.5, verbatim=0.0)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sparse attention", "all 2 words; “sparse attention” in the title"),
        ("Tokens, layers!", "all 2 words; in abstract"),
        ("attention", "“attention”; in title and abstract"),
        ("sparse kernels for attention", "2 of 3 words: sparse, attention; in title and abstract"),
        ("the quality of dense", "all 2 words; “the quality of dense” in the abstract"),
        ("poincare", "“poincare”; in title"),
        ("sparse attention is enough the case of poincare", "this is its title"),
        ('author:"yann lecun" -survey', 'matches author:"yann lecun", -survey'),
        ("attention author:lecun", "“attention”; in title and abstract"),
        ("the of", "all 2 words; in title and abstract"),
        ("gravity", "0 of 1 words"),
    ],
)
def test_it_says_why(text: str, sentence: str) -> None:
    assert why(text).sentence() == sentence


def test_it_knows_a_run_and_quotes_the_readers_words() -> None:
    reason = why("He said REACHES the quality of dense layers indeed")
    assert reason.run == "REACHES the quality of dense layers"
    assert reason.run_field == "abstract"


def test_a_paper_that_the_query_is_quoted_from_is_called_so() -> None:
    query = parse("reaches the quality of dense layers")
    assert Explainer(query).why(CARD, words=7.5, verbatim=2_000.0).verbatim
    assert not Explainer(query).why(CARD, words=7.5, verbatim=0.0).verbatim


def test_it_gives_the_parts_of_the_score() -> None:
    assert why("attention").as_json()["score"] == {"words": 7.5, "verbatim": 0.0}


def test_it_shortens_a_long_run_in_its_sentence() -> None:
    reason = why(CARD["abstract"])
    assert reason.run.endswith("dense layers")
    assert "…" in reason.sentence()
