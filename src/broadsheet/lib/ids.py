"""Identifiers of papers: reading them out of whatever a person or a source wrote, and writing them one way.

An identifier is a (scheme, value) pair. `arxiv` values carry no version (`2401.00001`, `hep-th/9901001`), `doi`
values are
lower-case. arXiv's own DOIs (10.48550/arXiv.ID) are read as arXiv ids, because they name the same thing.
Sources: arXiv identifier scheme (info.arxiv.org/help/arxiv_identifier.html), DOI handbook 2.2.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote


class Identifier(NamedTuple):
    """One name of a paper. `str()` gives the form used in addresses: the bare value for arXiv, else `scheme:value`."""

    scheme: str
    value: str

    def __str__(self) -> str:
        return self.value if self.scheme == "arxiv" else f"{self.scheme}:{self.value}"


# Schemes in the order in which one becomes a paper's public id (DESIGN.md, Identity). "b" is our own and not in here.
SCHEMES = ("arxiv", "doi", "acl", "openreview", "s2", "openalex", "pmid", "pmcid")

# From April 2007 YYMM.NNNN, from 2015 five digits; before that ARCHIVE/YYMMNNN, perhaps with a subject class.
_ARXIV_NEW = r"(?:0[7-9]|[1-8][0-9])(?:0[1-9]|1[0-2])\.[0-9]{4,5}"
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga"
    "|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|math|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph"
    "|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
_ARXIV_OLD = (
    rf"(?:{_ARCHIVES})(?:\.[a-z]{{2}}|\.[a-z]{{2,5}}-[a-z]{{2,5}})?/(?:9[1-9]|0[0-7])(?:0[1-9]|1[0-2])[0-9]{{3}}"
)
_ARXIV_ID = rf"({_ARXIV_NEW}|{_ARXIV_OLD})(?:v[0-9]{{1,3}})?"
_SCHEME = r"(?:https?:/{1,2})?(?:www\.)?"
_FLAGS = (
    re.IGNORECASE | re.ASCII
)  # ASCII: other digits and look-alike letters would make a second name of the same paper
# As it stands on a PDF's margin too: arXiv:2401.00001v2 [cs.CL] 3 Jan 2024.
_ARXIV = re.compile(rf"(?:arxiv:\s*)?{_ARXIV_ID}(?:\s*\[[a-z.-]{{2,20}}\][\w\s]{{0,20}})?", _FLAGS)
_ARXIV_URL = re.compile(
    rf"{_SCHEME}(?:(?:export\.|[a-z]{{2}}\.)?arxiv\.org/(?:abs|pdf|html|format|src|e-print)/"
    rf"|ar5iv(?:\.labs\.arxiv)?\.org/(?:abs|html)/|alphaxiv\.org/(?:abs|overview|pdf)/"
    rf"|(?:huggingface\.co|hf\.co)/papers/){_ARXIV_ID}(?:\.pdf)?/?(?:[?#].*)?",
    _FLAGS,
)
_ARXIV_DOI = re.compile(rf"10\.48550/arxiv\.{_ARXIV_ID}", _FLAGS)
_DOI_NAME = r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\x00-\x1f]+"
_DOI = re.compile(rf"(?:doi:?\s*)?({_DOI_NAME})", _FLAGS)
# doi.org, and publishers whose addresses carry the DOI behind /doi/.
_DOI_URL = re.compile(
    rf"(?:https?:/{{1,2}})?(?:(?:dx\.|www\.)?doi\.org/|[a-z0-9.-]+/doi/(?:abs/|full/|pdf/|epdf/|pdfdirect/|book/)?)({_DOI_NAME})",
    _FLAGS,
)
_SCHEMED = re.compile(r"([a-z0-9]{2,12}):\s*(\S+)", _FLAGS)
_ACL_ID = r"[a-z][0-9]{2}-[0-9]{4,5}|[0-9]{4}\.[a-z0-9_]+-[a-z0-9_]+\.[0-9]+"
# What a value of each scheme looks like, and how its letters are written.
_VALUES: dict[str, tuple[re.Pattern[str], Callable[[str], str]]] = {
    "acl": (re.compile(_ACL_ID, _FLAGS), lambda v: v.lower() if v[0].isdigit() else v.upper()),
    "openreview": (re.compile(r"[\w-]{5,40}", _FLAGS), str),
    "s2": (re.compile(r"[0-9a-f]{40}|[0-9]{1,15}", _FLAGS), str.lower),
    "openalex": (re.compile(r"w[0-9]{1,15}", _FLAGS), str.upper),
    "pmid": (re.compile(r"[0-9]{1,10}", _FLAGS), lambda v: v.lstrip("0") or "0"),
    "pmcid": (re.compile(r"pmc[0-9]{1,10}", _FLAGS), str.upper),
}
_URLS = (
    ("openreview", re.compile(rf"{_SCHEME}openreview\.net/(?:forum|pdf)\?id=([\w-]+)(?:[&#].*)?", _FLAGS)),
    ("acl", re.compile(rf"{_SCHEME}(?:aclanthology\.org|aclweb\.org/anthology)/({_ACL_ID})(?:\.pdf)?/?", _FLAGS)),
    ("openalex", re.compile(rf"{_SCHEME}(?:api\.)?openalex\.org/(?:works/)?(w[0-9]+)/?(?:[?#].*)?", _FLAGS)),
    ("s2", re.compile(rf"{_SCHEME}semanticscholar\.org/paper/(?:[^/\s]+/)?([0-9a-f]{{40}})/?(?:[?#].*)?", _FLAGS)),
    ("pmid", re.compile(rf"{_SCHEME}(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/([0-9]+)/?", _FLAGS)),
    (
        "pmcid",
        re.compile(rf"{_SCHEME}(?:pmc\.)?ncbi\.nlm\.nih\.gov/(?:pmc/)?articles/(pmc[0-9]+)/?(?:[?#].*)?", _FLAGS),
    ),
)
_PERCENT_CODE = re.compile(r"%[0-9a-f]{2}", _FLAGS)
_MAX_LENGTH = 300  # longer than any identifier in use; keeps hostile text out of unique columns
_CLOSERS = {")": "(", "]": "[", "}": "{", ">": "<"}


def normalise_arxiv(value: str) -> str:
    """The one way we write an arXiv id: no version, archive in lower case, no subject class (`math.GT/0309136` is
    `math/0309136`).
    """
    if "/" not in value:
        return value
    archive, number = value.split("/", 1)
    return f"{archive.split('.', 1)[0].lower()}/{number}"


def normalise_doi(value: str) -> str:
    """A DOI in lower case without the punctuation that sentences leave behind it; a bracket it opened itself stays."""
    value = value.strip().lower()
    surplus = {closer: value.count(closer) - value.count(opener) for closer, opener in _CLOSERS.items()}
    while value:
        last = value[-1]
        if last in _CLOSERS:
            if surplus[last] <= 0:
                break
            surplus[last] -= 1
        elif last not in ".,;'\"”’":
            break
        value = value[:-1]
    return value


def parse_identifier(text: str) -> Identifier | None:
    """Read any identifier, DOI or address of a paper that people paste; None when it is none of those.

    >>> parse_identifier("https://arxiv.org/pdf/hep-th/9901001v2.pdf")
    Identifier(scheme='arxiv', value='hep-th/9901001')
    """
    if not text or len(text) > _MAX_LENGTH * 4:
        return None
    text = text.strip()
    if not text.isprintable():
        return None
    found = _read(text.rstrip(".,;"))
    if found is None and _PERCENT_CODE.search(text):
        found = _read(unquote(text))
    return found if found and len(found.value) <= _MAX_LENGTH and found.value.isprintable() else None


def _read(text: str) -> Identifier | None:
    for pattern in (_ARXIV, _ARXIV_URL):
        if match := pattern.fullmatch(text):
            return Identifier("arxiv", normalise_arxiv(match[1]))
    if match := _DOI.fullmatch(text):
        return _doi(match[1])
    if match := _DOI_URL.fullmatch(text):
        # Inside an address a question mark or hash of the DOI itself is percent-encoded.
        return _doi(unquote(re.split(r"[?#]", match[1], maxsplit=1)[0]))
    for scheme, pattern in _URLS:
        if match := pattern.fullmatch(text):
            return _valued(scheme, match[1])
    if (match := _SCHEMED.fullmatch(text)) and (scheme := match[1].lower()) in _VALUES:
        return _valued(scheme, match[2])
    return None


def _doi(name: str) -> Identifier | None:
    doi = normalise_doi(name)
    if arxiv := _ARXIV_DOI.fullmatch(doi):
        return Identifier("arxiv", normalise_arxiv(arxiv[1]))
    return Identifier("doi", doi) if _DOI.fullmatch(doi) else None


def _valued(scheme: str, value: str) -> Identifier | None:
    pattern, write = _VALUES[scheme]
    return Identifier(scheme, write(value)) if pattern.fullmatch(value) else None


def public_id(identifiers: list[Identifier], title_key: str) -> str:
    """The id a paper is addressed by: its arXiv id, else `doi:…`, else another `scheme:value`, else
    `title_id(title_key)`.
    """
    if not identifiers:
        return title_id(title_key)
    return str(min(identifiers, key=lambda i: (SCHEMES.index(i.scheme) if i.scheme in SCHEMES else len(SCHEMES), i)))


def title_id(title_key: str, abstract: str | None = None) -> str:
    """`b-` and 12 base32 characters of SHA-256 over the normalised title, or over title and abstract for a second
    such paper.
    """
    text = title_key if abstract is None else f"{title_key}\n{abstract}"
    return "b-" + base64.b32encode(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()).decode()[:12].lower()
