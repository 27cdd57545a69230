"""Taking files in: open, tell the format, parse, and hand the catalog batches that are in whole or not at all."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from broadsheet.catalog.records import DatedPage, Item, SourceRecord, Unreadable
from broadsheet.catalog.services import Counts, open_page, take_in
from broadsheet.ingest.inputs import NotReadable, OpenInput, detect, open_input
from broadsheet.ingest.models import Input, Quarantined
from broadsheet.ingest.sources.format import WHEN_TAKEN_IN, read_at
from broadsheet.leases import pacing
from broadsheet.lib.time import latest_year_for
from broadsheet.trends.services import observe


class PathRefused(ValueError):
    """A path that was given is not there or may not be read."""


class Progress(Protocol):
    """Told after every batch: bytes of the file read so far, its size, and records so far."""

    def __call__(self, *, name: str, done: int, size: int, records: int) -> None: ...


@dataclass
class FileReport:
    """What became of one file. `read` = new + updated + unchanged + quarantined; `refused` says why nothing of it was
    stored.
    """

    name: str
    format: str = ""
    read: int = 0
    counts: Counts = field(default_factory=Counts)
    quarantined: int = 0
    reasons: list[str] = field(default_factory=list)  # of the first few quarantined pieces, with their place
    captured_on: dt.date | None = None
    refused: str = ""


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files these paths mean: a directory means its regular files by name, hidden ones left out.

    Raises PathRefused, with a sentence, before anything is read.
    """
    found: list[Path] = []
    for path in paths:
        try:
            if path.is_dir():
                found.extend(sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith(".")))
            else:
                path.stat()
                found.append(path)
        except FileNotFoundError as error:
            raise PathRefused(f"{path} does not exist.") from error
        except OSError as error:
            raise PathRefused(f"{path} can't be read: {error.strerror}.") from error
    for path in found:
        if not os.access(path, os.R_OK, effective_ids=True):
            raise PathRefused(f"{path} can't be read: permission denied.")
    return found


def ingest_file(
    path: Path, *, now: dt.datetime, captured_on: dt.date | None = None, progress: Progress | None = None
) -> FileReport:
    """Take one file in. Safe to repeat and to cut off anywhere: every batch is whole, and a second run goes on where
    it must.

    `captured_on` says when a saved page was saved, or the numbers in an undated file read; it overrides what a header
    says and is kept for this content.
    """
    report = FileReport(name=path.name)
    with open_input(path) as source:
        try:
            format_ = detect(source.head)
            report.format = format_.name
            run = _Run(source, report, now=now, captured_on=captured_on, progress=progress)
            run.take(format_.parse(source.stream, key=source.sha256))
        except NotReadable as error:
            report.refused = str(error)
    return report


class _Run:
    """One pass over one input."""

    def __init__(
        self,
        source: OpenInput,
        report: FileReport,
        *,
        now: dt.datetime,
        captured_on: dt.date | None,
        progress: Progress | None,
    ) -> None:
        self.source, self.report, self.now, self.captured_on, self.progress = source, report, now, captured_on, progress
        self.records: list[SourceRecord] = []
        self.unreadable: list[Unreadable] = []
        self.batch = pacing.papers_at_once()
        self.page: DatedPage | None = None
        self.input = Input.objects.filter(sha256=source.sha256).first()
        self.stored = 0
        self.redated = False

    def take(self, items: Iterable[Item]) -> None:
        for item in items:
            if isinstance(item, DatedPage):
                self.flush()
                self.page = item
            elif isinstance(item, SourceRecord):
                self.records.append(item)
            else:
                self.unreadable.append(item)
            if len(self.records) + len(self.unreadable) >= self.batch:
                self.flush()
                pacing.make_room()
                self.batch = pacing.papers_at_once()
        self.flush(last=True)

    def flush(self, *, last: bool = False) -> None:
        """Write what has gathered, in one transaction with the input's own row."""
        report = self.report
        with pacing.turn(), transaction.atomic():
            if self.records or self.unreadable:
                self._open_input()
                self._open_page()
                self._write()
            if last and self.input:
                self._close_input()
        for piece in self.unreadable[: max(0, 5 - len(report.reasons))]:
            report.reasons.append(f"at byte {piece.offset:,}: {piece.reason}")
        self.records, self.unreadable = [], []
        if self.progress:
            self.progress(name=report.name, done=self.source.position(), size=self.source.size, records=report.read)
        if last and not self.stored:
            reason = f" First, {report.reasons[0]}" if report.reasons else ""
            raise NotReadable(f"No paper in it could be read; nothing of it was stored.{reason}")

    def _write(self) -> None:
        report = self.report
        assert self.input is not None
        records = self._dated(self.records)
        counts = take_in(records=records, now=self.now, origin=self.input.pk)
        observe(records=records)
        if self.redated:
            counts.updated, counts.unchanged = counts.updated + counts.unchanged, 0
        Quarantined.objects.bulk_create(
            [
                Quarantined(
                    input=self.input,
                    offset=u.offset,
                    length=u.length,
                    sha256=u.sha256,
                    head=u.head,
                    reason=u.reason,
                    seen_at=self.now,
                )
                for u in self.unreadable
            ],
            ignore_conflicts=True,
        )
        self.stored += len(self.records)
        report.read += len(self.records) + len(self.unreadable)
        report.quarantined += len(self.unreadable)
        report.counts.add(counts)
        self.input.new += counts.new
        self.input.updated += counts.updated
        self.input.merged += counts.merged
        self.input.save()

    def _open_input(self) -> None:
        if self.input is None:
            self.input = Input(sha256=self.source.sha256, first_seen=self.now)
        self.input.name = self.report.name[:255]
        self.input.size = self.source.size
        self.input.format = self.report.format
        self.input.last_seen = self.now
        self.input.complete = False
        self.input.save()

    def _close_input(self) -> None:
        """At the end of the file: what it came to; an input of which nothing could be read leaves no trace."""
        assert self.input is not None
        if not self.stored:
            if not self.input.catalogued():
                self.input.delete()
            return
        self.input.complete = True
        self.input.read, self.input.unchanged = self.report.read, self.report.counts.unchanged
        self.input.quarantined = self.report.quarantined
        self.input.save()

    def _open_page(self) -> None:
        """Date the page that the next records stand on: as the owner says, else as decided before for this content,
        else by its header.
        """
        page, self.page = self.page, None
        if page is None:
            return
        assert self.input is not None
        if self.captured_on:
            self.input.captured_on, self.input.captured_by = self.captured_on, "owner"
        elif self.input.captured_on is None:
            self.input.captured_on, self.input.captured_by = self._header_day(page), "header"
        self.report.captured_on = self.input.captured_on
        self.redated = bool(
            open_page(source=page.source, key=page.page_key, day=self.input.captured_on, kind=page.kind)
        )

    def _dated(self, records: list[SourceRecord]) -> list[SourceRecord]:
        """The records with their readings dated. A file that does not say when its numbers were read was read at the
        end of the day that the owner names for this content, else when it first came in.
        """
        undated = [one.at == WHEN_TAKEN_IN for record in records for one in record.observed]
        if not any(undated):
            return records
        assert self.input is not None
        if self.captured_on:
            self.input.captured_on, self.input.captured_by = self.captured_on, "owner"
        at = self.input.first_seen
        if day := self.input.captured_on:
            self.report.captured_on = day
            at = min(at, dt.datetime.combine(day, dt.time(23, 59, 59), dt.UTC))
        return [read_at(record, at) for record in records]

    def _header_day(self, page: DatedPage) -> dt.date:
        today = timezone.localdate(self.now)
        if page.year:
            return dt.date(page.year, page.month, page.day)
        day = latest_year_for(page.month, page.day, not_after=today, not_before=page.newest)
        if day is None:
            raise NotReadable(
                f"The page says it was saved on {page.month:02}-{page.day:02}, but its newest paper is of "
                f"{page.newest} and today is {today}: no year fits. "
                "Say when it was saved with --captured-on YYYY-MM-DD."
            )
        return day
