r"""Text out of markup: what HTML, JATS and MathML say in titles and abstracts, as one line of words and formulas.

Sources: JATS 1.3 (jats.nlm.nih.gov/publishing/1.3), the HTML Living Standard, MathML Core. Only names that these know
count as tags, so `p < 0.05 and q > 1` and `List<T>` stay as they are. Nothing is executed, fetched or nested: time and
memory are in proportion to the text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from broadsheet.ingest.sources.mathml import formula

_NAME = r"[A-Za-z][A-Za-z0-9]*(?:[:-][A-Za-z][A-Za-z0-9-]*)?"
_ATTRIBUTE = r"""\s+[A-Za-z_][\w:.-]*\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=]+)"""
_TAG = re.compile(rf"<(?P<close>/?)(?P<name>{_NAME})(?:{_ATTRIBUTE}){{0,40}}\s*/?>")
_DROPPED = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[|\]\]>|<(script|style|template|iframe|object|svg)\b[^<>]*>.*?(?:</\1\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
# Elements that are read whole: (opening tag, closing tag).
_Whole = tuple[re.Pattern[str], re.Pattern[str]]


def _whole(name: str) -> _Whole:
    return re.compile(rf"<{name}\b[^<>]*>", re.IGNORECASE), re.compile(rf"</{name}\s*>", re.IGNORECASE)


_MATH = _whole("(?:mml:|m:)?math")
_ALTERNATIVES = _whole("(?:jats:)?alternatives")  # a formula that is given twice: as TeX, and as MathML or a picture
_TEX_MATH = _whole("(?:jats:)?tex-math")
_TEX_BEGINS, _TEX_ENDS = r"\begin{document}", r"\end{document}"
_SCRIPTS = re.compile(r"<((?:jats:)?su[bp])(?:\s[^<>]*)?>([^<>]{0,200})</\1\s*>", re.IGNORECASE)
_HEADING = re.compile(r"<((?:jats:)?title|h[1-6])(?:\s[^<>]*)?>([^<>]{0,200})</\1\s*>", re.IGNORECASE)
_INLINE = frozenset(
    (  # noqa: SIM905
        "a abbr b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small span strike strong "
        "sub sup time tt u var wbr italic bold monospace sc underline overline roman sans-serif named-content "
        "styled-content ext-link xref email inline-formula alternatives tex-math uri institution"
    ).split()
)
_BLOCK = frozenset(
    (  # noqa: SIM905
        "abstract address article aside blockquote body br caption center dd details disp-formula disp-quote div dl dt "
        "embed fig figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html img input label li list "
        "list-item main nav ol p picture pre sec section source summary table tbody td tfoot th thead title tr ul "
        "video audio"
    ).split()
)
_SUPERSCRIPT = str.maketrans("0123456789+-=()ni−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ⁻")
_SUBSCRIPT = str.maketrans("0123456789+-=()−", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₋")
_ABSTRACT = {"abstract", "summary"}


def plain(text: str) -> str:
    """`text` without its markup, in one line. Markup that was escaped once more than needed goes too.

    Sub- and superscripts become Unicode where it has them, else `_x` and `^x`; TeX and MathML become `$…$`; headings
    of a structured abstract end in a colon, and one that only says "Abstract" goes.
    """
    if "<" in text or "&" in text:
        text = html.unescape(_without_tags(text))
        if "<" in text or "&" in text:
            text = html.unescape(_without_tags(text))
    return " ".join(text.split())


def _without_tags(text: str) -> str:
    if "<" not in text:
        return text
    text = _DROPPED.sub(" ", text)
    text = _replaced(text, _ALTERNATIVES, _best_alternative)
    text = _replaced(text, _TEX_MATH, _tex)
    text = _replaced(text, _MATH, formula)
    text = _SCRIPTS.sub(_script, text)
    text = _HEADING.sub(_heading, text)
    return _TAG.sub(_tag, text)


def _replaced(text: str, element: _Whole, make: Callable[[str], str]) -> str:
    """`text` with every such element, tags and all, as `make` has it. Looks at each character once: an element that is
    never closed ends the search.
    """
    begin, end = element
    parts: list[str] = []
    done = 0
    while (opened := begin.search(text, done)) and (closed := end.search(text, opened.end())):
        parts += [text[done : opened.start()], make(text[opened.start() : closed.end()])]
        done = closed.end()
    return "".join([*parts, text[done:]]) if parts else text


def _best_alternative(source: str) -> str:
    opened = _TEX_MATH[0].search(source)
    closed = _TEX_MATH[1].search(source, opened.end()) if opened else None
    return _tex(source[opened.start() : closed.end()]) if opened and closed else _inside(source)


def _inside(source: str) -> str:
    """What stands between the first tag and the last."""
    return source[source.index(">") + 1 : source.rindex("<")]


def _tex(source: str) -> str:
    r"""The formula of a tex-math element, in which a whole LaTeX document may stand, between single dollars."""
    source = _inside(source)
    _, begins, document = source.partition(_TEX_BEGINS)
    inner = (document.partition(_TEX_ENDS)[0] if begins else source).strip()
    inner = inner.removeprefix(r"\(").removesuffix(r"\)").removeprefix(r"\[").removesuffix(r"\]").strip("$ \n\t")
    return f"${inner}$" if inner else " "


def _script(found: re.Match[str]) -> str:
    up = found[1].lower().endswith("sup")
    inner = html.unescape(found[2]).strip()
    if not inner:
        return ""
    written = inner.translate(_SUPERSCRIPT if up else _SUBSCRIPT)
    if all(old != new for old, new in zip(inner, written, strict=True)):
        return written
    return f"{'^' if up else '_'}{html.escape(inner, quote=False)}"


def _heading(found: re.Match[str]) -> str:
    said = found[2].strip(" \t\r\n.:")
    return " " if not said or said.lower() in _ABSTRACT else f" {said}: "


def _tag(found: re.Match[str]) -> str:
    prefix, colon, local = found["name"].lower().rpartition(":")
    if local in _INLINE:
        return ""
    if local in _BLOCK or (colon and prefix in ("jats", "mml", "m")):
        return " "
    return found[0]
