r"""Titles and abstracts: cleaning them for the reader, and the forms in which they are compared.

Cleaning undoes what LaTeX and the pipelines behind a source left in the text, and nothing else: words are never
rewritten (`n times d`, `10sim100times`, `mathcal{O}`, `[27]` stay), and a formula stays as its author wrote it.
Names and addresses have modules of their own (`names`, `urls`); their functions can be had from here too.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from broadsheet.lib.accents import replace_accents
from broadsheet.lib.names import family_name, split_authors
from broadsheet.lib.urls import clean_url, find_urls, trim_url

__all__ = [
    "clean",
    "clean_url",
    "family_name",
    "find_urls",
    "formula_spans",
    "jaccard",
    "shingles",
    "split_authors",
    "title_hash",
    "title_key",
]

MAX_FORMULA = 1000  # characters between the delimiters; more is two amounts of money far apart
MAX_MARKS = 8  # combining marks on one letter; living scripts need four
_MAX_PASSES = 8

# Control characters that are no white space, invisible formatting, bidirectional overrides, and what is no character.
# The joiners U+200C and U+200D stay: Persian, Indic scripts and emoji need them.
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_NO_LATIN_RUN = re.compile(rf"[^\x00-\u02ff]{{{MAX_MARKS + 1}}}")  # a quick look: every combining mark is in here
_MARK_RUN = re.compile(rf"[^\w\s\x00-\x7f]{{{MAX_MARKS + 1},}}")  # combining marks are no word characters

_DELIMITERS = re.compile(r"\\.|\${1,}", re.DOTALL)
_FORMULA_MARK = "\x00"  # stands for a formula while the text around it is cleaned; clean text holds none of its own

_PERCENT = re.compile(r"(?<!\\)\\+%")
_URL_COMMAND = re.compile(r"\\url ?\{([^{}]*)\}|\\url(?=https?://)")
_BRACED = re.compile(r"\{([^\s{}\x00]{4,2000})\}")
_ADDRESS = re.compile(r"https?://|www\.|[\w-]+(?:\.[\w-]+)+/", re.IGNORECASE)
_QUOTES = re.compile(r"(``|'')")
_TIE = re.compile(r"(?<![\\~])~+(?=\(|\\cite|cite[a-z]{0,6}\*?\{)")
_SENTENCE_PERCENT = re.compile(r"(?<!\S)(?<!% )(?:% ?)+(?=[\"'“‘(\[]?[A-Z])")
_SENTENCE_END = re.compile(r"([^\s.!?]{0,8})[.!?][\"'”’)\]]? \Z")
# Abbreviations before a percent sign that belongs to a number: "2 wt. % Fe", "10 at. % Co".
_UNITS = frozenset({"wt", "at", "vol", "mol", "mole", "mass", "weight", "volume", "atom", "ca", "approx", "abs", "rel"})


def clean(text: str) -> str:
    r"""`text` as a reader wants it: Unicode (NFC) in one line, LaTeX leftovers undone, formulas untouched. Idempotent.

    Done: `\%` → `%`; `\url{X}` → X; `X{X}` → X for addresses; LaTeX accents; ``` ``x'' ``` → “x”; `~` before `(` or
    `\cite` → blank; a `%` that starts a sentence goes; control characters and bidirectional overrides go; white space
    collapses; at most 8 combining marks stay on a letter. Text nested so deeply that eight passes do not settle it is
    only tidied.
    """
    tidy = _tidy(text)
    if not _may_need_work(tidy):
        return tidy
    current = tidy
    for _ in range(_MAX_PASSES):
        after = _tidy(_clean_pass(current))
        if after == current:
            return current
        current = after
    return tidy


def formula_spans(text: str) -> list[tuple[int, int]]:
    r"""Where formulas stand: (start, end) of each `$…$`, `$$…$$` or `\(…\)`, delimiters included, in order, apart.

    An opening `$` is followed by a non-blank; a closing one is not preceded by a blank nor followed by a digit
    ("$2.19 per API" is money); `\$` is no delimiter; a formula has at most 1,000 characters.
    """
    spans: list[tuple[int, int]] = []
    opened: tuple[int, int] | None = None  # start, and number of dollars
    position = 0
    while match := _DELIMITERS.search(text, position):
        start, position = match.span()
        sign = match[0]
        if sign == "\\(":
            end = text.find("\\)", position, position + MAX_FORMULA + 2)
            if end > position:
                spans.append((start, end + 2))
                opened, position = None, end + 2
        elif sign[0] == "$":
            opened = _dollars(text, start, len(sign), opened, spans)
    return spans


def title_key(title: str) -> str:
    r"""The normalised title by which papers are compared: NFKC, case-folded, LaTeX and punctuation gone, single blanks.

    Subscripts, superscripts and formula delimiters vanish without a blank, so `H$_2$O`, `H_2O`, `H₂O` and `H2O` agree.
    Never empty unless the cleaned title is; a title without any letter or digit is its own key.
    """
    text = clean(title)
    bare = text
    if not text.isalnum():
        bare = _LATEX_STYLE.sub("", text)
        bare = _LATEX_SIGNS.sub("", bare)
    return _words_only(_fold(bare)) or _words_only(_fold(text)) or _fold(text).strip()


def title_hash(key: str) -> int:
    """The first 8 bytes of SHA-256 over the UTF-8 key, as a signed big-endian integer."""
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:8], "big", signed=True)


def shingles(text: str, n: int = 5) -> frozenset[str]:
    """The runs of `n` consecutive lower-case words (letters and digits); a shorter text is one, an empty one none."""
    words = _WORD.findall(text.lower())
    if not words:
        return frozenset()
    return frozenset(" ".join(words[at : at + n]) for at in range(max(1, len(words) - n + 1)))


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """|a ∩ b| / |a ∪ b|, from 0 to 1; 0 when either is empty, because nothing speaks for agreement."""
    if not a or not b:
        return 0.0
    common = len(a & b)
    return common / (len(a) + len(b) - common)


_WORD = re.compile(r"[^\W_]+")
_STYLES = (
    "text(?:bf|it|tt|sc|rm|sf|sl|up|md|normal)?|emph|math(?:bf|it|tt|rm|sf|cal|bb|frak|scr|normal)|mbox|hbox|ensuremath"
    "|boldsymbol|bm|operatorname|underline|uline|enquote|left|right"
)
# Commands that say only how letters look; without their backslash (flattened text) the long ones, in front of a brace.
_LATEX_STYLE = re.compile(
    rf"\\(?:{_STYLES}|bf|it|em|sc|tt|rm|sf|sl|cal)(?![A-Za-z])\*?|\b(?:text[a-z]{{2}}|emph|math(?:cal|bb|bf|rm|it|sf|frak|scr))(?=\{{)"
)
_LATEX_SIGNS = re.compile(r"\\[,;:!]|[\\$_^{}]")
_NOT_WORDS_ASCII = re.compile(r"[^a-z0-9]+")


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _words_only(text: str) -> str:
    """Letters and digits, single blanks for the rest; combining marks stay on their letters (Devanagari, Hebrew)."""
    if text.isascii():
        return _NOT_WORDS_ASCII.sub(" ", text).strip()
    kept = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in text)
    words = [word for word in kept.split() if any(c.isalnum() for c in word)]
    return unicodedata.normalize("NFKC", " ".join(words))


def _tidy(text: str) -> str:
    """NFC, one line, single blanks, no control characters, no towers of combining marks."""
    if text.isascii():
        if not text.isprintable():
            text = _DROPPED.sub("", text)
    else:
        if not text.isprintable():
            text = _SURROGATES.sub("\ufffd", _DROPPED.sub("", text))
        # Towers are cut before normalising as well, because sorting a tower's marks takes quadratic time.
        text = _cut_towers(text)
        if not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
            text = unicodedata.normalize("NFC", _cut_towers(text))
    if "  " in text or not text.isprintable() or text[:1] == " " or text[-1:] == " ":
        text = " ".join(text.split())
    return text


def _cut_towers(text: str) -> str:
    return _MARK_RUN.sub(_cut_tower, text) if _NO_LATIN_RUN.search(text) else text


def _cut_tower(match: re.Match[str]) -> str:
    kept, height = [], 0
    for character in match[0]:
        height = height + 1 if unicodedata.category(character)[0] == "M" else 0
        if height <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def _may_need_work(text: str) -> bool:
    if "\\" in text or "~" in text or "``" in text or "{" in text:
        return True
    return " %" in text or text[:1] == "%"


def _clean_pass(text: str) -> str:
    formulas: list[str] = []
    if "$" in text or "\\(" in text:
        text, formulas = _set_aside(text)
    if "\\" in text:
        text = _PERCENT.sub("%", text)
        text = _URL_COMMAND.sub(_unwrap_url, text)
        text = replace_accents(text)
    if "{" in text:
        text = _undouble(text)
    if "``" in text:
        text = _typographic_quotes(text)
    if "~" in text:
        text = _TIE.sub(" ", text)
    if "%" in text:
        text = _SENTENCE_PERCENT.sub(_drop_percent, text)
    if formulas:
        pieces = text.split(_FORMULA_MARK)
        text = "".join(piece for pair in zip(pieces, [*formulas, ""], strict=True) for piece in pair)
    return text


def _set_aside(text: str) -> tuple[str, list[str]]:
    """The text with a mark for every formula, and the formulas."""
    formulas, around, last = [], [], 0
    for start, end in formula_spans(text):
        formulas.append(text[start:end])
        around.append(text[last:start])
        last = end
    return _FORMULA_MARK.join([*around, text[last:]]), formulas


def _dollars(
    text: str, start: int, count: int, opened: tuple[int, int] | None, spans: list[tuple[int, int]]
) -> tuple[int, int] | None:
    """Read a run of dollars: it closes the open formula (noted in `spans`) or may open one, which is returned."""
    end = start + count
    if count > 2:
        return None
    if opened and opened[1] == 1 and count == 2 and _closes(text, opened, start, start + 2):
        spans.append((opened[0], start + 1))  # `$a$$b$`: the first of the two closes, the second opens
        start, count, opened = start + 1, 1, None
    if opened and opened[1] == count and _closes(text, opened, start, end):
        spans.append((opened[0], end))
        return None
    return (start, count) if end < len(text) and not text[end].isspace() else None


def _closes(text: str, opened: tuple[int, int], start: int, end: int) -> bool:
    length = start - opened[0] - opened[1]
    return 0 < length <= MAX_FORMULA and not text[start - 1].isspace() and not text[end : end + 1].isdigit()


def _unwrap_url(match: re.Match[str]) -> str:
    inner = (match[1] or "").strip()
    return trim_url(inner) if _ADDRESS.match(inner) else inner


def _undouble(text: str) -> str:
    r"""`X{X}` → X where X is an address; the two may differ by a closing slash or full stop."""
    pieces: list[str] = []
    last = 0
    for match in _BRACED.finditer(text):
        address = trim_url(match[1])
        if not _ADDRESS.match(address):
            continue
        stem = address.rstrip("/")
        before = text[max(last, match.start() - len(stem) - 2) : match.start()].rstrip("./")
        if before.endswith(stem):
            pieces.append(text[last : match.start()].rstrip("."))
            last = match.end()
    return "".join([*pieces, text[last:]]) if pieces else text


def _typographic_quotes(text: str) -> str:
    """Each ``` `` ``` that is directly followed by its `''`, with no other in between: a pair of quotation marks."""
    pieces = _QUOTES.split(text)
    at = 1
    while at + 2 < len(pieces):
        if pieces[at] == "``" and pieces[at + 2] == "''" and pieces[at + 1].strip():
            pieces[at], pieces[at + 2] = "“", "”"
            at += 2
        at += 2
    return "".join(pieces)


def _drop_percent(match: re.Match[str]) -> str:
    start = match.start()
    if start == 0:
        return ""
    before = _SENTENCE_END.search(match.string, max(0, start - 12), start)
    return match[0] if before is None or before[1].lower().lstrip("(") in _UNITS else ""
