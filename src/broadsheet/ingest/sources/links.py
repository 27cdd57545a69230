"""The `Link` header: where an answer says that the next page is. Source: RFC 8288."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from broadsheet.ingest.sources.harvest import Answer

_LINK = re.compile(r"<([^<>]{1,4000})>((?:\s*;\s*[\w*-]{1,40}(?:\s*=\s*(?:\"[^\"]{0,200}\"|[^\s\",;]{0,200}))?){0,20})")
_REL_NEXT = re.compile(r";\s*rel\s*=\s*(?:\"(?:[^\"]*\s)?next(?:\s[^\"]*)?\"|next\b)", re.IGNORECASE)
_MAX_HEADER = 20_000  # characters


def next_link(answer: Answer, *, within: str) -> str:
    """The address of the next page; "" where there is none, or where it leads to another host than `within` does: a
    source leads on within itself.
    """
    for address, parameters in _LINK.findall(answer.headers.get("link", "")[:_MAX_HEADER]):
        if not _REL_NEXT.search(parameters):
            continue
        try:
            found, here = urlsplit(urljoin(answer.request.url, address)), urlsplit(within)
        except ValueError:  # brackets that are none of an address
            continue
        return found.geturl() if (found.scheme, found.netloc) == (here.scheme, here.netloc) else ""
    return ""
