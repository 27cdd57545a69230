"""What search does when the catalog says that papers changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from broadsheet.search.models import QueuedChange


def queue_changes(sender: object, ids: Iterable[int], **_: Any) -> None:
    """Queue the papers for the indexer, in the transaction of the change."""
    QueuedChange.objects.bulk_create([QueuedChange(paper_id=pk) for pk in dict.fromkeys(ids)], batch_size=500)
