"""What search does when the catalog says that papers changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from broadsheet.catalog.bulk import insert
from broadsheet.search.models import QueuedChange


def queue_changes(sender: object, ids: Iterable[int], **_: Any) -> None:
    """Queue the papers for the indexer, in the transaction of the change."""
    insert(QueuedChange, ["paper_id"], [(pk,) for pk in dict.fromkeys(ids)])
