r"""The fields of a BibTeX entry: `name = value, …`, where a value is {braced}, "quoted", a number or an abbreviation,
or several of them joined by `#`; and the text in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from broadsheet.ingest.sources.cited import given_first
from broadsheet.lib.accents import replace_accents
from broadsheet.lib.text import formula_spans

MAX_VALUE = 400_000  # characters; abbreviations of abbreviations grow without limit
MAX_FIELDS = 1_000
_FIELD = re.compile(r"[\s,]*([^\s=,{}\"#%'()]+)\s*=\s*")
_REST = re.compile(r"[\s,]*\Z")
_BRACES = re.compile(r"\\[{}\"]|[{}\"]")
_BARE = re.compile(r"[^\s,#{}\"]+")
_JOIN = re.compile(r"\s*#\s*")
_STYLE = re.compile(
    r"\\(?:emph|enquote|text(?:bf|it|rm|sc|sf|tt|sl|up|md|normal|superscript|subscript)?|mbox|uppercase|lowercase|url"
    r"|href|MakeUppercase|nocase|protect|bf|it|em|sc|tt|rm|sl)(?![A-Za-z])\s*"
)
_ESCAPED = re.compile(r"\\([&%$#_{}])")
_DASHES = {"---": "—", "--": "–"}
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)


class Broken(ValueError):
    """The fields can't be told apart; a sentence."""


def assignments(text: str, strings: Mapping[str, str]) -> dict[str, str]:
    """The fields of an entry, names in lower case, abbreviations resolved; of a name given twice the first counts.

    An abbreviation that the file does not explain stands for itself. Raises Broken.
    """
    found: dict[str, str] = {}
    at = 0
    while not _REST.match(text, at):
        match = _FIELD.match(text, at)
        if match is None or len(found) >= MAX_FIELDS:
            raise Broken(
                f"The entry can't be read at {text[at : at + 40].strip()!r}: a comma or a sign = may be missing."
            )
        value, at = _value(text, match.end(), strings)
        found.setdefault(match[1].lower(), value)
    return found


def _value(text: str, at: int, strings: Mapping[str, str]) -> tuple[str, int]:
    parts: list[str] = []
    size = 0
    while True:
        part, at = _part(text, at, strings)
        size += len(part)
        if size > MAX_VALUE:
            raise Broken(f"A value is longer than {MAX_VALUE:,} characters.")
        parts.append(part)
        join = _JOIN.match(text, at)
        if join is None:
            return " ".join("".join(parts).split()), at
        at = join.end()


def _part(text: str, at: int, strings: Mapping[str, str]) -> tuple[str, int]:
    sign = text[at : at + 1]
    if sign in ("{", '"'):
        end = _closing(text, at, sign)
        return text[at + 1 : end], end + 1
    bare = _BARE.match(text, at)
    if bare is None:
        raise Broken(f"The entry can't be read at {text[at : at + 40].strip()!r}: a value is missing.")
    return strings.get(bare[0].lower(), bare[0]), bare.end()


def _closing(text: str, at: int, sign: str) -> int:
    """Where the value that begins at `at` is closed."""
    for escapes_count in (False, True):
        depth = 0
        for match in _BRACES.finditer(text, at + 1):
            one = match[0]
            if len(one) == 2:
                if not escapes_count or one == '\\"':
                    continue
                one = one[1]
            if one == "{":
                depth += 1
            elif one == "}":
                depth -= 1
                if depth < 0:
                    if sign == "{":
                        return match.start()
                    break
            elif sign == '"' and depth == 0:
                return match.start()
    raise Broken(f"A value is not closed: {text[at : at + 40]!r}.")


def untexed(text: str) -> str:
    """A value as text: accents and styles made Unicode, braces gone, formulas as they are."""
    if not any(sign in text for sign in "\\{}~-"):
        return text
    text = replace_accents(text) if "\\" in text else text
    parts, last = [], 0
    for start, end in formula_spans(text):
        parts += [_plain(text[last:start]), text[start:end]]
        last = end
    return " ".join("".join([*parts, _plain(text[last:])]).split())


def _plain(text: str) -> str:
    text = _STYLE.sub("", text)
    kept: list[str] = []
    for piece in re.split(r"(\\[&%$#_{}])", text):
        kept.append(piece[1] if _ESCAPED.fullmatch(piece) else piece.replace("{", "").replace("}", ""))
    text = "".join(kept).replace("~", " ")
    for dashes, dash in _DASHES.items():
        text = text.replace(dashes, dash)
    return text


def authors_of(text: str) -> list[str]:
    """The names in an author field, parted by "and" outside of braces, "others" left out."""
    names: list[str] = []
    for part in _parted(text):
        whole = part.startswith("{") and part.endswith("}")
        name = untexed(part)
        if name and name.lower() not in ("others", "and"):
            names.append(name if whole else given_first(name))
    return names


def _parted(text: str) -> list[str]:
    """The text at every "and" that stands in no braces."""
    parts: list[str] = []
    last = depth = counted = 0
    for match in _AND.finditer(f" {text} "):
        start, end = max(match.start() - 1, 0), match.end() - 1
        depth += text.count("{", counted, start) - text.count("}", counted, start)
        counted = start
        if depth <= 0:
            parts.append(text[last:start].strip())
            last = end
    return [part for part in [*parts, text[last:].strip()] if part]
