"""What papers made and what they claim: the table of systems, metrics with their charts, and a system's own page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from broadsheet.results import tables
from broadsheet.results.extraction import KINDS
from broadsheet.results.keys import MAX_KEY, name_key
from broadsheet.results.measured import measured
from broadsheet.results.wording import amount, metric_name, unit_name
from broadsheet.web.charts import Chart, Dot, chart
from broadsheet.web.present import Pages
from broadsheet.web.results import (
    COLUMNS,
    FORM_NAMES,
    as_csv,
    chosen,
    claim_json,
    claim_path,
    claim_rows,
    claim_view,
    names_path,
    paper_date,
    read_filters,
    system_json,
    system_view,
)

METRICS_SHOWN = 100
FOR_PROGRAMS = 500  # systems in one answer as JSON or CSV


def systems(request: HttpRequest) -> HttpResponse:
    """The table, filtered as the address says."""
    pages = Pages.of(request)
    filters, notices = read_filters(request.GET)
    page = tables.systems(filters, offset=pages.offset, limit=pages.size)
    pages.hold(page.total)
    context = {
        "here": "systems",
        "rows": [system_view(row, page.known) for row in page.rows],
        "total": page.total,
        "pages": pages,
        "notices": notices,
        "chosen": chosen(request.GET),
        "filters": filters,
        "given": request.GET,
        "kinds": KINDS,
        "forms": FORM_NAMES,
        "query": pages.query,
        "measured": measured(),
    }
    return render(request, "web/systems.html", context)


def _for_programs(request: HttpRequest) -> tuple[tables.SystemPage, Pages, list[str]]:
    pages = Pages.of(request, size=FOR_PROGRAMS)
    filters, notices = read_filters(request.GET)
    page = tables.systems(filters, offset=pages.offset, limit=pages.size)
    pages.hold(page.total)
    return page, pages, notices


def systems_json(request: HttpRequest) -> JsonResponse:
    """The same for programs, 500 systems a page."""
    page, pages, notices = _for_programs(request)
    return JsonResponse(
        {
            "total": page.total,
            "page": pages.number,
            "pages": pages.count,
            "notices": notices,
            "systems": [system_json(row) for row in page.rows],
        }
    )


def systems_csv(request: HttpRequest) -> HttpResponse:
    """The same for spreadsheets: a line for each claim."""
    page, _, _ = _for_programs(request)
    return as_csv(COLUMNS, claim_rows(page.rows), "systems")


def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics that claims are about, with counts."""
    pages = Pages.of(request, size=METRICS_SHOWN)
    total, rows = tables.metrics(offset=pages.offset, limit=pages.size)
    pages.hold(total)
    shown = [(row, metric_name(row.key, row.written)) for row in rows]
    context = {"here": "systems", "rows": shown, "total": total, "pages": pages}
    return render(request, "web/metrics.html", context)


def _metrics_for_programs(request: HttpRequest) -> tuple[int, list[dict[str, Any]]]:
    pages = Pages.of(request, size=FOR_PROGRAMS)
    total, rows = tables.metrics(offset=pages.offset, limit=pages.size)
    pages.hold(total)
    return total, [
        {"key": row.key, "metric": metric_name(row.key, row.written), "claims": row.claims, "papers": row.papers}
        for row in rows
    ]


def metrics_json(request: HttpRequest) -> JsonResponse:
    """The same for programs."""
    total, rows = _metrics_for_programs(request)
    return JsonResponse({"total": total, "metrics": rows})


def metrics_csv(request: HttpRequest) -> HttpResponse:
    """The same for spreadsheets."""
    return as_csv(("key", "metric", "claims", "papers"), _metrics_for_programs(request)[1], "metrics")


def _metric(request: HttpRequest, key: str) -> tables.MetricTable:
    unit, form = (request.GET.get(name, "").replace("\x00", "")[:120] for name in ("unit", "form"))
    found = tables.metric_table(key, unit=unit, form=form) if _may_be_key(key) else None
    if found is None:
        raise Http404(f"No paper here claims anything of “{key[:60]}”.")
    return found


def _may_be_key(key: str) -> bool:
    return 0 < len(key) <= MAX_KEY and "\x00" not in key


def metric(request: HttpRequest, key: str) -> HttpResponse:
    """The claims of a metric on one scale, as a chart and as its table."""
    found = _metric(request, key)
    name = metric_name(found.key, found.written)
    context = {
        "here": "systems",
        "table": found,
        "name": name,
        "scale": scale_words(found.scale),
        "scales": [(scale, scale_words(scale), scale == found.scale) for scale in found.scales[:12]],
        "none": tables.NO_UNIT,
        "chart": _chart(found, name),
        "claims": [claim_view(claim, found.known) for claim in found.claims],
        "undated": sum(1 for claim in found.claims if claim.paper.paper.date is None),
        "query": request.GET.urlencode(),
        "measured": measured(),
    }
    return render(request, "web/metric.html", context)


def scale_words(scale: tables.Scale) -> str:
    """A scale in a few words: `ratio, in times (x)`."""
    return f"{scale.form}, {unit_name(scale.unit) if not scale.unit else 'in ' + unit_name(scale.unit)}"


def _chart(found: tables.MetricTable, name: str) -> Chart | None:
    dots = []
    for claim in found.claims:
        one = claim.paper
        if one.paper.date:
            called = one.all_names[0][0] if one.all_names else one.title[:80]
            title = f"{called}, {paper_date(one.paper)}: {amount(claim)} (claimed by its authors)"
            dots.append(Dot(one.paper.date, claim.rank, claim_path(claim), title))
    return chart(f"Claimed {name} ({scale_words(found.scale)}) by date of publication", dots)


def metric_json(request: HttpRequest, key: str) -> JsonResponse:
    """The same for programs."""
    found = _metric(request, key)
    return JsonResponse(
        {
            "key": found.key,
            "metric": metric_name(found.key, found.written),
            "scales": [
                {"unit": one.unit, "form": one.form, "claims": one.claims, "better": "lower" if one.lower else "higher"}
                for one in found.scales
            ],
            "unit": found.scale.unit,
            "form": found.scale.form,
            "claims": [{**claim_json(claim), "date": paper_date(claim.paper.paper)} for claim in found.claims],
        }
    )


def metric_csv(request: HttpRequest, key: str) -> HttpResponse:
    """The same for spreadsheets."""
    found = _metric(request, key)
    rows = [
        row
        for claim in found.claims
        for row in claim_rows([tables.SystemRow(claim.paper.system, [claim.paper], [claim])])
    ]
    return as_csv(COLUMNS, rows, "metric")


def _named(request: HttpRequest, key: str) -> tables.NamePage:
    found = tables.name_page(key[:300].replace("\x00", ""))
    if found is None:
        raise Http404(f"No paper here says that it made “{key[:60]}”.")
    return found


def system(request: HttpRequest, key: str) -> HttpResponse:
    """All that is known under a name; a name written otherwise leads to its address."""
    found = _named(request, key)
    if found.key != key:
        return HttpResponseRedirect(names_path(found.key))
    rows = [*found.systems, *found.others]
    context = {
        "here": "systems",
        "page": found,
        "name": _as_written(rows, found.key),
        "systems": [system_view(row, found.known, most=60) for row in found.systems],
        "others": [system_view(row, found.known, most=60) for row in found.others],
        "beaten_by": [claim_view(claim, frozenset()) for claim in found.beaten_by],
        "measured": measured(),
    }
    return render(request, "web/system.html", context)


def _as_written(rows: list[tables.SystemRow], key: str) -> str:
    return next((short for row in rows for short, _ in row.names if name_key(short) == key), key)


def system_json_page(request: HttpRequest, key: str) -> JsonResponse:
    """The same for programs."""
    found = _named(request, key)
    return JsonResponse(
        {
            "key": found.key,
            "systems": [system_json(row) for row in found.systems],
            "named_by": [system_json(row) for row in found.others],
            "beaten_by": [claim_json(claim) for claim in found.beaten_by],
        }
    )


def system_csv_page(request: HttpRequest, key: str) -> HttpResponse:
    """The same for spreadsheets."""
    found = _named(request, key)
    return as_csv(COLUMNS, claim_rows([*found.systems, *found.others]), "system")
