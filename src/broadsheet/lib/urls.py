r"""Addresses in abstracts and records: found in running text, and made whole.

Authors and the pipelines behind them leave `\url{X}`, `\href{X}{label}`, `X{X}`, full stops, brackets and no scheme.
Only http and https leave this module, in the ASCII form of RFC 3986.
"""

from __future__ import annotations

import bisect
import re
from itertools import pairwise
from urllib.parse import quote

MAX_URL = 2000  # characters; the width of the column that keeps links

_URL_CHARS = r"A-Za-z0-9\-._~:/?#\[\]@!&'()*+,;=%"
_ESCAPED = r"\\[_%&#~]"
_BODY = rf"(?:[{_URL_CHARS}]|{_ESCAPED})+"
_WITH_SCHEME = re.compile(rf"(?:http|HTTP|Http)s?://{_BODY}")
_RUN = re.compile(_BODY)
# Signs of an address without a scheme: www., or the end of a host with a common domain and the beginning of a path.
_HINT = re.compile(
    r"\b(?:www|WWW)\.(?=[A-Za-z0-9-]+\.[A-Za-z])"
    r"|\.(?:github|gitlab)\.io\b"
    r"|\.(?:com|org|net|edu|gov|io|ai|dev|app|co|ml|me|ms|ly|gl|be|cn|de|eu|fr|uk|jp|ch|us|ca)/(?=\w)"
)
_HOST_BEFORE = re.compile(r"(?<![\w@/.:%=~-])[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+){0,4}\Z")
_HOST_REACH = 100  # characters that are looked at to the left of a hint
_BROKEN_SCHEME = re.compile(r"(https?)(?:: ?//? ?|:/ /)(?=[a-z0-9-]{1,63}\.[a-z0-9])", re.IGNORECASE)
_SECOND = re.compile(r"(?<=[^/=])https?://", re.IGNORECASE)
# A sentence that follows without a blank: "…/repo.The code". Only words that begin sentences and name no file type.
_RUN_ON = re.compile(
    r"\.(?:The|Our|We|This|These|In|It|A|An|Code|Data|Moreover|Furthermore|Experiments|Project|To|Video|Demo)\Z"
)
_LATEX_WRAP = re.compile(r"\\(?:url|href|nolinkurl|path)\s*\{?")
_UNESCAPE = re.compile(r"\\([_%&#~$])(?:\{\})?")
_PARTS = re.compile(r"(https?)://([^/?#\s]+)([^\s]*)", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+(?:[a-z][a-z0-9-]{1,62}|\d{1,3}):?\d{0,5}\Z")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_NO_SCHEME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+[a-z]{2,24}(?::\d{1,5})?(?:[/?#].*)?\Z", re.IGNORECASE)
_SAFE = "-._~:/?#[]@!$&'()*+,;=%"
_CLOSERS = {")": "(", "]": "["}
_OPENERS = {"(": ")", "[": "]"}
# Hosts whose front page says nothing about a paper: an address cut off behind them is no link.
_HOSTS_WITHOUT_FRONT = frozenset(
    {"github.com", "gitlab.com", "huggingface.co", "www.github.com", "doi.org", "arxiv.org", "bit.ly"}
)
_CASELESS_HOSTS = frozenset({"github.com", "huggingface.co", "gitlab.com"})


def clean_url(text: str) -> str | None:
    r"""One http(s) address out of what a record gives as one, or None when it is none.

    Reads `\url{X}`, `X{X}`, an address without scheme (`github.com/a/b`), LaTeX escapes (`\_`); drops trailing `.,;)}`
    and quotes but keeps brackets that the address opened. Any other scheme, user names and over 2,000 characters: None.

    >>> clean_url(r"\url{https://github.com/a/b.}.")
    'https://github.com/a/b'
    """
    if len(text) > 3 * MAX_URL:
        return None
    text = _LATEX_WRAP.sub("", _UNESCAPE.sub(r"\1", text.strip()), count=1).lstrip("<({[\"'“‘ ")
    text = trim_url(text.split("{", 1)[0].split("}", 1)[0].split("\\", 1)[0].strip())
    if not _SCHEME.match(text) or _NO_SCHEME.match(text):
        text = f"https://{text}"
    match = _PARTS.fullmatch(text)
    if not match:
        return None
    host = _ascii_host(match[2])
    if host is None:
        return None
    url = f"{match[1].lower()}://{host}{quote(match[3], safe=_SAFE)}"
    return url if len(url) <= MAX_URL else None


def find_urls(text: str) -> list[str]:
    """Every address in a raw title or abstract, cleaned, each once, in order of first appearance.

    The same place with another scheme, `www.`, a slash more or (on code hosts) other capitals counts as the same.
    """
    if "/" not in text and not any(sign in text for sign in (".io", "www.", "WWW.")):
        return []  # most texts; to look for hints in them costs more than all the rest
    if "//" not in text and ":/" not in text and not _HINT.search(text):
        return []
    text = _BROKEN_SCHEME.sub(r"\1://", text)
    found: dict[str, str] = {}
    for candidate in _candidates(text):
        for part in _parted(candidate):
            url = clean_url(_RUN_ON.sub("", trim_url(part)))
            if url is None or _same(url) in _HOSTS_WITHOUT_FRONT:
                continue
            found.setdefault(_same(url), url)
    return list(found.values())


def trim_url(text: str) -> str:
    """`text` without the punctuation that prose leaves behind an address; brackets that the address opened stay."""
    end = len(text)
    surplus = {closer: text.count(closer) - text.count(opener) for closer, opener in _CLOSERS.items()}
    while end:
        last = text[end - 1]
        if last in _CLOSERS:
            if surplus[last] <= 0:
                break
            surplus[last] -= 1
        elif last in _OPENERS:
            surplus[_OPENERS[last]] += 1
        elif last not in ".,;:!?'\"*}>”’…":
            break
        end -= 1
    return text[:end]


def _candidates(text: str) -> list[str]:
    """The stretches of `text` that may be addresses, in order, none inside another."""
    spans = [match.span() for match in _WITH_SCHEME.finditer(text)]
    ends = 0
    bare: list[tuple[int, int]] = []
    for hint in _HINT.finditer(text):
        at = bisect.bisect_right(spans, (hint.start(), len(text) + 1)) - 1
        if hint.start() < ends or (at >= 0 and hint.start() < spans[at][1]):
            continue
        start = hint.start()
        if hint[0][0] == ".":
            host = _HOST_BEFORE.search(text, max(0, start - _HOST_REACH), start)
            if host is None:
                continue
            start = host.start()
        elif text[start - 1 : start] in ("@", "/", ".", "-"):
            continue
        if run := _RUN.match(text, start):
            ends = run.end()
            bare.append(run.span())
    return [text[start:end] for start, end in sorted(spans + bare)]


def _parted(text: str) -> list[str]:
    """Addresses written one behind the other without a blank; one in another's path (a web archive) stays there."""
    text = text.split("](", 1)[0]  # Markdown's [address](address)
    starts = [0, *(match.start() for match in _SECOND.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(starts) if end - start <= 2 * MAX_URL]


def _ascii_host(host: str) -> str | None:
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    host = host.lower().rstrip(".")
    return host if len(host) <= 253 and _HOST.match(host) else None


def _same(url: str) -> str:
    place = url.split("://", 1)[1].removeprefix("www.").rstrip("/")
    host, slash, path = place.partition("/")
    return host + slash + (path.lower() if host in _CASELESS_HOSTS else path)
