"""The front page and the pages of a day, a week and a month."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from broadsheet.catalog import queries
from broadsheet.results import queries as results
from broadsheet.web.present import Pages, listed_sections
from broadsheet.web.spans import Kind, Span, SpanError, around, parse_span


def front(request: HttpRequest) -> HttpResponse:
    """The latest day on which a source listed something; on an empty catalog, how to fill it."""
    day = queries.latest_day()
    if day is None:
        return render(request, "web/empty.html")
    return _page(request, around(day, "day"), front=True)


def dated(request: HttpRequest, kind: Kind, name: str) -> HttpResponse:
    try:
        span = parse_span(kind, name)
    except SpanError as error:
        raise Http404(str(error)) from error
    return _page(request, span)


def _page(request: HttpRequest, span: Span, *, front: bool = False) -> HttpResponse:
    pages = Pages.of(request)
    listed = queries.listed_between(span.first, span.last, offset=pages.offset, limit=pages.size)
    pages.hold(listed.total)
    cards, chips = results.cards([pk for section in listed.sections for pk in section.ids])
    inside = listed.sections[0].day if listed.sections else span.last
    context = {
        "front": front,
        "span": span,
        "total": listed.total,
        "sections": listed_sections(listed, cards, chips, lead=pages.number == 1),
        "pages": pages,
        "previous": around(listed.previous, span.kind) if listed.previous else None,
        "next": around(listed.next, span.kind) if listed.next else None,
        "tabs": [span if kind == span.kind else around(inside, kind) for kind in ("day", "week", "month")],
    }
    return render(request, "web/list.html", context)
