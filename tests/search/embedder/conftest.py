"""A small field of our own making: subjects with words of their own, so that what should be near is known."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from broadsheet.search.embedder.making import Made, gather, make, write
from broadsheet.search.embedder.training import Recipe

Papers = list[tuple[str, str]]

RECIPE = Recipe(words=2_000, buckets=50, dimensions=32, epochs=4, batch=128, seed=3)
SUBJECTS, WORDS_A_SUBJECT = 40, 12


@pytest.fixture(scope="session")
def field() -> Papers:
    """600 papers on 40 subjects; a title and its abstract share a subject, and seldom a word."""
    chance = random.Random(5)
    subjects = [[f"term{subject}x{word}" for word in range(WORDS_A_SUBJECT)] for subject in range(SUBJECTS)]
    filler = [
        "the",
        "of",
        "and",
        "we",
        "show",
        "that",
        "this",
        "with",
        "for",
        "is",
        "a",
        "new",
        "method",
        "results",
        "on",
    ]

    def sentence(words: list[str], length: int) -> str:
        said = [chance.choice(words) if chance.random() < 0.5 else chance.choice(filler) for _ in range(length)]
        return " ".join(said).capitalize() + "."

    papers = []
    for number in range(600):
        words = subjects[number % SUBJECTS]
        title = f"{sentence(words, 6)} number {number}"
        papers.append((title, " ".join(sentence(words, 14) for _ in range(5))))
    return papers


@pytest.fixture(scope="session")
def made(field: Papers) -> Made:
    """A table trained on the field."""
    return make(gather(field).corpus(), RECIPE)


@pytest.fixture
def table(made: Made, tmp_path: Path) -> Path:
    """A folder with the trained table."""
    write(tmp_path / "table", made, name="test", about={})
    return tmp_path / "table"


@pytest.fixture
def cut(table: Path) -> Callable[[str], Path]:
    """Cuts a file of the table to half its length."""

    def cutter(name: str) -> Path:
        path = table / name
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        return table

    return cutter
