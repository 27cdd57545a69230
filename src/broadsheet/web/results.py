"""What the pages of systems, metrics and claims print, and what their `.json` and `.csv` give."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from broadsheet.catalog.models import Paper
from broadsheet.lib.formulas import calm, lead
from broadsheet.lib.time import PartialDate, parse_date
from broadsheet.results.extraction import KINDS
from broadsheet.results.keys import metric_key, name_key, names_in
from broadsheet.results.models import Claim, Contribution
from broadsheet.results.reading import FORMS, around_formulas, sentence_around
from broadsheet.results.tables import NO_UNIT, Filters, SystemRow
from broadsheet.results.wording import amount, in_words
from broadsheet.web.details import ABSTRACT_LIMIT
from broadsheet.web.present import WebLink, date_words, html, paper_path, web_link

CLAIMS_IN_A_ROW = 3
LINE_LIMIT = 300
FORM_NAMES = {"level": "a level reached", "change": "a change", "ratio": "a ratio"}


def names_path(key: str) -> str:
    return reverse("system", args=[key])


def claim_path(claim: Claim) -> str:
    """The sentence of a claim, on its paper's page."""
    return f"{paper_path(claim.paper.paper.public_id)}?claim={claim.position}#claim"


def paper_date(paper: Paper) -> str | None:
    """The date as exact as it is known: YYYY, YYYY-MM or YYYY-MM-DD."""
    return str(PartialDate(paper.date, paper.date_precision)) if paper.date else None  # type: ignore[arg-type]


@dataclass(slots=True)
class PaperRef:
    """A paper, as a row names it."""

    path: str
    title: SafeString
    date: str | None
    date_words: str


@dataclass(slots=True)
class BaselineView:
    """What a claim is made against; `path` leads to the system, where it is one of the catalog."""

    text: SafeString
    path: str


@dataclass(slots=True)
class ClaimView:
    """A claim in a list."""

    path: str
    words: SafeString
    amount: SafeString
    metric: SafeString
    metric_path: str
    on: SafeString
    against: BaselineView | None
    quote: SafeString
    system: SafeString
    system_path: str
    paper: PaperRef


@dataclass(slots=True)
class SystemView:
    """A row of the table."""

    names: list[tuple[SafeString, SafeString]]
    path: str  # of its own page, "" for what has no name
    kind: str
    line: SafeString
    papers: list[PaperRef]
    claims: list[ClaimView]
    more: int
    code: WebLink | None


def paper_ref(one: Contribution) -> PaperRef:
    date = paper_date(one.paper)
    return PaperRef(paper_path(one.paper.public_id), html(lead(one.title, 200)), date, date_words(date))


def claim_view(claim: Claim, known: frozenset[str]) -> ClaimView:
    one = claim.paper
    names = one.all_names
    return ClaimView(
        path=claim_path(claim),
        words=html(in_words(claim)),
        amount=html(amount(claim)),
        metric=html(claim.metric),
        metric_path=_metric_path(claim),
        on=html(claim.on) if claim.on != claim.baseline else html(""),
        against=_baseline(claim, known) if claim.baseline else None,
        quote=html(lead(claim.quote, LINE_LIMIT)),
        system=html(names[0][0]) if names else html(lead(one.title, 80)),
        system_path=names_path(one.key) if one.key else paper_path(one.paper.public_id),
        paper=paper_ref(one),
    )


def _metric_path(claim: Claim) -> str:
    if not claim.metric_key:
        return ""
    scale = urlencode({"unit": claim.unit_key or NO_UNIT, "form": claim.form})
    return f"{reverse('metric', args=[claim.metric_key])}?{scale}"


def _baseline(claim: Claim, known: frozenset[str]) -> BaselineView:
    own = {key for key in names_in(claim.baseline) if key in known and key != claim.paper.key}
    longest = max(own, key=len, default="")
    return BaselineView(html(claim.baseline), names_path(longest) if longest else "")


def system_view(row: SystemRow, known: frozenset[str], *, most: int = CLAIMS_IN_A_ROW) -> SystemView:
    first = row.first
    shown = row.claims[: max(most, min(row.asked, 2 * most))]
    code = next((link for one in row.papers if one.code and (link := web_link(one.code, "Code"))), None)
    return SystemView(
        names=[(html(short), html(long)) for short, long in row.names[:6]],
        path=names_path(first.key) if first.key else "",
        kind=first.kind,
        line=html(lead(first.line, LINE_LIMIT)),
        papers=[paper_ref(one) for one in reversed(row.papers)],
        claims=[claim_view(claim, known) for claim in shown],
        more=len(row.claims) - len(shown),
        code=code,
    )


@dataclass(slots=True)
class PaperClaim:
    """A claim on its paper's own page."""

    path: str
    words: SafeString
    on: SafeString
    against: SafeString


@dataclass(slots=True)
class ContributionView:
    """What a paper made, on its own page; `names` are (name, long form, address)."""

    names: list[tuple[SafeString, SafeString, str]]
    kind: str
    claims: list[PaperClaim]
    corrected: bool


def contribution_view(made: Contribution, claims: Sequence[Claim], path: str) -> ContributionView:
    """What was read of a paper, for the page at `path`."""
    return ContributionView(
        names=[(html(short), html(long), names_path(name_key(short))) for short, long in made.all_names],
        kind=made.kind,
        claims=[
            PaperClaim(
                path=f"{path}?claim={one.position}#claim",
                words=html(in_words(one)),
                on=html(one.on if one.on != one.baseline else ""),
                against=html(one.baseline),
            )
            for one in claims
        ],
        corrected=made.corrected,
    )


def marked(abstract: str, claims: Sequence[Claim], asked: str) -> list[SafeString]:
    """The abstract with the sentence and the quote of the claim of this number marked; empty where there is no such
    claim, or its quote is not found in the abstract.
    """
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else -1
    claim = next((one for one in claims if one.position == number), None)
    if claim is None or not 0 <= claim.start < claim.end <= len(abstract) <= ABSTRACT_LIMIT:
        return []
    start, end = around_formulas(abstract, claim.start, claim.end)
    first, last = around_formulas(abstract, *sentence_around(abstract, start, end))
    first, last = min(first, start), max(last, end)
    pieces = [abstract[:first], abstract[first:start], abstract[start:end], abstract[end:last], abstract[last:]]
    before, opening, quote, closing, after = map(html, pieces)
    return [
        format_html(
            '{}<mark class="sentence" id="claim">{}<span class="quote">{}</span>{}</mark>{}',
            before,
            opening,
            quote,
            closing,
            after,
        )
    ]


def read_filters(given: Mapping[str, str]) -> tuple[Filters, list[str]]:
    """The filters of an address, and a sentence for each value that is none and was left out."""
    notices: list[str] = []

    def text(name: str) -> str:
        return " ".join(calm(given.get(name, "")).replace("\x00", " ").split())[:120]

    def one_of(name: str, allowed: Sequence[str]) -> str:
        value = text(name)
        if value and value not in allowed:
            notices.append(f"There is no {name} “{value[:40]}”; there are: {', '.join(allowed)}.")
            return ""
        return value

    def day(name: str, *, end: bool) -> dt.date | None:
        value = text(name)
        date = parse_date(value) if value else None
        if value and date is None:
            notices.append(f"“{value[:40]}” is no date; write it as 2024, 2024-05 or 2024-05-30.")
        return (last_day(date) if end else date.day) if date else None

    metric = text("metric")
    if metric and not metric_key(metric):
        notices.append(f"“{metric[:40]}” names no metric.")
        metric = ""
    filters = Filters(
        metric=metric,
        unit=text("unit"),
        form=one_of("form", FORMS),
        baseline=text("baseline"),
        task=text("task"),
        kind=one_of("kind", KINDS),
        code=given.get("code", "") not in ("", "0"),
        since=day("since", end=False),
        until=day("until", end=True),
        best=one_of("sort", ("newest", "best")) == "best",
    )
    if filters.best and not filters.comparable:
        notices.append("Claims can be ordered only within one metric, unit and form: choose all three.")
    return filters, notices


FILTER_WORDS = {
    "task": "words",
    "kind": "kind",
    "metric": "metric",
    "unit": "unit",
    "form": "form",
    "baseline": "against",
    "since": "from",
    "until": "to",
    "code": "with code",
    "sort": "order",
}


def chosen(given: Mapping[str, str]) -> list[tuple[str, str]]:
    """The filters that an address sets, each in words with the address without it."""
    active = {name: calm(given[name])[:120] for name in FILTER_WORDS if given.get(name, "").strip()}
    return [
        (
            FILTER_WORDS[name] if name == "code" else f"{FILTER_WORDS[name]}: {value[:60]}",
            f"?{urlencode({other: text for other, text in active.items() if other != name})}",
        )
        for name, value in active.items()
    ]


def last_day(date: PartialDate) -> dt.date:
    """The last day that a date of this precision can mean."""
    day = date.day
    if date.precision == "day":
        return day
    if date.precision == "month":
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day.replace(month=12, day=31)


def claim_json(claim: Claim) -> dict[str, Any]:
    """A claim for programs, in the form of the labels, with where its sentence stands."""
    return {
        "quote": claim.quote,
        "value": claim.value,
        "value_high": claim.value_high,
        "unit": claim.unit,
        "form": claim.form,
        "from": claim.from_value,
        "to": claim.to_value,
        "metric": claim.metric,
        "metric_key": claim.metric_key,
        "direction": claim.direction,
        "bound": claim.bound or None,
        "baseline": claim.baseline or None,
        "on": claim.on or None,
        "paper": claim.paper.paper.public_id,
        "path": claim_path(claim),
    }


def system_json(row: SystemRow) -> dict[str, Any]:
    """A system for programs."""
    first = row.first
    return {
        "key": first.key or None,
        "names": [{"name": short, "long_form": long or None} for short, long in row.names],
        "kind": first.kind,
        "line": first.line,
        "code": next((one.code for one in row.papers if one.code), None),
        "papers": [
            {"id": one.paper.public_id, "title": one.title, "date": paper_date(one.paper)} for one in row.papers
        ],
        "claims": [claim_json(claim) for claim in row.claims],
    }


COLUMNS = (
    "names", "kind", "line", "metric", "bound", "value", "value_high", "unit", "form", "from", "to", "direction", "on",
    "baseline", "quote", "code", "paper", "title", "date", "path",
)  # fmt: skip


def claim_rows(rows: Iterable[SystemRow]) -> Iterable[dict[str, Any]]:
    """A row for each claim, and one for a system without any."""
    for row in rows:
        listed: list[Claim | None] = [*row.claims] if row.claims else [None]
        for claim in listed:
            one = claim.paper if claim else row.first
            system = {
                "names": "; ".join(short for short, _ in one.all_names),
                "kind": one.kind,
                "line": one.line,
                "code": one.code,
                "title": one.title,
                "date": paper_date(one.paper),
            }
            address = one.paper.public_id
            yield {**(claim_json(claim) if claim else {"paper": address, "path": paper_path(address)}), **system}


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], name: str) -> HttpResponse:
    """A CSV file (RFC 4180, UTF-8) of these columns."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(row.get(column)) for column in columns])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}.csv"'
    return response


def safe_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: a text that begins like one gets an apostrophe in front.

    Source: OWASP, "CSV Injection".
    """
    if not isinstance(value, str):
        return "" if value is None else value
    value = value.replace("\x00", "")
    return f"'{value}" if value.lstrip()[:1] in {"=", "+", "-", "@"} or value[:1] in {"\t", "\r", "\n"} else value
