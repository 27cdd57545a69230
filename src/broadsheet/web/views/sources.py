"""What came in, when, and what of it could not be read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from broadsheet.accounts import access
from broadsheet.catalog import queries as catalog
from broadsheet.ingest import queries
from broadsheet.web.details import change_view, quarantined_view
from broadsheet.web.present import Pages

INPUTS_SHOWN = 200
CHANGES_SHOWN = 50


def sources(request: HttpRequest) -> HttpResponse:
    """The newest inputs, and every piece that could not be read, page by page; its bytes for those who may see them."""
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
    }
    return render(request, "web/sources.html", context)
