"""A process that test_kills starts and kills, over the home of its environment; Django is set up before. Modes:

prepare: tables and some papers; churn: change papers, index and rebuild at random until killed; search: search until
stdin closes, then print what went wrong; check: index what is queued and print how database and index compare.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
import threading

from django.core.management import call_command
from django.db import transaction

from broadsheet.catalog import services as catalog
from broadsheet.catalog.models import Paper
from broadsheet.catalog.signals import papers_changed
from broadsheet.search import backends, services
from broadsheet.search.language import parse
from broadsheet.search.models import QueuedChange
from broadsheet.search.queries import compare_with_database, search
from tests.support.records import make_record

NOW = dt.datetime(2026, 9, 18, 12, 0, tzinfo=dt.UTC)
KEPT = "Gravity Waves of the Morning"  # a paper that is always there


def prepare(chance: random.Random) -> None:
    call_command("migrate", verbosity=0)
    catalog.take_in(records=[make_record(title=KEPT)], now=NOW)
    for _ in range(10):
        _change(chance)
    services.rebuild(now=NOW, holder=services.holder_name())


def _change(chance: random.Random) -> None:
    """Some papers new, some changed, and one gone."""
    numbers = [chance.randrange(2_000) for _ in range(40)]
    records = [
        make_record(
            title=f"Number n{number}x in a row",
            abstract=f"Abstract a{number}b said at last c{chance.randrange(10**9)}d.",
            updated=dt.date(2020, 1, 1) + dt.timedelta(days=chance.randrange(3_000)),
        )
        for number in dict.fromkeys(numbers)
    ]
    catalog.take_in(records=records, now=NOW)
    with transaction.atomic():
        gone = Paper.objects.exclude(records__external_id=make_record(title=KEPT).external_id).order_by("?").first()
        if gone:
            pk = gone.pk
            gone.records.all().delete()
            gone.delete()
            papers_changed.send(sender=Paper, ids=[pk])


def churn(chance: random.Random) -> None:
    holder = services.holder_name()
    print("go", flush=True)
    while True:
        _change(chance)
        if chance.random() < 0.4:
            services.rebuild(now=NOW, holder=holder)
        else:
            services.index_pending(now=NOW, holder=holder)


def look(_: random.Random) -> None:
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    answers = 0
    wrong = set()
    print("go", flush=True)
    while not over.wait(0.02):
        backends.current().refresh()
        results = search(parse(KEPT), limit=1)
        if results.notices or not results.hits or results.hits[0].card["title"] != KEPT:
            wrong.add(str(results))
        answers += 1
    print(json.dumps({"answers": answers, "wrong": sorted(wrong)}))


def check(_: random.Random) -> None:
    services.index_pending(now=NOW, holder=services.holder_name())
    found = compare_with_database()
    # What an index says of each paper must be what the database says: the newest abstract finds it.
    stale = [
        paper.pk for paper in Paper.objects.select_related("card") if not _finds(json.loads(paper.card.json), paper.pk)
    ]
    generations = [entry.name for entry in backends.current().path.iterdir()]  # type: ignore[attr-defined]
    differing = found.only_in_database + found.only_in_index
    report = {"papers": Paper.objects.count(), "queued": QueuedChange.objects.count(), "differing": differing}
    print(json.dumps({**report, "stale": stale, "generations": sorted(generations)}))


def _finds(card: dict[str, str], pk: int) -> bool:
    last = card["abstract"].rstrip(".").rsplit(" ", 1)[-1]
    return any(hit.paper_pk == pk for hit in search(parse(f'"{last}"'), limit=50).hits)


def main() -> None:
    """Run the mode of the first argument with the seed of the second."""
    modes = {"prepare": prepare, "churn": churn, "search": look, "check": check}
    modes[sys.argv[1]](random.Random(int(sys.argv[2])))
