"""Cleaning, formulas, title keys and the comparison of abstracts."""

from __future__ import annotations

import hashlib
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.lib.text import clean, formula_spans, jaccard, shingles, title_hash, title_key

# What LaTeX leftovers are made of, so that random text meets the rules often.
TOKENS = r"\ ' ` ^ ~ { } $ % \% \url{ \'e \v{c} \o `` '' ~( e A i \i . ( ) 1 \( \) https://a.b/c www.a.b/".split()  # noqa: SIM905
SCRAPS = st.sampled_from([*TOKENS, '"', ". % A", " ", "  ", "é", "ł", "\u0301", "\u0327", "\x00", "\n"])
LATEX_LIKE = st.lists(SCRAPS, max_size=30).map("".join)


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        (r"a 62\% gain", "a 62% gain"),
        ("a 62 % gain", "a 62 % gain"),
        ("instruction-tuning set. % With the increasing", "instruction-tuning set. With the increasing"),
        ("set. %Our code", "set. Our code"),
        ("% In this paper", "In this paper"),
        ("set. % % We", "set. We"),
        ("10 at. % Co and 2 wt. % Fe", "10 at. % Co and 2 wt. % Fe"),
        (r"at \url{https://github.com/wenlinyao/HDFlow.}.", "at https://github.com/wenlinyao/HDFlow."),
        (r"alignment.\url{https://codearenaeval.github.io/ }", "alignment.https://codearenaeval.github.io/"),
        ("at https://a.github.io/{https://a.github.io/}.", "at https://a.github.io/."),
        ("at https://a.io/x.{https://a.io/x}", "at https://a.io/x"),
        ("at https://a.io/x{https://b.io/x}", "at https://a.io/x{https://b.io/x}"),
        ("mathcal{O}(C{C})", "mathcal{O}(C{C})"),
        ("``tensor-type'' attention", "“tensor-type” attention"),
        ("mild ''informative'' condition", "mild ''informative'' condition"),
        ("``outer ``inner'' words''", "“outer “inner” words”"),
        ("``$x$'' is", "“$x$” is"),
        ("prompting~(CoT)", "prompting (CoT)"),
        (r"et al.~\cite{x}", r"et al. \cite{x}"),
        ("up to ~9% and ~ 1000", "up to ~9% and ~ 1000"),
        (
            "n times d, 10sim100times, 6.7\\times [27] H_2O O(n^2)",
            "n times d, 10sim100times, 6.7\\times [27] H_2O O(n^2)",
        ),
        (" a\n b\t\u00a0c\u2028d ", "a b c d"),
        ("e\u0301 \u212b", "é Å"),
        ("safe\u202eevil\u2066x\u200b\x07", "safeevilx"),
        ("half \ud800 pair", "half \ufffd pair"),
    ],
)
def test_it_cleans(given_: str, wanted: str) -> None:
    assert clean(given_) == wanted


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        (r"Poincar\'e ball", "Poincaré ball"),
        (r"na\"ive Monge-Amp\`ere", "naïve Monge-Ampère"),
        (
            r"Gr{\"o}bner, Kosi\'{c}, Nystr\"{o}m, G\^ateaux, Espa\~nol, \={a}",
            "Gröbner, Kosić, Nyström, Gâteaux, Español, ā",
        ),
        (r"Dom\'\i nguez, Pr\'{\i}ncipe, Ne{\u\i}", "Domínguez, Príncipe, Neĭ"),
        (r"Erd\H{o}s, Babu\v{s}ka, Stone-\v Cech, \c{C}etin, K\k{e}stutis, M\r{a}l, B\d{h}a, \b{d}e", None),
        (r"Stra{\ss}e, Wei\ss{}e, K{\o}benhavn, M{{\o}}ller, {\L}ukasiewicz, Pe\l czy\'nski, F{\aa}hr{\ae}us", None),
        (r"350 \AA shows 2000 {\AA} in", "350 Å shows 2000 Å in"),
        (r"Vi\^{e}t {\'{\^e}}", "Viêt ế"),
        (r"\t{oo}", "o\u0361o"),
        (r"the {\L}o\'s theorem", "the Łoś theorem"),
        (r"\'Etale and \`a la", "Étale and à la"),
    ],
)
def test_it_writes_latex_accents_as_letters(given_: str, wanted: str | None) -> None:
    if wanted is None:
        assert "\\" not in clean(given_)
        assert "{" not in clean(given_)
    else:
        assert clean(given_) == wanted


@pytest.mark.parametrize(
    "text",
    [
        r"the model\'s and we\'re",
        r"i\.e\. this",
        r"\r{ho} > 0.6 and \b{eta}",
        r"\tilde{\O}(n) and \O(n)",
        r"the word \"attention\" is",
        r"19\" chassis",
        r"a \textbf{bold} \codestar-15B \textless2MB",
        r"(2{\th}1) x \d{t} f",
        r"\underline{Dy}namic \url{unclosed",
    ],
)
def test_it_leaves_what_only_looks_like_an_accent(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    "formula", [r"$\'e \% ~(x) ``y''$", r"\(\v{c} ~\cite{a}\)", r"$$a. % B$$", r"$\url{https://a.b/}$"]
)
def test_it_leaves_formulas_as_they_are(formula: str) -> None:
    assert clean(f"Poincar\\'e {formula} 5\\%") == f"Poincaré {formula} 5%"


def test_it_keeps_eight_combining_marks_on_a_letter() -> None:
    assert clean("x" + "\u0316\u0301" * 50_000 + "y") == unicodedata.normalize("NFC", "x" + "\u0316\u0301" * 4 + "y")


@given(LATEX_LIKE)
@settings(max_examples=1500, deadline=None)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(st.text(max_size=60))
@settings(max_examples=500, deadline=None)
def test_clean_text_is_one_tidy_line(text: str) -> None:
    cleaned = clean(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == " ".join(cleaned.split())
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in cleaned)


@given(
    st.text(
        alphabet=st.characters(codec="utf-8", categories=["L", "N", "P", "Z"], exclude_characters="\\~`{}%$"),
        max_size=80,
    )
)
@settings(max_examples=300, deadline=None)
def test_cleaning_plain_text_only_normalises_it(text: str) -> None:
    assert clean(text) == " ".join(unicodedata.normalize("NFC", text).split())


def test_text_nested_too_deeply_is_left_alone() -> None:
    text = "``" * 40 + "a" + "''" * 40
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("an $x$ and $y^2$.", ["$x$", "$y^2$"]),
        ("only $2.19 per API and $12 USD", []),
        ("costs $5 but $x$ is", ["$x$"]),
        ("open $x and never", []),
        ("spaced $ x $ no", []),
        (r"in \(O(n)\) time", [r"\(O(n)\)"]),
        (r"pay \$5 or \$6, $a$", ["$a$"]),
        ("$$E=mc^2$$ and $a$$b$", ["$$E=mc^2$$", "$a$", "$b$"]),
        ("$" + "x" * 1000 + "$", ["$" + "x" * 1000 + "$"]),
        ("$" + "x" * 1001 + "$", []),
        ("$x$5", []),
        ("$$$$", []),
        (r"\(" + "x" * 2000 + r"\)", []),
        ("", []),
    ],
)
def test_it_finds_formulas(text: str, formulas: list[str]) -> None:
    assert [text[start:end] for start, end in formula_spans(text)] == formulas


@given(LATEX_LIKE)
@settings(max_examples=500, deadline=None)
def test_formulas_never_overlap(text: str) -> None:
    last = 0
    for start, end in formula_spans(text):
        assert last <= start < end <= len(text)
        last = end


@pytest.mark.parametrize(
    "titles",
    [
        ["LLM.int8(): 8-bit Matrix Multiplication", "LLM.int8() -- 8-Bit matrix\n multiplication"],
        ["The H$_2$O Oracle", "The H_2O Oracle", "The H₂O Oracle", "The H2O oracle."],
        [r"Linear in $\mathcal{O}(n)$", "Linear in mathcal{O}(n)", "Linear in O(n)"],
        [r"Poincar\'e \textbf{Nets}", "Poincaré Nets", "POINCARE\u0301 nets"],
        ["Straße", "STRASSE"],
        ["“Quoted” Let’s", "``Quoted'' Let's"],
        ["ﬁne-tuning", "Fine–Tuning"],
    ],
)
def test_titles_of_one_paper_have_one_key(titles: list[str]) -> None:
    assert len({title_key(title) for title in titles}) == 1


def test_titles_of_different_papers_have_different_keys() -> None:
    titles = ["Attention", "Attention 2", "注意力", "Внимание", "προσοχή", "हिन्दी", "हिन्दु", r"$\alpha$", r"$\beta$"]
    assert len({title_key(title) for title in titles}) == len(titles)


@pytest.mark.parametrize("title", [r"\textbf{}", "$x$", "???", "你好", "C++", "∑", "١٢", "\\mathcal", "{}", "𝔸"])
def test_a_key_is_never_empty(title: str) -> None:
    assert title_key(title)


@given(st.one_of(st.text(max_size=60), LATEX_LIKE))
@settings(max_examples=800, deadline=None)
def test_a_key_is_total_and_stable(title: str) -> None:
    key = title_key(title)
    assert title_key(key) == key
    assert title_key(clean(title)) == key
    if any(c.isalnum() for c in clean(title)):
        assert any(c.isalnum() for c in key)


def test_the_hash_is_the_signed_head_of_sha256() -> None:
    digest = hashlib.sha256(b"attention is all you need").digest()
    assert title_hash("attention is all you need").to_bytes(8, "big", signed=True) == digest[:8]
    assert -(2**63) <= title_hash("") < 2**63


def test_shingles_are_runs_of_five_words() -> None:
    assert shingles("A b, c d-e F!") == {"a b c d e", "b c d e f"}
    assert shingles("Only three words") == {"only three words"}
    assert shingles(" … ") == frozenset()
    assert shingles("a b c", n=2) == {"a b", "b c"}


def test_jaccard_is_the_share_in_common() -> None:
    a, b = shingles("one two three four five six"), shingles("one two three four five seven")
    assert jaccard(a, b) == pytest.approx(1 / 3)
    assert jaccard(a, a) == 1.0
    assert jaccard(a, frozenset()) == jaccard(frozenset(), frozenset()) == 0.0


HOSTILE = [
    "\\{",
    "$",
    "'",
    "`",
    "``",
    "\u0301",
    "a\u0316\u0301",
    "{",
    "}",
    "\\url{",
    "https://",
    "~",
    "\\",
    "% ",
    "\\(",
    "a.com/",
    ")",
    "\\'{",
]


@pytest.mark.parametrize("scrap", HOSTILE)
def test_a_hundred_kilobytes_of_one_scrap_are_harmless(scrap: str) -> None:
    # Quadratic work on this would take minutes, so the suite itself would show it.
    text = scrap * (100_000 // len(scrap))
    assert clean(clean(text)) == clean(text)
    title_key(text)
    formula_spans(text)
