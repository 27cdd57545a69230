"""What results do when the catalog says that papers changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from broadsheet.catalog.bulk import insert
from broadsheet.results.models import Contribution, QueuedPaper


def queue_papers(sender: object, ids: Iterable[int], **_: Any) -> None:
    """Queue the papers to be read, in the transaction of the change; what results themselves tell is no change of the
    texts.
    """
    if sender is not Contribution:
        insert(QueuedPaper, ["paper_id"], [(pk,) for pk in dict.fromkeys(ids)])
