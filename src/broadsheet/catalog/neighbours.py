"""The stored records that new ones could be one paper with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Q

from broadsheet.catalog.identity import Key
from broadsheet.catalog.models import Identifier, Record, Verdict
from broadsheet.catalog.packing import unpack
from broadsheet.catalog.reading import Reading
from broadsheet.catalog.records import SourceRecord
from broadsheet.lib.ids import Identifier as Name
from broadsheet.lib.text import title_hash


def known_records(keys: Collection[Key]) -> dict[Key, int]:
    """Those of these records that are stored already, with their database keys. One query a source."""
    by_source: dict[str, set[str]] = defaultdict(set)
    for source, external_id, _ in keys:
        by_source[source].add(external_id)
    found: dict[Key, int] = {}
    for source, external_ids in by_source.items():
        rows = Record.objects.filter(source=source, external_id__in=external_ids)
        for pk, external_id, digest in rows.values_list("pk", "external_id", "digest"):
            if (key := (source, external_id, bytes(digest))) in keys:
                found[key] = pk
    return found


def neighbours(readings: Iterable[Reading]) -> list[Reading]:
    """Every stored record that shares an identifier or a title with these, transitively, and all other records of
    their papers.
    """
    found: dict[int, Reading] = {}
    papers: set[int] = set()
    names: set[Name] = set()
    titles: set[int] = set()
    new_names = {name for r in readings for name in r.identifiers}
    new_titles = {title_hash(r.title_key) for r in readings}
    ruled: set[int] = set()
    while new_names or new_titles or ruled:
        names |= new_names
        titles |= new_titles
        new_papers = (_papers_named(new_names) | _papers_titled(new_titles) | ruled) - papers
        papers |= new_papers
        arrived = _records_of(new_papers)
        found.update((r.pk, r) for r in arrived if r.pk is not None)
        ruled = _papers_ruled_on(new_papers) - papers
        new_names = {name for r in arrived for name in r.identifiers} - names
        new_titles = {title_hash(r.title_key) for r in arrived} - titles
    _apply_verdicts(found)
    return list(found.values())


def _papers_ruled_on(papers: Collection[int]) -> set[int]:
    """Papers that the owner has spoken of together with one of these."""
    if not papers:
        return set()
    pairs = Verdict.objects.filter(Q(one__paper_id__in=papers) | Q(other__paper_id__in=papers))
    return {paper for pair in pairs.values_list("one__paper_id", "other__paper_id") for paper in pair}


def _apply_verdicts(readings: dict[int, Reading]) -> None:
    """Tell each record what the owner has said of it."""
    if not readings:
        return
    for verdict in Verdict.objects.filter(one_id__in=readings, other_id__in=readings):
        one, other = readings[verdict.one_id], readings[verdict.other_id]
        for this, that in ((one, other), (other, one)):
            (this.same if verdict.same else this.apart).add(that.key)


def _papers_named(names: set[Name]) -> set[int]:
    by_scheme: dict[str, list[str]] = defaultdict(list)
    for name in names:
        by_scheme[name.scheme].append(name.value)
    found: set[int] = set()
    for scheme, values in by_scheme.items():
        found.update(Identifier.objects.filter(scheme=scheme, value__in=values).values_list("paper_id", flat=True))
    return found


def _papers_titled(hashes: set[int]) -> set[int]:
    return set(Record.objects.filter(title_hash__in=hashes).values_list("paper_id", flat=True)) if hashes else set()


def _records_of(papers: Collection[int]) -> list[Reading]:
    if not papers:
        return []
    rows = Record.objects.filter(paper_id__in=papers).values_list(
        "pk", "paper_id", "source", "external_id", "digest", "raw"
    )
    return [
        Reading(source, external_id, bytes(digest), unpack(raw), pk=pk, paper_pk=paper_pk)
        for pk, paper_pk, source, external_id, digest, raw in rows
    ]


def keyed(records: Sequence[SourceRecord]) -> list[tuple[Key, SourceRecord]]:
    """Each record with the key that names it for ever."""
    return [((r.source, r.external_id, r.digest()), r) for r in records]
