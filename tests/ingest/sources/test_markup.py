"""Text out of HTML, JATS and MathML."""

from __future__ import annotations

import pytest

from broadsheet.ingest.sources.markup import plain


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Plain words", "Plain words"),
        ("p < 0.05 and q > 1 &amp; r", "p < 0.05 and q > 1 & r"),
        ("List<T> and a<b and c>d", "List<T> and a<b and c>d"),
        ("<p>One</p><p>Two<br/>three</p>", "One Two three"),
        ("<i>E. coli</i>s", "E. colis"),
        ("&lt;i&gt;E. coli&lt;/i&gt; &amp;amp; co", "E. coli & co"),
        ("H<sub>2</sub>O at 10<sup>-3</sup>", "H₂O at 10⁻³"),
        ("x<sub>max</sub> and y<sup>*</sup>", "x_max and y^*"),
        ("<script>alert('x')</script>Title", "Title"),
        ("<b onclick=\"x('y')\">bold</b> <img src=x onerror=alert(1)>", "bold"),
        ("A<!-- note -->B", "A B"),
        ("<![CDATA[cut]]>", "cut"),
        ("<jats:title>Abstract</jats:title><jats:p>We <jats:italic>do</jats:italic>.</jats:p>", "We do."),
        ("<jats:sec><jats:title>Background</jats:title><jats:p>A.</jats:p></jats:sec>", "Background: A."),
        ("<h3>Methods:</h3> B.", "Methods: B."),
        (
            "x <jats:inline-formula><jats:alternatives><jats:tex-math>$$\\alpha$$</jats:tex-math>"
            "<mml:math><mml:mi>a</mml:mi></mml:math></jats:alternatives></jats:inline-formula> y",
            "x $\\alpha$ y",
        ),
        (
            "<tex-math>\\documentclass{minimal}\\begin{document}$$a<b$$\\end{document}</tex-math>",
            "$a<b$",
        ),
        (
            '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:msup><mml:mi>K</mml:mi><mml:mn>0</mml:mn>'
            "</mml:msup><mml:mo>&#8594;</mml:mo><mml:mfrac><mml:mi>&pi;</mml:mi><mml:mn>2</mml:mn></mml:mfrac></mml:math>",
            "$K^0→\\frac{π}{2}$",
        ),
        ('<math alttext="E=mc^2"><mi>E</mi></math>', "$E=mc^2$"),
        ("<math><mi>x</math>", "$x$"),
        ("<math><mi>x</mi>", "<math><mi>x</mi>"),
        ("", ""),
    ],
)
def test_it_keeps_the_words_and_drops_the_markup(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize(
    "hostile",
    [
        "<" * 300_000, "<a " * 90_000, "<math>" * 50_000, "<alternatives>" * 30_000, "<!--" * 60_000, "&" * 300_000,
        "<sub>" * 60_000, "<title> " + " " * 100_000, ("<h1>" + " " * 199) * 1000,
        "<math>" + "<mrow>" * 3000 + "x" + "</mrow>" * 3000 + "</math>",
        "<tex-math>" + "\\begin{document}" * 20_000 + "</tex-math>", "<script>" * 40_000,
        "&lt;" * 90_000,
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_hostile_markup_comes_to_an_end(hostile: str) -> None:
    """Each of these takes minutes where the time grows with the square of the text, and milliseconds else."""
    assert isinstance(plain(hostile), str)
