"""The addresses an abstract gives, cleaned, and what they lead to."""

from __future__ import annotations

import re

from broadsheet.results.extraction.flat import LIMIT
from broadsheet.results.extraction.records import Link

MOST = 20
_SCHEME = re.compile(
    r"https?\s?:\s?//[^\s<>\"{}|\\^`\])]{2,300}(?:\\[_#%&~][^\s<>\"{}|\\^`\])]{0,200})*", re.IGNORECASE
)
# Without a scheme: www., a host whose last part is common for projects, or a code host with a path.
_BARE = re.compile(
    r"(?<![\w@./:-])(?:www\.[\w-]+(?:\.[\w-]+)+(?:/[^\s<>\"{}|\\^`\])]{0,200})?"
    r"|(?:[\w-]{1,60}\.){1,3}(?:io|ai|com|org|net|edu|ms|co|dev|app|gov|eu|uk|de|fr|ch|cn|jp|gl|"
    r"ly)/[^\s<>\"{}|\\^`\])]{1,200}"
    r"|[\w-]{1,60}\.github\.io\b(?:/[^\s<>\"{}|\\^`\])]{0,200})?)",
    re.IGNORECASE,
)
_TAIL = re.compile(r"(?:[.,;:!?'\"*)\]}>]|&quot;|\\)+$")
_CODE_HOSTS = re.compile(
    r"^(?:www\.)?(?:github\.com|gitlab\.[\w.]+|bitbucket\.org|codeberg\.org|gitee\.com|"
    r"sourceforge\.net|anonymous\.4open\.science|git\.[\w.-]+|pypi\.org)\b",
    re.IGNORECASE,
)
_HUB = re.compile(r"^(?:www\.)?(?:huggingface\.co|hf\.co|modelscope\.cn)/(datasets|spaces)?", re.IGNORECASE)
_DATA_HOSTS = re.compile(
    r"^(?:www\.)?(?:zenodo\.org|kaggle\.com|figshare\.com|doi\.org/10\.5281|osf\.io|dataverse\.|"
    r"data\.)",
    re.IGNORECASE,
)
_DEMO_HOSTS = re.compile(
    r"^(?:www\.)?(?:colab\.research|replicate\.com|youtu\.?be|youtube\.com|[\w-]+\.gradio\.)", re.IGNORECASE
)
_SAID = (
    ("demo", re.compile(r"\b(?:demos?|demonstrations?|video|samples|playground|listen)\b", re.IGNORECASE)),
    (
        "project",
        re.compile(r"\b(?:project|website|web\s?page|home\s?page|page|site|leaderboard|visit)\b", re.IGNORECASE),
    ),
    (
        "code",
        re.compile(
            r"\b(?:codes?|source|implementations?|repositor(?:y|ies)|library|toolkit|software|github|"
            r"open-?sourced?)\b",
            re.IGNORECASE,
        ),
    ),
    ("data", re.compile(r"\b(?:data|datasets?|corpus|benchmark|annotations)\b", re.IGNORECASE)),
    ("model", re.compile(r"\b(?:models?|weights|checkpoints?)\b", re.IGNORECASE)),
)


def links(abstract: str) -> tuple[Link, ...]:
    """The addresses of an abstract as the source gave it, each once, in order of appearance."""
    text = abstract[:LIMIT]
    if "." not in text:
        return ()
    spans = [match.span() for match in _SCHEME.finditer(text)]
    if "www." in text or "/" in text or ".github.io" in text:
        for match in _BARE.finditer(text):
            if not any(start <= match.start() < end for start, end in spans):
                spans.append(match.span())
    spans.sort()
    found: dict[str, Link] = {}
    for start, end in spans[:MOST]:
        url = cleaned(text[start:end])
        bare = _key(url)
        if bare and bare not in found:
            found[bare] = Link(url, _kind(bare, text[max(0, start - 90) : start]))
    return tuple(found.values())


def cleaned(raw: str) -> str:
    """An address without what the text glued to it: stops, closing brackets, escapes, a second copy of itself."""
    url = re.sub(r"\\([_#%&~])", r"\1", raw)
    url = re.sub(r"^(https?)\s?:\s?//", r"\1://", url, flags=re.IGNORECASE)
    again = url.find("http", 4)
    if again > 0 and url[again : again + 8].lower().startswith(("http://", "https://")):
        url = url[:again]
    return _TAIL.sub("", url)


def _key(url: str) -> str:
    return re.sub(r"^https?://(?:www\.)?", "", url, flags=re.IGNORECASE).rstrip("/.").lower()


def _kind(address: str, before: str) -> str:
    hub = _HUB.match(address)
    if hub:
        return {"datasets": "data", "spaces": "demo"}.get(hub[1] or "", "model")
    if _CODE_HOSTS.match(address):
        return "code"
    if _DATA_HOSTS.match(address):
        return "data"
    if _DEMO_HOSTS.match(address):
        return "demo"
    if ".github.io" in address or ".gitlab.io" in address:
        return "project"
    said = [(match.end(), kind) for kind, pattern in _SAID for match in pattern.finditer(before)]
    return max(said)[1] if said else "other"
