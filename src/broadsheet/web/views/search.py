"""Search: the page, and the part of it that changes while the reader types."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

from broadsheet.catalog import queries as catalog
from broadsheet.lib.ids import parse_identifier
from broadsheet.results.queries import chips as chips_of
from broadsheet.search import queries as search
from broadsheet.search import registry
from broadsheet.search.backends.base import Mode
from broadsheet.search.language import parse
from broadsheet.web.filters import MODES, chips, examples, narrowed, search_path
from broadsheet.web.present import SOURCE_NAMES, Pages, card_view, paper_path, plural

MAX_QUERY = 4_000  # characters; an abstract is a query, a book is not
HITS = 25  # on a page


def results(request: HttpRequest) -> HttpResponse:
    """`?q=`, `sort=` and `mode=`; `year=`, `source=` and `cat=` of the small form are written into the query.

    Whoever asks for an identifier, a DOI or an address of a paper that is here is led to its page.
    """
    text = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:MAX_QUERY]
    orders = registry.sort_keys()
    sort = request.GET.get("sort", "")
    sort = sort if sort in {key.name for key in orders[1:]} else ""  # the first is the default
    mode = request.GET.get("mode", "")
    mode = mode if mode in list(MODES)[1:] else ""
    if (longer := narrowed(text, request.GET)) != text:
        return HttpResponseRedirect(search_path(longer, sort, mode))
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # the middleware puts it there
    instant = bool(htmx) and not htmx.history_restore_request
    if not instant and parse_identifier(text) and (paper := catalog.find_paper(text)):
        return HttpResponseRedirect(paper_path(paper.public_id))
    pages = Pages.of(request, size=HITS)
    context = {
        "here": "search",
        "text": text,
        "sort": sort,
        "orders": orders,
        "mode": mode,
        "modes": MODES,
        "source_names": SOURCE_NAMES,
        "pages": pages,
    }
    context |= _found(text, sort, mode, pages) if text else {"examples": examples()}
    response = render(request, "web/_instant.html" if instant else "web/search.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def _found(text: str, sort: str, mode: str, pages: Pages) -> dict[str, object]:
    query = parse(text)
    found = search.search(
        query,
        limit=pages.size,
        offset=pages.offset,
        sort=sort or registry.sort_keys()[0].name,
        mode=cast("Mode", mode or "hybrid"),
    )
    pages.hold(min(found.total, search.MAX_OFFSET))
    known = chips_of([hit.paper_pk for hit in found.hits])
    cards = [card_view(hit.card, why=hit.why.sentence(), chips=known.get(hit.paper_pk)) for hit in found.hits]
    return {
        "cards": cards,
        "chips": chips(query, sort, mode),
        "notices": found.notices,
        "examples": [] if cards else examples(),
        "count": f"{plural(found.total, 'paper')}, in {found.took_ms:.0f} ms" if found.total else "Nothing found",
    }
