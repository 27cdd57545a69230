"""Where papers come from, what came in, when, and what of it could not be read."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from broadsheet.accounts import access
from broadsheet.catalog import queries as catalog
from broadsheet.ingest import queries, states
from broadsheet.ingest.overview import source_rows
from broadsheet.jobs.tasks import harvest_source
from broadsheet.web.details import change_view, quarantined_view
from broadsheet.web.present import Pages

INPUTS_SHOWN = 200
CHANGES_SHOWN = 50


def sources(request: HttpRequest) -> HttpResponse:
    """The sources that can be harvested and how they are, the newest inputs, and every piece that could not be read,
    page by page; its bytes for those who may see them.
    """
    pages = Pages.of(request)
    open_bytes = access.may_see_quarantined_bytes(request.user)
    kept = queries.quarantine()
    pages.hold(kept.count())
    context = {
        "here": "sources",
        "inputs": queries.inputs()[:INPUTS_SHOWN],
        "input_count": queries.inputs().count(),
        "pieces": [
            quarantined_view(piece, open_bytes=open_bytes) for piece in kept[pages.offset : pages.offset + pages.size]
        ],
        "pages": pages,
        "open_bytes": open_bytes,
        "changes": [change_view(one) for one in catalog.identity_changes(limit=CHANGES_SHOWN)],
        **_harvested(request),
    }
    return render(request, "web/sources.html", context)


def _harvested(request: HttpRequest) -> dict[str, object]:
    try:
        rows = source_rows(now=timezone.now())
    except queries.NoSuchSource as error:
        return {"rows": [], "sources_problem": str(error)}
    alerts = queries.open_alerts()
    return {"rows": rows, "alerts": alerts, "may_run": access.may_run_harvests(request.user)}


def sources_json(request: HttpRequest) -> JsonResponse:
    """The sources and the open alerts, for programs."""
    try:
        rows = source_rows(now=timezone.now())
    except queries.NoSuchSource as error:
        return JsonResponse({"error": str(error)}, status=500)
    alerts = [alert.detail for alert in queries.open_alerts()]
    return JsonResponse({"sources": [row.as_json() for row in rows], "alerts": alerts})


@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Let the worker harvest a source now. For the owner."""
    if not access.may_run_harvests(request.user):
        raise PermissionDenied
    try:
        about = queries.source_named(request.POST.get("source", "")).about
    except queries.NoSuchSource as error:
        messages.error(request, str(error))
    else:
        states.nudged(name=about.name, now=timezone.now())
        harvest_source.enqueue(about.name)
        messages.success(request, f"{about.title} will be harvested as soon as a worker looks.")
    return HttpResponseRedirect(reverse("sources"))
