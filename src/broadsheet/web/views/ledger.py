"""The ledger: what sources announced, day by day, and what of it is here."""

from __future__ import annotations

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from broadsheet.ingest import queries
from broadsheet.ingest.ledger import LOOKS_BACK
from broadsheet.ingest.overview import BatchIds, batch_ids, ledger_rows
from broadsheet.web.ledger import KINDS, WEEKDAYS, WEEKS, ids_views, row_view, weeks_until
from broadsheet.web.spans import short_day


def ledger(request: HttpRequest) -> HttpResponse:
    """Five weeks of every listing as a calendar; `?until=` a day shows those that end in its week."""
    today = timezone.localdate()
    first, last = weeks_until(request.GET.get("until", ""), today)
    earlier, later = first - dt.timedelta(days=1), last + dt.timedelta(days=7 * WEEKS)
    context = {
        "here": "ledger",
        "rows": [row_view(row) for row in ledger_rows(first=first, last=last)],
        "weekdays": WEEKDAYS,
        "kinds": KINDS,
        "alerts": queries.open_alerts(),
        "first": first,
        "last": last,
        "earlier": earlier.isoformat(),
        "later": later.isoformat() if last < today else "",
        "watched": LOOKS_BACK.days,
    }
    return render(request, "web/ledger.html", context)


def ledger_json(request: HttpRequest) -> JsonResponse:
    """The same for programs."""
    first, last = weeks_until(request.GET.get("until", ""), timezone.localdate())
    listings = [
        {
            "source": row.about.name,
            "category": row.category,
            "days": [day.as_json() for day in row.days],
            "warning": row.warning or None,
        }
        for row in ledger_rows(first=first, last=last)
    ]
    alerts = [
        {"kind": one.kind, "source": one.source, "category": one.category, "day": one.day, "detail": one.detail}
        for one in queries.open_alerts()
    ]
    return JsonResponse({"first": first, "last": last, "listings": listings, "alerts": alerts})


def day(request: HttpRequest, source: str, category: str, name: str) -> HttpResponse:
    """The ids behind a day of a listing."""
    found = _found(source, category, name)
    batch = found.batch
    context = {
        "here": "ledger",
        "batch": batch,
        "source": source,
        "category": category,
        "day": short_day(batch.day),
        "groups": ids_views(found),
        "json": f"{request.path}.json",
    }
    return render(request, "web/ledger_day.html", context)


def day_json(request: HttpRequest, source: str, category: str, name: str) -> JsonResponse:
    """The same for programs."""
    found = _found(source, category, name)
    batch = found.batch
    return JsonResponse(
        {
            "source": batch.source,
            "category": batch.category,
            "day": batch.day,
            "seen_at": batch.seen_at,
            "stale": batch.stale,
            "announced": batch.announced,
            "harvested": found.harvested,
            "missing": found.missing,
            "late": found.late,
            "extra": found.extra,
            "quarantined": batch.quarantined,
        }
    )


def _found(source: str, category: str, name: str) -> BatchIds:
    try:
        day = dt.date.fromisoformat(name)
    except ValueError as error:
        raise Http404(f"“{name[:40]}” is no day; write it as 2026-09-18.") from error
    found = batch_ids(source=source, category="" if category == "all" else category, day=day)
    if found is None:
        raise Http404(f"No listing of {source[:40]} for {category[:40]} was seen on {day}.")
    return found
