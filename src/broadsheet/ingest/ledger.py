"""The ledger: what sources announced, and what of it is here. Its words have one meaning each.

- announced: the ids that a dated listing named as new or cross-listed in a category on a day, all of them kept.
- not observed: a day without such a listing; nothing is known of it, and it is never shown as 0.
- harvested: announced ids that are in the catalog. missing: announced − harvested.
- late: harvested more than 24 hours after the listing was first seen.
- extra: papers of the category in the catalog whose first version is of that day and which no listing of it announced.
- quarantined: pieces of that day's listing that could not be read.
- stale: a listing that was built when the one before was, or whose newest id is that of the one before, on a working
  day of the source's calendar.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from broadsheet.catalog.models import Category, Identifier, Paper
from broadsheet.ingest.calendars import calendar
from broadsheet.ingest.models import Alert, AnnouncedId, Batch, SourceState
from broadsheet.ingest.sources.harvest import About, Announced
from broadsheet.lib.ids import SCHEMES

LATE = dt.timedelta(hours=24)
LOOKS_BACK = dt.timedelta(days=30)  # batches that are watched
CHANGES = dt.timedelta(days=8)  # a day that is whole is counted again for so long
FAILS_AT = 3  # harvests that fail one after the other, before the owner is told
CHUNK = 500  # ids in one statement


def announce(*, about: About, announced: Sequence[Announced], at: dt.datetime, quarantined: int = 0) -> None:
    """Write down what a listing names, inside the transaction that stores its page."""
    for one in announced:
        if about.calendar and not one.ids and not calendar(about.calendar).is_working(one.day):
            continue  # listings stand empty at week-ends
        _announce(about, one, at, quarantined)
    if about.calendar:
        for category in {one.category for one in announced}:
            look(about=about, category=category, at=at)


def _announce(about: About, one: Announced, at: dt.datetime, quarantined: int) -> None:
    newest = max(one.ids, key=_newness, default="")
    before = Batch.objects.filter(source=about.name, category=one.category, day__lt=one.day).order_by("-day").first()
    stale = bool(about.calendar) and (
        before is not None
        and ((newest != "" and before.newest == newest) or (one.built != "" and before.built == one.built[:60]))
    )
    batch, made = Batch.objects.get_or_create(
        source=about.name, category=one.category, day=one.day, defaults={"seen_at": at, "stale": stale}
    )
    if not made and batch.stale and not stale:
        batch.seen_at = at  # what stood here until now was the listing of the day before
    if not stale:
        rows = [AnnouncedId(batch=batch, value=value[:320]) for value in one.ids]
        AnnouncedId.objects.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK)
    batch.stale = stale and not batch.ids.exists()
    batch.built = one.built[:60]
    batch.newest = max(newest, batch.newest, key=_newness)
    batch.quarantined = max(batch.quarantined, quarantined)
    batch.save()


def _newness(value: str) -> tuple[int, str]:
    """Orders ids by age as far as they tell it: arXiv's of today after those of before 2007, which have a slash."""
    return ("/" not in value, value) if value else (-1, "")


def look(*, about: About, category: str, at: dt.datetime) -> None:
    """A listing was looked at: where the newest one that should be there is not, its day is stale."""
    if not about.calendar:
        return
    day = calendar(about.calendar).expected(at)
    rows = Batch.objects.filter(source=about.name, category=category)
    newest = rows.order_by("-day").first()
    if newest is None or newest.day >= day:
        return
    rows.get_or_create(
        source=about.name,
        category=category,
        day=day,
        defaults={"seen_at": at, "stale": True, "built": newest.built, "newest": newest.newest},
    )


def reconcile(*, abouts: Iterable[About], now: dt.datetime) -> int:
    """Count again what of recent batches is here, and open and clear alerts; returns how many alerts are open."""
    known = {about.name: about for about in abouts}
    watched = Batch.objects.filter(day__gte=(now - LOOKS_BACK).date())
    changing = watched.filter(Q(day__gte=(now - CHANGES).date()) | Q(announced__gt=F("harvested")))
    for batch in changing:  # counted outside of any transaction: nobody waits for it
        _count(batch, known.get(batch.source))
    with transaction.atomic():
        _watch_batches(known, now)
        _watch_sources(now)
    return Alert.objects.filter(cleared_at=None).count()


def _count(batch: Batch, about: About | None) -> None:
    here = first_seen(batch.ids.values_list("value", flat=True))
    counts = {
        "announced": batch.ids.count(),
        "harvested": len(here),
        "late": sum(1 for seen in here.values() if seen > batch.seen_at + LATE),
        "extra": len(extra_papers(batch)) if about and about.calendar and not batch.stale else 0,
    }
    if any(getattr(batch, name) != count for name, count in counts.items()):
        Batch.objects.filter(pk=batch.pk).update(**counts)


def first_seen(values: Iterable[str]) -> dict[str, dt.datetime]:
    """Of these ids (`str(Identifier)`) those that are in the catalog, with the time at which their paper came in."""
    wanted = sorted(values)
    found: dict[str, dt.datetime] = {}
    for start in range(0, len(wanted), CHUNK):
        by_scheme: dict[str, list[str]] = {}
        for value in wanted[start : start + CHUNK]:
            scheme, _, rest = value.partition(":")
            scheme, rest = (scheme, rest) if rest and scheme in SCHEMES else ("arxiv", value)
            by_scheme.setdefault(scheme, []).append(rest)
        for scheme, names in by_scheme.items():
            rows = Identifier.objects.filter(scheme=scheme, value__in=names, owned=True)
            for name, seen in rows.values_list("value", "paper__first_seen"):
                found[name if scheme == "arxiv" else f"{scheme}:{name}"] = seen
    return found


def extra_papers(batch: Batch) -> list[str]:
    """arXiv ids of papers with a first version of that day, in that category, that no listing of it announced."""
    code = batch.category
    in_category = Q(code=code) | Q(code__startswith=f"{code}.")
    named = AnnouncedId.objects.filter(batch__source=batch.source, batch__category=code, value=OuterRef("value"))
    papers = Paper.objects.filter(date=batch.day, date_precision="day")
    papers = papers.filter(Exists(Category.objects.filter(in_category, paper=OuterRef("pk"))))
    rows = Identifier.objects.filter(scheme="arxiv", owned=True, paper__in=papers).exclude(Exists(named))
    return list(rows.order_by("value").values_list("value", flat=True))


def missing_ids(batches: QuerySet[Batch]) -> list[str]:
    """Ids that these batches announced and that are not here, in order."""
    values = set(AnnouncedId.objects.filter(batch__in=batches).values_list("value", flat=True))
    return sorted(values - set(first_seen(values)))


def _watch_batches(known: dict[str, About], now: dt.datetime) -> None:
    """Open an alert for each recent batch that is stale or short; clear those that hold no more."""
    bringing = _last_success(known)
    holding: set[tuple[str, str, dt.date, str]] = set()
    for batch in Batch.objects.filter(day__gte=(now - LOOKS_BACK).date()).order_by("day", "source", "category"):
        about = known.get(batch.source)
        where = f"{about.title if about else batch.source}{f', {batch.category}' if batch.category else ''}"
        if batch.stale:
            sentence = f"{where}: the listing of {batch.day} is still that of the working day before."
            holding.add(_open(batch.source, batch.category, batch.day, Alert.STALE, sentence, now))
        # A listing comes before the papers it names; it is short when their source was asked since, or a day is over.
        asked = about and about.records_as in bringing and bringing[about.records_as] > batch.seen_at
        if batch.missing and (asked or now > batch.seen_at + LATE):
            lacking = f"{batch.missing:,} {'is' if batch.missing == 1 else 'are'} missing"
            sentence = f"{where}: of the {batch.announced:,} papers announced on {batch.day}, {lacking}."
            holding.add(_open(batch.source, batch.category, batch.day, Alert.SHORT, sentence, now))
    _clear((Alert.STALE, Alert.SHORT), holding, now)


def _last_success(known: dict[str, About]) -> dict[str, dt.datetime]:
    """When the sources that bring records of a kind ended a harvest last, by kind; those that only announce apart."""
    found: dict[str, dt.datetime] = {}
    for state in SourceState.objects.exclude(succeeded_at=None):
        about = known.get(state.name)
        if about and state.succeeded_at and not about.announces_only:
            found[about.records_as] = max(state.succeeded_at, found.get(about.records_as, state.succeeded_at))
    return found


def _watch_sources(now: dt.datetime) -> None:
    holding = {
        _open(state.name, "", now.date(), Alert.FAILING, f"{state.name}: {state.error}", now)
        for state in SourceState.objects.filter(failures__gte=FAILS_AT)
    }
    _clear((Alert.FAILING,), holding, now)


def _open(
    source: str, category: str, day: dt.date, kind: str, sentence: str, now: dt.datetime
) -> tuple[str, str, dt.date, str]:
    if kind == Alert.FAILING:  # one for as long as it fails
        row = Alert.objects.filter(source=source, kind=kind, cleared_at=None).first()
        day = row.day if row else day
    alert, made = Alert.objects.get_or_create(
        source=source, category=category, day=day, kind=kind, defaults={"detail": sentence, "opened_at": now}
    )
    if not made and alert.cleared_at:
        alert.cleared_at, alert.mailed_at, alert.opened_at = None, None, now
    alert.detail = sentence
    alert.save()
    return source, category, day, kind


def _clear(kinds: Sequence[str], holding: set[tuple[str, str, dt.date, str]], now: dt.datetime) -> None:
    for alert in Alert.objects.filter(kind__in=kinds, cleared_at=None):
        if (alert.source, alert.category, alert.day, alert.kind) not in holding:
            alert.cleared_at = now
            alert.save(update_fields=["cleared_at"])


def mail_alerts(*, now: dt.datetime) -> int:
    """Mail the owner what has been opened since the last mail; returns how many alerts were told.

    An alert counts as told when the mail has been handed over: cut off in between, it is told again.
    """
    if not settings.OWNER_EMAIL:
        return 0
    waiting = list(Alert.objects.filter(cleared_at=None, mailed_at=None).order_by("day", "source", "category"))
    if not waiting:
        return 0
    lines = [f"- {alert.detail}" for alert in waiting]
    subject = f"{settings.SITE_NAME}: {len(waiting)} thing{'s' if len(waiting) > 1 else ''} to look at"
    body = "\n".join(
        ["What the ledger found:", "", *lines, "", "The page /ledger shows the days, /sources the sources."]
    )
    send_mail(subject, body, None, [settings.OWNER_EMAIL])
    Alert.objects.filter(pk__in=[alert.pk for alert in waiting]).update(mailed_at=now)
    return len(waiting)
