"""What a paper calls its own, what kind of thing it is, and where it leads."""

from __future__ import annotations

import pytest

from broadsheet.results.extraction import Link, extract
from broadsheet.results.extraction.links import links


@pytest.mark.parametrize(
    ("title", "abstract", "expected"),
    [
        (
            "ShiftNAX: Improving One-shot Search",
            "Search is slow. We propose ShiftNAX, a method that adjusts sampling. ShiftNAX improves over SPOS.",
            {"ShiftNAX"},
        ),
        (
            "Agent Attention: On the Integration of Softmax and Linear Attention",
            "In this paper, we propose a novel attention paradigm, Agent Attention, to balance cost and power. "
            "Agent Attention generalises linear attention.",
            {"Agent Attention"},
        ),
        (
            "ETS: Efficient Tree Search for Inference-Time Scaling",
            "We propose Efficient Tree Search (ETS), which promotes sharing. ETS achieves a reduction of the cache.",
            {"ETS", "Efficient Tree Search"},
        ),
        (
            "Speculative Jacobi Decoding for Images",
            "However, GPT-4 and LLaMA are slow. We introduce SpecJac, a training-free decoder. SpecJac keeps quality.",
            {"SpecJac"},
        ),
        ("A Survey of Pruning", "This survey reviews pruning of LLMs such as LLaMA and BERT on GLUE.", set()),
    ],
)
def test_it_names_the_contribution_and_nothing_else(title: str, abstract: str, expected: set[str]) -> None:
    assert set(extract(title, abstract).names) == expected


def test_a_name_is_spelt_as_the_abstract_spells_it() -> None:
    made = extract("PIGEON: Optimizing Code", "We propose Pigeon, a novel code generator. Pigeon reduces memory use.")
    assert made.names == ("Pigeon",)


def test_each_name_has_its_place() -> None:
    title, abstract = "Kestrel: Fast Sorting", "We present Kestrel, a sorting library. Kestrel sorts."
    made = extract(title, abstract)
    [(where, start, end)] = made.names_at
    assert (title if where == "title" else abstract)[start:end] == "Kestrel"


@pytest.mark.parametrize(
    ("title", "abstract", "kind"),
    [
        ("A Survey of Quantization Methods", "This survey reviews quantization. We discuss open challenges.", "survey"),
        (
            "QuiltBench: A Benchmark for Agents",
            "We introduce QuiltBench, a benchmark of 500 tasks to evaluate agents. We evaluate 12 LLMs.",
            "benchmark",
        ),
        (
            "QuiltText: A Large Corpus of Quilts",
            "We present QuiltText, a large-scale dataset of annotated quilts, collected and curated by experts.",
            "dataset",
        ),
        (
            "Tight Regret Bounds for Trade",
            "We prove a lower bound on regret and a matching upper bound. Our theorem closes the gap; the proof uses "
            "convergence rates.",
            "theory",
        ),
        (
            "Quill: Faster Decoding by Reuse",
            "We propose Quill, a training-free method that reuses tokens. The method outperforms others.",
            "method",
        ),
    ],
)
def test_it_tells_the_kind(title: str, abstract: str, kind: str) -> None:
    assert extract(title, abstract).kind == kind


@pytest.mark.parametrize(
    ("text", "url", "kind"),
    [
        ("Code is available at https://github.com/a/b.", "https://github.com/a/b", "code"),
        ("See \\url{https://github.com/a/b_c}.", "https://github.com/a/b_c", "code"),
        ("See \\href{https://a.org/c}{our site}.", "https://a.org/c", "other"),
        ("at https://x.org/a{https://x.org/a}.", "https://x.org/a", "other"),
        ("Project page: https://foo.github.io/bar/", "https://foo.github.io/bar/", "project"),
        ("Code and data: mssbench.github.io.", "mssbench.github.io", "project"),
        ("visit the project site at www.some.ai/v2.", "www.some.ai/v2", "project"),
        ("(https://huggingface.co/datasets/a/b)", "https://huggingface.co/datasets/a/b", "data"),
        ("Weights: https://huggingface.co/a/b,", "https://huggingface.co/a/b", "model"),
        ("Our code is at https://aka.ms/x", "https://aka.ms/x", "code"),
    ],
)
def test_it_cleans_a_link_and_tells_its_kind(text: str, url: str, kind: str) -> None:
    assert links(text) == (Link(url, kind),)


def test_an_address_given_twice_is_one_link() -> None:
    assert len(links("https://a.org/b and again http://www.a.org/b/.")) == 1


@pytest.mark.parametrize("text", ["and/or 0.5/0.6 e.g./x v1.5/", "see T5.com", "a.b@c.org/x"])
def test_what_looks_like_an_address_is_none(text: str) -> None:
    assert links(text) == ()


def test_plurals_of_plurals_are_read() -> None:
    assert extract("T", "The SH, the SHs and the SHss meet; we propose SHs.").kind
