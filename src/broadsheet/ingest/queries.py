"""Reads over what came in, how sources are doing, and what they can be asked about."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from broadsheet.catalog.models import Identifier, Link
from broadsheet.ingest import ledger
from broadsheet.ingest.models import Alert, AskedAbout, Batch, Input, Quarantined, SourceState
from broadsheet.ingest.sources import HARVESTED
from broadsheet.ingest.sources.harvest import About, Source, Target

_REPOSITORY = re.compile(r"/([A-Za-z0-9][A-Za-z0-9-]{0,38})/([A-Za-z0-9._-]{1,100}?)(?:\.git)?(?:/.*)?")
_LINKS_AT_ONCE = 2_000
_NOT_REPOSITORIES = frozenset({"orgs", "topics", "features", "sponsors", "about", "settings", "marketplace"})


class NoSuchSource(ValueError):
    """There is no harvested source of this name; the text lists those that there are."""


def inputs() -> QuerySet[Input]:
    """Everything that was taken in, what came last first."""
    return Input.objects.order_by("-last_seen", "-pk")


def quarantine() -> QuerySet[Quarantined]:
    """What could not be read, newest first, with its input."""
    return Quarantined.objects.select_related("input").order_by("-seen_at", "input_id", "offset")


def source_named(name: str) -> Source:
    """The harvested source of this name. Raises NoSuchSource."""
    for source in HARVESTED:
        if source.about.name == name:
            return source
    names = ", ".join(one.about.name for one in HARVESTED)
    raise NoSuchSource(f"There is no source named {name[:40]!r}. There are {names}.")


def sources_on() -> list[Source]:
    """The sources that the worker harvests, as the owner listed them. Raises NoSuchSource."""
    return [source_named(name) for name in dict.fromkeys(settings.SOURCES)]


def states() -> dict[str, SourceState]:
    """How each source is doing, by name; one that never ran is not there."""
    return {state.name: state for state in SourceState.objects.all()}


def open_alerts() -> list[Alert]:
    """What the owner should look at, oldest day first."""
    return list(Alert.objects.filter(cleared_at=None).order_by("day", "source", "category", "kind"))


def targets(about: About, *, now: dt.datetime) -> dict[Target, Sequence[int]]:
    """The next things that a source can be asked about, `about.batch` at most, each with the papers (keys) it is of:
    newest papers first, none that it was asked about within `about.again_after`.
    """
    if about.fills:
        return _missing(about, now)
    if "github" in about.asks_about:
        return _repositories(about, now)
    asked = _asked(about, now).filter(target=OuterRef("key"))
    named = Identifier.objects.filter(owned=True, paper=OuterRef("paper"))
    wanted = Q(pk__in=[])
    for place, scheme in enumerate(about.asks_about):  # a paper is asked about by the first kind of name that it has
        wanted |= Q(~Exists(named.filter(scheme__in=about.asks_about[:place])), scheme=scheme)
    rows = (
        Identifier.objects.filter(wanted, owned=True)
        .annotate(key=Concat("scheme", Value(":"), "value", output_field=CharField()))
        .exclude(Exists(asked))
        .order_by(F("paper__date").desc(nulls_last=True), "paper_id", "scheme")
        .values_list("scheme", "value", "paper_id")
    )
    found: dict[Target, Sequence[int]] = {}
    for scheme, value, paper in rows[: about.batch]:
        found[Target(scheme, value)] = [paper]
    return found


def _asked(about: About, now: dt.datetime) -> QuerySet[AskedAbout]:
    return AskedAbout.objects.filter(source=about.name, at__gt=now - about.again_after)


def _missing(about: About, now: dt.datetime) -> dict[Target, Sequence[int]]:
    """What listings announced and what is not here: arXiv ids alone can be asked for."""
    short = Batch.objects.filter(announced__gt=F("harvested"), day__gte=(now - ledger.LOOKS_BACK).date())
    asked = set(_asked(about, now).values_list("target", flat=True))
    wanted = [Target("arxiv", value) for value in ledger.missing_ids(short) if ":" not in value]
    return {target: [] for target in [one for one in wanted if one.key not in asked][: about.batch]}


def _repositories(about: About, now: dt.datetime) -> dict[Target, Sequence[int]]:
    """Repositories that papers link to."""
    asked = set(_asked(about, now).values_list("target", flat=True))
    links = Link.objects.filter(Q(url__startswith="https://github.com/") | Q(url__startswith="http://github.com/"))
    ordered = links.order_by(F("paper__date").desc(nulls_last=True), "paper_id", "position")
    found: dict[Target, list[int]] = {}
    for url, paper in ordered.values_list("url", "paper_id").iterator(chunk_size=_LINKS_AT_ONCE):
        name = repository(url)
        if name is None or f"github:{name}" in asked:
            continue
        if (target := Target("github", name)) not in found and len(found) >= about.batch:
            break
        found.setdefault(target, []).append(paper)
    return dict(found)


def repository(url: str) -> str | None:
    """`owner/name` in lower case of an address at GitHub; None for any other."""
    match = _REPOSITORY.fullmatch(urlsplit(url).path)
    if match is None or match[1].lower() in _NOT_REPOSITORIES:
        return None
    return f"{match[1]}/{match[2]}".lower()
