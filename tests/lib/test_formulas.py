"""Formulas become MathML that is safe, or show their source."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadsheet.lib.formulas import FormulaRefused, calm, lead, mathml, to_html
from broadsheet.lib.text import formula_spans

FRAGMENTS = (
    r"\frac \sqrt \left( \right) { } [ ] ^ _ & \\ \begin{matrix} \end{matrix} \text{ x 1 \alpha \mathbb{R} \quad "
    r"\operatorname{f} \def \color{red} < > \" ' # % ~ \hspace{99em} &#60; &lt;script&gt; \unicode{60} \mathcal{O} "
    r"\href{javascript:alert(1)} \style{a:b} \class{x} \rule{9em}{9em} \sum \int \prime \not \, <script> --> ]]>"
)
PIECES = st.sampled_from(FRAGMENTS.split())


@pytest.mark.parametrize(
    ("latex", "inside"),
    [
        ("O(n^2)", "<msup><mi>n</mi><mn>2</mn></msup>"),
        (r"\alpha_{i}", "<mi>α</mi>"),
        (r"\text{a<b}", "<mtext>a&lt;b</mtext>"),
        (r"\sim 10", "<mi>∼</mi>"),
        (r"\color{red}x", "<mstyle><mi>x</mi></mstyle>"),
    ],
)
def test_it_writes_mathml(latex: str, inside: str) -> None:
    assert inside in mathml(latex)


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\style{color:red}{x}",
        r"\class{x}{y}",
        r"\def\x{y}\x",
        r"\newcommand{\x}{y}\x",
        r"\rule{1em}{1em}",
        r"\hspace{99em}x",
        r"\nosuchcommand x",
        r"\frac{1}{",
        r"\left( x",
        "{" * 40 + "x" + "}" * 40,
        "x" * 501,
        " ",
        "\\displaystyle",
        "x\x00y",
    ],
)
def test_it_refuses_what_has_no_place_in_an_abstract(latex: str) -> None:
    with pytest.raises(FormulaRefused):
        mathml(latex)


def test_it_shows_the_source_of_what_it_refuses_and_leaves_money_alone() -> None:
    assert to_html(r"$\frac{1}{$ costs $2.19 <per> call") == (
        r'<code class="tex">$\frac{1}{$</code> costs $2.19 &lt;per&gt; call'
    )


@given(st.lists(PIECES | st.text(max_size=6), max_size=40).map("".join))
@settings(max_examples=400, deadline=None)
@example(r"\text{<script>alert(1)</script>}")
@example(r"\text{&lt;img src=x onerror=alert(1)&gt;}")
def test_it_lets_nothing_through_but_mathml(latex: str) -> None:
    page = to_html(f"a ${latex}$ b \\({latex}\\) <c>")
    tree = ElementTree.fromstring(
        f"<p>{page}</p>"
    )  # well formed, so nothing stands in it that is not an element or text
    for element in tree.iter():
        assert element.tag in {"p", "code"} or element.tag.startswith("m") or element.tag == "none"
        assert element.tag not in {"meta", "marquee", "maction", "mglyph"}
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in {"href", "style", "class", "id", "src"} or (name, value) == ("class", "tex")


@given(st.text(alphabet="ab $\\(){}.!? \n", max_size=900), st.integers(20, 400))
@settings(max_examples=300, deadline=None)
def test_it_leads_without_cutting_a_formula(text: str, limit: int) -> None:
    short = lead(text, limit)
    whole = calm(text).strip()
    assert len(short) <= 2 * limit + 1
    assert whole.startswith(short.removesuffix("…").rstrip())
    formulas = [whole[start:stop] for start, stop in formula_spans(whole)]
    cut = len(short.removesuffix("…"))
    for start, stop in formula_spans(whole):
        assert not (0 < start < cut < stop), (formulas, short)


def test_it_ends_a_lead_behind_a_sentence_or_a_word() -> None:
    assert lead("One sentence here. " * 30, 100) == ("One sentence here. " * 5).strip()
    assert lead("word " * 100, 22) == "word word word word…"
    assert lead("short", 100) == "short"


def test_it_calms_bidi_overrides_controls_and_towers() -> None:
    assert calm("a\u202eb\x00c\x1b[0m") == "abc[0m"
    assert calm("e" + "\u0301" * 100_000) == "e\u0301\u0301\u0301"
    assert calm("Việt Nam עִבְרִית") == "Việt Nam עִבְרִית"
