r"""LaTeX accents and letters as they stand in titles, abstracts and names: `Poincar\'e`, `Erd\H{o}s`, `Stra{\ss}e`.

Source of the commands: "LaTeX2e: an unofficial reference manual", sections Accents and Additional Latin letters.
Text outside formulas holds much that only looks like an accent (`\r{ho}` for a broken `\rho`, `i\.e\.`, `model\'s`,
`\d t`, `\O(n)`): where Unicode has no such letter, or the place is not inside a word, the source stays as it is.
"""

from __future__ import annotations

import re
import unicodedata

_MARKS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    '"': "\u0308",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "u": "\u0306",
    "v": "\u030c",
    "H": "\u030b",
    "c": "\u0327",
    "k": "\u0328",
    "r": "\u030a",
    "b": "\u0331",
    "d": "\u0323",
}
_LETTERS = {
    "ss": "ß",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "o": "ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "aa": "å",
    "AA": "Å",
    "dj": "đ",
    "DJ": "Đ",
    "i": "ı",
    "j": "ȷ",
}
_DOTLESS = r"\\[ij](?![A-Za-z])"
_IN_BRACES = rf"\{{ ?(?P<braced>[^\W\d_]|{_DOTLESS}) ?\}}"
_ON_DOTLESS = rf"(?P<dotless>{_DOTLESS}) ?"
# A brace around accent and letter, which is not the one that an outer accent needs, as in \'{\^e}.
_OWN_BRACE = r"(?<!\\[`'^\"~=.uvHckrbd])\{"
# An accent of one sign, on a letter in braces or bare, perhaps the whole in braces: \'e \'{e} {\'e} \'\i {\" o}.
_SIGN = re.compile(
    rf"(?P<open>{_OWN_BRACE})?\\(?P<cmd>[`'^\"~=.])"
    rf"(?:{_IN_BRACES}|{_ON_DOTLESS}|(?P<gap> ?)(?P<bare>[A-Za-z]))(?(open) ?\}})"
)
# An accent named by a letter: \v{c} {\v c} \v c {\u\i} \H{o}.
_NAMED = re.compile(
    rf"(?P<open>{_OWN_BRACE})?\\(?P<cmd>[uvHckrbd])"
    rf"(?: ?{_IN_BRACES}|{_ON_DOTLESS}| (?P<bare>[A-Za-z]))(?(open) ?\}})"
)
_TIE = re.compile(r"\\t\{([A-Za-z])([A-Za-z])\}")
_LETTER = re.compile(
    r"(?P<open>\{)?\\(?P<name>ss|ae|AE|oe|OE|aa|AA|dj|DJ|o|O|l|L|i|j)(?![A-Za-z])(?P<end>\{\}| )?(?(open)\})"
)
_SPARE_BRACES = re.compile(rf"{_OWN_BRACE}([À-ɏḀ-ỿ])\}}")
# Bare accents are read only on letters that carry them in some language; the rest is more often something else.
_BARE = {
    "`": "aeiounwyAEIOUNWY",
    "'": "aeiouyclnrszgkmpwAEIOUYCLNRSZGKMPW",
    "^": "aeioucghjswyzAEIOUCGHJSWYZ",
    '"': "aeiouywAEIOUYW",
    "~": "aeinouyvAEINOUYV",
    "=": "aeiouyAEIOUY",
    ".": "zcgIZCG",
}
_BARE_NAMED = {
    "v": "cdelnrstzgCDELNRSTZG",
    "c": "cstCST",
    "H": "ouOU",
    "u": "agiAG",
    "k": "aeAE",
    "r": "auAU",
    "b": "",
    "d": "hlrstHRST",
}
_GENITIVE = re.compile(r"(?:s|re|ll|m)(?![A-Za-z\\{])")
_COMMAND_BEFORE = re.compile(r"\\[A-Za-z]*\{?\Z")
_CLOSING_QUOTE = re.compile(r'"(?![A-Za-z{\\])')
_LOOK_BACK = 24
_LOOK_AHEAD = 200


def replace_accents(text: str) -> str:
    r"""LaTeX accents and letters in `text` as Unicode; whatever is not surely one stays. `text` holds no formulas.

    >>> replace_accents(r"Poincar\'e, Gr{\"o}bner, Mili\v{c}evi\'c and K{\o}benhavn")
    'Poincaré, Gröbner, Miličević and København'
    """
    text = _SIGN.sub(_sign, text)
    text = _NAMED.sub(_named, text)
    text = _TIE.sub("\\1\u0361\\2", text)
    text = _LETTER.sub(_letter, text)
    return _SPARE_BRACES.sub(r"\1", text)


def _sign(match: re.Match[str]) -> str:
    base = match["braced"] or match["dotless"] or match["bare"]
    if match["bare"] and not _bare_sign_is_meant(match):
        return match[0]
    return _compose(base, match["cmd"], loose=match["braced"] is not None) or match[0]


def _bare_sign_is_meant(match: re.Match[str]) -> bool:
    r"""False for `model\'s`, `i\.e\.`, `19\" chassis`, and `\"quoted words\"` whose quotes were escaped."""
    text, cmd, letter, start, end = match.string, match["cmd"], match["bare"], match.start(), match.end()
    if letter not in _BARE[cmd]:
        return False
    in_word = text[start - 1 : start].isalpha()
    if match["gap"] and not match["open"]:
        return cmd in "'`^" and in_word and letter in "aeiou" and text[end : end + 1].isalpha()
    if cmd == "'" and in_word and not match["open"]:
        polish = any(c in "łśżźćńąę" for c in text[max(0, start - 3) : start].lower())  # {\L}o\'s is no genitive
        return polish or not _GENITIVE.match(text, end - 1)
    if cmd == '"' and not in_word and not match["open"]:
        return _CLOSING_QUOTE.search(text, end, end + _LOOK_AHEAD) is None
    return True


def _named(match: re.Match[str]) -> str:
    text, cmd, start, end = match.string, match["cmd"], match.start(), match.end()
    base = match["braced"] or match["dotless"] or match["bare"]
    before, after = text[start - 1 : start].isalpha() and not _in_command(text, start), text[end : end + 1].isalpha()
    if match["bare"] and not match["open"]:
        if match["bare"] not in _BARE_NAMED[cmd] or not (before or (cmd in "vcH" and base.isupper() and after)):
            return match[0]
    elif cmd in "bdrkut" and not (before or after):
        return match[0]  # \d{t}, \b{x}, \u{v}: an author's macro in a formula without its dollars
    return _compose(base, cmd, loose=False) or match[0]


def _letter(match: re.Match[str]) -> str:
    text, name, start, end = match.string, match["name"], match.start(), match.end()
    letter = _LETTERS[name]
    before = _skip_braces(text, start - 1, -1)
    in_word = before.isalpha() and not _in_command(text, start)
    if name == "AA" and (before.isdigit() or before == " "):  # ångström, the unit
        return letter + (" " if match["end"] == " " else "")
    if (match["open"] or match["end"] == "{}") and _skip_braces(text, end, 1).isalpha():
        in_word = not _in_command(text, start)
    return letter if in_word else match[0]


def _skip_braces(text: str, at: int, step: int) -> str:
    """The nearest character from `at` on in this direction that is no brace, looking at three at most; else empty."""
    for position in range(at, at + 3 * step, step):
        if not 0 <= position < len(text):
            return ""
        if text[position] not in "{}":
            return text[position]
    return ""


def _in_command(text: str, at: int) -> bool:
    r"""Whether the letters before `at` are those of a command, as in `\tilde{\O}`."""
    return _COMMAND_BEFORE.search(text[max(0, at - _LOOK_BACK) : at]) is not None


def _compose(base: str, command: str, *, loose: bool) -> str | None:
    """Letter and accent as one character; with `loose`, where Unicode has none, as a letter with a combining mark."""
    letter = base.strip().removeprefix("\\")
    composed = unicodedata.normalize("NFC", letter + _MARKS[command])
    if len(composed) == 1 or (loose and letter.isascii()):
        return composed
    return None
