"""Text with formulas, made into HTML that is safe to put in a page.

Everything is escaped. A formula (`broadsheet.lib.text.formula_spans`) becomes MathML; the converter's result is read as
a tree and written out again here, element by element, from an allow-list, so nothing it passes through can reach the
page. A formula that can't be converted shows its source.
Source of the element names: MathML Core and MathML 3 (w3.org/TR/mathml-core, w3.org/TR/MathML3).
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING

from latex2mathml.converter import convert_to_element

from broadsheet.lib.text import formula_spans

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LEAD_LENGTH = 320  # characters of an abstract that a card shows
MAX_FORMULA = 500  # characters; keeps the converter's work, which is not linear, within milliseconds
MAX_BRACES = 24  # nested groups; the converter is recursive
MAX_NODES = 1_500
MAX_DEPTH = 60
MAX_MARKS = 3  # combining marks on one letter that are still shown; no script in use needs more


class FormulaRefused(ValueError):
    """A formula will be shown as its source; the text says why."""


_ELEMENTS = re.compile(
    r"math|mrow|mi|mn|mo|mtext|mspace|msup|msub|msubsup|mfrac|msqrt|mroot|mover|munder|munderover|mtable|mtr|mtd|mstyle"
    r"|mpadded|mphantom|menclose|mmultiscripts|mprescripts|none"
)
_ATTRIBUTES = [  # names, and the values they may have
    (
        re.compile(
            r"stretchy|fence|separator|accent|accentunder|largeop|movablelimits|symmetric|displaystyle|equalrows|equalcolumns"
        ),
        re.compile(r"true|false"),
    ),
    (
        re.compile(r"form|mathvariant|notation|columnalign|rowalign|columnlines|rowlines|align|display"),
        re.compile(r"[a-z][a-z -]{0,80}"),
    ),
    (  # lengths below 10 of their unit: a formula is no poster
        re.compile(r"width|height|depth|[lr]space|voffset|minsize|maxsize|linethickness|columnspacing|rowspacing"),
        re.compile(r"(?:[-+]?\d?(?:\.\d{1,6})?(?:em|ex|pt|px|mu)?(?: |$)){1,40}"),
    ),
    (re.compile(r"scriptlevel"), re.compile(r"[-+]?\d")),
]
# Colours are left out, not refused: the page's own are readable on light and on dark.
_LEFT_OUT = frozenset({"xmlns", "mathcolor", "mathbackground", "color", "background"})
# Commands that define, include, address or paint: nothing an abstract needs.
_COMMANDS_REFUSED = re.compile(
    r"\\(?:[gex]?def|let|(?:re)?newcommand|providecommand|newenvironment|require|input|include|catcode|csname|expandafter|loop"
    r"|href|url|style|class|cssId|id|data|html\w*|unicode|rule|bbox)(?![a-z])",
    re.IGNORECASE,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
_MARKS = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e31-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff"
    rf"\u20d0-\u20ff\ufe20-\ufe2f]{{{MAX_MARKS}}})[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e31-\u0e3a"
    r"\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def calm(text: str) -> str:
    """The text without control characters, bidirectional overrides and towers of combining marks.

    They would disturb the page around it.
    """
    if text.isascii() and text.isprintable():
        return text
    return _MARKS.sub(r"\1", _CONTROLS.sub("", text))


def to_html(text: str) -> str:
    """Plain text with formulas as safe HTML: as MathML, else their source in `<code class="tex">`. Never raises."""
    text = calm(text)
    if "$" not in text and "\\(" not in text:
        return escape(text)
    parts, end = [], 0
    for start, stop in formula_spans(text):
        parts += [escape(text[end:start]), _formula(text[start:stop])]
        end = stop
    parts.append(escape(text[end:]))
    return "".join(parts)


def lead(text: str, limit: int = LEAD_LENGTH) -> str:
    """The first `limit` characters at most, cut behind a sentence or a word (then with "…"), never inside a formula.

    Only a formula that stands first and is longer than `limit` makes it longer: up to twice the limit.
    """
    text = calm(text).strip()
    if len(text) <= limit:
        return text
    cut = limit
    for start, stop in formula_spans(text) if "$" in text or "\\(" in text else ():
        if start < cut < stop:
            cut = start if start > 0 or stop > 2 * limit else stop
            break
    cut = cut or limit
    sentence = max((match.end() for match in re.finditer(r"[.!?](?=\s)", text[: cut + 1])), default=0)
    if sentence >= limit * 0.7:
        return text[:sentence]
    head = text[: cut + 1]
    word = max(head.rfind(" "), head.rfind("\n")) if cut < len(text) and not text[cut].isspace() else cut
    return _outside(text, word if word > limit // 2 else cut).rstrip(" ,;:–—-") + "…"


def _outside(text: str, cut: int) -> str:
    """`text[:cut]`, or less where that would cut a formula (a blank inside one looked like the end of a word)."""
    for start, stop in formula_spans(text):
        if 0 < start < cut < stop:
            return text[:start]
    return text[:cut]


@lru_cache(maxsize=4096)
def _formula(source: str) -> str:
    """One formula, delimiters included, as HTML."""
    left, right = (2, -2) if source.startswith(("\\(", "$$")) else (1, -1)
    try:
        return mathml(source[left:right])
    except FormulaRefused:
        return f'<code class="tex">{escape(source)}</code>'


def mathml(latex: str) -> str:
    """A formula's LaTeX (no delimiters) as a `<math>` element. Raises FormulaRefused for what can't be converted."""
    if not latex.strip() or len(latex) > MAX_FORMULA:
        raise FormulaRefused("It is empty or too long.")
    if _CONTROLS.search(latex) or _COMMANDS_REFUSED.search(latex):
        raise FormulaRefused("It holds a command that has no place in an abstract.")
    depth = 0
    for token in re.findall(r"\\(?:left|right|begin|end)(?![a-z])|\\.|[{}]", latex, re.DOTALL):
        depth += (token in ("{", "\\left", "\\begin")) - (token in ("}", "\\right", "\\end"))
        if depth > MAX_BRACES:
            raise FormulaRefused("It is nested too deeply.")
    try:
        tree = convert_to_element(latex)
    except Exception as error:  # broad: the converter fails on broken LaTeX in a dozen ways, IndexError among them
        raise FormulaRefused("It can't be read.") from error
    if not "".join(tree.itertext()).strip():
        raise FormulaRefused("It comes out empty.")
    parts: list[str] = []
    _write(tree, parts, 0)
    return "".join(parts)


def _write(element: Element, parts: list[str], depth: int) -> None:
    """Append the element as text, children and all; raises FormulaRefused for anything that is not on the lists."""
    if not _ELEMENTS.fullmatch(element.tag) or depth > MAX_DEPTH or len(parts) > MAX_NODES * 3:
        raise FormulaRefused("It makes an element that is not allowed, or too many.")
    # The converter leaves character references in its texts ("&#x003B1;") and does not escape the rest.
    text = unescape(element.text or "")
    if element.tag in ("mi", "mo"):
        text = text.replace("~", "∼")  # \sim comes out as an ASCII tilde, set high like an accent
    if (element.tail or "").strip() or (text.startswith("\\") and len(text) > 1) or _CONTROLS.search(text):
        raise FormulaRefused("It uses a command that is not known.")
    attributes = "".join(_attribute(name, value) for name, value in element.attrib.items() if name not in _LEFT_OUT)
    parts.append(f"<{element.tag}{attributes}>{escape(text)}")
    for child in element:
        _write(child, parts, depth + 1)
    parts.append(f"</{element.tag}>")


def _attribute(name: str, value: str) -> str:
    if not any(names.fullmatch(name) and values.fullmatch(value) for names, values in _ATTRIBUTES):
        raise FormulaRefused(f"It sets {name}, which is not allowed.")
    return f' {name}="{escape(value)}"'
