"""A paper's page, found by anything that names the paper."""

from __future__ import annotations

from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render

from broadsheet.catalog import queries
from broadsheet.catalog.cards import CardData
from broadsheet.catalog.models import Paper
from broadsheet.lib.bibtex import entry
from broadsheet.results import queries as results
from broadsheet.results.measured import measured
from broadsheet.search import queries as search
from broadsheet.trends.queries import history
from broadsheet.web.details import bibtex_fields, paper_view
from broadsheet.web.present import card_view, paper_path
from broadsheet.web.results import contribution_view, marked
from broadsheet.web.signals import signal_table

LIKE = 8  # papers like it on a paper's page
LIKE_LISTED = 50  # in their own list


def paper(request: HttpRequest, reference: str) -> HttpResponse:
    """The page at the public id; any other name of the paper leads there for good (301)."""
    if (query := request.META.get("QUERY_STRING", "")) and reference.lower().startswith(("http:", "https:")):
        reference = (
            f"{reference}?{query}"  # the query belongs to the address that was pasted: openreview.net/forum?id=…
        )
    found, card = _find(reference)
    if found.public_id != reference:
        return HttpResponsePermanentRedirect(paper_path(found.public_id))
    text = entry(**bibtex_fields(card))
    view = paper_view(card, found, queries.provenance(found.pk), queries.identity_changes(found.pk, limit=20))
    signals = signal_table(history(found.pk))
    like = [(card_view(hit.card), hit.why.sentence()) for hit in search.similar(found.pk, limit=LIKE).hits]
    made = results.contribution(found.pk)
    claims = results.claims(found.pk) if made and made.claim_count else []
    view.abstract = marked(card["abstract"], claims, request.GET.get("claim", "")) or view.abstract
    context = {
        "paper": view,
        "signals": signals,
        "bibtex": text,
        "like": like,
        "made": contribution_view(made, claims, view.path) if made else None,
        "measured": measured(),
    }
    return render(request, "web/paper.html", context)


def similar(request: HttpRequest, reference: str) -> HttpResponse:
    """Papers like this one, as a list. An identifier may itself end in `/similar`: then the page it is."""
    try:
        found, card = _find(reference)
    except Http404:
        return paper(request, f"{reference}/similar")
    if found.public_id != reference:
        return HttpResponsePermanentRedirect(f"{paper_path(found.public_id)}/similar")
    answer = search.similar(found.pk, limit=LIKE_LISTED)
    chips = results.chips([hit.paper_pk for hit in answer.hits])
    context = {
        "paper": card_view(card),
        "cards": [card_view(hit.card, why=hit.why.sentence(), chips=chips.get(hit.paper_pk)) for hit in answer.hits],
        "notices": answer.notices,
    }
    return render(request, "web/similar.html", context)


def bibtex(request: HttpRequest, reference: str) -> HttpResponse:
    """The BibTeX entry alone. A DOI may itself end in `.bib`: then the page it is."""
    try:
        found, card = _find(reference)
    except Http404:
        return paper(request, f"{reference}.bib")
    if found.public_id != reference:
        return HttpResponsePermanentRedirect(f"{paper_path(found.public_id)}.bib")
    response = HttpResponse(entry(**bibtex_fields(card)), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(found.public_id, safe='')}.bib"
    return response


def _find(reference: str) -> tuple[Paper, CardData]:
    """The paper and its card, or a 404 that says what was looked for."""
    found = queries.find_paper(reference) or queries.find_paper(reference.rstrip("/"))
    cards = queries.cards([found.pk]) if found else []
    if not found or not cards:
        raise Http404(f"No paper here is known as “{reference[:200]}”.")
    return found, cards[0]
