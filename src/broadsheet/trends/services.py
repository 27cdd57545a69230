"""Writes of signals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from broadsheet.catalog.queries import stored_records
from broadsheet.catalog.records import SourceRecord
from broadsheet.trends.models import Observation

BATCH = 500


def observe(*, records: Sequence[SourceRecord]) -> int:
    """Keep the readings that came with these records, which the catalog has taken in; returns how many are new.

    A reading of one record, signal and moment is kept once, and the first that came stays: this is safe to repeat.
    Readings whose record the catalog does not hold are left out.
    """
    told = [record for record in records if record.observed]
    if not told:
        return 0
    with transaction.atomic():
        return _store(told)


def _store(told: Sequence[SourceRecord]) -> int:
    rows: dict[tuple[int, str, dt.datetime], Observation] = {}
    for record, key in zip(told, stored_records(told), strict=True):
        if key is None:
            continue
        for one in record.observed:
            row = Observation(
                record_id=key, signal=one.signal, value=one.value, observed_at=one.at, source=record.source
            )
            rows.setdefault((key, one.signal, one.at), row)
    have = Observation.objects.filter(record_id__in={key for key, _, _ in rows})
    known = set(have.values_list("record_id", "signal", "observed_at"))
    fresh = [row for key, row in rows.items() if key not in known]
    # Another writer may have been faster.
    Observation.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=BATCH)
    return len(fresh)
