"""What may be done with a text: asked here by every door that passes texts on, and nowhere else.

A source declares it (`sources.harvest.Rights`); the source whose abstract a paper shows decides. Records that no
service brought (files of the owner) are the owner's, who answers for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from broadsheet.catalog.cards import CardData
from broadsheet.catalog.models import Paper
from broadsheet.ingest.sources import HARVESTED

Door = Literal["shown", "mailed", "exported", "served"]


def closed(door: Door) -> frozenset[str]:
    """The sources (of records) whose texts may not go through this door."""
    return frozenset(one.about.records_as for one in HARVESTED if not getattr(one.about.rights, door))


def withheld(cards: Sequence[CardData], door: Door) -> list[CardData]:
    """These cards as they may go through a door: less the abstracts that may not. No query where all may, else one."""
    shut = closed(door)
    if not shut:
        return list(cards)
    papers = Paper.objects.filter(pk__in=[card["pk"] for card in cards])
    winners = {pk: won.get("abstract", "") for pk, won in papers.values_list("pk", "winners")}
    return [{**card, "abstract": ""} if winners.get(card["pk"]) in shut else card for card in cards]
