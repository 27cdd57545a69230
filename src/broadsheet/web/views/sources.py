"""What came in, when, and what of it could not be read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from broadsheet.accounts import access
from broadsheet.ingest import queries
from broadsheet.web.details import quarantined_view
from broadsheet.web.present import Pages

INPUTS_SHOWN = 200


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
    }
    return render(request, "web/sources.html", context)
