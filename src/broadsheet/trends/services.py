"""Writes of signals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from broadsheet.catalog.models import Record
from broadsheet.catalog.queries import stored_records
from broadsheet.catalog.records import SourceRecord
from broadsheet.trends.models import Observation

BATCH = 500


def observe(*, records: Sequence[SourceRecord]) -> int:
    """Keep the readings that came with these records, which the catalog has taken in; returns how many are new.

    A reading of one record, signal and moment is kept once, the greatest where two differ, so that the order in which
    they came does not matter and this is safe to repeat. Readings whose record the catalog does not hold are left out.
    """
    told = [record for record in records if record.observed]
    if not told:
        return 0
    with transaction.atomic(savepoint=False):
        return _store(told)


def observe_papers(*, readings: Sequence[tuple[int, str, float]], source: str, at: dt.datetime) -> int:
    """Keep readings of papers (paper key, signal, value) that came apart from any record, such as the stars of a
    repository; returns how many are new. Each belongs to the paper's first record in (source, external id) order.
    """
    rows = Record.objects.filter(paper_id__in={paper for paper, _, _ in readings})
    first: dict[int, int] = {}
    for paper, key in rows.order_by("source", "external_id", "pk").values_list("paper_id", "pk"):
        first.setdefault(paper, key)
    fresh = [
        Observation(record_id=first[paper], signal=signal, value=value, observed_at=at, source=source)
        for paper, signal, value in readings
        if paper in first
    ]
    Observation.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=BATCH)
    return len(fresh)


def _store(told: Sequence[SourceRecord]) -> int:
    rows: dict[tuple[int, str, dt.datetime], Observation] = {}
    for record, key in zip(told, stored_records(told), strict=True):
        if key is None:
            continue
        for said in record.observed:
            row = Observation(
                record_id=key, signal=said.signal, value=said.value, observed_at=said.at, source=record.source
            )
            other = rows.setdefault((key, said.signal, said.at), row)
            other.value = max(other.value, said.value)
    have = Observation.objects.filter(record_id__in={key for key, _, _ in rows})
    known = {(one.record_id, one.signal, one.observed_at): one for one in have}
    fresh = [row for key, row in rows.items() if key not in known]
    greater = [one for at, one in known.items() if at in rows and rows[at].value > one.value]
    for one in greater:
        one.value = rows[one.record_id, one.signal, one.observed_at].value
    Observation.objects.bulk_update(greater, ["value"], batch_size=BATCH)
    # Another writer may have been faster.
    Observation.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=BATCH)
    return len(fresh)
