"""What is known of papers' results, and how much waits to be read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from broadsheet.catalog.cards import CardData, StoredCard
from broadsheet.catalog.models import Card
from broadsheet.results.extraction import VERSION
from broadsheet.results.models import Claim, Contribution, QueuedPaper


@dataclass(frozen=True, slots=True)
class Chips:
    """What a card shows of a paper's results: its names (short forms), code, and the claim that stands for all in a
    few words, with its number.
    """

    names: tuple[str, ...]
    kind: str
    code: str
    headline: str
    position: int | None


def waiting() -> int:
    """How many papers wait to be read, by this version of the extractor for the first time."""
    stale = Contribution.objects.filter(Q(version__lt=VERSION) | Q(version__gt=VERSION))
    return QueuedPaper.objects.count() + stale.count()


def totals() -> dict[str, int]:
    """How many systems, claims and papers read there are."""
    return {
        "systems": Contribution.objects.exclude(system="").values("system").distinct().count(),
        "claims": Claim.objects.count(),
        "papers": Contribution.objects.count(),
    }


def cards(ids: Sequence[int]) -> tuple[list[CardData], dict[int, Chips]]:
    """The cards of these papers in this order, as `catalog.queries.cards` gives them, and the chips of those that were
    read. One query.
    """
    rows = Card.objects.filter(pk__in=ids).values_list(
        "pk",
        "json",
        "paper__contribution__names",
        "paper__contribution__kind",
        "paper__contribution__code",
        "paper__contribution__headline",
        "paper__contribution__headline_position",
    )
    found = {row[0]: row for row in rows}
    shown: list[CardData] = []
    chips: dict[int, Chips] = {}
    for pk in ids:
        if pk in found:
            _, text, names, kind, code, headline, position = found[pk]
            stored: StoredCard = json.loads(text)
            shown.append({**stored, "pk": pk})
            if names is not None:
                chips[pk] = _chips(names, kind, code, headline, position)
    return shown, chips


def chips(ids: Sequence[int]) -> dict[int, Chips]:
    """The chips of those of these papers that were read. One query."""
    rows = Contribution.objects.filter(pk__in=ids).values_list(
        "pk", "names", "kind", "code", "headline", "headline_position"
    )
    return {row[0]: _chips(*row[1:]) for row in rows}


def _chips(names: str, kind: str, code: str, headline: str, position: int | None) -> Chips:
    return Chips(tuple(short for short, _ in json.loads(names)), kind, code, headline, position)


def contribution(paper_pk: int) -> Contribution | None:
    """What was read of a paper; None where it waits. One query."""
    return Contribution.objects.filter(pk=paper_pk).first()


def claims(paper_pk: int) -> list[Claim]:
    """The claims of a paper's authors, in the order of the text. One query."""
    return list(Claim.objects.filter(paper_id=paper_pk).order_by("position"))
