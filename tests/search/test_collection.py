"""`broadsheet rank`: files in, rankings out; and what is refused, in sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from broadsheet.cli.main import app

PAPERS = [
    {"_id": "b", "title": "Sparse attention", "text": "Attention over few tokens is quick and as good."},
    {"_id": "a", "title": "Sparse attention", "text": "Attention over few tokens is quick and as good."},
    {"_id": "dark/1", "title": "Dark matter halos", "text": "Galaxies live in halos of dark matter."},
    {"_id": "3", "title": "Halos of galaxies", "text": "How dark matter halos grow around galaxies."},
    {"_id": "empty", "title": "", "text": ""},
    {"_id": "e", "title": "Graph colouring", "text": "A bound on the number of colours of sparse graphs."},
]


class Ranking:
    """The command over two files."""

    def __init__(self, folder: Path) -> None:
        self.corpus, self.queries, self.out = folder / "corpus.jsonl", folder / "queries.jsonl", folder / "run.trec"

    def run(self, queries: Any, *options: str, papers: Any = PAPERS) -> list[list[str]]:
        self.write(papers, queries)
        done = self.invoke(*options)
        assert done.exit_code == 0, done.output
        return [line.split(" ") for line in self.out.read_text().splitlines()]

    def write(self, papers: Any, queries: Any) -> None:
        for path, rows in ((self.corpus, papers), (self.queries, queries)):
            text = rows if isinstance(rows, str) else "\n".join(map(json.dumps, rows))
            path.write_text(text, encoding="utf-8")

    def invoke(self, *options: str) -> Any:
        files = ["--corpus", self.corpus, "--queries", self.queries, "--out", self.out]
        return CliRunner().invoke(app, ["rank", *map(str, files), *options])


@pytest.fixture
def ranking(tmp_path: Path) -> Ranking:
    return Ranking(tmp_path)


def test_it_ranks_for_a_text_in_the_form_of_trec(ranking: Ranking) -> None:
    lines = ranking.run([{"_id": "q1", "text": "dark matter halos"}, {"_id": "q2", "text": "attention"}])
    assert all(len(line) == 6 and line[1] == "Q0" and line[5] == "broadsheet" for line in lines)
    assert next(line[2] for line in lines if line[0] == "q1") == "dark/1"
    assert [line[2] for line in lines if line[0] == "q2"][:2] == ["a", "b"], "ties stand in order of the ids"
    assert [int(line[3]) for line in lines if line[0] == "q1"] == list(range(1, 1 + sum(x[0] == "q1" for x in lines)))
    assert all(repr(float(line[4])) == line[4] for line in lines)


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "semantic"])
def test_it_ranks_for_a_paper_and_a_library_without_their_own(ranking: Ranking, mode: str) -> None:
    queries = [{"_id": "p", "paper": "3"}, {"_id": "l", "library": ["3", "a"]}]
    lines = ranking.run(queries, "--mode", mode)
    assert next(line[2] for line in lines if line[0] == "p") == "dark/1"
    of_library = [line[2] for line in lines if line[0] == "l"]
    assert {"dark/1", "b"} == set(of_library[:2])
    assert not {"3", "a"} & set(of_library)


@pytest.mark.parametrize(
    "asked",
    [
        {"text": "sparse"},
        {"text": ""},
        {"text": 'colours "of dark matter" year:1999 -graph'},
        {"paper": "a"},
        {"library": ["a"]},
    ],
)
def test_it_ranks_all_candidates_and_no_others(ranking: Ranking, asked: dict[str, Any]) -> None:
    candidates = ["e", "b", "empty", "dark/1"]
    lines = ranking.run([{"_id": "q", "candidates": candidates, **asked}], "--limit", "1")
    assert sorted(line[2] for line in lines) == sorted(candidates)


def test_it_gives_no_more_than_was_asked_for(ranking: Ranking) -> None:
    assert len(ranking.run([{"_id": "q", "text": "sparse attention dark matter"}], "--limit", "2")) == 2


def test_a_query_that_asks_for_nothing_has_no_lines(ranking: Ranking) -> None:
    assert ranking.run([{"_id": "q", "text": ""}, {"_id": "r", "text": '"" * -'}]) == []


@pytest.mark.parametrize(
    ("papers", "queries", "sentence"),
    [
        ("{", [], "corpus.jsonl, line 1: this is no JSON"),
        ("[1]", [], "line 1: this is no JSON object"),
        ("\n\n", [], "holds no papers"),
        ([{"_id": "a b"}], [], "without blanks"),
        ([{"_id": "a\u00a0b"}], [], "without blanks"),
        ([{"_id": ""}], [], "without blanks"),
        ([{"title": "x"}], [], "without blanks"),
        ([{"_id": "a"}, {"_id": "a"}], [], "has come before"),
        ([{"_id": "a", "title": ["x"]}], [], "must be texts"),
        (PAPERS, [{"_id": "q"}], "queries.jsonl, line 1: a query has exactly one"),
        (PAPERS, [{"_id": "q", "text": "a", "paper": "b"}], "exactly one"),
        (PAPERS, [{"_id": "q", "text": 7}], "text must be a text"),
        (PAPERS, [{"_id": "q", "paper": "zz"}], "no paper zz"),
        (PAPERS, [{"_id": "q", "library": "a"}], "lists of ids"),
        (PAPERS, [{"_id": "q", "text": "a", "candidates": [None]}], "without blanks"),
        (PAPERS, [{"_id": "q q", "text": "a"}], "without blanks"),
        (PAPERS, [{"_id": "q", "text": "a"}, {"_id": "q", "text": "b"}], "has come before"),
        (PAPERS, "[" * 100_000, "no JSON"),
    ],
)
def test_it_refuses_what_it_can_not_rank_in_a_sentence(
    ranking: Ranking, papers: Any, queries: Any, sentence: str
) -> None:
    ranking.write(papers, queries)
    done = ranking.invoke()
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert not ranking.out.exists()


def test_it_says_which_file_is_missing(ranking: Ranking) -> None:
    done = ranking.invoke()
    assert done.exit_code == 2
    assert "corpus.jsonl can't be read" in done.stderr
