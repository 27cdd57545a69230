"""Authors' names."""

from __future__ import annotations

import pytest

from broadsheet.lib.text import family_name, split_authors


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Ada Lovelace", "lovelace"),
        ("Lovelace, Ada", "lovelace"),
        ("Ludwig van der Berg", "van der berg"),
        ("van der Berg, Ludwig", "van der berg"),
        ("Leonardo De Moura", "de moura"),
        ("Di Wang", "wang"),
        ("A. Feder Cooper", "cooper"),
        ("Martin Luther King Jr.", "king"),
        ("King, Jr.", "king"),
        ("Paul Erdo\u0308s", "erdös"),
        ("STRASSER", "strasser"),
        ("王小明", "王小明"),
        ("van Gogh", "gogh"),
        ("  ", ""),
        ("Jean-Pierre Serre", "serre"),
    ],
)
def test_it_finds_the_family_name(name: str, family: str) -> None:
    assert family_name(name) == family


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Lovelace, Alan Turing and Kurt Gödel", ("Ada Lovelace", "Alan Turing", "Kurt Gödel")),
        ("A B, C D, and E F", ("A B", "C D", "E F")),
        ("Lovelace, Ada; Turing, Alan", ("Lovelace, Ada", "Turing, Alan")),
        ("A B; C D; and E F;", ("A B", "C D", "E F")),
        ("Anderson Brand", ("Anderson Brand",)),
        ("  A \n B ,  C  ", ("A B", "C")),
        ("", ()),
        (" ; , ", ()),
    ],
)
def test_it_parts_authors(text: str, names: tuple[str, ...]) -> None:
    assert split_authors(text) == names
