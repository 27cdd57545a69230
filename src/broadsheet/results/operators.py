"""The operators that results bring to a search, and what the index holds of them.

A claim goes into the index as one whole number: 31 bits that stand for its metric (with or without its unit) and 32
bits that are ordered as its values are, so that `claim:speedup>2` is one range. Values agree to six digits; two
metrics share their 31 bits once in two thousand million pairs.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Q

from broadsheet.results.extraction import KINDS, LINK_KINDS
from broadsheet.results.keys import metric_key, name_key, unit_key
from broadsheet.results.models import Claim, Contribution, Name, ResultLink
from broadsheet.search.registry import Described, Operator, describe_with, register

RESULTS = "results"
HAS = (RESULTS, *LINK_KINDS)
_COMPARED = re.compile(
    r"(?P<metric>[^<>=]{1,120})"
    r"(?:(?P<sign>>=|<=|>|<|=)(?P<value>[-+]?\d{1,15}(?:\.\d{1,9})?)\s*(?P<unit>[^\s<>=]{0,20}))?"
)
_AROUND_SIGN = re.compile(r"\s*([<>=]+)\s*")
_HALF = 32
_TOP = (1 << _HALF) - 1


def read_claim(value: str) -> str | None:
    """`speedup>2`, `accuracy>=90%`, `latency<10ms`, or a metric alone; the metric by its key."""
    match = _COMPARED.fullmatch(_AROUND_SIGN.sub(r"\1", value.strip().rstrip(".,;)")))
    key = metric_key(match["metric"]) if match else ""
    if not match or not key:
        return None
    if match["sign"] is None:
        return key
    return f"{key}{match['sign']}{match['value']}{''.join(unit_key(match['unit']).split())}"


def claim_span(value: str) -> tuple[int, int]:
    """The numbers of the index between which the claims of a canonical value lie, both included."""
    match = _COMPARED.fullmatch(value)
    if match is None:
        raise ValueError(f"{value!r} is no canonical claim.")
    sign, unit = match["sign"], match["unit"] or ""
    here = _slot(match["metric"], unit)
    low, high = 0, _TOP
    if sign:
        number = _ordered(float(match["value"]))
        low = {">": number + 1, ">=": number, "=": number}.get(sign, 0)
        high = {"<": number - 1, "<=": number, "=": number}.get(sign, _TOP)
    return here | max(0, low), here | min(_TOP, max(0, high))


def claim_numbers(metric: str, unit: str, rank: float) -> list[int]:
    """The numbers by which the index knows a claim: by its metric and by the metric's last word, each with its unit
    and without.
    """
    if not metric:
        return []
    keys = dict.fromkeys([metric, metric.rpartition("-")[2] or metric])
    units = dict.fromkeys([unit.replace(" ", ""), ""])
    return [_slot(key, one) | _ordered(rank) for key in keys for one in units]


def _slot(metric: str, unit: str) -> int:
    digest = hashlib.blake2b(f"{metric}\x00{unit}".encode(), digest_size=4).digest()
    return (int.from_bytes(digest) >> 1) << _HALF


def _ordered(value: float) -> int:
    """32 bits that are ordered as the numbers are: the upper half of an IEEE 754 double, its sign turned round."""
    bits = int.from_bytes(struct.pack(">d", value + 0.0))
    bits = bits ^ ((1 << 64) - 1) if bits >> 63 else bits | (1 << 63)
    return bits >> _HALF


def _claim_where(value: str) -> Q:
    match = _COMPARED.fullmatch(value)
    if match is None:
        raise ValueError(f"{value!r} is no canonical claim.")
    key = match["metric"]
    asked = Q(contribution__claims__metric_key=key) | Q(contribution__claims__metric_key__endswith=f"-{key}")
    if match["sign"]:
        look = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "=": "exact"}[match["sign"]]
        asked &= Q(**{f"contribution__claims__rank__{look}": float(match["value"])})
    if match["unit"]:
        asked &= Q(contribution__claims__unit_key=match["unit"])
    return asked


def _has_where(value: str) -> Q:
    if value == RESULTS:
        return Q(contribution__claim_count__gt=0)
    return Q(contribution__result_links__kind=value)


def _one_of(allowed: Sequence[str], value: str) -> str | None:
    value = value.strip().rstrip(".,;)").lower()
    return value if value in allowed else None


def describe(pks: Sequence[int]) -> dict[int, Described]:
    """What the index holds of these papers' results. Four queries."""
    names: dict[int, list[str]] = defaultdict(list)
    has: dict[int, set[str]] = defaultdict(set)
    claims: dict[int, list[int]] = defaultdict(list)
    for pk, key, long_key in Name.objects.filter(paper_id__in=pks).values_list("paper_id", "key", "long_key"):
        names[pk] += [one for one in (key, long_key) if one]
    for pk, kind in ResultLink.objects.filter(paper_id__in=pks).values_list("paper_id", "kind"):
        has[pk].add(kind)
    rows = Claim.objects.filter(paper_id__in=pks).values_list("paper_id", "metric_key", "unit_key", "rank")
    for pk, metric, unit, rank in rows:
        has[pk].add(RESULTS)
        claims[pk] += claim_numbers(metric, unit, rank)
    kinds = Contribution.objects.filter(pk__in=pks).values_list("pk", "kind")
    return {
        pk: Described(kind, tuple(dict.fromkeys(names[pk])), tuple(sorted(has[pk])), tuple(sorted(set(claims[pk]))))
        for pk, kind in kinds
    }


OPERATORS = (
    Operator(
        "name",
        "keyword",
        "What the paper calls what it made; hyphens, blanks and capitals don't matter.",
        "name:flashattention",
        "a name, in quotes if it has blanks",
        "name",
        lambda value: name_key(value) or None,
        where=lambda value: Q(contribution__named__key=value) | Q(contribution__named__long_key=value),
    ),
    Operator(
        "kind",
        "keyword",
        f"What the paper brings: {', '.join(KINDS)}.",
        "kind:benchmark",
        f"one of {', '.join(KINDS)}",
        "kind",
        lambda value: _one_of(KINDS, value),
        where=lambda value: Q(contribution__kind=value),
    ),
    Operator(
        "has",
        "keyword",
        "`results`: its authors claim a number; or a link in the abstract to code, data, model, project or demo.",
        "has:results",
        f"one of {', '.join(HAS)}",
        "has",
        lambda value: _one_of(HAS, value),
        where=_has_where,
    ),
    Operator(
        "claim",
        "number range",
        "Its authors claim such a number of this metric: what is reached, or how large the gain is.",
        "claim:speedup>2",
        "a metric, or one compared with a number: speedup>2, accuracy>=90%, latency<10ms",
        "claim",
        read_claim,
        where=_claim_where,
        span=claim_span,
    ),
)


def register_all() -> None:
    """Bring the operators to search, and what the index needs for them."""
    for operator in OPERATORS:
        register(operator)
    describe_with("results", describe)
