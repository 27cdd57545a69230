"""A copy of a text in which every character keeps its place, but the many spellings of one thing have become one.

Abstracts carry LaTeX, whole or with its backslashes lost: `2.4$\\times$`, `2.4\\times`, `2.4times`, `2.4{times}`,
`62\\%`, `10sim100times`, `\\textbf{Name}`. Rules that look at the flat copy see `2.4x`, `62 %`, `10~  100x` and
`Name`; a span found there is the same span of the text as the source gave it, so quotes are verbatim.
"""

from __future__ import annotations

import re

# A title and an abstract are a few thousand characters; what is longer is no abstract, and is read up to here.
LIMIT = 6_000

_PLAIN = str.maketrans(
    {
        "\n": " ",
        "\r": " ",
        "\t": " ",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u200b": " ",
        "×": "x",
        "✕": "x",
        "–": "-",
        "−": "-",
        "‑": "-",
        "‐": "-",
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "∼": "~",
        "～": "~",
        "≈": "~",
        "≃": "~",
        "％": "%",
        "`": " ",
        "≥": ">",
        "≤": "<",
        "⩾": ">",
        "⩽": "<",
        "→": ">",
    }
)

_SYMBOLS = {
    "times": "x",
    "sim": "~",
    "approx": "~",
    "geq": ">",
    "ge": ">",
    "geqslant": ">",
    "gt": ">",
    "leq": "<",
    "le": "<",
    "leqslant": "<",
    "lt": "<",
    "textless": "<",
    "textgreater": ">",
    "textasciitilde": "~",
    "pm": "±",
    "uparrow": " ",
    "downarrow": " ",
    "rightarrow": ">",
    "to": ">",
    "mathbf": " ",
    "textbf": " ",
    "textit": " ",
    "emph": " ",
    "texttt": " ",
    "textsc": " ",
    "textsf": " ",
    "mathrm": " ",
    "text": " ",
    "mathcal": " ",
    "bf": " ",
    "it": " ",
    "method": " ",
    "underline": " ",
    "xspace": " ",
    "mbox": " ",
    "rm": " ",
    "em": " ",
    "tt": " ",
    "sc": " ",
}

# Every pattern begins with a sign or a word that is looked for first: most texts have none of them.
_COMMAND = re.compile(r"\\(?:([A-Za-z]{2,15})(?![A-Za-z])|(%))")
_BRACED = re.compile(r"\{\s?\\?(times|sim|approx|geq|leq|bf|it|em|rm|tt|sc)\b")
_TIMES = re.compile(r"times(?![A-Za-z])")
_BARE = re.compile(r"(?:sim|approx|leq|geq|textless|textgreater)(?=\s?\d)")
_HARD_BLANK = re.compile(r"(?<=\w)~(?=[A-Za-z(])")
_DOLLAR = re.compile(r"(?<!\$)\$(?=[^$]{1,40}\$)|(?<=[\d%x}])\$|\$(?!\d)")
_COUNTED = re.compile(
    r"\s+(?:faster|slower|larger|bigger|smaller|more|less|fewer|higher|lower|better|greater|longer|shorter|cheaper|"
    r"as|the|speed|reduction|improvement|increase|acceleration|compression|savings?|throughput|lighter|further|"
    r"quicker|inference|compared|over|than|relative)\b|\s*[.,;:)]"
)


def flatten(text: str) -> str:
    """The flat copy of `text`, of exactly its length (at most `LIMIT` characters)."""
    flat = text[:LIMIT].translate(_PLAIN)
    if "\\" in flat:
        flat = _COMMAND.sub(_command, flat).replace("\\", " ")
    if "{" in flat:
        flat = _BRACED.sub(_command, flat)
    if "$" in flat:
        flat = _DOLLAR.sub(" ", flat)
    if "{" in flat or "}" in flat:
        flat = flat.replace("{", " ").replace("}", " ")
    if "times" in flat:
        flat = _TIMES.sub(_times, flat)
    if (
        "sim" in flat
        or "approx" in flat
        or "leq" in flat
        or "geq" in flat
        or "textless" in flat
        or "textgreater" in flat
    ):
        flat = _BARE.sub(_bare, flat)
    if "~" in flat:
        flat = _HARD_BLANK.sub(" ", flat)
    return flat.replace("**", "  ") if "**" in flat else flat


def _command(match: re.Match[str]) -> str:
    """The sign that a LaTeX command stands for, as long as the command: blanks first, so that what follows the command
    stays right behind it.
    """
    name = match[1]
    return ("%" if name is None else _SYMBOLS.get(name, " ")).rjust(len(match[0]))


def _bare(match: re.Match[str]) -> str:
    """`10sim100` and `sim500`: a command that lost its backslash, unless it ends a word."""
    before = match.string[match.start() - 1 : match.start()]
    return match[0] if before.isalpha() else _SYMBOLS[match[0]].rjust(len(match[0]))


def _times(match: re.Match[str]) -> str:
    """`2.4times` is a factor, and so is `4 times faster`; `we run it 4 times` is a count and stays."""
    text, start = match.string, match.start()
    glued = text[start - 1 : start].isdigit()
    apart = text[start - 1 : start] == " " and text[max(0, start - 2) : start - 1].isdigit()
    spread = text[max(0, start - 6) : start].rstrip()[-1:].isdigit()
    if glued or ((apart or spread) and _COUNTED.match(text, match.end())):
        return "    x"
    return match[0]
