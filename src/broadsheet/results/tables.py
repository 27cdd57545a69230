"""The systems table and what hangs together with it: metrics, the claims of one metric, a system by its name."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet

from broadsheet.results.keys import metric_key, name_key, names_in, unit_key
from broadsheet.results.models import Against, Claim, Contribution, Name

NO_UNIT = "none"  # how a filter names numbers without a unit
MOST_AT_ONCE = 400  # claims of a metric that one chart and its table show
MOST_KEYS = 5_000  # names in baselines that are looked up at once; the others have no link
_SHOWN_FIRST = {"ratio": 0, "change": 1, "level": 2}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asks the table for; "" and None leave a thing open. `unit` "none" asks for numbers without one;
    `best` orders by the claims, which needs metric, unit and form.
    """

    metric: str = ""
    unit: str = ""
    form: str = ""
    baseline: str = ""
    task: str = ""
    kind: str = ""
    code: bool = False
    since: dt.date | None = None
    until: dt.date | None = None
    best: bool = False

    @property
    def about_claims(self) -> bool:
        return bool(self.metric or self.unit or self.form or self.baseline)

    @property
    def comparable(self) -> bool:
        """Whether the claims asked for can be ordered among each other."""
        return bool(self.metric and self.unit and self.form)


@dataclass(slots=True)
class SystemRow:
    """A system: its papers, oldest first, and its claims, those that were asked for first."""

    key: str
    papers: list[Contribution]
    claims: list[Claim] = field(default_factory=list)
    asked: int = 0  # how many of the claims are what the filters ask for

    @property
    def first(self) -> Contribution:
        return self.papers[0]

    @property
    def names(self) -> list[tuple[str, str]]:
        """All names of its papers, each once, in order."""
        return list(dict.fromkeys(name for paper in self.papers for name in paper.all_names))


@dataclass(slots=True)
class SystemPage:
    """A stretch of the table; `known` are the keys of baselines that are systems here, for links."""

    total: int
    rows: list[SystemRow]
    known: frozenset[str]


def systems(filters: Filters, *, offset: int, limit: int) -> SystemPage:
    """The systems that satisfy the filters, newest first, or best claims first. Five queries, six by levels."""
    wanted = _contributions(filters)
    total = wanted.aggregate(total=Count("system", distinct=True))["total"]
    grouped = wanted.values("system").annotate(newest=Max("paper__date"))
    newest = F("newest").desc(nulls_last=True)
    ordered: QuerySet[Any, Any] = grouped.order_by(newest, "system")
    if filters.best and filters.comparable:
        asked = _claims_of(filters, "claims__")
        if filters.form == "level" and lower_is_better(_claims(filters)):
            ordered = grouped.annotate(best=Min("claims__rank", filter=asked)).order_by("best", newest, "system")
        else:
            ordered = grouped.annotate(best=Max("claims__rank", filter=asked)).order_by("-best", newest, "system")
    keys = [row["system"] for row in ordered[offset : offset + limit]]
    found = Contribution.objects.filter(system__in=keys).select_related("paper")
    rows = _rows(keys, found, filters)
    return SystemPage(total, rows, known_keys(claim.baseline for row in rows for claim in row.claims))


def _contributions(filters: Filters) -> QuerySet[Contribution]:
    wanted = Contribution.objects.exclude(system="")
    if filters.kind:
        wanted = wanted.filter(kind=filters.kind)
    if filters.code:
        wanted = wanted.exclude(code="")
    for word in filters.task.casefold().split()[:8]:
        wanted = wanted.filter(words__contains=word)
    if filters.since:
        wanted = wanted.filter(paper__date__gte=filters.since)
    if filters.until:
        wanted = wanted.filter(paper__date__lte=filters.until)
    if filters.about_claims:
        wanted = wanted.filter(pk__in=_claims(filters).values("paper_id"))
    return wanted


def _claims(filters: Filters) -> QuerySet[Claim]:
    return Claim.objects.filter(_claims_of(filters, ""))


def _claims_of(filters: Filters, prefix: str) -> Q:
    asked = Q()
    if filters.metric:
        asked &= Q(**{f"{prefix}metric_key": metric_key(filters.metric)})
    if filters.unit:
        asked &= Q(**{f"{prefix}unit_key": "" if filters.unit == NO_UNIT else unit_key(filters.unit)})
    if filters.form:
        asked &= Q(**{f"{prefix}form": filters.form})
    if filters.baseline:
        asked &= Q(**{f"{prefix}baseline__icontains": filters.baseline})
    return asked


def lower_is_better(claims: QuerySet[Claim]) -> bool:
    """In which direction most of these claims' metric is better; what some text says otherwise is outvoted."""
    counted = claims.aggregate(all=Count("pk"), lower=Count("pk", filter=Q(direction="lower")))
    return bool(counted["lower"] * 2 > counted["all"])


def _rows(keys: Sequence[str], found: Iterable[Contribution], filters: Filters | None = None) -> list[SystemRow]:
    """The systems in this order with their papers and claims. Two queries."""
    papers: dict[str, list[Contribution]] = defaultdict(list)
    for one in found:
        papers[one.system].append(one)
    pks = [one.pk for listed in papers.values() for one in listed]
    claims: dict[int, list[Claim]] = defaultdict(list)
    for claim in Claim.objects.filter(paper_id__in=pks).order_by("paper_id", "position"):
        claims[claim.paper_id].append(claim)
    rows = []
    for key in keys:
        if listed := papers.get(key):
            listed.sort(key=lambda one: (one.paper.date or dt.date.max, one.pk))
            row = SystemRow(key, listed)
            for one in listed:
                for claim in claims[one.pk]:
                    claim.paper = one
                    row.claims.append(claim)
            _order_claims(row, filters)
            rows.append(row)
    return rows


def _order_claims(row: SystemRow, filters: Filters | None) -> None:
    """Those that were asked for first; the others as a reader wants them: ratios, changes, levels."""
    asked = {id(claim) for claim in row.claims if filters and filters.about_claims and _is_asked(claim, filters)}
    row.asked = len(asked)

    by_rank = filters is not None and filters.best and filters.comparable
    sign = 1 if filters and filters.form == "level" and _mostly_lower(row.claims, asked) else -1

    def place(one: Claim) -> tuple[object, ...]:
        wanted = id(one) in asked
        best = sign * one.rank if by_rank and wanted else 0.0
        return not wanted, best, not one.metric, _SHOWN_FIRST.get(one.form, 3), one.paper_id, one.position

    row.claims.sort(key=place)


def _mostly_lower(claims: Iterable[Claim], asked: set[int]) -> bool:
    directions = [claim.direction for claim in claims if id(claim) in asked]
    return directions.count("lower") * 2 > len(directions)


def _is_asked(claim: Claim, filters: Filters) -> bool:
    return (
        (not filters.metric or claim.metric_key == metric_key(filters.metric))
        and (not filters.unit or claim.unit_key == ("" if filters.unit == NO_UNIT else unit_key(filters.unit)))
        and (not filters.form or claim.form == filters.form)
        and filters.baseline.casefold() in claim.baseline.casefold()
    )


def known_keys(baselines: Iterable[str]) -> frozenset[str]:
    """The keys of names in these baselines that are systems of the catalog. One query, none without a candidate."""
    keys = {key for baseline in baselines for key in names_in(baseline)}
    if not keys:
        return frozenset()
    return frozenset(Name.objects.filter(key__in=sorted(keys)[:MOST_KEYS]).values_list("key", flat=True))


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric with the number of claims and of papers; `written` is one way in which a text has it."""

    key: str
    written: str
    claims: int
    papers: int


def metrics(*, offset: int, limit: int) -> tuple[int, list[MetricRow]]:
    """How many metrics there are, and a stretch of them, most claims first. Two queries."""
    named = Claim.objects.exclude(metric_key="")
    total = named.aggregate(total=Count("metric_key", distinct=True))["total"]
    rows = (
        named.values("metric_key")
        .annotate(claims=Count("pk"), papers=Count("paper_id", distinct=True), written=Min("metric"))
        .order_by("-claims", "metric_key")[offset : offset + limit]
    )
    return total, [MetricRow(row["metric_key"], row["written"], row["claims"], row["papers"]) for row in rows]


@dataclass(frozen=True, slots=True)
class Scale:
    """Claims of one metric that can be compared: of one unit and form. `lower` says that less is better."""

    unit: str
    unit_key: str
    form: str
    claims: int
    lower: bool


@dataclass(slots=True)
class MetricTable:
    """A metric's scales, the one that is shown, and its claims, best first; `known` as in SystemPage."""

    key: str
    written: str
    scales: list[Scale]
    scale: Scale
    claims: list[Claim]
    known: frozenset[str]


def metric_table(key: str, *, unit: str = "", form: str = "") -> MetricTable | None:
    """The claims of a metric on one scale: the first with this unit and form, else the one with most claims. None
    where nothing was claimed. Three queries.
    """
    rows = (
        Claim.objects.filter(metric_key=key)
        .values("unit_key", "form")
        .annotate(
            claims=Count("pk"), lower=Count("pk", filter=Q(direction="lower")), unit=Min("unit"), written=Min("metric")
        )
        .order_by("-claims", "unit_key", "form")
    )
    found = list(rows)
    if not found:
        return None
    scales = [Scale(r["unit"], r["unit_key"], r["form"], r["claims"], r["lower"] * 2 > r["claims"]) for r in found]
    asked = "" if unit == NO_UNIT else unit_key(unit)
    wanted = [scale for scale in scales if (not unit or scale.unit_key == asked) and (not form or scale.form == form)]
    scale = (wanted or scales)[0]
    order = "rank" if scale.form == "level" and scale.lower else "-rank"
    claims = list(
        Claim.objects.filter(metric_key=key, unit_key=scale.unit_key, form=scale.form)
        .select_related("paper__paper")
        .order_by(order, "paper_id", "position")[:MOST_AT_ONCE]
    )
    return MetricTable(key, found[0]["written"], scales, scale, claims, known_keys(claim.baseline for claim in claims))


@dataclass(slots=True)
class NamePage:
    """All that is known under a name: the systems of that name, the systems of other names whose papers name it too,
    and the claims of others to do better.
    """

    key: str
    systems: list[SystemRow]
    others: list[SystemRow]
    beaten_by: list[Claim]
    known: frozenset[str]


def name_page(name: str) -> NamePage | None:
    """What is known under a name however it is written; None where no paper names a contribution so. Five queries."""
    key = name_key(name)
    if not key:
        return None
    found = list(
        Contribution.objects.filter(pk__in=Name.objects.filter(key=key).values("paper_id")).select_related("paper")
    )
    if not found:
        return None
    rows = _rows(sorted({one.system for one in found}, key=lambda one: (len(one), one)), found)
    beaten_by = _beaten_by(key, {one.pk for one in found})
    own = [row for row in rows if row.first.key == key]
    others = [row for row in rows if row.first.key != key]
    claims = [claim for row in rows for claim in row.claims]
    return NamePage(key, own, others, beaten_by, known_keys(claim.baseline for claim in claims))


def _beaten_by(key: str, own: set[int]) -> list[Claim]:
    """The claims of other papers whose baseline is the system of this key, largest first within a metric."""
    pairs = set(Against.objects.filter(key=key).order_by("paper_id").values_list("paper_id", "position")[:1_000])
    pairs = {pair for pair in pairs if pair[0] not in own}
    rows: Any = Claim.objects.filter(paper_id__in={pk for pk, _ in pairs}).select_related("paper__paper")
    claims = [claim for claim in rows if (claim.paper_id, claim.position) in pairs]
    claims.sort(key=lambda one: (one.metric_key, one.unit_key, one.form, -one.rank, one.paper_id))
    return claims
