"""Which source is believed first. The one place where this is written down."""

from __future__ import annotations

# Lower is believed first. A source that is not named here stands behind all that are.
PRECEDENCE: dict[str, int] = {
    "arxiv": 10,  # where nearly all of them come from: the authors' own words, with versions and categories
    "hf-daily": 30,  # arXiv's words at the time of listing, copied
    "jsonl": 50,  # the owner's own files: curated, but of unknown origin
    "saved-page": 80,  # text copied off a page: flattened formulas, no identifiers
}
UNKNOWN = 100


def rank(source: str) -> int:
    """The source's place in the order of belief; smaller wins."""
    return PRECEDENCE.get(source, UNKNOWN)
