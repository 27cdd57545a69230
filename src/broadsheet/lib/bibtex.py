"""BibTeX entries. Format: Patashnik, "BibTeXing" (1988); `eprint`/`archivePrefix` as arXiv's own entries have them.

Text stays Unicode (biber and current BibTeX read it); only what TeX itself would act on is escaped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from broadsheet.lib.formulas import calm
from broadsheet.lib.ids import Identifier
from broadsheet.lib.text import formula_spans

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPECIAL = {
    "\\": r"\textbackslash{}",
    # Not \{ and \}: BibTeX counts those as braces, and one alone would end the field or swallow the next.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}
_SMALL_WORDS = re.compile(r"an?|the|on|of|for|in|with|and|to|from|is|are|do|does|can|how|what|why|when|towards?|via|by")


def entry(
    *,
    public_id: str,
    title: str,
    authors: Sequence[str],
    date: str | None,
    identifiers: Sequence[Identifier],
    categories: Sequence[str] = (),
    url: str | None = None,
) -> str:
    """One entry with a newline at the end: `@article` for a paper with a DOI, else `@misc`.

    `date` is YYYY, YYYY-MM or YYYY-MM-DD.
    """
    named = dict(reversed(identifiers))
    fields = {
        "title": _protected(title),
        "author": " and ".join(_name(author) for author in authors),
        "year": date[:4] if date else "",
        "doi": _verbatim(named.get("doi", "")),
        "eprint": _verbatim(named.get("arxiv", "")),
        "archivePrefix": "arXiv" if "arxiv" in named else "",
        "primaryClass": _verbatim(categories[0]) if categories and "arxiv" in named else "",
        "url": _verbatim(url or ""),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    if date and len(date) >= 7:
        month = _MONTHS[int(date[5:7]) - 1]
        lines.insert(1 + bool(fields["author"]), f"  month = {month}")  # a name that BibTeX knows: no braces
    kind = "article" if "doi" in named else "misc"
    return f"@{kind}{{{key(title, authors, date, public_id)},\n" + ",\n".join(lines) + "\n}\n"


def key(title: str, authors: Sequence[str], date: str | None, public_id: str) -> str:
    """The entry's key in ASCII letters and digits: family name, year, first word of weight; else the public id."""
    words = [word for word in map(_ascii, re.split(r"[\W_]+", title)) if word and not _SMALL_WORDS.fullmatch(word)]
    first = authors[0] if authors else ""
    family = _ascii(first.split(",")[0] if "," in first else (first.split() or [""])[-1])
    made = f"{family}{date[:4] if date else ''}{words[0] if words else ''}"
    return made[:60] if re.search(r"[a-z]", made) else "paper" + _ascii(public_id)[:40]


def _ascii(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", folded)


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(sign, sign) for sign in " ".join(calm(text).split()))


def _name(author: str) -> str:
    """A name; braces keep one together that BibTeX would read as two, or as family and given name."""
    text = _escaped(author)
    return f"{{{text}}}" if re.search(r"\band\b", text, re.IGNORECASE) or text.count(",") > 1 else text


def _verbatim(text: str) -> str:
    """An address or identifier: TeX does not act on it, so only what would end the field must go."""
    return re.sub(r"[{}\\\s]", lambda sign: f"%{ord(sign[0]):02X}" if ord(sign[0]) < 128 else "", calm(text))


def _protected(title: str) -> str:
    """The title with its formulas as they are, and braces around words such as BERT that styles would lower."""
    title, parts, end = calm(title), [], 0
    for start, stop in formula_spans(title):
        formula = title[start:stop]
        if _balanced(formula):
            parts += [_words(title[end:start]), formula]
            end = stop
    return "".join([*parts, _words(title[end:])]).strip()


def _words(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        word = match[0]
        return f"{{{_escaped(word)}}}" if any(sign.isupper() for sign in word[1:]) else _escaped(word)

    return re.sub(r"\S+", one, re.sub(r"\s+", " ", text))


def _balanced(formula: str) -> bool:
    """The formula can stand in a field. BibTeX counts escaped braces too, so a formula with one is refused."""
    depth = 0
    for sign in re.findall(r"[{}]", formula):
        depth += 1 if sign == "{" else -1
        if depth < 0:
            return False
    return depth == 0 and not re.search(r"\\[{}]|\n", formula)
