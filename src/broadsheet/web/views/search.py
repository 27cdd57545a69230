"""Search: the page, and the part of it that changes while the reader types."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django_htmx.middleware import HtmxDetails

from broadsheet.catalog import queries as catalog
from broadsheet.search import queries as search
from broadsheet.search.language import parse
from broadsheet.web.filters import EXAMPLES, chips, narrowed
from broadsheet.web.present import Pages, card_view, plural

MAX_QUERY = 2_000  # characters; an abstract is a query, a book is not
HITS = 25  # on a page


def results(request: HttpRequest) -> HttpResponse:
    """`?q=`; `year=`, `source=` and `cat=` come from the small form and are written into the query."""
    text = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:MAX_QUERY]
    if (longer := narrowed(text, request.GET)) != text:
        return HttpResponseRedirect(f"{reverse('search')}?{urlencode({'q': longer})}")
    pages = Pages.of(request, size=HITS)
    context = {"here": "search", "text": text, "chips": chips(text), "examples": EXAMPLES, "pages": pages}
    context |= _found(text, pages) if text else {"count": ""}
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # the middleware puts it there
    instant = bool(htmx) and not htmx.history_restore_request
    response = render(request, "web/_instant.html" if instant else "web/search.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def _found(text: str, pages: Pages) -> dict[str, object]:
    query = parse(text)
    found = search.search(query, limit=pages.size, offset=pages.offset)
    pages.hold(found.total)
    why = {hit.paper_pk: hit.why.sentence() for hit in found.hits}
    cards = [card_view(card, why=why[card["pk"]]) for card in catalog.cards(list(why))]
    count = f"{plural(found.total, 'paper')}, in {found.took_ms:.0f} ms" if found.total else "Nothing found"
    return {"cards": cards, "notices": found.notices, "count": count}
