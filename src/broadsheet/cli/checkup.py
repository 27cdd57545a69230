"""What `doctor` looks at: settings, data, index, and the counts that must agree."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core import checks as django_checks
from django.db import connection
from django.db.models import F

from broadsheet.catalog.models import Card, Listing, Paper, PublicId, Record
from broadsheet.cli.boot import pending_migrations
from broadsheet.ingest.models import Input, Quarantined
from broadsheet.search.queries import compare_with_database, index_state

LOW_SPACE = 500 * 2**20  # bytes


@dataclass(frozen=True)
class Check:
    """One finding: whether it is well, and a sentence."""

    name: str
    ok: bool
    detail: str


def checkup() -> list[Check]:
    """All checks, in the order in which a person would look."""
    return [*_settings(), *_data(), *_index()]


def _settings() -> Iterator[Check]:
    mode = stat.S_IMODE((settings.HOME / "secret.key").stat().st_mode)
    yield Check(
        "secret key",
        mode & 0o077 == 0,
        f"mode {mode:04o}" + ("" if mode & 0o077 == 0 else "; run chmod 600 on secret.key"),
    )
    messages = [m for m in django_checks.run_checks() if m.level >= django_checks.WARNING]
    yield Check(
        "settings", not messages, "; ".join(f"{m.msg} {m.hint or ''}".strip() for m in messages) or "no complaint"
    )
    free = shutil.disk_usage(settings.HOME).free
    yield Check("disk", free > LOW_SPACE, f"{free / 2**30:.1f} GiB free")


def _data() -> Iterator[Check]:
    missing = pending_migrations()
    yield Check(
        "tables",
        not missing,
        f"{connection.vendor}, " + (f"missing: {', '.join(missing)}" if missing else "up to date"),
    )
    papers, cards = Paper.objects.count(), Card.objects.count()
    yield Check("cards", papers == cards, f"{papers:,} papers, {cards:,} cards")
    empty = Paper.objects.filter(records=None).count()
    yield Check("records", not empty, f"{Record.objects.count():,} records, {empty:,} papers without one")
    astray = Listing.objects.exclude(paper=F("record__paper")).count()
    yield Check(
        "listings",
        not astray,
        f"{Listing.objects.count():,} listings, {astray:,} that lead to another paper than their record",
    )
    lost = Paper.objects.exclude(public_id__in=PublicId.objects.values("value")).count()
    yield Check("addresses", not lost, f"{lost:,} papers without an address" if lost else "every paper has its address")
    unfinished = Input.objects.filter(complete=False).count()
    yield Check(
        "inputs",
        not unfinished,
        f"{Input.objects.count():,} inputs, {Quarantined.objects.count():,} pieces in quarantine"
        + (f"; {unfinished:,} inputs were cut off: ingest them again to finish" if unfinished else ""),
    )


def _index() -> Iterator[Check]:
    state = index_state()
    yield Check("index", state.ok, state.message)
    if not state.ok:
        return
    counts = f"{state.documents:,} indexed, {Paper.objects.count():,} papers, {state.queued:,} changes waiting"
    if state.queued:
        yield Check("index agrees", False, f"{counts}; run broadsheet index")
        return
    found = compare_with_database()
    if found.examples:
        counts += (
            f"; {found.only_in_database:,} papers are not in the index and {found.only_in_index:,} only there"
            f" (such as {found.examples}); run broadsheet index --rebuild"
        )
    yield Check("index agrees", not found.examples, counts)
