"""From what was read to rows: a batch of papers with a fixed number of statements."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from broadsheet.catalog.bulk import insert
from broadsheet.catalog.models import Author, Paper
from broadsheet.results.extraction import VERSION
from broadsheet.results.models import Against, Claim, Contribution, Name, ResultLink
from broadsheet.results.reading import Read, ReadClaim
from broadsheet.results.wording import in_words

IN_ONE_QUERY = 500  # values of an IN; SQLite's limit is higher, PostgreSQL's planner likes fewer
NO_DATE = dt.date.max
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Stored(NamedTuple):
    """A paper and what was read of it; `digest` is of the texts it was read from."""

    pk: int
    digest: bytes
    read: Read
    corrected: bool


def store(batch: Sequence[Stored], *, now: dt.datetime) -> None:
    """Put what was read in place of what stood there. Inside the caller's transaction; the papers must exist."""
    pks = [one.pk for one in batch]
    former = set(Contribution.objects.filter(pk__in=pks).values_list("key", flat=True))
    for model in (Name, ResultLink, Claim, Against):
        model.objects.filter(paper_id__in=pks).delete()
    rows = [_contribution(one, now) for one in batch]
    if rows:
        fields = list(rows[0])
        insert(Contribution, fields, [list(row.values()) for row in rows], unique="paper", update=fields[1:])
    insert(
        Name,
        ["paper", "position", "text", "long_form", "key", "long_key"],
        [(one.pk, at, *name) for one in batch for at, name in enumerate(one.read.names)],
    )
    insert(
        ResultLink,
        ["paper", "position", "url", "kind"],
        [(one.pk, at, *link) for one in batch for at, link in enumerate(one.read.links)],
    )
    _insert_claims(batch)
    insert(
        Against,
        ["paper", "position", "key"],
        [
            (one.pk, at, key)
            for one in batch
            for at, claim in enumerate(one.read.claims)
            for key in dict.fromkeys(claim.against)
            if key not in {name[2] for name in one.read.names}
        ],
    )
    group(former | {one.read.names[0][2] for one in batch if one.read.names})


def _contribution(one: Stored, now: dt.datetime) -> dict[str, Any]:
    read = one.read
    key = read.names[0][2] if read.names else ""
    stands_for_all = read.claims[read.headline].claim if read.headline is not None else None
    return {
        "paper": one.pk,
        "version": VERSION,
        "digest": one.digest,
        "kind": read.kind,
        "names": _ENCODE([list(name[:2]) for name in read.names]),
        "key": key,
        "system": key or (f"paper:{one.pk}" if read.claims else ""),
        "title": read.title,
        "line": read.line,
        "line_start": read.line_start,
        "line_end": read.line_end,
        "words": read.words,
        "code": next((url for url, kind in read.links if kind == "code"), ""),
        "claim_count": len(read.claims),
        "headline": in_words(stands_for_all)[:300] if stands_for_all else "",
        "headline_position": read.headline,
        "corrected": one.corrected,
        "read_at": now,
    }


def _insert_claims(batch: Sequence[Stored]) -> None:
    rows = [_claim(one.pk, at, read) for one in batch for at, read in enumerate(one.read.claims)]
    if rows:
        insert(Claim, list(rows[0]), [list(row.values()) for row in rows])


def _claim(pk: int, position: int, read: ReadClaim) -> dict[str, Any]:
    said = read.claim
    return {
        "paper": pk,
        "position": position,
        "quote": said.quote,
        "start": read.start,
        "end": read.end,
        "value": said.value,
        "value_high": said.value_high,
        "unit": said.unit,
        "unit_key": read.unit_key,
        "form": said.form,
        "from_value": said.from_value,
        "to_value": said.to_value,
        "metric": said.metric,
        "metric_key": read.metric_key,
        "direction": said.direction,
        "bound": said.bound or "",
        "baseline": said.baseline or "",
        "on": said.on or "",
        "rank": read.rank,
    }


class Namesake(NamedTuple):
    """A paper whose first name has a key that others may have too."""

    pk: int
    long_key: str
    authors: frozenset[str]
    date: dt.date
    address: str


def group(keys: Iterable[str]) -> None:
    """Decide again which papers of one first name speak of one system; the answer depends on the set of them alone."""
    wanted = sorted(key for key in keys if key)
    for start in range(0, len(wanted), IN_ONE_QUERY):
        _group(wanted[start : start + IN_ONE_QUERY])


def _group(keys: Sequence[str]) -> None:
    papers: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for pk, key, system in Contribution.objects.filter(key__in=keys).values_list("pk", "key", "system"):
        papers[key].append((pk, system))
    shared = {key: found for key, found in papers.items() if len(found) > 1}
    alone = [(pk, key) for key, found in papers.items() if len(found) == 1 for pk, system in found if system != key]
    changed = dict(alone)
    if shared:
        known = _namesakes([pk for found in shared.values() for pk, _ in found])
        for key, found in shared.items():
            systems = systems_of([known[pk] for pk, _ in found if pk in known], key)
            changed |= {pk: systems[pk] for pk, system in found if pk in systems and systems[pk] != system}
    rows = [Contribution(pk=pk, system=system) for pk, system in changed.items()]
    Contribution.objects.bulk_update(rows, ["system"], batch_size=IN_ONE_QUERY)


def _namesakes(pks: Sequence[int]) -> dict[int, Namesake]:
    authors: dict[int, set[str]] = defaultdict(set)
    for pk, name in Author.objects.filter(paper_id__in=pks).values_list("paper_id", "name"):
        authors[pk].add(name.casefold())
    long_keys = dict(Name.objects.filter(paper_id__in=pks, position=0).values_list("paper_id", "long_key"))
    rows = Paper.objects.filter(pk__in=pks).values_list("pk", "date", "public_id")
    return {
        pk: Namesake(pk, long_keys.get(pk, ""), frozenset(authors[pk]), date or NO_DATE, address)
        for pk, date, address in rows
    }


def systems_of(papers: Sequence[Namesake], key: str) -> dict[int, str]:
    """The system that each of these papers of one name speaks of.

    Equal long forms are one system, different ones never. A paper without a long form goes to the oldest system with
    which it shares an author, or about whose or whose own authors nothing is known; else it is a system of its own.
    """
    groups: list[list[Namesake]] = []
    by_long: dict[str, list[Namesake]] = {}
    ordered = sorted(papers, key=lambda one: (one.date, one.address))
    for one in ordered:
        if one.long_key and one.long_key in by_long:
            by_long[one.long_key].append(one)
        elif one.long_key:
            groups.append(by_long.setdefault(one.long_key, [one]))
    for one in ordered:
        if not one.long_key:
            home = next((members for members in groups if _akin(one, members)), None)
            if home is None:
                groups.append([one])
            else:
                home.append(one)
    groups.sort(key=lambda members: min((one.date, one.address) for one in members))
    return {
        one.pk: key if number == 0 else f"{key}~{number + 1}"
        for number, members in enumerate(groups)
        for one in members
    }


def _akin(one: Namesake, members: Sequence[Namesake]) -> bool:
    return any(not one.authors or not other.authors or one.authors & other.authors for other in members)
