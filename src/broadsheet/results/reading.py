"""From a paper's texts, and what readers corrected, to the rows that are stored. Pure: runs in any process.

`extraction` reads the text as the source gave it; people read it cleaned. Here its quotes find their places in the
cleaned text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from broadsheet.lib.text import clean, formula_spans
from broadsheet.results.extraction import KINDS, LINK_KINDS, Claim, Contribution, Link, extract
from broadsheet.results.extraction.sentences import sentences
from broadsheet.results.keys import metric_key, name_key, names_in, paired, unit_key

PARTS = ("names", "kind", "links", "claims")  # what a correction can take the place of
FORMS = ("level", "change", "ratio")
MOST_NAMES, MOST_CLAIMS = 20, 60
GREATEST = 1e15  # beyond it no claim is believed
_BRINGS = re.compile(
    r"\b(?:we|this (?:paper|work|study|article|report|survey))\s+(?:\w+ly\s+)?"
    r"(?:(?:also|then|thus|therefore|first)\s+)?"
    r"(?:propos|present|introduc|develop|design|describ|releas|build|built|offer|provid|contribut|creat|construct|establish|"
    r"study|studi|investigat|examin|review|survey|analy|prov|show|address|explor|revisit|formulat|devis)\w*",
    re.IGNORECASE,
)
_INTRODUCING = re.compile(r"\bIntroducing\b")
_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class ReadClaim:
    """A claim as it is stored. `start` and `end` bound the quote in the cleaned abstract, -1 where it is not found
    there. `rank` is the number that claims of one metric, unit and form are compared by: what is reached, or how
    large the gain is.
    """

    claim: Claim
    start: int
    end: int
    metric_key: str
    unit_key: str
    rank: float
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """All that is stored of a paper. `names` are (name, long form, key, long key); `line` says what it does, from
    `line_start` to `line_end` in the cleaned abstract; `headline` is the number of the claim that stands for all.
    """

    title: str
    kind: str
    names: tuple[tuple[str, str, str, str], ...]
    links: tuple[tuple[str, str], ...]
    claims: tuple[ReadClaim, ...]
    line: str
    line_start: int
    line_end: int
    headline: int | None
    words: str


def read(title: str, abstract: str, corrections: Mapping[str, Any] | None = None) -> Read:
    """Extract, let corrections (part → value in the labels' form) win, and find every quote in the cleaned abstract.

    `title` and `abstract` are as the source gave them. Never raises on any text.
    """
    found = corrected(extract(title, abstract), corrections or {})
    shown = clean(abstract)
    claims = tuple(_read_claim(claim, abstract, shown) for claim in found.claims[:MOST_CLAIMS] if _believed(claim))
    names = tuple(
        (short, long, key, name_key(long))
        for short, long in paired(tuple(filter(None, (_line(name, 200) for name in found.names[:MOST_NAMES]))))
        if (key := name_key(short))
    )
    start, end = what_it_does(shown, [text for one in names for text in one[:2] if text])
    line = shown[start:end]
    words = " ".join(
        [clean(title), line, *(text for one in names for text in one[:2]), *(c.on or "" for c in found.claims)]
    )
    return Read(
        title=_line(title, 2_000),
        kind=found.kind,
        names=names,
        links=tuple((_line(link.url, 1_000), link.kind) for link in found.links),
        claims=claims,
        line=_storable(line[:2_000]),
        line_start=start,
        line_end=end,
        headline=headline([one.claim for one in claims]),
        words=_storable(words.casefold()[:4_000]),
    )


def corrected(found: Contribution, corrections: Mapping[str, Any]) -> Contribution:
    """`found` with the parts that readers corrected in place of what was read."""
    if not corrections:
        return found
    changes: dict[str, Any] = {}
    if "names" in corrections:
        changes["names"] = tuple(map(str, corrections["names"]))
    if "kind" in corrections:
        changes["kind"] = str(corrections["kind"])
    if "links" in corrections:
        changes["links"] = tuple(Link(str(one["url"]), str(one["kind"])) for one in corrections["links"])
    if "claims" in corrections:
        changes["claims"] = tuple(claim_of(one) for one in corrections["claims"])
    return replace(found, **changes)


class NotACorrection(ValueError):
    """What a reader says can't take the place of what was read; the sentence says why."""


def checked(part: str, value: Any) -> Any:
    """A correction's value, if it is one: names [text], a kind, links [{url, kind}], claims in the labels' form.

    Raises NotACorrection.
    """
    try:
        corrected(Contribution(), {part: value})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotACorrection(f"These are no {part} in the form of the labels.") from error
    if part not in PARTS:
        raise NotACorrection(f"“{part[:40]}” can't be corrected; these can: {', '.join(PARTS)}.")
    if part == "kind" and value not in KINDS:
        raise NotACorrection(f"A kind is one of: {', '.join(KINDS)}.")
    if part == "links" and any(one["kind"] not in LINK_KINDS for one in value):
        raise NotACorrection(f"The kind of a link is one of: {', '.join(LINK_KINDS)}.")
    if part == "claims" and any(one.get("form") not in FORMS for one in value):
        raise NotACorrection(f"The form of a claim is one of: {', '.join(FORMS)}.")
    return value


def claim_of(row: Mapping[str, Any]) -> Claim:
    """A claim from the labels' form; what may be missing there is empty. Raises KeyError and ValueError."""

    def number(name: str) -> float | None:
        return None if row.get(name) is None else float(row[name])

    return Claim(
        quote=str(row["quote"]),
        start=-1,
        end=-1,
        value=float(row["value"]),
        value_high=number("value_high"),
        unit=str(row.get("unit") or ""),
        form=str(row.get("form") or "level"),
        from_value=number("from"),
        to_value=number("to"),
        metric=str(row.get("metric") or ""),
        direction="lower" if row.get("direction") == "lower" else "higher",
        bound=row.get("bound") or None,
        baseline=row.get("baseline") or None,
        on=row.get("on") or None,
    )


def _believed(claim: Claim) -> bool:
    numbers = [claim.value, claim.value_high, claim.from_value, claim.to_value]
    return all(number is None or (math.isfinite(number) and abs(number) < GREATEST) for number in numbers)


def _read_claim(claim: Claim, given: str, shown: str) -> ReadClaim:
    start, end = place(claim, given, shown)
    tidy = replace(
        claim,
        quote=_storable(claim.quote[:2_000]),
        unit=_line(claim.unit, 60),
        metric=_line(claim.metric, 200),
        baseline=_line(claim.baseline or "", 300) or None,
        on=_line(claim.on or "", 300) or None,
    )
    return ReadClaim(
        claim=tidy,
        start=start,
        end=end,
        metric_key=metric_key(tidy.metric),
        unit_key=unit_key(tidy.unit),
        rank=rank(tidy),
        against=names_in(tidy.baseline or ""),
    )


def rank(claim: Claim) -> float:
    """The number a claim is compared by within one metric, unit and form: of a level what is reached at best, of a
    change or a ratio how large it is. A ratio below 1 of what should be small (0.2x the memory) counts as its inverse.
    """
    ends = [claim.value, claim.value if claim.value_high is None else claim.value_high]
    if claim.form == "level":
        if claim.to_value is not None:
            return claim.to_value
        return min(ends) if claim.direction == "lower" else max(ends)
    size = max(map(abs, ends))
    return 1 / size if claim.form == "ratio" and claim.direction == "lower" and 0 < size < 1 else size


def place(claim: Claim, given: str, shown: str) -> tuple[int, int]:
    """Where a claim's quote stands in the cleaned abstract: (start, end), or (-1, -1)."""
    if not claim.quote.strip():
        return -1, -1
    if claim.start >= 0 and given == shown:
        return claim.start, claim.end
    near = len(clean(given[: claim.start])) if claim.start > 0 else 0
    quote = clean(claim.quote)
    starts: list[int] = []
    at = shown.find(quote)
    while at >= 0 and len(starts) < 50:
        starts.append(at)
        at = shown.find(quote, at + 1)
    if starts:
        start = min(starts, key=lambda one: abs(one - near))
        return start, start + len(quote)
    # Cleaning changed the words around it too: letter by letter, whatever stands between.
    tokens = [re.escape(token) for token in _TOKEN.findall(quote.replace("\\", ""))[:80]]
    loose = [match.span() for match in re.finditer(r"[\s\\{}$]{0,4}".join(tokens), shown)] if tokens else []
    return min(loose, key=lambda span: abs(span[0] - near)) if loose else (-1, -1)


def what_it_does(shown: str, names: list[str]) -> tuple[int, int]:
    """The sentence of a cleaned abstract that says what the paper brings: the one in which the authors bring their
    named contribution, else in which they bring anything, else the first that has the name, else the first.
    """
    spans = [(start, end) for start, end in sentences(shown[:12_000]) if shown[start:end].strip()]
    if not spans:
        return 0, 0

    def score(span: tuple[int, int]) -> int:
        text = shown[span[0] : span[1]]
        named = any(name in text for name in names)
        brings = _BRINGS.search(text) is not None or _INTRODUCING.search(text) is not None
        return 3 * (named and brings) + 2 * (brings and not named) + (named and not brings)

    best = max(spans, key=score)
    start, end = around_formulas(shown, *best)
    return start, start + len(shown[start:end].rstrip())


def sentence_around(shown: str, start: int, end: int) -> tuple[int, int]:
    """The sentences of a cleaned abstract in which the piece from `start` to `end` stands."""
    touched = [span for span in sentences(shown) if span[0] < end and span[1] > start]
    if not touched:
        return start, end
    first, last = touched[0][0], touched[-1][1]
    return first, first + len(shown[first:last].rstrip())


def around_formulas(shown: str, start: int, end: int) -> tuple[int, int]:
    """The piece, made longer where an end of it lies inside a formula."""
    for low, high in formula_spans(shown) if "$" in shown or "\\(" in shown else ():
        if low < start < high:
            start = low
        if low < end < high:
            end = high
    return start, end


def headline(claims: list[Claim]) -> int | None:
    """The number of the claim that stands for all on a card: the first ratio, else the first change, else the first
    level; one that says what it measures before one that does not.
    """
    order = {"ratio": 0, "change": 1, "level": 2}
    if not claims:
        return None
    return min(range(len(claims)), key=lambda at: (not claims[at].metric, order.get(claims[at].form, 3), at))


def _line(text: str, limit: int) -> str:
    return _storable(clean(text)[:limit].strip())


def _storable(text: str) -> str:
    """What both databases can keep."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
