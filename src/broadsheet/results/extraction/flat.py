"""A copy of a text in which every character keeps its place, but the many spellings of one thing have become one.

Abstracts carry LaTeX, whole or with its backslashes lost: `2.4$\\times$`, `2.4\\times`, `2.4times`, `2.4{times}`,
`62\\%`, `10sim100times`, `\\textbf{Name}`. Rules that look at the flat copy see `2.4x`, `62 %`, `10~  100x` and
`Name`; a span found there is the same span of the text as the source gave it, so quotes are verbatim.
"""

from __future__ import annotations

import re

# A title and an abstract are a few thousand characters; what is longer is no abstract, and is read up to here.
LIMIT = 12_000

_PLAIN = str.maketrans(
    {
        "\n": " ", "\r": " ", "\t": " ", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u200b": " ",
        "×": "x", "✕": "x", "–": "-", "−": "-", "‑": "-", "‐": "-", "’": "'", "‘": "'", "“": '"', "”": '"',
        "∼": "~", "～": "~", "≈": "~", "≃": "~", "％": "%", "`": " ",
        "≥": ">", "≤": "<", "⩾": ">", "⩽": "<", "→": ">",
    }
)  # fmt: skip

_SYMBOLS = {
    "times": "x", "sim": "~", "approx": "~", "geq": ">", "ge": ">", "geqslant": ">", "gt": ">", "leq": "<", "le": "<",
    "leqslant": "<", "lt": "<", "textless": "<", "textgreater": ">", "textasciitilde": "~", "pm": "±", "uparrow": " ",
    "downarrow": " ", "rightarrow": ">", "to": ">", "mathbf": " ", "textbf": " ", "textit": " ", "emph": " ",
    "texttt": " ", "textsc": " ", "textsf": " ", "mathrm": " ", "text": " ", "mathcal": " ", "bf": " ", "it": " ",
    "method": " ", "underline": " ", "xspace": " ", "mbox": " ", "rm": " ",
}  # fmt: skip

_LATEX = re.compile(
    r"\\([A-Za-z]{2,15})(?![A-Za-z])"  # \times
    r"|\\(%)"
    r"|\{\s?(?:\\?(times|sim|approx|geq|leq|bf|it|em|rm|tt|sc)\b)"  # {times}, {bf Name}
    r"|(?<=\d)\}?\s?(times)(?![A-Za-z])"  # 2.4times, and 4 times
    r"|(?<=\d)\s?(sim)\s?(?=\d)"  # 10sim100
    r"|(?<![A-Za-z])(sim|approx|leq|geq|textless|textgreater)\s?(?=\d)"
    r"|(?<=\w)(~)(?=[A-Za-z(])"  # Name~(N), introduce~Name: a hard blank
    r"|(?<!\$)\$(?=[^$]{1,40}\$)|(?<=[\d%x}])(\$)"
)
_LONE_DOLLAR = re.compile(r"\$(?!\d)")


def flatten(text: str) -> str:
    """The flat copy of `text`, of exactly its length (at most `LIMIT` characters)."""
    flat = text[:LIMIT].translate(_PLAIN)
    if "\\" in flat or "times" in flat or "{" in flat or "$" in flat or "~" in flat or "sim" in flat or "approx" in flat:
        flat = _LATEX.sub(_one, flat)
    if "**" in flat:
        flat = flat.replace("**", "  ")
    if "$" in flat:
        flat = _LONE_DOLLAR.sub(" ", flat)
    if "{" in flat or "\\" in flat or "}" in flat:
        flat = flat.replace("{", " ").replace("}", " ").replace("\\", " ")
    return flat


def _one(match: re.Match[str]) -> str:
    """What stands for a piece of LaTeX: one sign and blanks, as long as the piece was."""
    whole = match[0]
    command, percent, braced, glued, between, loose, _hard, dollar = match.groups()
    if percent:
        return " %"
    if glued:
        return _times(match)
    name = command or braced or between or loose
    if name:
        sign = _SYMBOLS.get(name, " " if command or braced else name)
        # Blanks first: what stands behind the sign stays right behind it.
        return " " * (len(whole) - len(sign)) + sign if whole[-1] != " " else sign.rjust(len(whole) - 1) + " "
    if dollar:
        return " "
    return " " * len(whole)


_COUNTED = re.compile(
    r"\s+(?:faster|slower|larger|bigger|smaller|more|less|fewer|higher|lower|better|greater|longer|shorter|cheaper|"
    r"as|the|that|speed|reduction|improvement|increase|acceleration|compression|savings?|throughput|lighter|further|"
    r"quicker|inference|faster|on|in|compared|over|than|relative|with)\b|\s*[.,;:)]"
)


def _times(match: re.Match[str]) -> str:
    """`2.4times` is a factor, and so is `4 times faster`; `we run it 4 times` is a count and stays."""
    whole = match[0]
    if whole[0].isspace() and not _COUNTED.match(match.string, match.end()):
        return whole
    return "x".rjust(len(whole))
