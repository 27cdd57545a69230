"""BibTeX entries that BibTeX can read."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.lib.bibtex import entry, key
from broadsheet.lib.ids import Identifier


def test_it_writes_a_preprint() -> None:
    text = entry(
        public_id="1706.03762",
        title="BERT & $O(n^2)$: 50% of {all}",
        authors=["Ashish Vaswani", "José Álvarez", "Research and Development"],
        date="2017-06-12",
        identifiers=[Identifier("arxiv", "1706.03762")],
        categories=["cs.CL"],
        url="https://arxiv.org/abs/1706.03762",
    )
    assert text == (
        "@misc{vaswani2017bert,\n"
        r"  title = {{BERT} \& $O(n^2)$: 50\% of \textbraceleft{}all\textbraceright{}},"
        "\n"
        "  author = {Ashish Vaswani and José Álvarez and {Research and Development}},\n"
        "  month = jun,\n"
        "  year = {2017},\n"
        "  eprint = {1706.03762},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.CL},\n"
        "  url = {https://arxiv.org/abs/1706.03762}\n"
        "}\n"
    )


def test_it_calls_a_paper_with_a_doi_an_article() -> None:
    doi = Identifier("doi", "10.1000/x_y")
    assert entry(public_id="x", title="T", authors=[], date=None, identifiers=[doi]).startswith("@article{")


def test_it_makes_keys_of_ascii_letters_and_digits() -> None:
    assert key("On the Nature of Things", ["Lucretius Carus, Titus"], "2020", "b-x") == "lucretiuscarus2020nature"
    assert key("数学", [], None, "b-abc") == "paperbabc"


@given(
    st.text(max_size=80),
    st.lists(st.text(min_size=1, max_size=20), max_size=3),
    st.text(alphabet="10./{}\\ab%", max_size=20),
)
def test_it_never_leaves_a_brace_open(title: str, authors: list[str], doi: str) -> None:
    text = entry(public_id="b-abc", title=title, authors=authors, date="2020-02", identifiers=[Identifier("doi", doi)])
    depth = 0
    for sign in re.findall(r"[{}]", text):  # as BibTeX counts: without regard to backslashes
        depth += 1 if sign == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert text.count("\n  ") + 2 == text.count("\n")
