"""Which source is believed first. The one place where this is written down."""

from __future__ import annotations

# Lower is believed first. A source that is not named here stands behind all that are.
PRECEDENCE: dict[str, int] = {
    "arxiv": 10,  # where nearly all of them come from: the authors' own words, with versions and categories
    "biorxiv": 15,  # the same for the preprints of biology and medicine
    "medrxiv": 15,
    "crossref": 20,  # the publishers' own words; of a paper's preprint they may say other things
    "hf-daily": 30,  # arXiv's words at the time of listing, copied
    "openalex": 35,  # gathered from the others, with abstracts put together again
    "semantic-scholar": 40,
    "zotero": 45,  # what a reader's program found on publishers' pages, corrected by the reader
    "jsonl": 50,  # the owner's own files: curated, but of unknown origin
    "csl-json": 55,
    "bibtex": 55,
    "ris": 55,
    "feed": 60,  # shortened summaries, and days of posting
    "saved-page": 80,  # text copied off a page: flattened formulas, no identifiers
}
UNKNOWN = 100


def rank(source: str) -> int:
    """The source's place in the order of belief; smaller wins."""
    return PRECEDENCE.get(source, UNKNOWN)
