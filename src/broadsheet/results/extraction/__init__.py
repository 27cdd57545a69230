"""Reads out of a title and an abstract what a paper made and what its authors claim for it.

Deterministic and local: rules over words and small linear models (`weights.json`, `docs/dev/extraction.md`). Pure: no
Django, no database, no clock. The rules of what counts stand in `docs/dev/claims.md`.
"""

from __future__ import annotations

from broadsheet.results.extraction.claim_features import setting_of
from broadsheet.results.extraction.claims import claimed
from broadsheet.results.extraction.kinds import kind
from broadsheet.results.extraction.links import links
from broadsheet.results.extraction.names import names
from broadsheet.results.extraction.records import KINDS, LINK_KINDS, Claim, Contribution, Link
from broadsheet.results.extraction.slots import claims_of
from broadsheet.results.extraction.text import ready

__all__ = ["KINDS", "LINK_KINDS", "VERSION", "Claim", "Contribution", "Link", "extract"]

# Raise it when the answers change: stored extractions of another version are made again.
VERSION = 1


def extract(title: str, abstract: str) -> Contribution:
    """What a paper brings, from its title and abstract as the source gave them.

    Spans (`Claim.start`, `Claim.end`, `Contribution.names_at`) are places in these very texts. Of a text longer than
    6,000 characters only the beginning is read. Never raises on any text; the answer depends on nothing else.
    """
    heading, text = ready(title), ready(abstract)
    named = names(heading, text)
    called = tuple(one.text for one in named)
    setting = setting_of(heading.flat, text)
    return Contribution(
        names=called,
        kind=kind(heading, text, called),
        links=links(abstract),
        claims=tuple(claims_of(abstract, setting, claimed(setting))),
        names_at=tuple(("title" if one.in_title else "abstract", one.start, one.end) for one in named),
    )
