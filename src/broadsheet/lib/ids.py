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

_ARXIV_NEW = r"\d{4}\.\d{4,6}"
_ARXIV_OLD = r"[a-z]{2,}(?:-[a-z]{2,})?(?:\.[A-Za-z]{2})?/\d{7}"
_ARXIV = re.compile(rf"(?:arxiv:\s*)?({_ARXIV_NEW}|{_ARXIV_OLD})(v\d{{1,3}})?", re.IGNORECASE)
_ARXIV_URL = re.compile(
    rf"(?:https?:/{{1,2}})?(?:(?:www|export)\.)?(?:arxiv\.org/(?:abs|pdf|html|format|src|e-print)/|alphaxiv\.org/abs/"
    rf"|huggingface\.co/papers/)({_ARXIV_NEW}|{_ARXIV_OLD})(v\d{{1,3}})?(?:\.pdf)?/?(?:[?#].*)?",
    re.IGNORECASE,
)
_ARXIV_DOI = re.compile(rf"10\.48550/arxiv\.({_ARXIV_NEW}|{_ARXIV_OLD})(v\d{{1,3}})?", re.IGNORECASE)
_DOI = re.compile(
    r"(?:(?:https?:/{1,2})?(?:dx\.)?doi\.org/|(?:https?:/{1,2})?(?:www\.)?doi:?\s*|doi:\s*)?(10\.\d{4,9}/\S+)",
    re.IGNORECASE,
)
_SCHEMED = re.compile(r"([a-z0-9]+):(\S+)", re.IGNORECASE)
_OPENREVIEW_URL = re.compile(r"https?:/{1,2}openreview\.net/(?:forum|pdf)\?id=([\w-]+).*", re.IGNORECASE)
_ACL_URL = re.compile(r"https?:/{1,2}(?:www\.)?aclanthology\.org/([\w.-]+?)(?:\.pdf)?/?", re.IGNORECASE)
_OPENALEX_URL = re.compile(r"https?:/{1,2}(?:api\.)?openalex\.org/(?:works/)?(W\d+)/?", re.IGNORECASE)
_S2_URL = re.compile(r"https?:/{1,2}(?:www\.)?semanticscholar\.org/paper/(?:[^/\s]+/)?([0-9a-f]{40}).*", re.IGNORECASE)
_MAX_LENGTH = 300  # longer than any identifier in use; keeps hostile text out of unique columns


def normalise_arxiv(value: str) -> str:
    """The one way we write an arXiv id: no version, archive in lower case, no subject class (`math.GT/0309136` is
    `math/0309136`).
    """
    if "/" not in value:
        return value
    archive, number = value.split("/", 1)
    return f"{archive.split('.', 1)[0].lower()}/{number}"


def normalise_doi(value: str) -> str:
    """A DOI in lower case without the punctuation that sentences leave behind it."""
    value = value.strip().lower().rstrip(".,;'\"")
    # A closing bracket is part of the DOI only where it closes one that the DOI opened.
    while value and value[-1] in ")]}>" and value.count(value[-1]) > value.count("([{<"[")]}>".index(value[-1])]):
        value = value[:-1].rstrip(".,;")
    return value


def parse_identifier(text: str) -> Identifier | None:
    """Read any identifier, DOI or address of a paper that people paste; None when it is none of those.

    >>> parse_identifier("https://arxiv.org/pdf/hep-th/9901001v2.pdf")
    Identifier(scheme='arxiv', value='hep-th/9901001')
    """
    text = text.strip()
    if not text or len(text) > _MAX_LENGTH * 4 or "\x00" in text:
        return None
    found = _read(text)
    if found is None and "%" in text:
        found = _read(unquote(text))
    return found if found and len(found.value) <= _MAX_LENGTH else None


def _read(text: str) -> Identifier | None:
    for pattern in (_ARXIV, _ARXIV_URL):
        if match := pattern.fullmatch(text):
            return Identifier("arxiv", normalise_arxiv(match[1]))
    if match := _DOI.fullmatch(text):
        doi = normalise_doi(match[1])
        if arxiv := _ARXIV_DOI.fullmatch(doi):
            return Identifier("arxiv", normalise_arxiv(arxiv[1]))
        return Identifier("doi", doi)
    for scheme, pattern in (
        ("openreview", _OPENREVIEW_URL),
        ("acl", _ACL_URL),
        ("openalex", _OPENALEX_URL),
        ("s2", _S2_URL),
    ):
        if match := pattern.fullmatch(text):
            return Identifier(scheme, match[1])
    if (match := _SCHEMED.fullmatch(text)) and match[1].lower() in SCHEMES[2:]:
        return Identifier(match[1].lower(), match[2])
    return None


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
    return "b-" + base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()[:12].lower()
