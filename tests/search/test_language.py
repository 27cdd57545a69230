from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadsheet.search.language import MAX_QUERY, Filter, Not, Phrase, Term, loosened, parse

_PIECES = st.sampled_from(
    [
        *(
            "-",
            "--",
            "++",
            "*",
            "&",
            "/",
            "?",
            "(",
            ")",
            ":",
            '"',
            " ",
            "\n",
            "…",
            "“",
            "”",
            "'",
            ".",
            "..",
            "é",
            "e\u0301",
            "\x00",
            "\ud800",
        ),
        *("word", "text-to-video", "C++", "GPT-4.1", "title:", "author:", "year:", "after:", "cat:", "source:", "foo:"),
        *(
            "2020",
            "2020..2023",
            "2020..",
            "..2021",
            "2021-05",
            "2021-02-30",
            '"van der Maaten"',
            "cs.CL",
            "https://x.org/a",
            "İ",
            "日本語",
        ),
    ]
)
_TEXTS = st.one_of(
    st.text(max_size=80), st.lists(_PIECES, max_size=20).map("".join), st.lists(_PIECES, max_size=20).map(" ".join)
)


@given(_TEXTS)
@example("-foo")
@example('-"a b" -author:x')
@example("x" * 5_000 + " -a")
@example("-a " + "b" * 5_000)
@settings(max_examples=400, deadline=None)
def test_it_prints_back_what_parses_to_the_same_query(text: str) -> None:
    query = parse(text)
    again = parse(str(query))
    assert again == query
    assert again.notices == ()
    assert str(again) == str(query)
    assert len(str(query)) <= MAX_QUERY


def test_it_reads_words_phrases_negation_and_operators() -> None:
    query = parse('sparse "linear attention" -survey author:"van der Maaten" -cat:cs.CV year:2020..2023 after:2021-05')
    assert query.parts == (
        Term("sparse"),
        Phrase("linear attention"),
        Not(Term("survey")),
        Filter("author", "van der Maaten"),
        Not(Filter("cat", "cs.CV")),
        Filter("year", "2020..2023"),
        Filter("after", "2021-05"),
    )
    assert query.notices == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("LinGen: Towards High-Resolution Generation", ["LinGen", "Towards", "High-Resolution", "Generation"]),
        ("What? (C++ & Rust) -- a/b*c", ["What", "C", "Rust", "a", "b", "c"]),
        ("Title: Author: names", ["Title", "Author", "names"]),
        ("title : a", ["title", "a"]),
        ("an -- aside", ["an", "aside"]),
        ("a - b", ["a", "b"]),
        ("a --b", ["a", "b"]),
        ("well-known (-x)", ["well-known", "x"]),
        ("-only", ["only"]),
        ("-only -these", ["only", "these"]),
        ('an "unclosed quote', ["an", "unclosed", "quote"]),
        ("{x} [y] <z> $w$ \\pi", ["x", "y", "z", "w", "pi"]),
        ("3D—2D and 1–2", ["3D", "2D", "and", "1", "2"]),
        ("", []),
        ('"" : -', []),
    ],
)
def test_it_takes_everything_else_as_separators(text: str, words: list[str]) -> None:
    query = parse(text)
    assert query.parts == tuple(Term(word) for word in words)
    assert query.notices == ()


def test_it_negates_a_word_only_where_something_is_asked_for() -> None:
    assert parse("attention -survey").excluded == (Term("survey"),)
    assert parse("cat:cs.CL -survey").excluded == (Term("survey"),)
    assert parse("-author:hinton").excluded == (Filter("author", "hinton"),)
    assert parse("-survey -author:hinton").parts == (Term("survey"), Not(Filter("author", "hinton")))
    assert parse('attention -"linear attention"').excluded == (Phrase("linear attention"),)


def test_it_takes_an_unknown_operator_as_words_and_says_so() -> None:
    query = parse("colour:red paper")
    assert query.parts == (Term("colour"), Term("red"), Term("paper"))
    assert query.notices == ("There is no operator “colour:”; it was searched as words.",)


def test_it_says_nothing_about_the_colon_of_an_address() -> None:
    assert parse("https://example.org/x").notices == ()


@pytest.mark.parametrize(
    "text", ["year:abc", "year:20", "year:..", "after:2021-13", "before:soon", "cat:*", "year:0001", "after:0999"]
)
def test_it_takes_a_bad_value_as_words_and_says_what_it_should_be(text: str) -> None:
    query = parse(text)
    assert not query.filters
    assert text.partition(":")[0] in [word.text for word in query.words]
    assert len(query.notices) == 1
    assert "such as" in query.notices[0] or "without blanks" in query.notices[0]


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("year:2020-2023", "year:2020..2023"),
        ("year:2023..2020", "year:2020..2023"),
        ("year:2020..", "year:2020.."),
        ("year:..2020,", "year:..2020"),
        ('year:"2021"', "year:2021"),
        ("after:2021-5-3", "after:2021-05-03"),
        ('author:"  Yann   LeCun "', 'author:"Yann LeCun"'),
        ('author:"hinton"', "author:hinton"),
        ("author:“Yann LeCun”", 'author:"Yann LeCun"'),
    ],
)
def test_it_writes_values_one_way(written: str, canonical: str) -> None:
    assert str(parse(written)) == canonical


def test_it_cuts_a_very_long_query_and_says_so() -> None:
    query = parse("word " * 10_000)
    assert 0 < len(str(query)) <= MAX_QUERY
    assert query.notices == ("The query is very long; only its first 4,000 characters were searched.",)
    assert not parse("x" * 30_000)


@pytest.mark.parametrize("piece", ["a:a", "year:", '"', '" "', '-"', "a-", "((", 'a:"b', "e\u0301", "\x00", "-a "])
def test_it_survives_a_hostile_text(piece: str) -> None:
    query = parse(piece * 20_000)
    assert parse(str(query)) == query


def test_marks_of_quotation_in_a_long_text_are_of_the_text() -> None:
    text = 'we ask how "free will: a survey" and the other nine words here'
    assert parse(text).phrases == ()
    assert [str(part) for part in parse(text).parts][3:7] == ["free", "will", "a", "survey"]
    assert "plain words" in parse(text).notices[0]
    assert parse('we ask how "free will: a survey" stands').phrases == (Phrase("free will: a survey"),)
    assert parse(text + ' -"dark matter" year:2020').excluded == (Phrase("dark matter"),)


@given(_TEXTS)
def test_it_loosens_phrases_into_words_that_read_back(text: str) -> None:
    loose = loosened(parse(text))
    assert not loose.phrases
    assert parse(str(loose)) == loose or len(str(loose)) > MAX_QUERY or not loose.terms
