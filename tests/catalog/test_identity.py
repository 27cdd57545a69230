"""Identity is a function of a set of records: DESIGN.md, "Identity", rules 1 to 4."""

from __future__ import annotations

import hashlib
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.catalog.identity import Facts, components, decide
from broadsheet.lib.ids import Identifier

TEXT_A = "We train a small network on a large heap of text and find that it reads well and writes worse than it reads."
TEXT_B = (
    "Sparse matrices are multiplied row by row on an accelerator, and the partial products are merged in its memory."
)


def facts(
    name: str,
    *ids: str,
    title: str = "a title of five words",
    abstract: str = "",
    author: str = "",
    year: int | None = None,
) -> Facts:
    identifiers = tuple(Identifier(*i.split(":", 1)) for i in ids)
    return Facts(("", name, b""), hashlib.sha256(name.encode()).digest(), identifiers, title, abstract, author, year)


def parts(*records: Facts) -> set[frozenset[str]]:
    """The partition, as sets of record names."""
    return {frozenset(r.key[1] for r in block.records) for block in decide(records)}


def apart(*names: str) -> set[frozenset[str]]:
    return {frozenset({n}) for n in names}


def test_it_joins_records_that_share_an_identifier() -> None:
    one, other = facts("a", "arxiv:2401.00001", "doi:10.1/x", title="one"), facts("b", "doi:10.1/x", title="another")
    assert parts(one, other) == {frozenset("ab")}


def test_it_never_joins_two_arxiv_ids() -> None:
    one = facts("a", "arxiv:2401.00001", "doi:10.1/x", abstract=TEXT_A)
    other = facts("b", "arxiv:2401.00002", "doi:10.1/x", abstract=TEXT_A)
    assert parts(one, other) == apart("a", "b")


def test_it_never_joins_two_arxiv_ids_through_a_third_record() -> None:
    bridge = facts("c", "doi:10.1/x", "s2:1")
    blocks = decide([facts("a", "arxiv:2401.00001", "doi:10.1/x"), facts("b", "arxiv:2401.00002", "s2:1"), bridge])
    assert len(blocks) == 2
    assert all(len({i for i in b.owned if i.scheme == "arxiv"}) == 1 for b in blocks)


def test_it_takes_old_ids_of_two_archives_as_two_papers() -> None:
    assert parts(facts("a", "arxiv:hep-th/9901001"), facts("b", "arxiv:math/9901001")) == apart("a", "b")


def test_it_gives_a_doi_that_two_claim_to_the_one_whose_title_agrees_with_the_dois_own_record() -> None:
    one = facts("a", "arxiv:2401.00001", "doi:10.1/x", title="first title")
    other = facts("b", "arxiv:2401.00002", "doi:10.1/x", title="second title")
    own = facts("c", "doi:10.1/x", title="second title")
    assert parts(one, other, own) == {frozenset("a"), frozenset("bc")}
    claims = {b.records[0].key[1]: b.claimed for b in decide([one, other, own])}
    assert claims["a"] == {Identifier("doi", "10.1/x")}


def test_it_gives_a_doi_that_two_claim_to_the_smaller_id_when_no_title_decides() -> None:
    one = facts("a", "arxiv:2401.00002", "doi:10.1/x")
    other = facts("b", "arxiv:2401.00001", "doi:10.1/x")
    owners = {b.records[0].key[1] for b in decide([one, other]) if Identifier("doi", "10.1/x") in b.owned}
    assert owners == {"b"}


def test_it_joins_a_nameless_record_by_title_and_abstract() -> None:
    nearly = TEXT_A.replace("heap", "pile")
    assert parts(facts("a", "arxiv:2401.00001", abstract=TEXT_A), facts("b", abstract=nearly)) == {frozenset("ab")}


def test_it_keeps_papers_of_one_title_and_different_abstracts_apart() -> None:
    assert parts(facts("a", abstract=TEXT_A), facts("b", abstract=TEXT_B)) == apart("a", "b")
    assert parts(facts("a", "arxiv:2401.00001", abstract=TEXT_A), facts("b", abstract=TEXT_B)) == apart("a", "b")


def test_it_joins_by_author_and_year_where_an_abstract_is_missing() -> None:
    full = facts("a", "doi:10.1/x", title="short", author="tri", year=2022)
    assert parts(full, facts("b", title="short", author="tri", year=2023)) == {frozenset("ab")}
    assert parts(full, facts("b", title="short", author="tri", year=2024)) == apart("a", "b")
    assert parts(full, facts("b", title="short", author="dao", year=2022)) == apart("a", "b")


def test_it_joins_by_the_title_alone_only_if_it_has_four_words_and_one_meaning() -> None:
    known = facts("a", "arxiv:2401.00001", abstract=TEXT_A)
    assert parts(known, facts("b")) == {frozenset("ab")}
    assert parts(facts("a", "arxiv:1", title="three word title"), facts("b", title="three word title")) == apart(
        "a", "b"
    )
    assert parts(known, facts("c", "arxiv:2401.00002", abstract=TEXT_B), facts("b")) == apart("a", "b", "c")


def test_it_puts_a_nameless_record_with_the_paper_whose_abstract_agrees_most() -> None:
    near = facts("a", "arxiv:2401.00002", abstract=TEXT_A)
    far = facts("b", "arxiv:2401.00001", abstract=TEXT_A.replace("writes worse than it reads", "plays chess badly"))
    assert parts(near, far, facts("c", abstract=TEXT_A)) == {frozenset("ac"), frozenset("b")}


@st.composite
def heaps(draw: st.DrawFn) -> list[Facts]:
    """Small sets of records that collide in every way rules 1 to 4 speak of."""
    size = draw(st.integers(1, 9))
    ids = ["arxiv:1", "arxiv:2", "arxiv:3", "doi:x", "doi:y", "s2:p", "pmid:7"]
    return [
        facts(
            f"r{number}",
            *draw(st.lists(st.sampled_from(ids), max_size=3, unique=True)),
            title=draw(st.sampled_from(["one two three four", "short", "another title of words"])),
            abstract=draw(st.sampled_from(["", TEXT_A, TEXT_A.replace("small", "tiny"), TEXT_B])),
            author=draw(st.sampled_from(["", "tri", "dao"])),
            year=draw(st.sampled_from([None, 2020, 2021, 2023])),
        )
        for number in range(size)
    ]


@settings(max_examples=400, deadline=None)
@given(heaps(), st.randoms(use_true_random=False))
def test_it_decides_the_same_in_every_order_and_loses_no_record(records: list[Facts], chance: random.Random) -> None:
    blocks = decide(records)
    shuffled = list(records)
    chance.shuffle(shuffled)
    assert parts(*records) == parts(*shuffled)
    assert sorted(r.key[1] for b in blocks for r in b.records) == sorted(r.key[1] for r in records)
    owned = [i for b in blocks for i in b.owned]
    assert len(owned) == len(set(owned))
    assert set(owned) >= {i for r in records for i in r.identifiers if i.scheme != "arxiv"}
    for block in blocks:
        assert len({i for i in block.owned if i.scheme == "arxiv"}) <= 1
        assert len({r.arxiv for r in block.records if r.arxiv}) <= 1


@settings(max_examples=300, deadline=None)
@given(heaps())
def test_it_decides_a_component_as_it_decides_the_whole(records: list[Facts]) -> None:
    whole = {frozenset(r.key[1] for r in b.records) for b in decide(records)}
    piecewise = {frozenset(r.key[1] for r in b.records) for c in components(records) for b in decide(c)}
    assert whole == piecewise
