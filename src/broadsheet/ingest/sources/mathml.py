r"""MathML as LaTeX, for formulas in titles and abstracts: scripts, fractions, roots; all else is its text.

Source: MathML Core (w3.org/TR/mathml-core), sections 3.2 to 3.5. A formula that also carries its TeX (`alttext`, or an
annotation) gives that.
"""

from __future__ import annotations

import html
import re

from lxml import etree

MAX_SOURCE = 20_000  # characters of one formula; longer ones are given by their text alone
_MAX_DEPTH = 40
_ANNOTATION = re.compile(
    r"<(?:mml:|m:)?annotation\b[^<>]*encoding\s*=\s*[\"'](?:application/x-)?(?:la)?tex[\"'][^<>]*>([^<>]*)<",
    re.IGNORECASE,
)
_ALTTEXT = re.compile(r"\A<[^<>]*\balttext\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)')", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_PREFIX = re.compile(r"(</?)(?:mml|m):", re.IGNORECASE)
_ATTRIBUTES = re.compile(r"<([A-Za-z]+)\s[^<>]*?(/?)>")
_BREAKS = re.compile(r"[\\${}]")  # what would end the formula or begin another


def formula(source: str) -> str:
    """The formula in `source`, which is one `math` element, between dollars; a blank where it is empty."""
    tex = _given_tex(source) or _converted(source)
    tex = " ".join(tex.split()).strip("$ ")
    return f"${html.escape(tex, quote=False)}$" if tex else " "


def _given_tex(source: str) -> str:
    found = _ANNOTATION.search(source) or _ALTTEXT.search(source)
    return html.unescape(next((group for group in found.groups() if group), "")) if found else ""


def _converted(source: str) -> str:
    if len(source) <= MAX_SOURCE:
        bare = _ATTRIBUTES.sub(r"<\1\2>", _PREFIX.sub(r"\1", source))
        # HTML's named entities mean nothing to XML; its five own stay.
        named = re.sub(r"&(?!(?:amp|lt|gt|quot|apos|#\w+);)\w+;", lambda entity: html.unescape(entity[0]), bare)
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=False, huge_tree=False)
            return _tex(etree.fromstring(named.encode("utf-8", "replace"), parser), 0)
        except etree.XMLSyntaxError:
            pass
    return _word(html.unescape(_ANY_TAG.sub(" ", source)))


def _tex(element: etree._Element, depth: int) -> str:
    name = str(element.tag).lower()
    if depth > _MAX_DEPTH:
        return _word("".join(map(str, element.itertext())))
    if name in ("annotation", "annotation-xml", "mphantom"):
        return ""
    own = _word(element.text or "")
    if name in ("mi", "mtext", "ms") and len(own) > 1 and own.isalpha() and own.isascii():
        own = rf"\mathrm{{{own}}}"
    children = [_tex(child, depth + 1) for child in element if isinstance(child.tag, str)]
    made = _SHAPES[name](children) if name in _SHAPES and len(children) == _ARITY[name] else None
    return made if made is not None else own + _joined(children)


def _word(text: str) -> str:
    return _BREAKS.sub("", " ".join(text.split()))


def _joined(parts: list[str]) -> str:
    r"""Parts side by side; a command such as \mathrm{x} ends by itself, so nothing is needed between them."""
    return "".join(parts)


def _in_braces(text: str) -> str:
    return text if len(text) == 1 else f"{{{text}}}"


_SHAPES = {
    "msub": lambda c: f"{_in_braces(c[0])}_{_in_braces(c[1])}",
    "msup": lambda c: f"{_in_braces(c[0])}^{_in_braces(c[1])}",
    "msubsup": lambda c: f"{_in_braces(c[0])}_{_in_braces(c[1])}^{_in_braces(c[2])}",
    "munder": lambda c: f"{_in_braces(c[0])}_{_in_braces(c[1])}",
    "munderover": lambda c: f"{_in_braces(c[0])}_{_in_braces(c[1])}^{_in_braces(c[2])}",
    "mfrac": lambda c: rf"\frac{{{c[0]}}}{{{c[1]}}}",
    "mroot": lambda c: rf"\sqrt[{c[1]}]{{{c[0]}}}",
}
_ARITY = {"msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "munderover": 3, "mfrac": 2, "mroot": 2}
